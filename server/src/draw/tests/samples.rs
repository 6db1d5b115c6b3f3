//! Data for the tests, plain and extreme.

use super::super::*;
use jiff::civil::{Date, date};

pub fn about() -> About {
    About {
        measure: "Positive screens on PHQ-9 modified for teens, % of valid screens".into(),
        source: "Firstlight release 4".into(),
        window: "Spring 2026, 2–27 Mar".into(),
        note: "Pupils absent or without consent are not counted.".into(),
    }
}

pub fn point(date: Date, score: f64, informant: Informant, version: &str) -> TrendPoint {
    TrendPoint { date, score, informant, version: version.into() }
}

/// The child of wireframe 7.
pub fn mei() -> Trend {
    let bands =
        [("Minimal", 0.0), ("Mild", 5.0), ("Moderate", 10.0), ("Moderately severe", 15.0), ("Severe", 20.0)];
    Trend {
        scale: "PHQ-A".into(),
        range: (0.0, 27.0),
        step: 1.0,
        polarity: Polarity::HigherIsWorse,
        bands: bands.map(|(label, from)| ScoreBand { label: label.into(), from }).to_vec(),
        cutoff: Some(Cutoff { score: 11.0 }),
        reliable_change: Some(ReliableChange { threshold: 5.0 }),
        points: vec![
            point(date(2026, 3, 3), 16.0, Informant::Student, "1"),
            point(date(2025, 9, 14), 8.0, Informant::Student, "1"),
            point(date(2026, 1, 14), 9.0, Informant::Student, "1"),
            point(date(2026, 1, 20), 12.0, Informant::Teacher, "1"),
        ],
        missed: vec![Missed { date: date(2025, 11, 20), informant: Informant::Student }],
        source: String::new(),
    }
}

/// A child with many results of all informants and two versions, made from a seed.
pub fn many(points: usize, seed: u64) -> Trend {
    let mut dice = seed;
    let mut roll = |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % below
    };
    let mut day = date(2021, 9, 1);
    let mut out = Trend { points: Vec::new(), ..mei() };
    for index in 0..points {
        day = day.checked_add(jiff::Span::new().days(1 + roll(60) as i64)).expect("within the calendar");
        let informant = Informant::ALL[roll(3) as usize];
        let version = if index * 3 > points * 2 { "2" } else { "1" };
        out.points.push(point(day, roll(28) as f64, informant, version));
        if roll(9) == 0 {
            out.missed.push(Missed { date: day, informant: Informant::ALL[roll(3) as usize] });
        }
    }
    out
}

const NAMES: [&str; 7] = [
    "Ashford Primary",
    "Brook Lane",
    "Castle Hill Secondary School for Science and the Performing Arts",
    "Eastgate Community Academy",
    "Donaudampfschifffahrtsgesellschaftsgymnasium",
    "第一实验小学",
    "St. Mary & All Saints' <Upper> \"School\"",
];

pub fn name(index: usize) -> String {
    NAMES.get(index).map_or_else(|| format!("School {}", index + 1), |name| (*name).to_owned())
}

pub fn estimate(count: u64, n: u64) -> Estimate {
    let (p, n_real) = (count as f64 / n as f64, n as f64);
    let z = 1.96;
    let centre = (p + z * z / 2.0 / n_real) / (1.0 + z * z / n_real);
    let half = z * (p * (1.0 - p) / n_real + z * z / 4.0 / n_real / n_real).sqrt() / (1.0 + z * z / n_real);
    let interval = Some(((centre - half) * 100.0, (centre + half) * 100.0));
    Estimate { count: Some(count), n, share: Share::Percent(p * 100.0), interval }
}

pub fn schools(count: usize) -> BarsCi {
    let rows = (0..count)
        .map(|i| {
            let n = 60 + (i * 97 % 400) as u64;
            let share = [19, 8, 40, 20, 17][i % 5];
            let estimate = (i % 4 != 3).then(|| estimate(n * share / 100, n));
            GroupRow { label: name(i), estimate }
        })
        .collect();
    let group = ("school".to_owned(), "schools".to_owned());
    BarsCi { group, district: Some(estimate(1410, 7431)), rows, about: about() }
}

pub fn participation() -> FunnelBars {
    let steps = [
        ("Enrolled", 8412),
        ("Consented", 7903),
        ("Present", 0),
        ("Started", 7655),
        ("Finished", 7540),
        ("Valid", 7431),
    ];
    FunnelBars {
        steps: steps
            .iter()
            .enumerate()
            .map(|(i, (label, n))| FunnelStep {
                label: (*label).to_owned(),
                count: if *n == 0 { Count::Hidden } else { Count::Shown(*n) },
                share: (i > 0).then_some(Share::Percent(*n as f64 / 84.12)),
            })
            .collect(),
        outcome: "gave valid answers".into(),
        about: about(),
    }
}

pub fn funnel(count: usize) -> FunnelPlot {
    let points = schools(count)
        .rows
        .into_iter()
        .map(|r| FunnelPoint { label: r.label, value: r.estimate.map(|e| (e.n, e.share.position())) })
        .collect();
    FunnelPlot { district: 19.0, n: 7431, points, about: about() }
}

