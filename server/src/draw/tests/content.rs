//! What the charts say: the same in picture, sentence and table.

use super::super::*;
use super::samples::{self, about, estimate, mei, point};
use super::xml;
use jiff::civil::date;

fn texts(svg: &str) -> Vec<String> {
    xml::read(svg).into_iter().filter(|e| e.name == "text").map(|e| e.text).collect()
}

fn count(svg: &str, name: &str) -> usize {
    xml::read(svg).iter().filter(|e| e.name == name).count()
}

fn draw_trend(input: &Trend) -> Figure {
    trend(&Frame::points("t"), input).expect("the data is good")
}

#[test]
fn c_22_the_sentence_says_score_date_change_and_measurement_error() {
    assert_eq!(draw_trend(&mei()).title, "16 on 3 Mar, up 7 since 14 Jan; more than measurement error (±5)");
    let mut input = mei();
    input.points[0].score = 14.0;
    // A change equal to the threshold is not more than it.
    assert_eq!(draw_trend(&input).title, "14 on 3 Mar, up 5 since 14 Jan; within measurement error (±5)");
    input.points[0].score = 9.0;
    assert_eq!(draw_trend(&input).title, "9 on 3 Mar, no change since 14 Jan; within measurement error (±5)");
    input.reliable_change = None;
    input.points.truncate(2);
    assert_eq!(draw_trend(&input).title, "9 on 3 Mar, up 1 since 14 Sep 2025");
    input.points.truncate(1);
    assert_eq!(draw_trend(&input).title, "9 on 3 Mar, first result");
    input.points.clear();
    assert_eq!(draw_trend(&input).title, "No result yet");
}

#[test]
fn c_22_results_of_different_versions_are_neither_joined_nor_compared() {
    let mut input = mei();
    input.missed.clear();
    input.points.truncate(3);
    let joined = segments(&draw_trend(&input).svg);
    input.points[0].version = "2".into();
    let figure = draw_trend(&input);
    assert_eq!((joined, segments(&figure.svg)), (2, 1));
    assert_eq!(figure.title, "16 on 3 Mar; not comparable with 14 Jan, another version");
    assert!(texts(&figure.svg).contains(&"new version".to_owned()));
}

/// Lines in the student's colour that join two points.
fn segments(svg: &str) -> usize {
    let elements = xml::read(svg);
    let super::super::palette::Colour(r, g, b) = super::super::palette::NAVY;
    let navy = format!("#{r:02X}{g:02X}{b:02X}");
    let joins =
        |e: &&xml::Element| e.name == "polyline" && e.get("stroke") == Some(navy.as_str()) && e.depth == 1;
    elements.iter().filter(joins).filter(|e| !is_cross(e)).count()
}

/// Strokes of × are short.
fn is_cross(element: &xml::Element) -> bool {
    let points = element.get("points").unwrap_or("").split_whitespace();
    let xs: Vec<f64> = points.filter_map(|p| p.split(',').next()?.parse().ok()).collect();
    xs.iter().all(|x| (x - xs[0]).abs() <= 110.0)
}

#[test]
fn c_22_a_missed_window_is_a_gap_and_a_cross() {
    let with = draw_trend(&mei());
    let without = draw_trend(&Trend { missed: vec![], ..mei() });
    assert_eq!(segments(&without.svg), segments(&with.svg) + 1);
    assert!(
        texts(&with.svg).contains(&"Missed".to_owned())
            && !texts(&without.svg).contains(&"Missed".to_owned())
    );
    assert!(
        with.table
            .rows
            .contains(&["20 Nov 2025", "Student", "missed", "", "", "", ""].map(str::to_owned).to_vec())
    );
    assert!(with.summary.contains("Missed: 20 Nov 2025 (student)"));
}

#[test]
fn c_22_informants_are_told_apart_by_shape() {
    let mut input = mei();
    input.missed.clear();
    input.points.push(point(date(2026, 2, 1), 5.0, Informant::Guardian, "1"));
    let svg = draw_trend(&input).svg;
    // Each marker is drawn twice (its white rim first), and once more in the key, rim too.
    assert_eq!(count(&svg, "circle"), (3 + 1) * 2);
    assert_eq!(count(&svg, "polygon"), (1 + 1) * 2);
}

#[test]
fn c_22_the_full_range_every_band_and_the_cut_off_are_written() {
    let written = texts(&draw_trend(&mei()).svg);
    for label in [
        "0",
        "27",
        "5",
        "10",
        "15",
        "20",
        "Minimal",
        "Mild",
        "Moderate",
        "Moderately severe",
        "Severe",
        "Cut-off 11",
    ] {
        assert!(written.iter().any(|t| t == label), "{label}");
    }
    for label in ["16", "9", "8", "12", "14 Sep", "14 Jan", "3 Mar", "20 Nov", "2025", "2026"] {
        assert!(written.iter().any(|t| t == label), "{label}");
    }
}

