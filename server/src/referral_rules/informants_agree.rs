//! The child and somebody else see it too: two informants are raised in the same window.

use super::{Facts, Finding};
use crate::config::Clinical;

pub(super) const NAME: &str = "informants_agree";

pub(super) fn find(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    let raised = facts.scored.is_some_and(|scored| scored.positive == Some(true));
    let Some(other) = facts.raised_by_others.first().filter(|_| raised) else { return Vec::new() };
    vec![Finding {
        rule: NAME,
        item: String::new(),
        priority: clinical.priorities.informants_agree.0,
        why: format!("{}: raised, as {other} sees it too", facts.instrument.short_title),
    }]
}
