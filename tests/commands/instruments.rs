//! Definitions that a school brings along: checked, shown, never without a licence, and then known everywhere.

use std::path::PathBuf;

use serde_json::{Value, json};
use tests::{Outcome, firstlight, firstlight_with_input};

const FOREIGN: &str = include_str!("../../questionnaires/tests/fixtures/foreign_questionnaire.json");
const LICENCE: [&str; 4] =
    ["--licence", "Owner to Example District, reference 4711", "--recorded-by", "B. Officer"];

/// A data folder of its own with a definition beside it.
struct Desk {
    folder: PathBuf,
    file: String,
}

impl Desk {
    fn with(name: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(name);
        std::fs::write(&file, text).expect("a file");
        Self { file: file.display().to_string(), folder }
    }

    fn settings(&self) -> Vec<(String, String)> {
        vec![("FIRSTLIGHT__DATA_DIR".to_owned(), self.folder.join("data").display().to_string())]
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        firstlight(&[&["instruments"], arguments].concat(), &self.settings())
    }

    fn import(&self, further: &[&str]) -> Outcome {
        self.run(&[&["import", &self.file], further].concat())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_definition_of_others_is_shown_kept_under_a_licence_and_scored_from_then_on() {
    let desk = Desk::with("foreign.json", FOREIGN);
    let checked = desk.run(&["check", &desk.file]).succeeded();
    assert!(checked.contains("sleepworries version 2 can be used"), "{checked}");

    let unsaid = desk.import(&[]);
    assert_eq!(unsaid.code, Some(1));
    assert!(unsaid.err.contains("no licence statement"), "{}", unsaid.err);

    let shown = desk.import(&[&LICENCE[..], &["--dry-run"]].concat()).succeeded();
    assert!(shown.contains("Without weights, so not in the total: grade"), "{shown}");
    assert!(!desk.run(&["list"]).succeeded().contains("sleepworries"), "a dry run keeps nothing");

    desk.import(&LICENCE).succeeded();
    let list = desk.run(&["list"]).succeeded();
    assert!(
        list.lines().any(|line| line.starts_with("sleepworries") && line.contains("under your licence")),
        "{list}"
    );
    let line =
        json!({"instrument": "sleepworries", "answers": {"sleep": 2, "worry": 1, "alone": 0}}).to_string();
    let scored = firstlight_with_input(&["score"], &desk.settings(), &line);
    let scored: Value = serde_json::from_str(&scored.out).expect("a line of JSON");
    assert_eq!(scored["total"], json!(4));

    // What comes out is what went in.
    let exported = desk.run(&["export", "sleepworries", "--fhir"]).succeeded();
    let resource: Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!(resource["resourceType"], "Questionnaire");
    std::fs::write(&desk.file, exported).expect("a file");
    desk.import(&LICENCE).succeeded();
}

#[test]
fn a_version_that_may_have_been_used_never_changes() {
    let desk = Desk::with("foreign.json", FOREIGN);
    desk.import(&LICENCE).succeeded();
    let changed = FOREIGN.replace("Think of the last week.", "Think of the last month.");
    assert_ne!(changed, FOREIGN);
    std::fs::write(&desk.file, changed).expect("a file");
    let refused = desk.import(&LICENCE);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("raise its version"), "{}", refused.err);
}

#[test]
fn faults_of_a_definition_are_told_with_file_and_line_all_at_once() {
    let shipped = include_str!("../../questionnaires/instruments/gad7.toml");
    let desk =
        Desk::with("mine.toml", &shipped.replacen("informant = ", "colour = \"blue\"\ninformant = ", 1));
    let refused = desk.run(&["check", &desk.file]);
    assert_eq!(refused.code, Some(1));
    let line = 1 + shipped.lines().position(|line| line.starts_with("informant = ")).expect("an informant");
    assert!(refused.err.contains(&format!("mine.toml:{line}: unknown field `colour`")), "{}", refused.err);
    let nowhere = desk.run(&["check", "/nowhere/at/all.toml"]);
    assert!(nowhere.err.contains("cannot read /nowhere/at/all.toml"), "{}", nowhere.err);
}

#[test]
fn a_shipped_instrument_leaves_as_fhir_and_an_unknown_one_is_named() {
    let desk = Desk::with("none.txt", "");
    let exported = desk.run(&["export", "phq9_teen", "--fhir"]).succeeded();
    let resource: Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!(resource["item"].as_array().map(Vec::len), Some(13));
    let unknown = desk.run(&["export", "no_such", "--fhir"]);
    assert!(unknown.err.contains("no instrument 'no_such'"), "{}", unknown.err);
}

#[test]
fn an_imported_definition_leaves_as_toml_says_what_fhir_cannot_and_comes_back_as_the_next_version() {
    let desk = Desk::with("foreign.json", FOREIGN);
    desk.import(&LICENCE).succeeded();
    let toml = desk.run(&["export", "sleepworries"]).succeeded();
    let next = toml.replacen("version = 2", "version = 3", 1).replacen("min = 6", "min = 11", 1);
    assert_ne!(next, toml);
    let file = desk.folder.join("next.toml").display().to_string();
    std::fs::write(&file, next).expect("a file");
    desk.run(&[&["import", &file], &LICENCE[..]].concat()).succeeded();
    let shown = desk.run(&["show", "sleepworries"]).succeeded();
    assert!(shown.contains("version 3") && shown.contains("ages 11 to 18"), "{shown}");
}