#[test]
fn c_22_the_table_tells_what_the_picture_shows() {
    let table = draw_trend(&mei()).table;
    assert_eq!(table.headers, ["Date", "Who answered", "Score", "Band", "Cut-off", "Change", "Version"]);
    let row = ["3 Mar 2026", "Student", "16", "Moderately severe", "at or above", "up 7", "1"];
    assert_eq!(table.rows.last().expect("rows"), &row.map(str::to_owned).to_vec());
    assert_eq!(table.rows.len(), 5);
}

#[test]
fn c_22_higher_scores_that_are_better_are_judged_the_other_way() {
    let mut input = Trend {
        scale: "WHO-5".into(),
        range: (0.0, 100.0),
        step: 4.0,
        polarity: Polarity::HigherIsBetter,
        ..mei()
    };
    input.bands.clear();
    input.missed.clear();
    input.cutoff = Some(Cutoff { score: 50.0 });
    input.points = vec![point(date(2026, 3, 3), 48.0, Informant::Student, "1")];
    let figure = draw_trend(&input);
    assert!(figure.table.rows[0].contains(&"at or below".to_owned()));
    assert!(figure.subtitle.contains("higher means better"));
}

#[test]
fn a_score_that_cannot_be_is_refused_in_words() {
    for score in [28.0, -1.0, f64::NAN] {
        let input = Trend { points: vec![point(date(2026, 3, 3), score, Informant::Student, "1")], ..mei() };
        assert!(matches!(trend(&Frame::points("t"), &input), Err(DrawError::Data(_))), "{score}");
    }
    let wrong =
        trend(&Frame::points("t"), &Trend { range: (5.0, 5.0), ..mei() }).expect_err("an empty range");
    assert_eq!(wrong.to_string(), "cannot draw the chart: PHQ-A has an empty score range");
}

#[test]
fn d_05_each_estimate_shows_n_share_and_interval_and_a_direction_only_where_it_is_clear() {
    let figure = bars_ci(&Frame::points("b"), &samples::schools(7)).expect("good data");
    for svg in [&figure.svg, &figure.svg_narrow] {
        let written = texts(svg);
        assert!(written.iter().any(|t| t == "18% (11–30), n 60"), "{written:?}");
        assert!(written.iter().any(|t| t == "likely higher") && written.iter().any(|t| t == "likely lower"));
        assert!(written.iter().any(|t| t == "District 19%"));
    }
    assert_eq!(figure.title, "Three schools differ clearly from the district");
    assert!(figure.note.contains("not a diagnosis"));
    assert_eq!(Comparison::of((20.0, 30.0), 19.0), Comparison::LikelyHigher);
    assert_eq!(Comparison::of((10.0, 30.0), 19.0), Comparison::Similar);
    assert_eq!(Comparison::of((10.0, 18.0), 19.0), Comparison::LikelyLower);
}

#[test]
fn d_07_a_hidden_group_keeps_its_row_with_a_hatch_and_the_words() {
    let mut input = samples::schools(3);
    input.rows[1].estimate = None;
    let figure = bars_ci(&Frame::points("b"), &input).expect("good data");
    for svg in [&figure.svg, &figure.svg_narrow] {
        assert_eq!(
            texts(svg).iter().filter(|t| *t == "Too few pupils to show (protects privacy)").count(),
            1
        );
    }
    let row = &figure.table.rows[1];
    assert_eq!(row[0], "Brook Lane");
    assert!(row[1..5].iter().all(|cell| cell == words::TOO_FEW));
    assert!(figure.summary.contains("Too few pupils to show (protects privacy): 1."));
    let all = BarsCi { rows: vec![GroupRow { label: "A".into(), estimate: None }], ..samples::schools(1) };
    assert_eq!(
        bars_ci(&Frame::picture("b"), &all).expect("good data").title,
        "All schools are too small to show"
    );
}

#[test]
fn prv_01_a_coded_share_is_written_as_coded_and_has_no_whiskers() {
    let coded = Estimate { count: None, n: 400, share: Share::AtLeast(95.0), interval: None };
    let input =
        BarsCi { rows: vec![GroupRow { label: "A".into(), estimate: Some(coded) }], ..samples::schools(1) };
    let figure = bars_ci(&Frame::points("b"), &input).expect("good data");
    assert!(texts(&figure.svg).contains(&"≥95%, n 400".to_owned()));
    assert_eq!(figure.table.rows[0], ["A", "", "400", "≥95%", "", ""].map(str::to_owned).to_vec());
}

#[test]
fn d_03_schools_stand_in_the_order_given_and_are_never_ranked() {
    let figure = bars_ci(&Frame::points("b"), &samples::schools(7)).expect("good data");
    let names: Vec<_> = figure.table.rows.iter().map(|r| r[0].clone()).collect();
    let given: Vec<_> = (0..7).map(samples::name).chain(["District".to_owned()]).collect();
    assert_eq!(names, given);
}

