//! Scales: which items, how they are put together, what may be missing, and what the number can be compared with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rule::{Band, Cutoff, Derived};
use super::{Ages, Grades, Informant};

/// Items scored together.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Short id; `total` is the total.
    pub id: String,
    /// Name in words.
    pub title: String,
    /// A score, or a check on how the form was filled in.
    #[serde(default, skip_serializing_if = "Role::is_score")]
    pub role: Role,
    /// Items of the scale, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Other scales of which this one is the sum; then `items` is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scales: Vec<String>,
    /// Items that are turned round: lowest + highest value of the item − value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reverse: Vec<String>,
    /// Whole-number weights of items (or of nested scales) other than 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, i32>,
    /// Sum, mean or count.
    #[serde(default, skip_serializing_if = "Method::is_sum")]
    pub method: Method,
    /// Which codes a counting scale counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_codes: Option<Vec<i32>>,
    /// The finished sum is multiplied by this (DASS-21: 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiply: Option<i32>,
    /// What happens when answers are missing.
    pub missing: MissingRule,
    /// LOINC code of the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loinc: Option<String>,
    /// Id of the cut-off that decides whether this scale is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_in_use: Option<String>,
    /// What SD and reliability reliable change is computed from. Without it no change is ever called reliable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeBasis>,
    /// Named ranges, from low to high, without gaps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// Decision thresholds reported with each score; `cut_in_use` names the one in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<Cutoff>,
    /// Thresholds published for other groups; shown to professionals, not reported with each score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_cuts: Vec<Cutoff>,
    /// Other ways to print the same number (WHO-5: per cent).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
    /// Means and SDs of reference groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub norms: Vec<Norm>,
    /// Reliability coefficients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<Reliability>,
    /// Changes that others have published as meaningful; shown, never used to make a claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published_changes: Vec<PublishedChange>,
    /// Raw score → T-score and percentile, by age, sex and informant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookup: Vec<LookupTable>,
}

/// What a scale is for.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A score of interest.
    #[default]
    Score,
    /// A check on how the form was filled in (lie scale, social desirability). Never read as a finding.
    Validity,
}

impl Role {
    fn is_score(&self) -> bool {
        *self == Role::Score
    }
}

/// How items become a number.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Sum of the item values.
    #[default]
    Sum,
    /// Mean of the item values.
    Mean,
    /// Number of items answered with one of `count_codes`.
    Count,
}

impl Method {
    fn is_sum(&self) -> bool {
        *self == Method::Sum
    }
}

/// What happens to a scale when answers are missing. Too few answers give no score, never 0.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct MissingRule {
    /// The kind of rule.
    pub rule: MissingKind,
    /// Most items that may be unanswered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_missing: Option<u16>,
    /// The same as a share of the scale's items in per cent, rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_missing_percent: Option<u16>,
    /// The same from the other side: fewest items that must be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_answered: Option<u16>,
    /// Over which items the limit counts.
    #[serde(default, skip_serializing_if = "Counting::is_own")]
    pub counted_over: Counting,
    /// Whether the owner published the rule or we chose it.
    pub basis: Basis,
    /// More about where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Kinds of missing rules.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MissingKind {
    /// Up to the limit: sum × items ÷ answered, rounded half up.
    Prorate,
    /// Up to the limit: a blank counts 0. It can only lower a symptom score, so it is reported.
    BlankAsZero,
    /// Nothing may be missing.
    Complete,
    /// What was answered is counted; the result is a lower bound and is reported as incomplete.
    CountAnswered,
}

/// Over which items a missing limit counts.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// The scale's own items.
    #[default]
    Scale,
    /// The items of the total (PSC: four blanks anywhere make the whole form invalid).
    Total,
}

impl Counting {
    fn is_own(&self) -> bool {
        *self == Counting::Scale
    }
}

