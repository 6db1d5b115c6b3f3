//! Wall 3, seen from the other end: what the built browser part holds.

use crate::none;
use crate::repository::{sources, text};

/// Everything of a definition that tells how it is scored; what a respondent reads stands elsewhere in it.
const SCORING: [&str; 4] = ["critical", "positive", "rules", "scales"];

#[test]
fn the_built_browser_part_holds_no_band_cut_off_or_critical_item() {
    let definitions = sources(&["questionnaires/instruments"], &["toml"]);
    let definitions = definitions.iter().filter(|source| !source.path.ends_with(".cases.toml"));
    let secrets: Vec<String> = definitions.flat_map(|source| secrets(&source.text)).collect();
    assert!(secrets.len() > 50, "only {} phrases to look for", secrets.len());
    for part in ["child", "firstlight"] {
        // Before the first `cargo xtask dist` there is none; `cargo xtask test` builds it first.
        let Ok(wasm) = std::fs::read(tests::place::root().join(format!("app/dist/pkg/{part}_bg.wasm")))
        else {
            return;
        };
        none(
            leaked(&wasm, &secrets),
            "a child could read this; keep it out of what compiles for the browser",
        );
    }
}

/// Phrases too long to be there by chance, and the field names of scoring.
fn secrets(definition: &str) -> Vec<String> {
    let table: toml::Table = definition.parse().unwrap_or_default();
    let mut found: Vec<String> =
        ["cut_in_use", "published_changes", "max_missing"].map(str::to_owned).to_vec();
    for value in SCORING.iter().filter_map(|key| table.get(*key)) {
        phrases(value, &mut found);
    }
    found.retain(|phrase| phrase.len() >= 11);
    found
}

fn phrases(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => found.push(text.clone()),
        toml::Value::Array(values) => values.iter().for_each(|value| phrases(value, found)),
        toml::Value::Table(table) => table.values().for_each(|value| phrases(value, found)),
        _ => {}
    }
}

fn leaked(wasm: &[u8], secrets: &[String]) -> Vec<String> {
    let text = String::from_utf8_lossy(wasm);
    let mut found: Vec<String> =
        secrets.iter().filter(|secret| text.contains(secret.as_str())).cloned().collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_leaked_band_is_noticed_and_an_items_text_is_not() {
    let definition = "[[items]]\ntext = \"Feeling down, for long\"\n[[scales]]\nbands = [{ label = \"Moderately severe\" }]";
    let secrets = secrets(definition);
    let wasm = b"\0asm\xff Feeling down, for long \0 Moderately severe \xfe";
    assert_eq!(leaked(wasm, &secrets), ["Moderately severe"]);
}

#[test]
fn every_instrument_has_cases_and_its_word_in_the_library() {
    let files = sources(&["questionnaires/instruments"], &["toml"]);
    let library = text("questionnaires/src/library.rs");
    let has = |path: &str| files.iter().any(|source| source.path == path);
    let mut breaches = Vec::new();
    for source in &files {
        let (stem, needed) = match source.path.strip_suffix(".cases.toml") {
            Some(stem) => (stem, format!("{stem}.toml")),
            None => {
                let stem = source.path.trim_end_matches(".toml");
                (stem, format!("{stem}.cases.toml"))
            }
        };
        let id = stem.rsplit('/').next().unwrap_or(stem);
        if !has(&needed) {
            breaches.push(format!("{} without {needed}", source.path));
        }
        if !crate::repository::has_word(&library, id) {
            breaches.push(format!("{id} does not stand in questionnaires/src/library.rs"));
        }
    }
    none(breaches, "an instrument is two files and one word");
}
