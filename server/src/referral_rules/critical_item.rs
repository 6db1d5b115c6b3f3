//! A critical item was answered at or above its threshold. Works on a half-finished form.

use super::{Facts, Finding};
use crate::config::Clinical;

pub(super) const NAME: &str = "critical_item";

pub(super) fn find(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    facts
        .critical
        .iter()
        .map(|hit| {
            let answer = facts
                .instrument
                .form("en")
                .ok()
                .and_then(|form| {
                    let item = form.items.into_iter().find(|item| item.id == hit.item)?;
                    item.choices.into_iter().find(|choice| choice.code == hit.code)
                })
                .map_or_else(|| hit.code.to_string(), |choice| choice.label.to_lowercase());
            Finding {
                rule: NAME,
                item: hit.item.clone(),
                priority: clinical.priorities.critical_item.0,
                why: format!("Critical item {}: {answer}", hit.item),
            }
        })
        .collect()
}
