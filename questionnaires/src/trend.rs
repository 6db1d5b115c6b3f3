//! A person's scores over time, in words that do not claim more than the numbers hold.
//!
//! Two points give a change and nothing else; three or four a slope without a p value, since no p below .05 can come
//! out of them; five or more may carry a claim. Points of different versions are never compared, and without a known SD
//! and reliability no change is called reliable.

pub(crate) use series::mean;

mod series;
mod words;

pub use series::{
    Cusum, Ewma, Line, MannKendall, TheilSen, cusum, ewma, line, mann_kendall, mann_kendall_exact_limit,
    theil_sen,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use crate::change::Verdict;
use crate::change::{ExpectedRange, edwards_nunnally, reliable_change};
use crate::instrument::{Instrument, Method, Polarity, Scale};

/// Fewest points for which a slope is printed.
pub const POINTS_FOR_SLOPE: usize = 3;
/// Fewest points for which a trend may be claimed: with four, the smallest exact two-sided p is .083.
pub const POINTS_FOR_CLAIM: usize = 5;
/// Fewest points for which the slope's confidence interval is printed.
pub const POINTS_FOR_INTERVAL: usize = 8;
/// A claim is made below this exact two-sided p value.
pub const CLAIM_BELOW_P: f64 = 0.05;
/// Slopes are told per this many days.
const DAYS: f64 = 30.0;

/// One score at one date.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The day of the administration.
    pub date: Date,
    /// The score in points.
    pub value: f64,
    /// Version of the instrument that gave it.
    pub version: u32,
}

/// The change from the last score but one to the last.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The earlier score.
    pub from: f64,
    /// Its date.
    pub from_date: Date,
    /// The later score.
    pub to: f64,
    /// Its date.
    pub to_date: Date,
    /// `to` − `from`, in points.
    pub difference: f64,
    /// Largest difference that can be measurement error, in points, if it is known.
    pub threshold: Option<f64>,
    /// What the change means.
    pub verdict: Verdict,
    /// Where `to` was to be expected without any true change, since extreme scores move towards the mean by themselves
    /// (Edwards–Nunnally). Known where the threshold is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedRange>,
}

/// Median slope (Theil–Sen) over the days between the scores.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Points per 30 days.
    pub per_30_days: f64,
    /// Lower end of the 95 % interval, from eight points on.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval, from eight points on.
    pub high: Option<f64>,
    /// Number of scores.
    pub points: usize,
}

/// A claim about direction, from five points on.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// Improved, deteriorated, or unchanged when no trend can be shown.
    pub verdict: Verdict,
    /// Two-sided p of the Mann–Kendall test, exact up to eight points. A description: autocorrelation is ignored.
    pub p: f64,
    /// Number of scores.
    pub points: usize,
}

/// What a counselor reads, and the numbers behind it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct TrendReport {
    /// For example "16 on 3 Mar, up 7 since 14 Jan; more than measurement error (±5)".
    pub sentence: String,
    /// The last change, from two points on.
    pub change: Option<Change>,
    /// The slope, from three points on.
    pub slope: Option<Slope>,
    /// The claim, from five points on.
    pub claim: Option<Claim>,
    /// How many scores were left out because they are of another version.
    pub other_versions: usize,
}

/// Describes one person's scores on one scale, in any order.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use jiff::civil::date;
/// use questionnaires::{library, trend::{Point, describe}};
///
/// let phq = library::get("phq9_teen").ok_or("not shipped")?;
/// let point = |date, value| Point { date, value, version: 1 };
/// let report = describe(phq, "total", &[point(date(2026, 1, 14), 9.0), point(date(2026, 3, 3), 16.0)]);
/// assert_eq!(report.sentence, "16 on 3 Mar, up 7 since 14 Jan; more than measurement error (±5)");
/// # Ok(()) }
/// ```
pub fn describe(instrument: &Instrument, scale: &str, points: &[Point]) -> TrendReport {
    let mut ordered: Vec<Point> = points.iter().copied().filter(|point| point.value.is_finite()).collect();
    ordered.sort_by_key(|point| point.date);
    let Some(last) = ordered.last().copied() else {
        return TrendReport {
            sentence: "No score yet".to_owned(),
            change: None,
            slope: None,
            claim: None,
            other_versions: 0,
        };
    };
    let all = ordered.len();
    ordered.retain(|point| point.version == last.version);
    let scale = instrument.scale(scale).filter(|_| last.version == instrument.version);
    let report = TrendReport {
        sentence: String::new(),
        change: change(instrument.polarity, scale, &ordered),
        slope: slope(&ordered),
        claim: claim(instrument.polarity, &ordered),
        other_versions: all - ordered.len(),
    };
    let method = scale.map_or(Method::Sum, |scale| scale.method);
    let sentence = words::sentence(&report, &ordered, instrument.polarity, method);
    TrendReport { sentence, ..report }
}

fn change(polarity: Polarity, scale: Option<&Scale>, points: &[Point]) -> Option<Change> {
    let [.., from, to] = points else { return None };
    let basis = scale.and_then(Scale::change_basis);
    let reliable = basis.and_then(|(sd, r)| reliable_change(from.value, to.value, sd, r, polarity));
    Some(Change {
        from: from.value,
        from_date: from.date,
        to: to.value,
        to_date: to.date,
        difference: to.value - from.value,
        threshold: reliable.map(|change| change.threshold),
        verdict: reliable.map_or(Verdict::Unknown, |change| change.verdict),
        expected: basis
            .zip(scale.and_then(Scale::change_norm))
            .and_then(|((sd, r), norm)| edwards_nunnally(from.value, norm.mean, sd, r)),
    })
}

/// Days since the first point; screenings are rarely evenly spaced, so the occasion number would mislead.
fn days(points: &[Point]) -> Vec<f64> {
    let Some(first) = points.first() else { return Vec::new() };
    points.iter().map(|point| f64::from((point.date - first.date).get_days())).collect()
}

fn slope(points: &[Point]) -> Option<Slope> {
    if points.len() < POINTS_FOR_SLOPE {
        return None;
    }
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let robust = theil_sen(&days(points), &values)?;
    let shown = |end: f64| (points.len() >= POINTS_FOR_INTERVAL).then_some(end * DAYS);
    Some(Slope {
        per_30_days: robust.slope * DAYS,
        low: shown(robust.low),
        high: shown(robust.high),
        points: points.len(),
    })
}

fn claim(polarity: Polarity, points: &[Point]) -> Option<Claim> {
    if points.len() < POINTS_FOR_CLAIM {
        return None;
    }
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let test = mann_kendall(&values)?;
    let p = test.p_exact.unwrap_or(test.p_normal);
    let verdict = match (p < CLAIM_BELOW_P, test.s > 0, polarity) {
        (false, _, _) => Verdict::Unchanged,
        (true, true, Polarity::HigherWorse) | (true, false, Polarity::HigherBetter) => Verdict::Deteriorated,
        (true, false, Polarity::HigherWorse) | (true, true, Polarity::HigherBetter) => Verdict::Improved,
    };
    Some(Claim { verdict, p, points: points.len() })
}