/// Where a rule comes from.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The owner or a paper says so.
    Published,
    /// Our choice where nothing is published; change it in the file, in a new version.
    Policy,
}

/// Sex as norm tables use it.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Girls.
    Female,
    /// Boys.
    Male,
}

/// Mean and spread of a reference group.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Norm {
    /// Short id, so that `change` can name it.
    pub id: String,
    /// Who was measured.
    pub group: String,
    /// Sex of the group, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Ages of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages: Option<Ages>,
    /// Number of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Mean in points of the scale.
    pub mean: f64,
    /// Standard deviation in points; without it no change can be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// The paper.
    pub source: String,
}

/// A reliability coefficient, 0 to 1.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Reliability {
    /// Short id, so that `change` can name it.
    pub id: String,
    /// Which coefficient.
    pub kind: ReliabilityKind,
    /// Its value; the lower end where a range was published.
    pub value: f64,
    /// Upper end of a published range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
    /// In whom, and where it was published.
    pub source: String,
}

/// Kinds of reliability.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ReliabilityKind {
    /// The same people asked again: the right one for monitoring across weeks.
    TestRetest,
    /// Cronbach's alpha: a fallback that overstates stability over time.
    Alpha,
}

/// The SD and reliability that reliable change uses, by the ids of a norm and a reliability of the same scale.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ChangeBasis {
    /// Id of the norm whose SD is used.
    pub norm: String,
    /// Id of the reliability that is used.
    pub reliability: String,
    /// Why these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A change in points that a source calls meaningful.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct PublishedChange {
    /// Points of the scale.
    pub points: f64,
    /// What is meant, and who says so.
    pub source: String,
}

/// Raw scores of one group looked up in the owner's table. `t` and `percentile` run from `first_raw` upwards.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct LookupTable {
    /// Sex of the group, if the table is split by sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Ages of the group, if split by age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages: Option<Ages>,
    /// School grades of the group (US counting), if split by grade, as those of the RCADS are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grades: Option<Grades>,
    /// Who answered, if split by informant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informant: Option<Informant>,
    /// Raw score of the first entry.
    pub first_raw: i32,
    /// T-scores, one for each raw score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub t: Vec<f64>,
    /// Percentile ranks, one for each raw score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub percentile: Vec<f64>,
    /// T-scores above this are shown as “> this”.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t_ceiling: Option<f64>,
    /// The table's source.
    pub source: String,
}

impl Scale {
    /// A plain sum of items without bands or cut-offs.
    pub fn sum(id: &str, title: &str, items: Vec<String>, missing: MissingRule) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            role: Role::Score,
            items,
            scales: Vec::new(),
            reverse: Vec::new(),
            weights: BTreeMap::new(),
            method: Method::Sum,
            count_codes: None,
            multiply: None,
            missing,
            loinc: None,
            cut_in_use: None,
            change: None,
            bands: Vec::new(),
            cuts: Vec::new(),
            further_cuts: Vec::new(),
            derived: Vec::new(),
            norms: Vec::new(),
            reliability: Vec::new(),
            published_changes: Vec::new(),
            lookup: Vec::new(),
        }
    }

    /// The cut-off in use, if one is named.
    pub fn cut_in_use(&self) -> Option<&Cutoff> {
        let id = self.cut_in_use.as_deref()?;
        self.cuts.iter().find(|cut| cut.id == id)
    }

    /// The norm whose SD reliable change uses.
    pub fn change_norm(&self) -> Option<&Norm> {
        let basis = self.change.as_ref()?;
        self.norms.iter().find(|norm| norm.id == basis.norm)
    }

    /// SD (points) and reliability (0–1) for reliable change, if both are known.
    pub fn change_basis(&self) -> Option<(f64, f64)> {
        let basis = self.change.as_ref()?;
        let sd = self.change_norm()?.sd?;
        let reliability = self.reliability.iter().find(|one| one.id == basis.reliability)?.value;
        Some((sd, reliability))
    }
}
