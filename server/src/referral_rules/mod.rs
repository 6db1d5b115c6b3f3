//! When a screening becomes a referral. One pure file per rule over [`Facts`]; the list is [`RULES`].
//!
//! To add a rule: one file with a `find` function and one line in the list. Priorities and switches are clinical
//! settings; thresholds are the instrument's own. A rule says *follow-up suggested*, never a diagnosis.

mod above_cutoff;
mod critical_item;
mod critical_unanswered;
mod informants_agree;
mod reliable_deterioration;
pub mod replay;
mod switches;
mod two_raised_windows;

use questionnaires::instrument::Instrument;
use questionnaires::score::{CriticalHit, Scored};
use questionnaires::trend::Point;

use crate::config::Clinical;
use crate::model::Day;
use crate::model::referral::Priority;
pub use switches::{NoSwitch, Switch, Switches};

/// What the rules look at: one administration as it stands.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The instrument that was answered.
    pub instrument: &'a Instrument,
    /// Its scores; `None` while the child is still answering.
    pub scored: Option<&'a Scored>,
    /// Critical items answered at or above their threshold so far.
    pub critical: &'a [CriticalHit],
    /// Earlier totals of this instrument and informant, oldest first.
    pub earlier: &'a [Point],
    /// Whether the last earlier total was at or above its cut-off; none where there is no earlier one.
    pub raised_before: Option<bool>,
    /// Other informants whose total for this child is raised in the same window.
    pub raised_by_others: &'a [String],
    /// The day of this screening at the school.
    pub today: Day,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The item for a rule about one item, else empty.
    pub item: String,
    /// How soon a person must look.
    pub priority: Priority,
    /// The fact and its source in plain words (C-04).
    pub why: String,
}

/// A referral rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name in tables and settings.
    pub name: &'static str,
    /// What it looks for.
    pub find: fn(&Facts<'_>, &Clinical) -> Vec<Finding>,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule { name: critical_item::NAME, find: critical_item::find },
    Rule { name: critical_unanswered::NAME, find: critical_unanswered::find },
    Rule { name: above_cutoff::NAME, find: above_cutoff::find },
    Rule { name: reliable_deterioration::NAME, find: reliable_deterioration::find },
    Rule { name: two_raised_windows::NAME, find: two_raised_windows::find },
    Rule { name: informants_agree::NAME, find: informants_agree::find },
];

/// The rule for a child that asked to talk: no screening stands behind it.
pub const ASKED_TO_TALK: &str = "asked_to_talk";
/// The rule for a child that worries about a friend.
pub const FRIEND: &str = "worried_about_friend";
/// The rule for a concern that a teacher reports.
pub const TEACHER_CONCERN: &str = "teacher_concern";

/// A rule as people know it.
#[derive(Debug)]
pub struct Known {
    /// Its name in tables and settings.
    pub name: &'static str,
    /// The words on screen.
    pub label: &'static str,
}

/// Every rule that a district may set, screening or not.
pub const KNOWN: &[Known] = &[
    Known { name: critical_item::NAME, label: "A critical item answered yes" },
    Known { name: critical_unanswered::NAME, label: "A critical item left open" },
    Known { name: above_cutoff::NAME, label: "A total at or above the cut-off" },
    Known { name: reliable_deterioration::NAME, label: "Worse by more than measurement error" },
    Known { name: two_raised_windows::NAME, label: "Raised twice in a row" },
    Known { name: informants_agree::NAME, label: "Two informants agree" },
    Known { name: ASKED_TO_TALK, label: "Asked to talk" },
    Known { name: FRIEND, label: "Worried about a friend" },
    Known { name: TEACHER_CONCERN, label: "A teacher is concerned" },
];

/// What all rules find.
pub fn find_all(facts: &Facts<'_>, clinical: &Clinical) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| (rule.find)(facts, clinical)).collect()
}

/// A band's id as words: `moderately_severe` reads "moderately severe".
fn words(id: &str) -> String {
    id.replace('_', " ")
}

#[cfg(test)]
mod tests;
