//! Where a score stands in a reference group.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::instrument::{Informant, Scale, Sex};

/// A T-score from mean and SD, with the percentile that it has in a normal distribution.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct TScore {
    /// (x − mean) ÷ SD.
    pub z: f64,
    /// 50 + 10 z.
    pub t: f64,
    /// The same as it is printed, rounded half up.
    pub rounded: i64,
    /// 100 · Φ(z). Only for scores that are close to normal; symptom scores are not, so prefer [`percentile_rank`].
    pub percentile_normal: f64,
}

/// T-score of `x` in a group with this mean and SD (points, SD above 0). Instruments with tables of their own (RCADS)
/// use those instead: see [`lookup`].
pub fn t_score(x: f64, mean: f64, sd: f64) -> Option<TScore> {
    if sd.is_nan() || sd <= 0.0 || !x.is_finite() || !mean.is_finite() {
        return None;
    }
    let z = (x - mean) / sd;
    let t = 50.0 + 10.0 * z;
    let percentile_normal = 100.0 * Normal::standard().cdf(z);
    Some(TScore { z, t, rounded: (t + 0.5).floor() as i64, percentile_normal })
}

/// Percentile ranks of a score in a reference sample, 0 to 100.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct PercentileRank {
    /// Below, plus half of those equal: the one to print.
    pub mid_rank: f64,
    /// At or below.
    pub at_or_below: f64,
    /// Below.
    pub below: f64,
}

/// Percentile ranks of `x`. Nothing without a reference.
pub fn percentile_rank(reference: &[f64], x: f64) -> Option<PercentileRank> {
    if reference.is_empty() {
        return None;
    }
    let n = reference.len() as f64;
    let below = reference.iter().filter(|value| **value < x).count() as f64;
    let equal = reference.iter().filter(|value| **value == x).count() as f64;
    Some(PercentileRank {
        mid_rank: 100.0 * (below + 0.5 * equal) / n,
        at_or_below: 100.0 * (below + equal) / n,
        below: 100.0 * below / n,
    })
}

/// Of whom a table is asked.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Age in whole years, if known.
    pub age: Option<u8>,
    /// School grade (US counting), if known.
    pub grade: Option<u8>,
    /// Sex as the table uses it, if known.
    pub sex: Option<Sex>,
    /// Who answered, if known.
    pub informant: Option<Informant>,
}

/// What a table says about a raw score.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Standing {
    /// T-score.
    pub t: Option<f64>,
    /// As printed: "72", or "> 80" above the table's ceiling.
    pub t_text: Option<String>,
    /// Percentile rank.
    pub percentile: Option<f64>,
    /// Source of the table.
    pub source: String,
}

/// Looks a raw score up in the scale's own tables: the first table that fits the person. A table that is split by age,
/// grade, sex or informant fits only a person of whom that is known. Nothing if no table fits or the score is outside it.
pub fn lookup(scale: &Scale, raw: f64, person: Person) -> Option<Standing> {
    let table = scale.lookup.iter().find(|table| {
        table.sex.is_none_or(|sex| person.sex == Some(sex))
            && table.ages.is_none_or(|ages| person.age.is_some_and(|age| ages.contains(age)))
            && table.grades.is_none_or(|grades| person.grade.is_some_and(|grade| grades.contains(grade)))
            && table.informant.is_none_or(|informant| person.informant == Some(informant))
    })?;
    if raw.fract() != 0.0 {
        return None;
    }
    let at = usize::try_from(raw as i64 - i64::from(table.first_raw)).ok()?;
    let (t, percentile) = (table.t.get(at).copied(), table.percentile.get(at).copied());
    if t.is_none() && percentile.is_none() {
        return None;
    }
    let text = t.map(|t| match table.t_ceiling {
        Some(ceiling) if t > ceiling => format!("> {ceiling}"),
        _ => format!("{t}"),
    });
    Some(Standing { t, t_text: text, percentile, source: table.source.clone() })
}
