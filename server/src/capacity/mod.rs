//! Can the counselors of a school see everybody whom a window is expected to find, in time? Pure arithmetic (55, LAW-01).
//!
//! Expected positives are a cohort times a base rate. Against them stand first talks: so many a counselor and school day,
//! from the first day of the window until the last positive of its last day is due. [`plan`] also spreads the classes
//! over the days so that on no day more positives are expected than there are talks left until they are due.

mod waves;

#[cfg(test)]
mod tests;

use crate::model::Day;
pub use waves::{Proposal, Wave, stagger};

/// Children who are screened together: a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Children who are asked something.
    pub children: u64,
    /// How many of them are expected to be positive.
    pub expected: f64,
}

/// One school day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SchoolDay {
    /// Which.
    pub day: Day,
    /// First talks that the counselors who are there can hold on it.
    pub talks: f64,
}

/// Where a share comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// From so many past screenings of the district itself.
    Own(u64),
    /// From the clinical settings.
    Settings,
}

/// The share of screens that are expected positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaseRate {
    /// 0 to 1.
    pub share: f64,
    /// Where it comes from.
    pub basis: Basis,
}

/// The district's own share where at least `enough` past screenings give one, else `otherwise`.
///
/// A count under `smallest` is taken as `smallest`: the share must not give a count away that no release would show, and
/// a plan for a few more does no harm.
pub fn base_rate(positive: u64, screened: u64, enough: u64, smallest: u64, otherwise: f64) -> BaseRate {
    if screened < enough.max(smallest).max(1) {
        return BaseRate { share: otherwise, basis: Basis::Settings };
    }
    let share = positive.clamp(smallest, screened) as f64 / screened as f64;
    BaseRate { share, basis: Basis::Own(screened) }
}

/// The expectation for one child that answers several instruments: the sum of their shares, at most 1. However much the
/// instruments agree about the same children, there are not more positives than that.
pub fn for_one_child(shares: impl Iterator<Item = f64>) -> f64 {
    shares.sum::<f64>().min(1.0)
}

/// A school's plan for a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Children who are asked something.
    pub children: u64,
    /// How many of them are expected to be positive.
    pub expected: f64,
    /// School days of the window.
    pub days: usize,
    /// First talks from the first day of the window until the positives of its last day are due.
    pub talks: f64,
    /// The last of those days; none where the window has no school day.
    pub until: Option<Day>,
    /// Which classes on which days.
    pub proposal: Proposal,
}

impl Plan {
    /// Whether everybody who is expected to be positive can be seen in time, within the window as it is.
    pub fn is_enough(&self) -> bool {
        matches!(self.proposal, Proposal::Within { .. })
    }

    /// First talks that are missing, in whole ones.
    pub fn missing(&self) -> u64 {
        whole(self.expected - self.talks)
    }
}

/// Rounded up to whole people: of half a positive child there is one.
pub fn whole(people: f64) -> u64 {
    // Sums of shares end a hair beside the whole number that they mean.
    (people - 1e-6).ceil().max(0.0) as u64
}

/// The plan of a school whose `calendar` begins on the window's first day: the first `days` of it are the window's, the
/// others follow. A positive is due `clock` school days after its screening, and the day itself counts.
pub fn plan(groups: &[Group], calendar: &[SchoolDay], days: usize, clock: usize) -> Plan {
    let days = days.min(calendar.len());
    let follow_up = &calendar[..if days == 0 { 0 } else { (days + clock).min(calendar.len()) }];
    Plan {
        children: groups.iter().map(|g| g.children).sum(),
        expected: groups.iter().map(|g| g.expected).sum(),
        days,
        talks: follow_up.iter().map(|d| d.talks).sum(),
        until: follow_up.last().map(|d| d.day),
        proposal: stagger(groups, calendar, days, clock),
    }
}
