//! Bands, cut-offs and the rules that turn answers into findings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Basis;

/// A named range of scores, both ends included.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Short id, for example `moderate`.
    pub id: String,
    /// Words for a reader.
    pub label: String,
    /// Lowest score of the band.
    pub min: f64,
    /// Highest score of the band.
    pub max: f64,
}

/// A decision threshold. Exactly one of `at_least` and `at_most` is set.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Cutoff {
    /// Short id, for example `ge10`.
    pub id: String,
    /// Positive at this score or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Positive at this score or below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Sensitivity, 0 to 1, where published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<f64>,
    /// Specificity, 0 to 1, where published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specificity: Option<f64>,
    /// For whom it was found, and where it was published; or that it is policy.
    pub source: String,
}

impl Cutoff {
    /// Whether a score is on the positive side.
    pub fn is_met(&self, score: f64) -> bool {
        self.at_least.is_some_and(|edge| score >= edge) || self.at_most.is_some_and(|edge| score <= edge)
    }
}

/// Another way to print a score.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// Name of the result, for example `percent`.
    pub id: String,
    /// Score times this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiply: Option<i32>,
    /// Score divided by this, printed to four decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divide: Option<i32>,
}

/// Which finding makes a screen positive.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Positive {
    /// Published, or our choice.
    pub basis: Basis,
    /// What is behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The cut-off in use of this scale decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    /// Any of these scales …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_scale: Vec<String>,
    /// … in this band or a worse one,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_band: Option<String>,
    /// … or at this score or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// With `any_scale`: nothing is said unless this scale has a score too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_with: Option<String>,
    /// Any of these items answered with one of these codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_item: Vec<ItemCodes>,
    /// The decision rows decide.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub by_decision: bool,
}

/// Items and the codes that count.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ItemCodes {
    /// The items, by id.
    pub items: Vec<String>,
    /// Codes as printed.
    pub codes: Vec<i32>,
}

/// A counting rule beside the scales. It reads only what was answered: a blank is not a symptom.
///
/// Either `count` is filled (how many items are at or above their threshold), or `of` names such a count and the
/// result says whether it lies within limits and a core item is at or above its threshold.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of the result, for example `symptom_count`.
    pub id: String,
    /// What it means, and that it is an aid and no diagnosis.
    pub meaning: String,
    /// The source.
    pub source: String,
    /// Item id → lowest code that counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub count: BTreeMap<String, i32>,
    /// Id of the counting rule that is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Fewest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u16>,
    /// Most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u16>,
    /// Core items → lowest code that counts; one of them must.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub core: BTreeMap<String, i32>,
}

/// A finding that calls the whole form into question. It marks; it never mutes a critical answer.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ValidityRule {
    /// Name of the result, for example `invalid_protocol`.
    pub id: String,
    /// The validity scale it reads.
    pub scale: String,
    /// Marked at this score or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Marked at this score or below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// What a mark means.
    pub meaning: String,
    /// The source.
    pub source: String,
}

/// Two answers that do not go together.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// One answer.
    pub one: ItemCodes,
    /// The other.
    pub other: ItemCodes,
    /// Why they do not go together.
    pub meaning: String,
}

/// An outcome decided by rows; the first row that holds decides.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Items without which the form is incomplete.
    pub required: Vec<String>,
    /// The source.
    pub source: String,
    /// The rows, in order.
    pub rows: Vec<DecisionRow>,
}

/// One row of a decision. Every condition that is present must hold.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct DecisionRow {
    /// Outcome, reported as the band.
    pub band: String,
    /// Words for a reader.
    pub label: String,
    /// Whether the screen is positive; absent means that it cannot be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<bool>,
    /// At least one of these items has one of these codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<ItemCodes>,
    /// And at least one of these as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub and_any: Option<ItemCodes>,
    /// At least one of these items is unanswered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_unanswered: Vec<String>,
}
