//! Statistics of one series. Each says what it needs and gives nothing rather than a number that means nothing.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Series up to this length get an exact Mann–Kendall p by going through all orders.
pub const fn mann_kendall_exact_limit() -> usize {
    8
}

/// An ordinary least squares line.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Change of y per unit of t.
    pub slope: f64,
    /// y at t = 0.
    pub intercept: f64,
    /// Standard error of the slope, from three points on.
    pub stderr: Option<f64>,
    /// slope ÷ stderr, where the points do not lie on the line.
    pub t: Option<f64>,
    /// Degrees of freedom, n − 2.
    pub df: usize,
    /// Two-sided p of the slope. A description, not a test: autocorrelation is ignored.
    pub p: Option<f64>,
    /// Lower end of the slope's interval.
    pub low: Option<f64>,
    /// Upper end of the slope's interval.
    pub high: Option<f64>,
    /// Correlation; nothing for a constant series.
    pub r: Option<f64>,
}

/// Least squares line through (t, y) with an interval of the given confidence, for example 0.95. Nothing with fewer
/// than two points, lists of different length, all t equal, or a confidence not between 0 and 1.
pub fn line(t: &[f64], y: &[f64], confidence: f64) -> Option<Line> {
    let n = t.len();
    if n < 2 || y.len() != n || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let (mean_t, mean_y) = (mean(t), mean(y));
    let sxx: f64 = t.iter().map(|t| (t - mean_t).powi(2)).sum();
    let syy: f64 = y.iter().map(|y| (y - mean_y).powi(2)).sum();
    let sxy: f64 = t.iter().zip(y).map(|(t, y)| (t - mean_t) * (y - mean_y)).sum();
    if sxx.is_nan() || sxx <= 0.0 {
        return None;
    }
    let slope = sxy / sxx;
    let df = n - 2;
    let mut line = Line {
        slope,
        intercept: mean_y - slope * mean_t,
        stderr: None,
        t: None,
        df,
        p: None,
        low: None,
        high: None,
        r: (syy > 0.0).then(|| (sxy / (sxx * syy).sqrt()).clamp(-1.0, 1.0)),
    };
    if df > 0 {
        let sse: f64 = t.iter().zip(y).map(|(t, y)| (y - line.intercept - slope * t).powi(2)).sum();
        let stderr = (sse / df as f64 / sxx).sqrt();
        let student = StudentsT::new(0.0, 1.0, df as f64).ok()?;
        let margin = student_quantile(&student, df as f64, (1.0 + confidence) / 2.0) * stderr;
        line.stderr = Some(stderr);
        (line.low, line.high) = (Some(slope - margin), Some(slope + margin));
        if stderr > 0.0 && syy > 0.0 {
            let t = slope / stderr;
            line.t = Some(t);
            line.p = Some(2.0 * student.cdf(-t.abs()));
        }
    }
    Some(line)
}

/// Quantile of Student's t by bisection on its distribution function, which is exact to the last digits; the library's
/// own inverse is not for small df.
fn student_quantile(student: &StudentsT, df: f64, p: f64) -> f64 {
    if df == 1.0 {
        return (std::f64::consts::PI * (p - 0.5)).tan();
    }
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if student.cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

pub(crate) fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    if n % 2 == 1 { sorted[n / 2] } else { f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]) }
}

fn sorted(x: &[f64]) -> Vec<f64> {
    let mut x = x.to_vec();
    x.sort_by(f64::total_cmp);
    x
}

/// Lengths of runs of equal values.
fn ties(x: &[f64]) -> Vec<usize> {
    let x = sorted(x);
    x.chunk_by(|a, b| a == b).map(<[f64]>::len).filter(|run| *run > 1).collect()
}

fn tie_term(x: &[f64]) -> f64 {
    ties(x).into_iter().map(|t| (t * (t - 1) * (2 * t + 5)) as f64).sum()
}

