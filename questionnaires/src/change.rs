//! Has one person's score changed by more than measurement error?
//!
//! All functions take the SD and reliability as arguments. They come from the instrument's own file
//! ([`Scale::change_basis`](crate::instrument::Scale::change_basis)); never mix those of another age, sex or informant.

use serde::{Deserialize, Serialize};

use crate::instrument::Polarity;
use crate::prevalence::z_for;

/// Two-sided 95 % limit as Jacobson & Truax (1991) print it.
const Z_95_PRINTED: f64 = 1.96;
/// What a change means.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better, by more than measurement error.
    Improved,
    /// Worse, by more than measurement error.
    Deteriorated,
    /// No more than measurement error. A change equal to the limit is unchanged.
    Unchanged,
    /// Cannot be said: no SD or reliability is known, or the scores are of different versions.
    Unknown,
}

impl Verdict {
    /// The word used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Improved => "improved",
            Verdict::Deteriorated => "deteriorated",
            Verdict::Unchanged => "unchanged",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The reliable change index and what it is made of. All but `rc` in points of the scale.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct ReliableChange {
    /// Standard error of measurement: SD · √(1 − r).
    pub sem: f64,
    /// Standard error of a difference: √2 · SEM.
    pub sdiff: f64,
    /// (post − pre) ÷ sdiff.
    pub rc: f64,
    /// 1.96 · sdiff. Only a change larger than this is reliable.
    pub threshold: f64,
    /// Improved, deteriorated or unchanged, by the polarity of the scale.
    pub verdict: Verdict,
}

/// Reliable change (Jacobson & Truax 1991, with the √2 of Christensen & Mendoza 1986).
///
/// `sd` in points, above 0; `reliability` from 0 to below 1, test–retest where known. Nothing outside these ranges.
///
/// ```
/// use questionnaires::{change::{Verdict, reliable_change}, instrument::Polarity};
///
/// // PSC-17: the limit is 6.03 points, so 6 is not enough and 7 is.
/// let change = |post| reliable_change(12.0, post, 5.62, 0.85, Polarity::HigherWorse).map(|change| change.verdict);
/// assert_eq!(change(18.0), Some(Verdict::Unchanged));
/// assert_eq!(change(19.0), Some(Verdict::Deteriorated));
/// ```
pub fn reliable_change(
    pre: f64,
    post: f64,
    sd: f64,
    reliability: f64,
    polarity: Polarity,
) -> Option<ReliableChange> {
    let sem = standard_error_of_measurement(sd, reliability).filter(|sem| *sem > 0.0)?;
    let sdiff = std::f64::consts::SQRT_2 * sem;
    let rc = (post - pre) / sdiff;
    let verdict = match (rc.abs() > Z_95_PRINTED, rc > 0.0, polarity) {
        (false, _, _) => Verdict::Unchanged,
        (true, true, Polarity::HigherBetter) | (true, false, Polarity::HigherWorse) => Verdict::Improved,
        (true, true, Polarity::HigherWorse) | (true, false, Polarity::HigherBetter) => Verdict::Deteriorated,
    };
    Some(ReliableChange { sem, sdiff, rc, threshold: Z_95_PRINTED * sdiff, verdict })
}

/// SD · √(1 − r), in points. Nothing if the SD is not above 0 or the reliability not within 0 to 1.
pub fn standard_error_of_measurement(sd: f64, reliability: f64) -> Option<f64> {
    (sd > 0.0 && sd.is_finite() && (0.0..=1.0).contains(&reliability))
        .then(|| sd * (1.0 - reliability).sqrt())
}

/// Where the true score is expected, given that extreme scores move towards the mean by themselves.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct ExpectedRange {
    /// Mean + r · (pre − mean).
    pub true_pre: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// Edwards–Nunnally interval (Speer 1992): mean + r · (pre − mean) ± 1.96 · SEM, in points. Children who were chosen
/// because they scored high improve by chance; show this beside the reliable change.
pub fn edwards_nunnally(pre: f64, mean: f64, sd: f64, reliability: f64) -> Option<ExpectedRange> {
    let margin = Z_95_PRINTED * standard_error_of_measurement(sd, reliability)?;
    let true_pre = mean + reliability * (pre - mean);
    Some(ExpectedRange { true_pre, low: true_pre - margin, high: true_pre + margin })
}

/// Mean and SD of a group, in points.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// Jacobson & Truax' three cut-offs for a change that is also clinically significant.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct SignificantCutoffs {
    /// Two SD beyond the dysfunctional group's mean, in the direction of health.
    pub a: f64,
    /// Within two SD of the functional group's mean.
    pub b: f64,
    /// The point between the two means, weighted by the SDs; preferred where the groups overlap.
    pub c: f64,
}

/// Cut-offs a, b and c (Jacobson & Truax 1991). Nothing if neither group has any spread.
pub fn significant_cutoffs(
    dysfunctional: Group,
    functional: Group,
    polarity: Polarity,
) -> Option<SignificantCutoffs> {
    let spread = dysfunctional.sd + functional.sd;
    if spread.is_nan() || spread <= 0.0 {
        return None;
    }
    let health = match polarity {
        Polarity::HigherWorse => -1.0,
        Polarity::HigherBetter => 1.0,
    };
    Some(SignificantCutoffs {
        a: dysfunctional.mean + health * 2.0 * dysfunctional.sd,
        b: functional.mean - health * 2.0 * functional.sd,
        c: (functional.sd * dysfunctional.mean + dysfunctional.sd * functional.mean) / spread,
    })
}

/// Jacobson & Truax' classes of outcome.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reliably better, and across the cut-off.
    Recovered,
    /// Reliably better.
    Improved,
    /// Not reliably different.
    Unchanged,
    /// Reliably worse.
    Deteriorated,
}

impl Outcome {
    /// The word used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Recovered => "recovered",
            Outcome::Improved => "improved",
            Outcome::Unchanged => "unchanged",
            Outcome::Deteriorated => "deteriorated",
        }
    }
}

/// Class of outcome for one person. A score equal to `cut` is still on the side of illness, as a cut-off of a screen is.
pub fn outcome(
    pre: f64,
    post: f64,
    cut: f64,
    sd: f64,
    reliability: f64,
    polarity: Polarity,
) -> Option<Outcome> {
    let ill = |score: f64| match polarity {
        Polarity::HigherWorse => score >= cut,
        Polarity::HigherBetter => score <= cut,
    };
    Some(match reliable_change(pre, post, sd, reliability, polarity)?.verdict {
        Verdict::Improved if ill(pre) && !ill(post) => Outcome::Recovered,
        Verdict::Improved => Outcome::Improved,
        Verdict::Deteriorated => Outcome::Deteriorated,
        Verdict::Unchanged | Verdict::Unknown => Outcome::Unchanged,
    })
}

/// Minimal detectable change, in points.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct DetectableChange {
    /// Standard error of measurement.
    pub sem: f64,
    /// With 90 % confidence: 1.644854… · √2 · SEM.
    pub mdc90: f64,
    /// With 95 % confidence: 1.959964… · √2 · SEM, the same as the limit of reliable change but for z's digits.
    pub mdc95: f64,
}

/// Minimal detectable change from SD (points) and reliability (0 to 1).
pub fn detectable_change(sd: f64, reliability: f64) -> Option<DetectableChange> {
    let sem = standard_error_of_measurement(sd, reliability)?;
    let with = |confidence| Some(z_for(confidence)? * std::f64::consts::SQRT_2 * sem);
    Some(DetectableChange { sem, mdc90: with(0.90)?, mdc95: with(0.95)? })
}