#[test]
fn d_02_the_funnel_shows_count_and_share_of_enrolled_at_each_step() {
    let figure = funnel_bars(&Frame::points("f"), &samples::participation()).expect("good data");
    for svg in [&figure.svg, &figure.svg_narrow] {
        let written = texts(svg);
        for label in ["8,412", "7,903 (94%)", "7,431 (88%)", words::TOO_FEW] {
            assert!(written.iter().any(|t| t == label), "{label} in {written:?}");
        }
    }
    assert_eq!(figure.title, "88% of enrolled pupils gave valid answers");
    let row = |step: usize| figure.table.rows[step].join(" | ");
    assert_eq!(row(0), "Enrolled | 8,412 | 100%");
    assert_eq!(row(2), format!("Present | {0} | {0}", words::TOO_FEW));
    assert_eq!(row(5), "Valid | 7,431 | 88%");
    let mut rising = samples::participation();
    rising.steps[5].count = Count::Shown(9000);
    assert!(funnel_bars(&Frame::points("f"), &rising).is_err());
}

#[test]
fn d_03_the_funnel_plot_says_which_schools_differ_beyond_chance() {
    let value = |n, share| Some((n, share));
    let points = [("A", value(400, 19.0)), ("B", value(400, 40.0)), ("C", value(100, 27.5)), ("D", None)];
    let points = points.map(|(label, value)| FunnelPoint { label: label.into(), value }).to_vec();
    let input = FunnelPlot { district: 19.0, n: 7431, points, about: about() };
    let figure = funnel_plot(&Frame::points("p"), &input).expect("good data");
    assert_eq!(figure.title, "One school differs from the district beyond chance");
    let places: Vec<_> = figure.table.rows.iter().map(|r| r[3].as_str()).collect();
    // 27.5 % of 100 against 19 %: z = 2.17.
    assert_eq!(places, ["within the 95% limits", "above the 99.8% limits", "above the 95% limits", ""]);
    assert!(texts(&figure.svg).contains(&"B".to_owned()) && !texts(&figure.svg).contains(&"A".to_owned()));
}

#[test]
fn d_03_the_heat_grid_has_the_number_in_each_cell() {
    let figure = heat_grid(&Frame::points("h"), &samples::grid(7, 5)).expect("good data");
    let written = texts(&figure.svg);
    for row in &figure.table.rows {
        for cell in &row[1..] {
            let drawn = if cell == words::TOO_FEW { words::TOO_FEW_SHORT } else { cell };
            assert!(written.iter().any(|t| t == drawn), "{cell}");
        }
    }
    assert!(written.iter().any(|t| t == words::TOO_FEW), "the key says it in full");
    let mut ragged = samples::grid(2, 3);
    ragged.rows[1].cells.pop();
    assert!(heat_grid(&Frame::points("h"), &ragged).is_err());
}

#[test]
fn names_from_a_roster_cannot_break_out_of_the_drawing() {
    let mut input = samples::schools(1);
    input.rows[0].label = "\"><script>alert('x')</script>&\u{0}".into();
    let figure = bars_ci(&Frame::points("b\"><x"), &input).expect("good data");
    let elements = xml::read(&figure.svg);
    assert!(elements.iter().all(|e| e.name != "script" && e.name != "x"));
    assert!(elements.iter().any(|e| e.text.contains("<script>")), "shown as it is");
}

#[test]
fn v_10_numbers_and_dates_are_written_the_house_way() {
    assert_eq!(
        (text::count(0), text::count(999), text::count(8412), text::count(1_234_567)),
        ("0".into(), "999".into(), "8,412".into(), "1,234,567".into())
    );
    assert_eq!(
        (text::number(16.0), text::number(6.033), text::number(10.4), text::number(-0.01)),
        ("16".into(), "6".into(), "10.4".into(), "0".into())
    );
    assert_eq!((text::percent(17.5), text::percent(0.2)), ("18%".into(), "0%".into()));
    assert_eq!(
        (text::signed(4.1), text::signed(-1.5), text::signed(0.0)),
        ("+4.1".into(), "–1.5".into(), "0".into())
    );
    assert_eq!(
        (text::day(date(2026, 3, 3)), text::day_year(date(2026, 12, 24))),
        ("3 Mar".into(), "24 Dec 2026".into())
    );
    assert_eq!(estimate(0, 20).share.text(), "0%");
}

#[test]
fn wrapping_keeps_every_letter_and_the_width() {
    for name in (0..8).map(samples::name) {
        for room in [20.0, 60.0, 140.0] {
            let lines = text::wrap(&name, 14.0, room);
            let joined: String = lines.concat().replace(['-', ' '], "");
            assert_eq!(joined, name.replace(['-', ' '], ""), "{name} in {room}");
            assert!(
                lines.iter().all(|l| text::width(l, 14.0) <= room || l.chars().count() <= 2),
                "{lines:?} in {room}"
            );
        }
    }
    assert_eq!(text::wrap("", 14.0, 100.0), [""]);
}