/// Mann–Kendall test for a monotone trend (Mann 1945, Kendall 1975).
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct MannKendall {
    /// Number of rising pairs − number of falling pairs.
    pub s: i64,
    /// Variance of S without a trend, ties allowed for.
    pub variance: f64,
    /// (S − sign S) ÷ √variance.
    pub z: f64,
    /// Two-sided p from z. Wrong for four or five points; use the exact one.
    pub p_normal: f64,
    /// Kendall's tau-b with time; nothing for a constant series.
    pub tau_b: Option<f64>,
    /// Exact two-sided p over all orders of the values, up to eight points.
    pub p_exact: Option<f64>,
}

/// Mann–Kendall test of values in order of time. Nothing with fewer than two.
pub fn mann_kendall(y: &[f64]) -> Option<MannKendall> {
    let n = y.len();
    if n < 2 || y.iter().any(|y| y.is_nan()) {
        return None;
    }
    let s = kendall_s(y);
    let count = n as f64;
    let variance = (count * (count - 1.0) * (2.0 * count + 5.0) - tie_term(y)) / 18.0;
    let z = if variance > 0.0 { (s - s.signum()) as f64 / variance.sqrt() } else { 0.0 };
    let pairs = count * (count - 1.0) / 2.0;
    let tied: f64 = ties(y).into_iter().map(|t| (t * (t - 1) / 2) as f64).sum();
    let normal = Normal::standard();
    Some(MannKendall {
        s,
        variance,
        z,
        p_normal: (2.0 * normal.cdf(-z.abs())).min(1.0),
        tau_b: (pairs > tied).then(|| s as f64 / (pairs * (pairs - tied)).sqrt()),
        p_exact: (n <= mann_kendall_exact_limit()).then(|| exact_p(y, s)),
    })
}

fn kendall_s(y: &[f64]) -> i64 {
    let sign = |difference: f64| i64::from(difference > 0.0) - i64::from(difference < 0.0);
    (0..y.len()).map(|i| y[i + 1..].iter().map(|later| sign(later - y[i])).sum::<i64>()).sum()
}

/// Share of all orders whose |S| is at least as large (Heap's algorithm; ties are kept).
fn exact_p(y: &[f64], s: i64) -> f64 {
    let mut y = y.to_vec();
    let n = y.len();
    let mut counters = vec![0; n];
    let (mut as_large, mut total) = (0_u32, 0_u32);
    let mut tally = |y: &[f64]| {
        as_large += u32::from(kendall_s(y).abs() >= s.abs());
        total += 1;
    };
    tally(&y);
    let mut i = 1;
    while i < n {
        if counters[i] < i {
            let other = if i % 2 == 0 { 0 } else { counters[i] };
            y.swap(other, i);
            tally(&y);
            counters[i] += 1;
            i = 1;
        } else {
            counters[i] = 0;
            i += 1;
        }
    }
    f64::from(as_large) / f64::from(total)
}

/// Median of all pairwise slopes (Theil 1950, Sen 1968).
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct TheilSen {
    /// Change of y per unit of t.
    pub slope: f64,
    /// median(y) − slope · median(t).
    pub intercept: f64,
    /// Lower end of the 95 % interval (Sen's, from Kendall's variance).
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Pairs with different t.
    pub pairs: usize,
}

/// Theil–Sen slope with Sen's 95 % interval. Nothing with fewer than two different t, or lists of different length.
pub fn theil_sen(t: &[f64], y: &[f64]) -> Option<TheilSen> {
    let n = t.len();
    if y.len() != n || t.iter().chain(y).any(|value| !value.is_finite()) {
        return None;
    }
    let mut slopes = Vec::new();
    for i in 0..n {
        for j in 0..n {
            if t[i] > t[j] {
                slopes.push((y[i] - y[j]) / (t[i] - t[j]));
            }
        }
    }
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_by(f64::total_cmp);
    let slope = median(&slopes);
    let (count, pairs) = (n as f64, slopes.len() as f64);
    let variance = (count * (count - 1.0) * (2.0 * count + 5.0) - tie_term(t) - tie_term(y)) / 18.0;
    let reach = Normal::standard().inverse_cdf(0.975) * variance.max(0.0).sqrt();
    let last = slopes.len() - 1;
    let upper = ((pairs + reach) / 2.0).round_ties_even().clamp(0.0, last as f64) as usize;
    let lower = (((pairs - reach) / 2.0).round_ties_even() - 1.0).clamp(0.0, last as f64) as usize;
    Some(TheilSen {
        slope,
        intercept: median(&sorted(y)) - slope * median(&sorted(t)),
        low: slopes[lower],
        high: slopes[upper],
        pairs: slopes.len(),
    })
}

