//! A critical item was handed in without an answer: it needs a look, it is never a "no" (K-14).

use super::{Facts, Finding};
use crate::config::Clinical;

pub(super) const NAME: &str = "critical_unanswered";

pub(super) fn find(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    let Some(scored) = facts.scored else { return Vec::new() };
    scored
        .critical_unanswered
        .iter()
        .map(|item| Finding {
            rule: NAME,
            item: item.clone(),
            priority: clinical.priorities.critical_unanswered.0,
            why: format!("Critical item {item} not answered: needs a look"),
        })
        .collect()
}
