//! The counselor's sentence.

use jiff::civil::Date;

use super::{Point, TrendReport, Verdict};
use crate::instrument::{Method, Polarity};

pub(super) fn sentence(report: &TrendReport, points: &[Point], polarity: Polarity, method: Method) -> String {
    let Some(last) = points.last() else { return String::new() };
    let number = |value: f64| number(value, method);
    let date = |date: Date| day(date, last.date);
    let mut parts = vec![match &report.change {
        None => format!("{} on {}; a first score shows no change yet", number(last.value), date(last.date)),
        Some(change) => {
            let (since, size) = (date(change.from_date), number(change.difference.abs()));
            let step = if change.difference > 0.0 {
                format!("up {size} since {since}")
            } else if change.difference < 0.0 {
                format!("down {size} since {since}")
            } else {
                format!("the same as on {since}")
            };
            format!("{} on {}, {step}", number(change.to), date(change.to_date))
        }
    }];
    if let Some(change) = &report.change {
        let error = change.threshold.map(|threshold| limit(threshold, method)).unwrap_or_default();
        parts.push(match change.verdict {
            Verdict::Improved | Verdict::Deteriorated => format!("more than measurement error (±{error})"),
            Verdict::Unchanged => format!("within measurement error (±{error})"),
            Verdict::Unknown => {
                "whether this is more than measurement error is not known for this scale".to_owned()
            }
        });
    }
    if polarity == Polarity::HigherBetter && report.change.is_some_and(|change| change.difference != 0.0) {
        parts.push("higher is better".to_owned());
    }
    if let Some(claim) = &report.claim {
        let since = points.first().map(|first| date(first.date)).unwrap_or_default();
        let over = format!("over {} scores since {since}", claim.points);
        parts.push(match claim.verdict {
            Verdict::Improved => format!("{over} the trend is towards better (p = {})", p_value(claim.p)),
            Verdict::Deteriorated => format!("{over} the trend is towards worse (p = {})", p_value(claim.p)),
            Verdict::Unchanged | Verdict::Unknown => format!("{over} no trend can be shown"),
        });
    } else if let Some(slope) = &report.slope {
        let slope_words = format!(
            "about {} points a month over {} scores, too few to speak of a trend",
            signed(slope.per_30_days),
            slope.points
        );
        parts.push(slope_words);
    }
    if report.other_versions > 0 {
        let scores =
            if report.other_versions == 1 { "1 score" } else { &format!("{} scores", report.other_versions) };
        parts.push(format!("{scores} of another version not compared"));
    }
    parts.join("; ")
}

fn number(value: f64, method: Method) -> String {
    match (method, value.fract() == 0.0) {
        (Method::Mean, _) => format!("{value:.2}"),
        (Method::Sum | Method::Count, true) => format!("{value:.0}"),
        (Method::Sum | Method::Count, false) => format!("{value:.1}"),
    }
}

/// The largest difference that can be measurement error. Whole-number scores move in whole points, so the limit is
/// rounded down: with 5.3 a change of 5 is within it and one of 6 is not.
fn limit(threshold: f64, method: Method) -> String {
    match method {
        Method::Mean => format!("{threshold:.2}"),
        Method::Sum | Method::Count => format!("{:.0}", threshold.floor()),
    }
}

fn signed(value: f64) -> String {
    let text = format!("{value:+.1}");
    if text == "-0.0" || text == "+0.0" { "0".to_owned() } else { text.replace('-', "−") }
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

/// "3 Mar", with the year where it differs from that of the last score.
fn day(date: Date, last: Date) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = usize::try_from(date.month())
        .ok()
        .and_then(|month| MONTHS.get(month - 1))
        .copied()
        .unwrap_or_default();
    if date.year() == last.year() {
        format!("{} {month}", date.day())
    } else {
        format!("{} {month} {}", date.day(), date.year())
    }
}
