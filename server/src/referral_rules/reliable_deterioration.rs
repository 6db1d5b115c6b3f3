//! Worse than last time by more than measurement error (Jacobson & Truax 1991), by the instrument's own numbers.

use questionnaires::change::Verdict;
use questionnaires::trend::{Point, describe};

use super::{Facts, Finding};
use crate::config::Clinical;

pub(super) const NAME: &str = "reliable_deterioration";

pub(super) fn find(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    let Some(total) = facts.scored.and_then(|scored| scored.total) else { return Vec::new() };
    let mut points = facts.earlier.to_vec();
    points.push(Point { date: facts.today.0, value: total, version: facts.instrument.version });
    let report = describe(facts.instrument, "total", &points);
    match report.change {
        Some(change) if change.verdict == Verdict::Deteriorated => vec![Finding {
            rule: NAME,
            item: String::new(),
            priority: clinical.priorities.reliable_deterioration.0,
            why: format!("{}: {}", facts.instrument.short_title, report.sentence),
        }],
        _ => Vec::new(),
    }
}
