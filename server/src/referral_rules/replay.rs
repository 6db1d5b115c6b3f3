//! The rules over what was answered in the past, as they looked at it then: pure, for trying settings out (54).

use jiff::civil;
use questionnaires::flag;
use questionnaires::instrument::Instrument;
use questionnaires::response::{Answer, Answers};
use questionnaires::score::{CriticalHit, score};
use questionnaires::trend::Point;

use super::{Facts, Finding, find_all};
use crate::config::Clinical;
use crate::model::{Day, Instant, WindowId};

/// One administration of the past.
#[derive(Clone, Debug)]
pub struct Past {
    /// What was asked.
    pub instrument: &'static Instrument,
    /// In which window.
    pub window: WindowId,
    /// Of whom.
    pub informant: String,
    /// When it was handed in, with the day at the school; none where it never was.
    pub submitted: Option<(Instant, Day)>,
    /// The last answer to each item.
    pub answers: Answers,
    /// Items with an answer at or above their threshold at any time: a changed answer takes nothing back.
    pub critical: Vec<CriticalHit>,
}

impl Past {
    /// An administration without an answer yet.
    pub fn new(
        instrument: &'static Instrument,
        window: WindowId,
        informant: String,
        submitted: Option<(Instant, Day)>,
    ) -> Self {
        Self { instrument, window, informant, submitted, answers: Answers::default(), critical: Vec::new() }
    }

    /// Adds an answer, in the order of answering.
    pub fn answer(&mut self, item: &str, answer: Answer) {
        if let Some(hit) = flag::critical_hit(self.instrument, item, &answer)
            && self.critical.iter().all(|known| known.item != hit.item)
        {
            self.critical.push(hit);
        }
        self.answers.set(item, answer);
    }
}

/// The total of one administration of a child.
#[derive(Clone, Debug)]
pub struct Total {
    /// In which window.
    pub window: WindowId,
    /// Of what.
    pub instrument: String,
    /// Its version.
    pub version: u32,
    /// By whom.
    pub informant: String,
    /// When, and the day at the school.
    pub submitted: (Instant, civil::Date),
    /// The number; none where it could not be scored.
    pub value: Option<f64>,
    /// Whether it was at or above the cut-off.
    pub positive: Option<bool>,
}

/// What the rules find for one administration, given all totals of its child, oldest first: only what was handed in
/// before counts as earlier.
pub fn findings(past: &Past, totals: &[Total], clinical: &Clinical) -> Vec<Finding> {
    let alone = Facts {
        instrument: past.instrument,
        scored: None,
        critical: &past.critical,
        earlier: &[],
        raised_before: None,
        raised_by_others: &[],
        today: past.submitted.map_or(Day(civil::Date::ZERO), |(_, day)| day),
    };
    // A critical answer counts from the moment it was given, whether or not the form was handed in.
    let mut found = find_all(&alone, clinical);
    let Some((at, _)) = past.submitted else { return found };
    let scored = score(past.instrument, &past.answers);
    let before = |total: &&Total| {
        total.window != past.window
            && total.instrument == past.instrument.id
            && total.informant == past.informant
            && total.submitted.0 < at
    };
    let earlier: Vec<&Total> = totals.iter().filter(before).filter(|total| total.value.is_some()).collect();
    let points: Vec<Point> = earlier
        .iter()
        .filter_map(|total| {
            Some(Point { date: total.submitted.1, value: total.value?, version: total.version })
        })
        .collect();
    let others: Vec<String> = totals
        .iter()
        .filter(|total| {
            total.window == past.window
                && total.informant != past.informant
                && total.submitted.0 <= at
                && total.positive == Some(true)
        })
        .map(|total| total.informant.clone())
        .collect();
    let facts = Facts {
        scored: Some(&scored),
        critical: &scored.critical,
        earlier: &points,
        raised_before: earlier.last().and_then(|total| total.positive),
        raised_by_others: &others,
        ..alone
    };
    found.extend(find_all(&facts, clinical));
    found
}
