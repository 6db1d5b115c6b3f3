//! Shares of a group and how sure they are.
//!
//! A share of positive screens is not the share of ill children: see [`rogan_gladen`] and [`predictive_values`].

use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

/// An estimate with the ends of its interval.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Two-sided standard normal limit for a confidence between 0 and 1: 1.959964 for 0.95. Nothing outside.
pub fn z_for(confidence: f64) -> Option<f64> {
    (confidence > 0.0 && confidence < 1.0)
        .then(|| Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence)))
}

/// Wilson's interval for a share (Wilson 1927; Newcombe 1998 a), the default in every report. `z` from [`z_for`].
/// Nothing when `n` is 0 or there are more successes than cases.
///
/// ```
/// use questionnaires::prevalence::wilson;
///
/// let share = wilson(81, 263, 1.96).map(|i| ((i.low * 1e4).round(), (i.high * 1e4).round()));
/// assert_eq!(share, Some((2553.0, 3662.0))); // Newcombe 1998: .2553–.3662
/// ```
pub fn wilson(successes: u64, n: u64, z: f64) -> Option<Interval> {
    if n == 0 || successes > n || !z.is_finite() {
        return None;
    }
    let (k, n) = (successes as f64, n as f64);
    let (p, z2) = (k / n, z * z);
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the interval touches 0 or 1 exactly; rounding must not leave it a hair away.
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if k == n { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { estimate: p, low, high })
}

/// Clopper–Pearson's exact interval, from quantiles of the beta distribution. Wider than Wilson's.
pub fn clopper_pearson(successes: u64, n: u64, confidence: f64) -> Option<Interval> {
    if n == 0 || successes > n || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let (k, n) = (successes as f64, n as f64);
    let low = if successes == 0 { 0.0 } else { beta_quantile(k, n - k + 1.0, tail)? };
    let high = if k == n { 1.0 } else { beta_quantile(k + 1.0, n - k, 1.0 - tail)? };
    Some(Interval { estimate: k / n, low, high })
}

/// By bisection on the distribution function, so that small shares keep all their digits.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> Option<f64> {
    let beta = Beta::new(a, b).ok()?;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if beta.cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(f64::midpoint(low, high))
}

/// Difference of two independent shares, first − second, with Newcombe's hybrid interval (Newcombe 1998 b, method 10).
pub fn newcombe_difference(successes1: u64, n1: u64, successes2: u64, n2: u64, z: f64) -> Option<Interval> {
    let (one, two) = (wilson(successes1, n1, z)?, wilson(successes2, n2, z)?);
    let difference = one.estimate - two.estimate;
    let down = (one.estimate - one.low).hypot(two.high - two.estimate);
    let up = (one.high - one.estimate).hypot(two.estimate - two.low);
    Some(Interval { estimate: difference, low: difference - down, high: difference + up })
}

/// Number of independent cases that a clustered sample is worth: n ÷ (1 + (m − 1) · ICC), `m` cases in each class.
pub fn effective_n(n: f64, cluster_size: f64, icc: f64) -> Option<f64> {
    let inflation = 1.0 + (cluster_size - 1.0) * icc;
    (n > 0.0 && cluster_size >= 1.0 && (0.0..=1.0).contains(&icc)).then(|| n / inflation)
}

/// Prevalence corrected for an imperfect screen.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Corrected {
    /// (AP + Sp − 1) ÷ (Se + Sp − 1); below 0 when fewer are positive than false alarms alone would give.
    pub raw: f64,
    /// The same within 0 to 1.
    pub clamped: f64,
    /// Standard error.
    pub se: f64,
    /// Lower end of the 95 % interval, within 0 to 1.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Rogan & Gladen (1978): the prevalence behind a share of positive screens, given sensitivity and specificity as
/// known. Refuses (gives nothing) when the screen is no better than chance, that is when Se + Sp ≤ 1.
///
/// A raw estimate below 0 means that the observed share is below the false-positive rate: no report may then say
/// "x % depressed".
pub fn rogan_gladen(apparent: f64, n: u64, sensitivity: f64, specificity: f64) -> Option<Corrected> {
    let youden = sensitivity + specificity - 1.0;
    let shares = [apparent, sensitivity, specificity];
    if n == 0 || youden.is_nan() || youden <= 0.0 || shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
        return None;
    }
    let raw = (apparent + specificity - 1.0) / youden;
    let se = (apparent * (1.0 - apparent) / n as f64).sqrt() / youden.abs();
    let margin = z_for(0.95)? * se;
    Some(Corrected {
        raw,
        clamped: raw.clamp(0.0, 1.0),
        se,
        low: (raw - margin).clamp(0.0, 1.0),
        high: (raw + margin).clamp(0.0, 1.0),
    })
}

/// What a screen's result is worth at a given prevalence.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct PredictiveValues {
    /// Share of the positive who have the condition.
    pub ppv: Option<f64>,
    /// Share of the negative who do not.
    pub npv: Option<f64>,
    /// Se ÷ (1 − Sp); nothing when Sp is 1.
    pub lr_positive: Option<f64>,
    /// (1 − Se) ÷ Sp; nothing when Sp is 0.
    pub lr_negative: Option<f64>,
    /// Positive screens among 1000.
    pub flagged_per_1000: f64,
    /// Positive screens without the condition among 1000.
    pub false_alarms_per_1000: f64,
}

/// Predictive values and likelihood ratios. All three arguments are shares, 0 to 1; nothing otherwise.
pub fn predictive_values(prevalence: f64, sensitivity: f64, specificity: f64) -> Option<PredictiveValues> {
    if [prevalence, sensitivity, specificity].iter().any(|share| !(0.0..=1.0).contains(share)) {
        return None;
    }
    let hits = prevalence * sensitivity;
    let false_alarms = (1.0 - prevalence) * (1.0 - specificity);
    let misses = prevalence * (1.0 - sensitivity);
    let clear = (1.0 - prevalence) * specificity;
    let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    Some(PredictiveValues {
        ppv: ratio(hits, hits + false_alarms),
        npv: ratio(clear, clear + misses),
        lr_positive: ratio(sensitivity, 1.0 - specificity),
        lr_negative: ratio(1.0 - sensitivity, specificity),
        flagged_per_1000: 1000.0 * (hits + false_alarms),
        false_alarms_per_1000: 1000.0 * false_alarms,
    })
}

/// Which of several comparisons stand when the share of false discoveries is to stay below `q`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Discoveries {
    /// Adjusted p values, in the order given.
    pub adjusted: Vec<f64>,
    /// Whether each stands.
    pub reject: Vec<bool>,
}

/// Benjamini & Hochberg (1995): adjusted p = min over larger p of p · m ÷ rank, at most 1.
pub fn benjamini_hochberg(p: &[f64], q: f64) -> Discoveries {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest = 1.0_f64;
    for (rank, at) in order.iter().enumerate().rev() {
        smallest = smallest.min(p[*at] * p.len() as f64 / (rank + 1) as f64);
        adjusted[*at] = smallest;
    }
    let reject = adjusted.iter().map(|p| *p <= q).collect();
    Discoveries { adjusted, reject }
}