pub fn grid(rows: usize, columns: usize) -> HeatGrid {
    let names = ["Worry", "Mood", "Attention and concentration", "Conduct", "Peers"];
    let cell = |r: usize, c: usize| match (r * 7 + c * 13) % 50 {
        v if v % 9 == 4 => None,
        v if v <= 5 => Some(Share::AtMost(5.0)),
        v => Some(Share::Percent(v as f64)),
    };
    HeatGrid {
        columns: (0..columns).map(|c| names[c % 5].to_owned()).collect(),
        rows: (0..rows)
            .map(|r| HeatRow { label: name(r), cells: (0..columns).map(|c| cell(r, c)).collect() })
            .collect(),
        about: about(),
    }
}

/// Differences, some hidden, some clear.
pub fn differences(rows: usize) -> Intervals {
    let row = |index: usize| {
        let value = [4.1, -6.0, 0.4][index % 3];
        let verdict = match index % 3 {
            0 => ("likely higher", Comparison::LikelyHigher),
            1 => ("likely lower", Comparison::LikelyLower),
            _ => ("no clear difference found", Comparison::Similar),
        };
        let reach = Reach {
            value,
            interval: (value - 2.0, value + 2.0),
            text: format!(
                "{} ({} to {})",
                text::signed(value),
                text::signed(value - 2.0),
                text::signed(value + 2.0)
            ),
            verdict: Some((verdict.0.to_owned(), verdict.1)),
        };
        ReachRow { label: name(index), reach: if index % 5 == 3 { Err(hidden_row()) } else { Ok(reach) } }
    };
    let rows: Vec<ReachRow> = (0..rows).map(row).collect();
    let (axis, ticks) = points_axis(&rows);
    Intervals {
        title: "Two schools changed".into(),
        summary: "One is likely higher, one likely lower.".into(),
        table: Table {
            caption: "Differences".into(),
            headers: vec!["School".into(), "Difference".into()],
            rows: rows
                .iter()
                .map(|r| {
                    vec![r.label.clone(), r.reach.as_ref().map_or_else(Clone::clone, |r| r.text.clone())]
                })
                .collect(),
        },
        rows,
        axis,
        ticks,
        line: (0.0, "No difference".into()),
        n: Some(7431),
        about: about(),
    }
}

/// Wholes of five parts, some hidden.
pub fn mixes(rows: usize) -> MixBars {
    let row = |index: usize| {
        let part = |(at, label): (usize, &str)| {
            let n = 40 + 10 * ((at + index) % 5) as u64;
            let hidden = (at + index) % 6 == 5;
            Part {
                label: label.to_owned(),
                count: if hidden { Count::Hidden } else { Count::Shown(n) },
                share: (!hidden).then_some(Share::Percent(n as f64 / 3.0)),
            }
        };
        let labels = ["Minimal", "Mild", "Moderate", "Moderately severe", "Severe"];
        Mix {
            label: name(index),
            whole: if index % 7 == 6 { Count::Hidden } else { Count::Shown(300) },
            parts: labels.into_iter().enumerate().map(part).collect(),
        }
    };
    MixBars {
        title: "How severe the screens were".into(),
        names: ("Instrument".into(), "Band".into()),
        unit: "Valid screens".into(),
        rows: (0..rows).map(row).collect(),
        about: about(),
    }
}

/// Every chart, plain and extreme, with how many points each draws.
pub fn all(reading: Reading) -> Vec<(String, Figure, usize)> {
    let frame = |name: &str| Frame { id: name.to_owned(), reading };
    let mut out = Vec::new();
    let mut add = |name: String, figure: Result<Figure, DrawError>, points: usize| {
        let figure = figure.unwrap_or_else(|e| panic!("{name}: {e}"));
        out.push((name, figure, points));
    };
    add("trend-mei".into(), trend(&frame("trend-mei"), &mei()), 4);
    add(
        "trend-none".into(),
        trend(&frame("trend-none"), &Trend { points: vec![], missed: vec![], ..mei() }),
        0,
    );
    for (points, seed) in [(1, 1), (2, 2), (7, 3), (16, 4), (40, 5), (40, 6)] {
        let name = format!("trend-{points}-{seed}");
        let input = many(points, seed);
        add(name.clone(), trend(&frame(&name), &input), input.points.len());
    }
    for count in [1, 7, 60] {
        let name = format!("bars-{count}");
        let input = schools(count);
        let shown = input.rows.iter().filter(|r| r.estimate.is_some()).count();
        add(name.clone(), bars_ci(&frame(&name), &input), shown);
        let name = format!("plot-{count}");
        add(name.clone(), funnel_plot(&frame(&name), &funnel(count)), shown);
    }
    add("participation".into(), funnel_bars(&frame("participation"), &participation()), 6);
    for (rows, columns) in [(1, 1), (7, 5), (4, 14)] {
        let name = format!("grid-{rows}-{columns}");
        add(name.clone(), heat_grid(&frame(&name), &grid(rows, columns)), rows * columns);
    }
    for rows in [1, 7, 40] {
        let name = format!("intervals-{rows}");
        let input = differences(rows);
        let shown = input.rows.iter().filter(|r| r.reach.is_ok()).count();
        add(name.clone(), intervals(&frame(&name), &input), shown);
        let name = format!("mix-{rows}");
        add(name.clone(), mix_bars(&frame(&name), &mixes(rows)), rows);
    }
    let counts = CountBars {
        title: "A quarter of referrals are overdue".into(),
        summary: String::new(),
        names: ("State".into(), "Referrals".into()),
        rows: participation().steps,
        more: vec![("Median".into(), "within 16 hours".into())],
        about: about(),
    };
    add("counts".into(), count_bars(&frame("counts"), &counts), 6);
    out
}
