//! Signs that a form was not filled in with care. They mark a form for a reader; they never change a score and never
//! mute a critical answer, and a child is never told.

use serde::{Deserialize, Serialize};

use crate::instrument::{Instrument, ItemCodes};
use crate::response::Answers;

/// What was measured on one form.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Seconds for each answered item on average, if the time is known.
    pub seconds_per_item: Option<f64>,
    /// Longest run of the same code over neighbouring items with the same choices.
    pub longest_run: usize,
    /// Number of items that were asked with those same choices: what the longest run could have been.
    pub longest_possible_run: usize,
    /// Share of due items without an answer, 0 to 1. A declined item is without an answer.
    pub missing_share: f64,
    /// Pairs of answers that do not go together, as the definition words them.
    pub contradictions: Vec<String>,
}

/// Limits beyond which a form is marked. They are a district's settings; nothing is marked without one.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Marked below this many seconds for each answered item.
    pub least_seconds_per_item: Option<f64>,
    /// Marked when the longest run reaches this length.
    pub longest_run: Option<usize>,
    /// Marked above this share of missing answers, 0 to 1.
    pub most_missing: Option<f64>,
    /// Marked at this many contradictions.
    pub contradictions: Option<usize>,
}

/// Why a form is marked.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Answered faster than it can be read.
    TooFast,
    /// The same answer many times in a row.
    SameAnswer,
    /// Much was left out.
    ManyMissing,
    /// Answers that do not go together.
    Contradiction,
}

/// Measures one form. `seconds` is the time from the first item to the last answer, if known.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use questionnaires::{library, response::{Answer, Answers}, validity::{Limits, Mark, marks, measure}};
///
/// let kessler = library::get("k10").ok_or("not shipped")?;
/// let answers: Answers = (1..=10).map(|n| (n.to_string(), Answer::Code(1))).collect();
/// let pattern = measure(kessler, &answers, Some(6.0));
/// assert_eq!((pattern.longest_run, pattern.seconds_per_item), (10, Some(0.6)));
///
/// let limits = Limits { least_seconds_per_item: Some(1.0), ..Limits::default() };
/// assert_eq!(marks(&pattern, &limits), [Mark::TooFast]);
/// # Ok(()) }
/// ```
pub fn measure(instrument: &Instrument, answers: &Answers, seconds: Option<f64>) -> Pattern {
    let asked = instrument.items.iter().filter(|item| !item.not_asked);
    let due: Vec<_> =
        asked.filter(|item| item.show_when.as_ref().is_none_or(|when| when.holds(answers))).collect();
    let code = |item: &str| answers.get(item).code();
    let answered = due.iter().filter(|item| code(&item.id).is_some()).count();
    let (mut longest, mut possible) = (0, 0);
    for block in due.chunk_by(|one, next| one.choices == next.choices) {
        possible = possible.max(block.len());
        let runs = block.chunk_by(|one, next| code(&one.id).is_some() && code(&one.id) == code(&next.id));
        let run = runs.filter(|run| code(&run[0].id).is_some()).map(<[_]>::len).max().unwrap_or(0);
        longest = longest.max(run);
    }
    let has = |any: &ItemCodes| {
        any.items.iter().any(|item| code(item).is_some_and(|code| any.codes.contains(&code)))
    };
    let contradictory = instrument.contradictions.iter().filter(|pair| has(&pair.one) && has(&pair.other));
    Pattern {
        seconds_per_item: seconds.filter(|_| answered > 0).map(|seconds| seconds / answered as f64),
        longest_run: longest,
        longest_possible_run: possible,
        missing_share: if due.is_empty() { 0.0 } else { 1.0 - answered as f64 / due.len() as f64 },
        contradictions: contradictory.map(|pair| pair.meaning.clone()).collect(),
    }
}

/// Which limits a form exceeds.
pub fn marks(pattern: &Pattern, limits: &Limits) -> Vec<Mark> {
    let too_fast = pattern
        .seconds_per_item
        .zip(limits.least_seconds_per_item)
        .is_some_and(|(seconds, least)| seconds < least);
    let same = limits.longest_run.is_some_and(|limit| pattern.longest_run >= limit);
    let missing = limits.most_missing.is_some_and(|most| pattern.missing_share > most);
    let contradictory =
        limits.contradictions.is_some_and(|limit| limit > 0 && pattern.contradictions.len() >= limit);
    let found = [
        (too_fast, Mark::TooFast),
        (same, Mark::SameAnswer),
        (missing, Mark::ManyMissing),
        (contradictory, Mark::Contradiction),
    ];
    found.into_iter().filter(|(is_found, _)| *is_found).map(|(_, mark)| mark).collect()
}
