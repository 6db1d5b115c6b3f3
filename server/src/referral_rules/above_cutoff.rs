//! A score at or above the instrument's cut-off in use: a positive screen.

use super::{Facts, Finding, words};
use crate::config::Clinical;

pub(super) const NAME: &str = "above_cutoff";

pub(super) fn find(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    let Some(scored) = facts.scored else { return Vec::new() };
    if scored.positive != Some(true) {
        return Vec::new();
    }
    let severe = scored.band.as_ref().is_some_and(|band| clinical.priorities.severe_bands.contains(band));
    let priority =
        if severe { clinical.priorities.above_cutoff_severe } else { clinical.priorities.above_cutoff };
    let total = scored.total.map_or_else(String::new, |total| format!(" {total}"));
    let band = scored.band.as_ref().map_or_else(String::new, |band| format!(" ({})", words(band)));
    let change = facts
        .earlier
        .last()
        .zip(scored.total)
        .map(|(last, now)| now - last.value)
        .filter(|change| *change != 0.0)
        .map_or_else(String::new, |change| {
            format!(", {} {} since last time", if change > 0.0 { "up" } else { "down" }, change.abs())
        });
    vec![Finding {
        rule: NAME,
        item: String::new(),
        priority: priority.0,
        why: format!("{}{total}{band}{change}", facts.instrument.short_title),
    }]
}
