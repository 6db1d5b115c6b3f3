//! The table in the README, between its markers.

use std::path::Path;

use super::table;
use crate::repo::{self, Repo};
use crate::say::{Doing, Fault, Result};

const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- /figures -->";

/// Writes the table of this file; rows of parts that are not in it stay as they are.
pub fn fill(repo: &Repo, figures: &Path) -> Result<u8> {
    let all = super::read(figures);
    if all.is_empty() {
        return Err(Fault::new(format!("no figures in {}", figures.display())));
    }
    let place = repo.root.join("README.md");
    let text = String::from_utf8(repo::read(&place)?).doing("reading the README")?;
    let filled = filled(&text, &all).ok_or_else(|| Fault::new("the README has no markers of figures"))?;
    repo::write(&place, filled.as_bytes())?;
    Ok(0)
}

fn filled(readme: &str, all: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (old, after) = rest.split_once(END)?;
    let old: Vec<&str> = old.lines().filter(|line| line.starts_with("| ")).collect();
    Some(format!("{before}{BEGIN}{}{END}{after}", table::of(all, &old)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn rows_of_a_part_that_was_not_run_stay_and_those_of_one_that_was_go() {
        let readme = "before\n<!-- figures -->\n| part | a |\n|---|---|\n| model | kept |\n| rest | old |\n\
                      | gone | of a part that is no more |\n<!-- /figures -->\nafter\n";
        let rest = json!({ "commit": "abc", "build": "optimised", "size": "full", "failed": null, "machine": { "cores": 2 },
            "figures": [{ "database": "Sqlite", "start_ms": 40.0, "memory_at_rest_mib": 48.0, "bytes": 147_000_000 }] });
        let all = serde_json::Map::from_iter([("rest".to_owned(), rest)]);
        let text = super::filled(readme, &all).unwrap();
        assert!(
            text.starts_with("before\n<!-- figures -->\n| part |")
                && text.ends_with("<!-- /figures -->\nafter\n")
        );
        assert!(text.contains("| model | kept |") && !text.contains("| rest | old |"), "{text}");
        assert!(text.contains("| rest | SQLite: start on a database of 2,000 students | 40 ms | at most 200 ms | yes, 0.2 of it | abc, 2 cores |"), "{text}");
        assert!(!text.contains("| gone |"));
        assert_eq!(super::filled(&text, &all).unwrap(), text, "a second time changes nothing");
        assert!(super::filled("no markers", &all).is_none());
    }
}
