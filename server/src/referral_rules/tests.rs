//! The rules on real instruments and the shipped clinical settings.

use questionnaires::library;
use questionnaires::response::{Answer, Answers};
use questionnaires::score::score;
use questionnaires::trend::Point;

use super::{Facts, Finding, find_all};
use crate::config::Clinical;
use crate::model::Day;
use crate::model::referral::Priority;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn findings(codes: &[Option<i32>], earlier: &[(&str, f64)]) -> Vec<Finding> {
    let instrument = library::get("phq9_teen").unwrap();
    let mut answers = Answers::default();
    for (item, code) in instrument.items.iter().zip(codes) {
        answers.set(&item.id, code.map_or(Answer::Declined, Answer::Code));
    }
    let scored = score(instrument, &answers);
    let earlier: Vec<_> =
        earlier.iter().map(|(d, value)| Point { date: day(d).0, value: *value, version: 1 }).collect();
    let facts = Facts {
        instrument,
        scored: Some(&scored),
        critical: &scored.critical,
        earlier: &earlier,
        raised_before: None,
        raised_by_others: &[],
        today: day("2026-03-03"),
    };
    find_all(&facts, &Clinical::shipped().unwrap())
}

fn rules(findings: &[Finding]) -> Vec<(&str, Priority)> {
    findings.iter().map(|f| (f.rule, f.priority)).collect()
}

#[test]
fn a_calm_screening_raises_nothing() {
    assert_eq!(findings(&[Some(0); 13], &[]), []);
}

#[test]
fn the_faintest_yes_on_item_9_is_critical_even_with_a_total_of_one() {
    let mut codes = [Some(0); 13];
    codes[8] = Some(1);
    let found = findings(&codes, &[]);
    assert_eq!(rules(&found), [("critical_item", Priority::Critical)]);
    assert_eq!(found[0].why, "Critical item 9: several days");
}

#[test]
fn an_unanswered_critical_item_needs_a_look_and_is_never_a_no_k_14() {
    let mut codes = [Some(0); 13];
    codes[8] = None;
    assert_eq!(rules(&findings(&codes, &[])), [("critical_unanswered", Priority::Moderate)]);
}

#[test]
fn a_score_at_the_cut_off_is_moderate_and_in_a_severe_band_high() {
    let mut at = [Some(1); 13];
    at[8..].fill(Some(0));
    at[0] = Some(3);
    assert_eq!(rules(&findings(&at, &[])), [("above_cutoff", Priority::Moderate)]);
    let mut severe = [Some(2); 13];
    severe[8..].fill(Some(0));
    let found = findings(&severe, &[]);
    assert_eq!(rules(&found), [("above_cutoff", Priority::High)]);
    assert!(found[0].why.contains("16 (moderately severe)"), "{}", found[0].why);
}

#[test]
fn worse_by_more_than_measurement_error_is_found_below_the_cut_off_too() {
    let mut codes = [Some(1); 13];
    codes[8..].fill(Some(0));
    codes[0] = Some(2);
    let found = findings(&codes, &[("2026-01-14", 0.0)]);
    assert!(rules(&found).contains(&("reliable_deterioration", Priority::Moderate)), "{found:?}");
    assert!(findings(&codes, &[("2026-01-14", 8.0)]).is_empty());
}

/// A moderate total now, with what is known beside it.
fn beside(codes: i32, raised_before: Option<bool>, others: &[&str]) -> Vec<(&'static str, Priority)> {
    let instrument = library::get("phq9_teen").unwrap();
    let mut answers = Answers::default();
    for (n, item) in instrument.items.iter().enumerate() {
        answers.set(&item.id, Answer::Code(if n < 5 { codes } else { 0 }));
    }
    let scored = score(instrument, &answers);
    let others: Vec<String> = others.iter().map(|o| (*o).to_owned()).collect();
    let facts = Facts {
        instrument,
        scored: Some(&scored),
        critical: &[],
        earlier: &[],
        raised_before,
        raised_by_others: &others,
        today: day("2026-03-03"),
    };
    find_all(&facts, &Clinical::shipped().unwrap()).iter().map(|f| (f.rule, f.priority)).collect()
}

#[test]
fn raised_in_two_windows_in_a_row_weighs_more_than_once() {
    let (once, again) = (("above_cutoff", Priority::Moderate), ("two_raised_windows", Priority::High));
    assert_eq!(beside(2, Some(true), &[]), [once, again]);
    assert_eq!(beside(2, Some(false), &[]), [once]);
    assert_eq!(beside(2, None, &[]), [once]);
    assert_eq!(beside(0, Some(true), &[]), [], "raised before and calm now is no finding");
}

#[test]
fn two_informants_who_agree_weigh_more_than_one() {
    let both = [("above_cutoff", Priority::Moderate), ("informants_agree", Priority::High)];
    assert_eq!(beside(2, None, &["a parent"]), both);
    assert_eq!(beside(0, None, &["a parent"]), [], "one informant alone is that informant's own finding");
}
