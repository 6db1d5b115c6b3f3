//! The table of OWASP ASVS says what holds: whatever it calls held names a test that is there, and its head counts right.

use std::collections::BTreeMap;

use crate::none;
use crate::repository::{Source, sources, text};

const TABLE: &str = "server/SECURITY-ASVS.md";

#[test]
fn whatever_the_asvs_table_calls_held_names_a_test_that_is_there_and_its_head_counts_right() {
    let table = text(TABLE);
    let sources = sources(&["tests", "server", "app", "questionnaires"], &["rs"]);
    none(unfounded(&table, &sources), "name the test that shows it, or say 'built'");
    let counts = counts(&table);
    let said: Vec<String> = ["held", "built", "part", "open"]
        .iter()
        .filter_map(|state| counts.get(*state).map(|n| format!("{n} {state}")))
        .collect();
    println!("ASVS 5.0: {}", said.join(", "));
    let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("Rows: {}.", said.join(", "));
    assert!(flat.contains(&said), "{TABLE} must say: {said}");
}

/// The rows of the table: number, what shows it, state.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        match cells[..] {
            [number, _, shown, state] if ["held", "built", "part", "open"].contains(&state) => {
                Some((number, shown, state))
            }
            _ => None,
        }
    })
}

fn counts(table: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (.., state) in rows(table) {
        *counts.entry(state).or_insert(0) += 1;
    }
    counts
}

/// Rows that are held by nothing, or by something that is not there.
fn unfounded(table: &str, sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, shown, _) in rows(table).filter(|(.., state)| *state == "held") {
        let named: Vec<&str> =
            shown.split('`').skip(1).step_by(2).filter(|word| !word.contains(' ')).collect();
        if named.is_empty() {
            wrong.push(format!("{number} names no test"));
        }
        wrong.extend(
            named
                .iter()
                .filter(|word| !is_there(word, sources))
                .map(|word| format!("{number} names `{word}`")),
        );
    }
    wrong
}

/// A test by its beginning (`store::a_link_takes…`), or a file or folder by its name (`store::tls`, `policy`).
fn is_there(word: &str, sources: &[Source]) -> bool {
    let last = word.rsplit("::").next().unwrap_or(word);
    match last.strip_suffix('…') {
        Some(beginning) => sources.iter().any(|source| source.text.contains(&format!("fn {beginning}"))),
        None => sources.iter().any(|source| {
            let path = source.path.trim_end_matches(".rs");
            path.split('/').any(|part| part == last) || source.text.contains(&format!("fn {last}("))
        }),
    }
}

#[test]
fn a_row_that_is_held_by_nothing_is_noticed() {
    let sources = [Source::new("tests/store/tls.rs", "async fn a_link_takes_one() {}")];
    let row = |shown: &str, state: &str| format!("| 1.2.3 | something | {shown} | {state} |\n");
    let held = [row("`store::tls`", "held"), row("`store::a_link_takes…`", "held")].concat();
    assert!(unfounded(&held, &sources).is_empty());
    assert_eq!(counts(&held)["held"], 2);
    for wrong in ["`store::a_link_gives…`", "`store::ssl`", "we are sure of it"] {
        assert_eq!(unfounded(&row(wrong, "held"), &sources).len(), 1, "{wrong}");
        assert!(unfounded(&row(wrong, "built"), &sources).is_empty());
    }
}
