//! What scoring gives back.

use serde::{Deserialize, Serialize};

pub use crate::instrument::CriticalHit;

/// How far a score can be trusted as a whole.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every item that counts was answered.
    Complete,
    /// Some were blank; the sum was scaled up to the full length and rounded half up.
    Prorated,
    /// Some were blank and counted 0, as the owner's rule says. The true score can only be higher.
    BlankAsZero,
    /// Items are open, so a negative finding cannot be given.
    Incomplete,
    /// Too few answers. There is no score; in particular it is not 0.
    NotScored,
}

impl Status {
    /// The word used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Prorated => "prorated",
            Status::BlankAsZero => "blank_as_zero",
            Status::Incomplete => "incomplete",
            Status::NotScored => "not_scored",
        }
    }
}

/// Why a scale has no score. A finding to be stored and shown, not an error.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotScored {
    /// More answers are missing than the scale's rule allows.
    #[error("{missing} answers are missing and the rule allows {allowed}")]
    TooManyMissing {
        /// Unanswered items.
        missing: u16,
        /// The limit.
        allowed: u16,
    },
    /// A scale that it is made of has no score.
    #[error("one of the scales it is made of has no score")]
    PartNotScored,
}

/// One cut-off and the side on which the score lies.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CutResult {
    /// Id of the cut-off.
    pub id: String,
    /// Whether it is met; nothing if there is no score.
    pub met: Option<bool>,
}

/// The same score printed another way, for example in per cent.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct DerivedValue {
    /// Name, for example `percent`.
    pub id: String,
    /// The number; nothing if there is no score.
    pub value: Option<f64>,
    /// Whether it is a fraction (a mean), printed with decimals.
    pub fractional: bool,
}

/// One scale's result.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ScaleScore {
    /// Id of the scale; `total` comes first.
    pub scale: String,
    /// The score in points, if there is one.
    pub value: Option<f64>,
    /// Why there is none.
    pub not_scored: Option<NotScored>,
    /// Whether blanks were filled in by scaling up.
    pub prorated: bool,
    /// Id of the band.
    pub band: Option<String>,
    /// Whether the cut-off in use is met; nothing without a score or a cut-off.
    pub positive: Option<bool>,
    /// All cut-offs.
    pub cuts: Vec<CutResult>,
    /// Lowest score the scale can have, in points.
    pub min: f64,
    /// Highest score the scale can have, in points.
    pub max: f64,
    /// Whether the score is a mean rather than a whole number of points.
    pub fractional: bool,
    /// A check on how the form was filled in, not a finding.
    pub is_validity: bool,
    /// Whether a cut-off is in use on this scale.
    pub judged: bool,
    /// Whether the scale has bands.
    pub banded: bool,
    /// Other ways to print the score.
    pub derived: Vec<DerivedValue>,
}

/// What an instrument adds to its scores.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name, for example `symptom_count` or `invalid_protocol`.
    pub id: String,
    /// What was found.
    pub value: FindingValue,
}

/// The value of a finding.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(untagged)]
pub enum FindingValue {
    /// Yes or no.
    Flag(bool),
    /// A number of items.
    Count(u16),
    /// Cannot be said, because a scale that it reads has no score.
    Unknown,
}

/// Everything that follows from one form.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Scored {
    /// Instrument.
    pub instrument: String,
    /// Version of the definition that was used. Scores of another version are another measure.
    pub version: u32,
    /// How far the total can be trusted.
    pub status: Status,
    /// The total in points, if the instrument has one and enough was answered.
    pub total: Option<f64>,
    /// Band of the total, or the outcome of the decision rows.
    pub band: Option<String>,
    /// Whether the screen is positive: a reason to talk, not a diagnosis. Nothing if it cannot be said.
    pub positive: Option<bool>,
    /// All scales, `total` first.
    pub scales: Vec<ScaleScore>,
    /// Unanswered items that count for the status, in form order.
    pub missing: Vec<String>,
    /// Critical answers, in form order. They stand whatever the total is and however incomplete the form.
    pub critical: Vec<CriticalHit>,
    /// Critical items that were due and have no answer: "needs a look", never "no".
    pub critical_unanswered: Vec<String>,
    /// What the instrument adds: counting rules, then validity rules.
    pub findings: Vec<Finding>,
    /// Items whose recorded code does not exist; they were treated as unanswered.
    pub impossible: Vec<String>,
}

impl Scored {
    /// One scale's result.
    pub fn scale(&self, id: &str) -> Option<&ScaleScore> {
        self.scales.iter().find(|scale| scale.scale == id)
    }

    /// One finding.
    pub fn finding(&self, id: &str) -> Option<FindingValue> {
        self.findings.iter().find(|finding| finding.id == id).map(|finding| finding.value)
    }
}
