//! The repository's files.

use std::fs;
use std::path::Path;

/// A text file and where it lies, as `server/src/lib.rs`.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// `path:line: what`, for each line that `breach` says something about.
    pub fn lines(&self, text: &str, breach: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let lines = text.lines().enumerate();
        lines.filter_map(|(at, line)| Some(format!("{}:{}: {}", self.path, at + 1, breach(line)?))).collect()
    }
}

/// Built, downloaded or private, and git ignores all of it.
const NOT_OURS: [&str; 5] = ["target", "data", "app/dist", ".git", "node_modules"];

/// Every text file below these folders (or the files themselves) with one of these endings.
pub fn sources(places: &[&str], endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for place in places {
        gather(place, endings, &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn gather(place: &str, endings: &[&str], found: &mut Vec<Source>) {
    let path = tests::place::root().join(place);
    if NOT_OURS.contains(&place) {
        return;
    }
    if path.is_dir() {
        for entry in fs::read_dir(&path).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            gather(&if place == "." { name } else { format!("{place}/{name}") }, endings, found);
        }
        return;
    }
    let ending = Path::new(place).extension().map_or(place, |ending| ending.to_str().unwrap_or_default());
    if path.is_file() && endings.contains(&ending) {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{place}: {error}"));
        found.push(Source { path: place.into(), text });
    }
}

/// The text of one file; empty when it is not there.
pub fn text(path: &str) -> String {
    fs::read_to_string(tests::place::root().join(path)).unwrap_or_default()
}

/// Names directly below a folder, without what git ignores.
pub fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(tests::place::root().join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !NOT_OURS.contains(&name.as_str()));
    names.sort();
    names
}

/// Whether `word` stands in `line` as a word of its own.
pub fn has_word(line: &str, word: &str) -> bool {
    let part = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
    line.match_indices(word)
        .any(|(at, _)| !part(line[..at].chars().next_back()) && !part(line[at + word.len()..].chars().next()))
}

#[test]
fn the_repository_is_found() {
    assert!(sources(&["tests/tidy"], &["rs"]).iter().any(|source| source.path == "tests/tidy/repository.rs"));
    assert!(sources(&["."], &["toml"]).iter().any(|source| source.path == "app/client/Cargo.toml"));
    assert!(has_word("use sqlx::Row;", "sqlx") && !has_word("my_sqlx", "sqlx"));
}
