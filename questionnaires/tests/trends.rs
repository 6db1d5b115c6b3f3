//! What a counselor may be told, and what not.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use jiff::civil::date;
use questionnaires::library;
use questionnaires::trend::{Point, TrendReport, Verdict, describe};

/// Scores on the 10th of consecutive months of 2026, all of version 1.
fn monthly(instrument: &str, scale: &str, values: &[f64]) -> TrendReport {
    let points: Vec<Point> = (1..)
        .zip(values)
        .map(|(month, value)| Point { date: date(2026, month, 10), value: *value, version: 1 })
        .collect();
    describe(library::get(instrument).unwrap(), scale, &points)
}

#[test]
fn one_score_shows_no_change() {
    let report = monthly("phq9_teen", "total", &[12.0]);
    assert_eq!(report.sentence, "12 on 10 Jan; a first score shows no change yet");
    assert!(report.change.is_none() && report.slope.is_none() && report.claim.is_none());
    assert_eq!(monthly("phq9_teen", "total", &[]).sentence, "No score yet");
}

#[test]
fn two_scores_give_a_change_and_nothing_else() {
    let report = monthly("phq9_teen", "total", &[9.0, 16.0]);
    assert_eq!(report.sentence, "16 on 10 Feb, up 7 since 10 Jan; more than measurement error (±5)");
    assert_eq!(report.change.unwrap().verdict, Verdict::Deteriorated);
    assert!(report.slope.is_none() && report.claim.is_none());
}

#[test]
fn a_change_must_exceed_the_limit() {
    // PSC-17: 1.96 · √2 · 5.62 · √(1 − .85) = 6.03 points.
    let change = |to| monthly("psc17_parent", "total", &[12.0, to]).change.unwrap();
    assert_eq!(change(18.0).verdict, Verdict::Unchanged);
    assert_eq!(change(19.0).verdict, Verdict::Deteriorated);
    assert_eq!(change(5.0).verdict, Verdict::Improved);
    assert!((change(18.0).threshold.unwrap() - 6.03327351543).abs() < 1e-9);
    // Children who scored high are expected to come down by themselves: 6.74 + .85 · (12 − 6.74) = 11.2.
    assert!((change(18.0).expected.unwrap().true_pre - 11.211).abs() < 1e-9);
    let within = monthly("psc17_parent", "total", &[12.0, 18.0]).sentence;
    assert_eq!(within, "18 on 10 Feb, up 6 since 10 Jan; within measurement error (±6)");
}

#[test]
fn without_sd_and_reliability_no_change_is_called_reliable() {
    for instrument in ["gad7", "psc17_youth", "who5", "k10"] {
        let report = monthly(instrument, "total", &[12.0, 20.0]);
        assert_eq!(report.change.unwrap().verdict, Verdict::Unknown, "{instrument}");
        assert!(report.sentence.contains("is not known for this scale"), "{}", report.sentence);
        assert!(!report.sentence.contains('±'));
    }
}

#[test]
fn three_or_four_scores_give_a_slope_but_no_claim() {
    for values in [&[14.0, 11.0, 9.0][..], &[14.0, 11.0, 9.0, 5.0]] {
        let report = monthly("phq9_teen", "total", values);
        assert!(report.slope.is_some_and(|slope| slope.per_30_days < 0.0 && slope.low.is_none()));
        assert!(report.claim.is_none());
        assert!(report.sentence.ends_with("too few to speak of a trend"), "{}", report.sentence);
    }
}

#[test]
fn five_falling_scores_are_a_trend_towards_better() {
    let report = monthly("phq9_teen", "total", &[18.0, 15.0, 11.0, 9.0, 5.0]);
    let claim = report.claim.unwrap();
    assert_eq!((claim.verdict, claim.points), (Verdict::Improved, 5));
    assert!((claim.p - 1.0 / 60.0).abs() < 1e-12);
    assert!(
        report.sentence.ends_with("over 5 scores since 10 Jan the trend is towards better (p = 0.017)"),
        "{}",
        report.sentence
    );
}

#[test]
fn a_wobble_is_no_trend() {
    let report = monthly("phq9_teen", "total", &[9.0, 11.0, 8.0, 10.0, 9.0]);
    assert_eq!(report.claim.unwrap().verdict, Verdict::Unchanged);
    assert!(report.sentence.ends_with("no trend can be shown"), "{}", report.sentence);
}

#[test]
fn polarity_is_respected() {
    let falling = [20.0, 18.0, 15.0, 11.0, 8.0, 5.0];
    assert_eq!(monthly("phq9_teen", "total", &falling).claim.unwrap().verdict, Verdict::Improved);
    let report = monthly("who5", "total", &falling);
    assert_eq!(report.claim.unwrap().verdict, Verdict::Deteriorated);
    assert!(report.sentence.contains("higher is better"), "{}", report.sentence);
}

#[test]
fn eight_scores_show_the_interval_of_the_slope() {
    let report = monthly("phq9_teen", "total", &[20.0, 19.0, 17.0, 18.0, 14.0, 13.0, 11.0, 9.0]);
    let slope = report.slope.unwrap();
    assert!(slope.low.unwrap() < slope.per_30_days && slope.per_30_days < slope.high.unwrap());
}

#[test]
fn scores_of_another_version_are_never_compared() {
    let phq = library::get("phq9_teen").unwrap();
    let point = |month, value, version| Point { date: date(2026, month, 1), value, version };
    let report = describe(phq, "total", &[point(1, 20.0, 1), point(2, 8.0, 2), point(3, 9.0, 2)]);
    assert_eq!(report.other_versions, 1);
    let change = report.change.unwrap();
    // The SD belongs to version 1, so nothing is said about version 2 either.
    assert_eq!((change.from, change.verdict), (8.0, Verdict::Unknown));
    assert!(report.sentence.ends_with("1 score of another version not compared"), "{}", report.sentence);
}

#[test]
fn order_of_points_does_not_matter_and_years_are_told_apart() {
    let phq = library::get("phq9_teen").unwrap();
    let early = Point { date: date(2025, 11, 5), value: 6.0, version: 1 };
    let late = Point { date: date(2026, 3, 3), value: 13.0, version: 1 };
    let report = describe(phq, "total", &[late, early]);
    assert_eq!(report, describe(phq, "total", &[early, late]));
    assert_eq!(report.sentence, "13 on 3 Mar, up 7 since 5 Nov 2025; more than measurement error (±5)");
}

#[test]
fn subscales_use_their_own_sd() {
    // Internalizing: 1.96 · √2 · 1.71 · √(1 − .79) = 2.17 points.
    let report = monthly("psc17_parent", "internalizing", &[2.0, 5.0]);
    assert_eq!(report.sentence, "5 on 10 Feb, up 3 since 10 Jan; more than measurement error (±2)");
    assert_eq!(
        monthly("psc17_parent", "no_such_scale", &[2.0, 5.0]).change.unwrap().verdict,
        Verdict::Unknown
    );
}