/// Exponentially weighted moving average with control limits (NIST/SEMATECH e-Handbook 6.3.2.4).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Ewma {
    /// λ · x + (1 − λ) · the value before, starting from the target.
    pub z: Vec<f64>,
    /// Lower limit at each step.
    pub lower: Vec<f64>,
    /// Upper limit at each step.
    pub upper: Vec<f64>,
    /// Whether the average lies outside.
    pub signal: Vec<bool>,
    /// Where the lower limit settles.
    pub settled_lower: f64,
    /// Where the upper limit settles.
    pub settled_upper: f64,
}

/// EWMA of `x` around `target`. `sigma` is the SD of one value (for a school's mean: SD ÷ √n), `lambda` within
/// (0, 1], `width` the number of sigmas; 2.7 goes with λ = 0.2. Nothing outside these ranges.
pub fn ewma(x: &[f64], target: f64, sigma: f64, lambda: f64, width: f64) -> Option<Ewma> {
    if !(lambda > 0.0 && lambda <= 1.0 && sigma > 0.0 && width > 0.0) {
        return None;
    }
    let settled = width * sigma * (lambda / (2.0 - lambda)).sqrt();
    let mut result = Ewma {
        z: Vec::with_capacity(x.len()),
        lower: Vec::with_capacity(x.len()),
        upper: Vec::with_capacity(x.len()),
        signal: Vec::with_capacity(x.len()),
        settled_lower: target - settled,
        settled_upper: target + settled,
    };
    let (mut z, mut fade) = (target, 1.0);
    for x in x {
        z = lambda * x + (1.0 - lambda) * z;
        fade *= (1.0 - lambda).powi(2);
        let reach = settled * (1.0 - fade).sqrt();
        result.z.push(z);
        result.lower.push(target - reach);
        result.upper.push(target + reach);
        result.signal.push(z > target + reach || z < target - reach);
    }
    Some(result)
}

/// Tabular CUSUM (NIST/SEMATECH e-Handbook 6.3.2.3).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Cusum {
    /// Upward sum.
    pub plus: Vec<f64>,
    /// Downward sum.
    pub minus: Vec<f64>,
    /// Whether the upward sum is above the limit.
    pub signal_plus: Vec<bool>,
    /// Whether the downward sum is above the limit.
    pub signal_minus: Vec<bool>,
    /// First step, from 1, at which either signals.
    pub first_signal: Option<usize>,
}

/// CUSUM of `x` around `target` with slack `k` and limit `h`, in units of x. Usual: k = 0.5 σ, h = 4 to 5 σ.
pub fn cusum(x: &[f64], target: f64, k: f64, h: f64) -> Cusum {
    let mut result =
        Cusum { plus: vec![], minus: vec![], signal_plus: vec![], signal_minus: vec![], first_signal: None };
    let (mut plus, mut minus) = (0.0_f64, 0.0_f64);
    for (at, x) in x.iter().enumerate() {
        plus = f64::max(0.0, plus + x - target - k);
        minus = f64::max(0.0, minus + target - k - x);
        result.plus.push(plus);
        result.minus.push(minus);
        result.signal_plus.push(plus > h);
        result.signal_minus.push(minus > h);
        if result.first_signal.is_none() && (plus > h || minus > h) {
            result.first_signal = Some(at + 1);
        }
    }
    result
}
