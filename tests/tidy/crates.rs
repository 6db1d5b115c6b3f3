//! Walls 1, 2 and 3: what each crate may rest on.

use std::process::Command;

use crate::lexer::{code, without_tests};
use crate::none;
use crate::repository::{Source, has_word, sources, text};

/// Every crate that `package` rests on, macros and tests left out.
fn tree(arguments: &[&str]) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(tests::place::root()).args(["tree", "--offline", "--quiet", "--prefix", "none"]);
    command.args(["--format", "{p}", "--edges", "normal,no-proc-macro"]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<String> =
        text.lines().filter_map(|line| Some(line.split(' ').next()?.into())).collect();
    names.sort();
    names.dedup();
    assert!(names.len() > 5, "cargo tree named only {names:?}");
    names
}

/// The crates that are one of `banned`, or belong to one: `sqlx-core` to `sqlx`.
fn unwanted(tree: &[String], banned: &[&str]) -> Vec<String> {
    let is = |name: &str, family: &str| {
        name == family || name.strip_prefix(family).is_some_and(|rest| rest.starts_with(['-', '_']))
    };
    tree.iter().filter(|name| banned.iter().any(|banned| is(name, banned))).cloned().collect()
}

#[test]
fn a_family_of_crates_is_known_by_its_first_name() {
    let tree = ["sqlx-core", "sqlxx", "tokio", "serde"].map(str::to_owned);
    assert_eq!(unwanted(&tree, &["sqlx", "tokio"]), ["sqlx-core", "tokio"]);
}

#[test]
fn questionnaires_has_no_async_clock_randomness_or_database() {
    let tree = tree(&["--package", "questionnaires", "--all-features"]);
    let banned = [
        "async",
        "axum",
        "chrono",
        "fastrand",
        "futures",
        "getrandom",
        "hyper",
        "leptos",
        "libsqlite3",
        "rand",
        "reqwest",
        "rusqlite",
        "smol",
        "sqlx",
        "time",
        "tokio",
        "tracing",
        "uuid",
    ];
    none(unwanted(&tree, &banned), "questionnaires is pure; these belong in server");
}

#[test]
fn questionnaires_reads_and_writes_nothing_itself() {
    let files = sources(&["questionnaires/src"], &["rs"]);
    none(files.iter().flat_map(impure).collect(), "questionnaires is pure; pass it in as an argument");
}

fn impure(source: &Source) -> Vec<String> {
    let banned = [
        "async fn",
        ".await",
        "std::env",
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "std::thread",
        "std::time",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "println!",
        "eprintln!",
        "thread_local!",
    ];
    let code = code(without_tests(&source.text));
    source
        .lines(&code, |line| banned.iter().find(|banned| line.contains(*banned)).map(|found| (*found).into()))
}

#[test]
fn a_clock_in_questionnaires_is_noticed() {
    let bad = Source::new(
        "x.rs",
        "// std::fs is fine here\nlet now = Timestamp::now();\n#[cfg(test)]\nuse std::fs;",
    );
    assert_eq!(impure(&bad), ["x.rs:2: Timestamp::now"]);
}

#[test]
fn server_never_names_leptos() {
    let mut breaches =
        unwanted(&tree(&["--package", "server", "--all-features"]), &["leptos", "web-sys", "app"]);
    let files = sources(&["server"], &["rs", "toml"]);
    let word = ["lep", "tos"].concat();
    let naming = |line: &str| has_word(&line.to_lowercase(), &word).then(|| word.clone());
    breaches.extend(files.iter().flat_map(|source| source.lines(&source.text, naming)));
    none(breaches, "server knows nothing of pages; this belongs in app");
}

#[test]
fn the_browser_part_rests_on_nothing_of_the_server() {
    let tree = tree(&["--package", "client", "--target", "wasm32-unknown-unknown"]);
    let banned = [
        "argon2",
        "axum",
        "hmac",
        "hyper",
        "leptos_axum",
        "libsqlite3",
        "plotters",
        "rand",
        "rusqlite",
        "sha2",
        "sqlx",
        "statrs",
        "tokio",
        "tower",
        "tracing-subscriber",
    ];
    none(unwanted(&tree, &banned), "the browser's wasm must not carry these; gate them for the server");
}

#[test]
fn no_crate_brings_a_database_with_a_known_fault() {
    // Everything that pins sqlx 0.8 pulls in a SQLite that can corrupt a file.
    none(too_old(&text("Cargo.lock")), "keep these at or above their floor");
}

fn too_old(lock: &str) -> Vec<String> {
    let floors = [("libsqlite3-sys", (0, 37)), ("sqlx", (0, 9)), ("sqlx-core", (0, 9))];
    let packages = lock.split("[[package]]").filter_map(|package| {
        let field = |name: &str| {
            let value = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))?;
            Some(value.trim_matches('"').to_owned())
        };
        Some((field("name")?, field("version")?))
    });
    let below = |(name, version): &(String, String)| {
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        floors.iter().any(|(floor, least)| floor == name && version < *least)
    };
    packages.filter(below).map(|(name, version)| format!("{name} {version}")).collect()
}

#[test]
fn an_old_sqlite_in_the_lock_file_is_noticed() {
    let lock = "[[package]]\nname = \"libsqlite3-sys\"\nversion = \"0.30.1\"\n\n[[package]]\nname = \"sqlx\"\nversion = \"0.9.0\"\n";
    assert_eq!(too_old(lock), ["libsqlite3-sys 0.30.1"]);
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    let manifests = sources(&["."], &["toml"]);
    let packages = manifests
        .iter()
        .filter(|source| source.path.ends_with("Cargo.toml") && source.text.contains("[package]"))
        // A package that is a workspace of its own, as fuzz targets are, has none to take lints from.
        .filter(|source| !source.text.contains("\n[workspace]"));
    let without = packages.filter(|source| !source.text.contains("[lints]\nworkspace = true"));
    none(without.map(|source| source.path.clone()).collect(), "add `[lints]` with `workspace = true`");
    let root: toml::Table = text("Cargo.toml").parse().unwrap();
    assert_eq!(root["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
}
