//! The shipped definitions themselves.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::path::Path;

use questionnaires::check::wording_hash;
use questionnaires::instrument::{Availability, Informant, Instrument, MissingKind, TranslationStatus};
use questionnaires::{library, present};

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    answers: String,
    expected: toml::Table,
}

fn cases_of(instrument: &Instrument) -> Vec<Case> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("instruments/{}.cases.toml", instrument.id));
    toml::from_str::<Cases>(&std::fs::read_to_string(path).unwrap()).unwrap().case
}

#[test]
fn every_shipped_definition_is_sound() {
    let faults: Vec<_> = library::faults().iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_in_the_folder_is_in_the_library_and_has_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("instruments");
    let names: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected: BTreeSet<String> = library::all()
        .iter()
        .flat_map(|instrument| [format!("{}.toml", instrument.id), format!("{}.cases.toml", instrument.id)])
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn every_instrument_names_its_source_and_its_terms() {
    for instrument in library::all() {
        assert!(!instrument.citation.is_empty(), "{}", instrument.id);
        assert!(!instrument.licence.terms.is_empty(), "{}", instrument.id);
        assert!(!instrument.cautions.is_empty(), "{}", instrument.id);
        assert!(instrument.has_text() != instrument.copyright.is_empty(), "{}", instrument.id);
        for cut in instrument.scales.iter().flat_map(|scale| &scale.cuts) {
            assert!(cut.source.len() > 5, "{} {}", instrument.id, cut.id);
        }
    }
}

#[test]
fn all_wording_is_locked() {
    for instrument in library::all().iter().filter(|instrument| instrument.has_text()) {
        assert_eq!(instrument.lock, wording_hash(instrument, &instrument.language), "{}", instrument.id);
        for (language, translation) in &instrument.translations {
            assert_eq!(translation.lock, wording_hash(instrument, language), "{} {language}", instrument.id);
        }
    }
}

#[test]
fn a_changed_letter_breaks_the_lock() {
    let phq = library::get("phq9_teen").unwrap();
    let lock = wording_hash(phq, "en");
    for (what, from, to) in [
        ("item", "hopeless?", "hopeless"),
        ("choice", "Several days", "several days"),
        ("instruction", "bothered by each", "bothered by  each"),
    ] {
        let changed = phq.to_toml().replace(from, to);
        let faults = questionnaires::check::parse_and_check("phq9_teen.toml", &changed).unwrap_err();
        assert!(faults[0].message.contains("not the one that was locked"), "{what}: {}", faults[0]);
    }
    assert_eq!(wording_hash(phq, "en"), lock);
    assert_eq!(wording_hash(phq, "fr"), None);
}

#[test]
fn texts_that_may_not_be_given_out_are_not_in_the_files() {
    for instrument in library::all() {
        let may = instrument.availability == Availability::Shipped;
        assert!(may || instrument.items.iter().all(|item| item.text.is_none()), "{}", instrument.id);
        assert_eq!(instrument.is_offerable(), instrument.has_text(), "{}", instrument.id);
        assert!(
            instrument.has_text() || !instrument.unshipped.is_empty(),
            "{} says nothing of its text",
            instrument.id
        );
        if !instrument.is_offerable() {
            assert!(instrument.form(&instrument.language).is_err(), "{}", instrument.id);
        }
    }
}

#[test]
fn unverified_translations_are_never_offered() {
    for instrument in library::all() {
        for (language, translation) in &instrument.translations {
            assert!(
                !matches!(translation.status, TranslationStatus::Unverified),
                "{} {language}",
                instrument.id
            );
        }
        for language in instrument.languages() {
            let form = instrument.form(language).unwrap();
            assert!(form.items.iter().all(|item| !item.text.is_empty()), "{} {language}", instrument.id);
            assert!(form.items.iter().flat_map(|item| &item.choices).all(|choice| !choice.label.is_empty()));
        }
    }
    let teen = library::get("phq9_teen").unwrap();
    assert_eq!(teen.languages(), ["en"]);
    let refused = teen.form("es").unwrap_err().to_string();
    assert!(refused.contains("no checked text in “es”"), "{refused}");
}

#[test]
fn forms_carry_no_scoring() {
    for instrument in library::all().iter().filter(|instrument| instrument.is_offerable()) {
        let form = serde_json::to_string(&instrument.form("en").unwrap()).unwrap();
        for word in ["band", "cut", "positive", "critical", "at_least", "severe", "reverse"] {
            assert!(!form.contains(&format!("\"{word}")), "{} form holds {word}", instrument.id);
        }
    }
}

#[test]
fn the_suicide_questions_are_for_staff_only() {
    let asq = library::get("asq").unwrap();
    assert!(asq.staff_only && asq.informant == Informant::Staff && asq.ages.min >= 8);
    let form = asq.form("en").unwrap();
    let codes: Vec<i32> = form.items[0].choices.iter().map(|choice| choice.code).collect();
    assert_eq!(codes, [1, 0]);
    assert!(form.items[4].show_when.is_some() && form.items[4].lead_in.is_some());
}

#[test]
fn the_adult_scales_are_off_until_switched_on() {
    let dass = library::get("dass21_adult").unwrap();
    assert!(dass.off_by_default && dass.ages.min >= 17);
}

#[test]
fn printed_order_follows_the_language_and_scoring_does_not_notice() {
    let kessler = library::get("k10").unwrap();
    let order = |language| {
        kessler.form(language).unwrap().items.iter().map(|item| item.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(order("en")[7..], ["8", "9", "10"]);
    assert_eq!(order("es")[7..], ["9", "8", "10"]);
}

#[test]
fn cases_cover_every_band_edge() {
    for instrument in library::all().iter().filter(|instrument| instrument.decision.is_none()) {
        let cases = cases_of(instrument);
        for scale in &instrument.scales {
            let value = |case: &Case| match scale.id.as_str() {
                "total" => case.expected.get("total")?.as_integer(),
                id => case.expected.get("subscales")?.get(id)?.as_integer(),
            };
            let seen: BTreeSet<i64> = cases.iter().filter_map(value).collect();
            let step = i64::from(scale.multiply.unwrap_or(1));
            for band in &scale.bands {
                // With doubled sums an edge may fall between two reachable scores.
                let (min, max) = (band.min as i64, band.max as i64);
                assert!(
                    seen.contains(&((min + step - 1) / step * step)),
                    "{} {} from {min}",
                    instrument.id,
                    scale.id
                );
                assert!(seen.contains(&(max / step * step)), "{} {} to {max}", instrument.id, scale.id);
            }
        }
    }
}

#[test]
fn cases_cover_the_missing_limit_and_one_past_it() {
    for instrument in library::all() {
        let Some(total) = instrument.scale("total") else { continue };
        let n = total.items.len();
        let limit = match total.missing.rule {
            MissingKind::Prorate | MissingKind::BlankAsZero => usize::from(
                total
                    .missing
                    .max_missing
                    .unwrap_or_else(|| n as u16 * total.missing.max_missing_percent.unwrap() / 100),
            ),
            MissingKind::Complete => 0,
            MissingKind::CountAnswered => continue,
        };
        let missing: BTreeSet<(usize, bool)> = cases_of(instrument)
            .iter()
            .filter_map(|case| {
                let missing = case.expected.get("missing")?.as_array()?.len();
                Some((missing, case.expected.get("total")?.as_integer().is_some()))
            })
            .collect();
        assert!(missing.contains(&(limit, true)), "{}: no case with {limit} missing", instrument.id);
        assert!(
            missing.contains(&(limit + 1, false)),
            "{}: no case with {} missing",
            instrument.id,
            limit + 1
        );
    }
}

#[test]
fn cases_cover_each_critical_item_hit_and_open() {
    for instrument in library::all() {
        let cases = cases_of(instrument);
        let lists = |key: &str, item: &str| {
            let holds = |case: &&Case| {
                let list = case.expected.get(key).and_then(|list| list.as_array());
                list.is_some_and(|list| list.iter().any(|id| id.to_string() == item))
            };
            cases.iter().any(|case| holds(&case))
        };
        for critical in &instrument.critical {
            assert!(lists("critical", &critical.item), "{} item {}", instrument.id, critical.item);
            assert!(
                lists("critical_unanswered", &critical.item),
                "{} item {} open",
                instrument.id,
                critical.item
            );
        }
    }
}

#[test]
fn cases_give_one_answer_for_each_item() {
    for instrument in library::all() {
        for case in cases_of(instrument) {
            assert_eq!(case.answers.split_whitespace().count(), instrument.items.len(), "{}", instrument.id);
        }
    }
}

#[test]
fn every_instrument_can_be_shown_to_a_professional() {
    for instrument in library::all() {
        let text = present::show(instrument);
        assert!(text.contains(&instrument.citation), "{}", instrument.id);
        for hidden in &instrument.unshipped {
            assert!(text.contains(&hidden.why), "{}", instrument.id);
        }
    }
    let list = present::list(library::all());
    assert_eq!(list.lines().count(), library::all().len() + 1);
    assert!(list.lines().any(|line| line.starts_with("rcads47") && line.contains("import the text")));
}
