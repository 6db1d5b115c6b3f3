//! What is counted: the children, screens and referrals of one school and one window, in groups of like ones.
//!
//! A school is read once and every chart takes its counts from that, so a release costs one pass over the answers however
//! many charts there are, and no more memory than its largest school.

use std::collections::BTreeMap;

use questionnaires::response::Answers;
use questionnaires::validity::Limits;
use sqlx::FromRow;

use crate::model::outside::{OutsideState, System};
use crate::model::people::Sex;
use crate::model::{Instant, SchoolId};
use crate::store::responses::Stored;

/// Children whom the window covers and who came equally far.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct CohortFact {
    /// 1 where nothing forbids that they take part.
    pub allowed: i64,
    pub started: i64,
    pub finished: i64,
    pub valid: i64,
    pub n: i64,
}

/// Screens with a decision that are alike.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct ScreenFact {
    pub instrument: String,
    pub band: Option<String>,
    /// 1 or 0.
    pub positive: i64,
    pub sex: Sex,
    /// Language of the child.
    pub language: String,
    pub grade: i64,
    pub n: i64,
}

/// One referral that the window gave rise to.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct ReferralFact {
    pub opened_at: Instant,
    pub due_at: Instant,
    pub acknowledged_at: Option<Instant>,
    /// The first contact in which somebody was reached.
    pub reached_at: Option<Instant>,
    pub closed_at: Option<Instant>,
}

/// Referrals to services outside that are alike.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct OutsideFact {
    pub system: System,
    pub state: OutsideState,
    pub n: i64,
}

/// One answer of a form that the quality of an instrument is judged by.
#[derive(Debug, FromRow)]
pub(super) struct AnswerFact {
    pub instrument: String,
    pub started_at: Option<Instant>,
    pub submitted_at: Option<Instant>,
    #[sqlx(flatten)]
    pub answer: Stored,
}

/// A handed-in form.
#[derive(Clone, Debug)]
pub(super) struct FormFact {
    pub instrument: String,
    /// From the first page to handing in.
    pub seconds: Option<f64>,
    pub answers: Answers,
}

/// Everything that is counted of one school.
#[derive(Clone, Debug)]
pub(super) struct SchoolFacts {
    pub school: SchoolId,
    pub cohort: Vec<CohortFact>,
    pub screens: Vec<ScreenFact>,
    pub referrals: Vec<ReferralFact>,
    pub outside: Vec<OutsideFact>,
    pub forms: Vec<FormFact>,
    /// When a form is marked.
    pub limits: Limits,
    /// When it was read.
    pub now: Instant,
}

impl SchoolFacts {
    /// The school's name among the groups of cells.
    pub fn group(&self) -> String {
        self.school.to_string()
    }
}

/// Counts under series, group and item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    counts: BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>,
}

impl Tally {
    /// Adds children to a cell. A cell that nobody is in is there too once it was named.
    pub fn add(&mut self, series: &str, group: &str, item: &str, n: u64) {
        let groups = match self.counts.get_mut(series) {
            Some(groups) => groups,
            None => self.counts.entry(series.to_owned()).or_default(),
        };
        let items = match groups.get_mut(group) {
            Some(items) => items,
            None => groups.entry(group.to_owned()).or_default(),
        };
        match items.get_mut(item) {
            Some(count) => *count += n,
            None => {
                items.insert(item.to_owned(), n);
            }
        }
    }

    /// A count; nobody where the cell was never named.
    pub fn get(&self, series: &str, group: &str, item: &str) -> u64 {
        self.counts.get(series).and_then(|g| g.get(group)).and_then(|i| i.get(item)).copied().unwrap_or(0)
    }

    /// Every series, in order.
    pub fn series(&self) -> Vec<String> {
        self.counts.keys().cloned().collect()
    }

    /// The groups of a series, in order.
    pub fn groups(&self, series: &str) -> Vec<String> {
        self.counts.get(series).map(|g| g.keys().cloned().collect()).unwrap_or_default()
    }

    /// The items of a group, in order.
    pub fn items(&self, series: &str, group: &str) -> Vec<String> {
        let items = self.counts.get(series).and_then(|g| g.get(group));
        items.map(|i| i.keys().cloned().collect()).unwrap_or_default()
    }

    /// Moves a group's counts into another group.
    pub fn merge(&mut self, series: &str, from: &str, into: &str) {
        let Some(moved) = self.counts.get_mut(series).and_then(|groups| groups.remove(from)) else { return };
        for (item, n) in moved {
            self.add(series, into, &item, n);
        }
    }
}

/// A count as the database gives it.
pub(super) fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
