//! Raised now and raised the last time: it has not passed by itself.

use super::{Facts, Finding};
use crate::config::Clinical;

pub(super) const NAME: &str = "two_raised_windows";

pub(super) fn find(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    let raised = facts.scored.is_some_and(|scored| scored.positive == Some(true));
    if !raised || facts.raised_before != Some(true) {
        return Vec::new();
    }
    vec![Finding {
        rule: NAME,
        item: String::new(),
        priority: clinical.priorities.two_raised_windows.0,
        why: format!("{}: raised twice in a row", facts.instrument.short_title),
    }]
}
