//! Which classes on which school days.

use super::{Group, SchoolDay};
use crate::model::Day;

/// The classes of one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Wave {
    /// When they are screened.
    pub day: Day,
    /// Which.
    pub groups: Vec<String>,
    /// How many children.
    pub children: u64,
    /// How many of them are expected to be positive.
    pub expected: f64,
    /// The day of the last first talk with one of them.
    pub seen_by: Day,
}

/// What can be proposed.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
    /// All classes within the window; nobody waits longer than `wait` school days for a first talk.
    Within {
        /// The fewest days that will do.
        wait: usize,
        /// The days, in their order.
        waves: Vec<Wave>,
    },
    /// Only if the window is longer.
    Longer {
        /// The days, in their order; the last ones lie after the window.
        waves: Vec<Wave>,
    },
    /// No dates will do: there are too few counselors for one class alone, or for all within half a year.
    None,
}

impl Proposal {
    /// The days that are proposed.
    pub fn waves(&self) -> &[Wave] {
        match self {
            Self::Within { waves, .. } | Self::Longer { waves } => waves,
            Self::None => &[],
        }
    }
}

/// Spreads classes, in their order, over the window's days so that on each day no more positives are expected than there
/// are talks left until they are due, with the shortest wait that fits into the window. With no wait at all that is: no
/// day's positives exceed the day's talks.
pub fn stagger(groups: &[Group], calendar: &[SchoolDay], days: usize, clock: usize) -> Proposal {
    for wait in 0..=clock {
        if let Some(waves) = place(groups, calendar, days, wait) {
            return Proposal::Within { wait, waves };
        }
    }
    place(groups, calendar, calendar.len(), clock).map_or(Proposal::None, |waves| Proposal::Longer { waves })
}

/// Each class on the first day from the one before on that has room for it. Who waits longest is seen first, so a talk is
/// always taken from the earliest day that has one.
fn place(groups: &[Group], calendar: &[SchoolDay], days: usize, wait: usize) -> Option<Vec<Wave>> {
    let mut left: Vec<f64> = calendar.iter().map(|d| d.talks).collect();
    let mut waves: Vec<Wave> = Vec::new();
    let mut day = 0;
    for group in groups {
        let within = loop {
            if day >= days {
                return None;
            }
            let within = day..(day + wait + 1).min(left.len());
            if group.expected <= left[within.clone()].iter().sum::<f64>() + 1e-9 {
                break within;
            }
            day += 1;
        };
        let today = calendar[day].day;
        let mut open = group.expected;
        let mut seen_by = today;
        for at in within {
            let taken = open.min(left[at]);
            left[at] -= taken;
            open -= taken;
            if taken > 0.0 {
                seen_by = calendar[at].day;
            }
        }
        match waves.last_mut().filter(|wave| wave.day == today) {
            Some(wave) => {
                wave.groups.push(group.name.clone());
                wave.children += group.children;
                wave.expected += group.expected;
                wave.seen_by = wave.seen_by.max(seen_by);
            }
            None => waves.push(Wave {
                day: today,
                groups: vec![group.name.clone()],
                children: group.children,
                expected: group.expected,
                seen_by,
            }),
        }
    }
    Some(waves)
}
