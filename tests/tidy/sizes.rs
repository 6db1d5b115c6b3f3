//! Wall 11 and the rest of the order: sizes, what lies at the top, nothing skipped, nobody's own paths.

use crate::lexer::code;
use crate::none;
use crate::repository::{Source, names, sources};

const LONGEST: usize = 600;

fn written_by_hand() -> Vec<Source> {
    let mut files =
        sources(&["."], &["rs", "css", "js", "sql", "toml", "md", "sh", "run", "yml", "yaml", "html"]);
    files.retain(|source| !source.path.contains("/vendor/"));
    files
}

#[test]
fn no_file_is_over_600_lines() {
    let files = written_by_hand();
    assert!(files.len() > 20);
    none(files.iter().filter_map(too_long).collect(), "split it along what it holds");
}

fn too_long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > LONGEST).then(|| format!("{}: {lines} lines", source.path))
}

#[test]
fn a_file_of_601_lines_is_noticed() {
    assert_eq!(too_long(&Source::new("x.rs", &"\n".repeat(601))).as_deref(), Some("x.rs: 601 lines"));
    assert_eq!(too_long(&Source::new("x.rs", &"\n".repeat(600))), None);
}

#[test]
fn the_top_holds_only_what_the_house_names() {
    let known = [
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "app",
        "clippy.toml",
        "deny.toml",
        "migrations",
        "questionnaires",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "server",
        "tests",
        // A person's own settings, which git ignores.
        "firstlight.toml",
    ];
    let extra = |name: &String| !name.starts_with('.') && !known.contains(&name.as_str());
    none(names(".").into_iter().filter(extra).collect(), "find it a room");
}

#[test]
fn what_a_visitor_looks_for_is_there() {
    let needed =
        ["README.md", "CHANGELOG.md", "LICENSE", ".github/CONTRIBUTING.md", ".github/SECURITY.md", ".ci/run"];
    let missing = needed.iter().filter(|path| !tests::place::root().join(path).is_file());
    none(missing.map(|path| (*path).into()).collect(), "write it");
}

#[test]
fn no_test_is_skipped() {
    none(written_by_hand().iter().flat_map(skipped).collect(), "mend the test, or take it out and say why");
}

fn skipped(source: &Source) -> Vec<String> {
    if !source.path.ends_with(".rs") {
        return Vec::new();
    }
    let attribute = ["#[", "ignore"].concat();
    source.lines(&code(&source.text), |line| line.contains(&attribute).then(|| "skips a test".into()))
}

#[test]
fn a_skipped_test_is_noticed() {
    let bad = format!("#[test]\n#[{}]\nfn x() {{}}", "ignore");
    assert_eq!(skipped(&Source::new("x.rs", &bad)), ["x.rs:2: skips a test"]);
}

#[test]
fn nobodys_own_folders_are_named() {
    none(written_by_hand().iter().flat_map(personal).collect(), "name it relative to the repository");
}

fn personal(source: &Source) -> Vec<String> {
    let folders = ["home", "root", "Users", "work"].map(|name| format!("/{name}/"));
    source.lines(&source.text, |line| {
        let names = |folder: &String| {
            line.match_indices(folder.as_str()).any(|(at, _)| {
                // Part of a longer path or address is something else; so is a path without anything behind it.
                let before = line[..at].chars().next_back();
                let after = line[at + folder.len()..].chars().next();
                !before.is_some_and(|char| char.is_alphanumeric() || ".}-_".contains(char))
                    && after.is_some_and(char::is_alphanumeric)
            })
        };
        folders.iter().find(|folder| names(folder)).map(|folder| format!("names {folder}…"))
    })
}

#[test]
fn somebodys_folder_is_noticed() {
    let bad = format!("let x = \"/{}/ada/firstlight\";\nhttps://x.example/home/ada", "home");
    assert_eq!(personal(&Source::new("x.rs", &bad)), ["x.rs:1: names /home/…"]);
}
