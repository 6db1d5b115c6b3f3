//! The auditor reads words: every act that the trail can hold has some (AUD-03).

use crate::lexer::without_tests;
use crate::none;
use crate::repository::{sources, text};

/// How a line of the trail begins in the program: what stands before the act's word.
const MAKERS: [&str; 3] = ["Act::new(", "looked(", ".also("];

/// The acts that a source names as words right behind one of the makers.
fn acts(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for maker in MAKERS {
        for (at, _) in source.match_indices(maker) {
            let rest = &source[at + maker.len()..];
            let call = &rest[..rest.find(';').unwrap_or(rest.len()).min(160)];
            let first = call.split('"').nth(1).unwrap_or_default();
            let word =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if first.split('.').count() >= 2 && first.split('.').all(word) {
                found.push(first.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_act_of_the_trail_has_words_on_the_auditor_s_page() {
    let page = text("app/src/pages/admin/trail.rs");
    let mut missing = Vec::new();
    let mut seen = 0;
    for source in sources(&["server/src"], &["rs"]) {
        // Acts of the made-up past of a demo are none of a school's.
        if source.path.contains("services/demo") {
            continue;
        }
        for act in acts(without_tests(&source.text)) {
            seen += 1;
            if !page.contains(&format!("\"{act}\" =>")) {
                missing.push(format!("{}: {act}", source.path));
            }
        }
    }
    assert!(seen > 100, "only {seen} acts were found: the search is broken");
    none(missing, "give each act a sentence in app/src/pages/admin/trail.rs");
}

#[test]
fn an_act_is_found_behind_each_of_its_makers() {
    let source = "Act::new(\"note.add\"), looked(services, ctx, \"child.view\", \"child\", id); tx.also(\"a.b\", x); Act::new(action)";
    assert_eq!(acts(source), ["note.add", "child.view", "a.b"]);
}
