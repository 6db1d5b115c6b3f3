//! Funnel plot: each school's share against its number of screens, with the limits that chance alone would give around
//! the district's share (D-03). It shows which schools differ beyond chance without ranking them.

use super::bars_ci::{Comparison, dot};
use super::canvas::{Canvas, Ink};
use super::figure::{self, About, Story};
use super::layout::{self, KeyEntry, Lines, Room, Taken};
use super::palette;
use super::scale::{self, Scale};
use super::{DrawError, Figure, Frame, Reading, Size, Table, text, words};

/// z of the 95 % limits.
const Z95: f64 = 1.959_963_984_540_054;
/// z of the 99.8 % limits.
const Z998: f64 = 3.090_232_306_167_814;

/// One school.
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelPoint {
    /// Name.
    pub label: String,
    /// Valid screens and share in percent, as published; `None` is a suppressed school.
    pub value: Option<(u64, f64)>,
}

/// Input of [`funnel_plot`].
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelPlot {
    /// The district's share in percent: the centre line.
    pub district: f64,
    /// Valid screens in the district.
    pub n: u64,
    /// Schools.
    pub points: Vec<FunnelPoint>,
    /// Measure, source, window, note.
    pub about: About,
}

/// Where a school lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Outside95(Comparison),
    Outside998(Comparison),
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Self::Inside => "within the 95% limits",
            Self::Outside95(Comparison::LikelyLower) => "below the 95% limits",
            Self::Outside95(_) => "above the 95% limits",
            Self::Outside998(Comparison::LikelyLower) => "below the 99.8% limits",
            Self::Outside998(_) => "above the 99.8% limits",
        }
    }
    fn direction(self) -> Comparison {
        match self {
            Self::Inside => Comparison::Similar,
            Self::Outside95(c) | Self::Outside998(c) => c,
        }
    }
}

/// Limits in percent around a share for `n` screens: the values whose score test against the district has this z.
fn limits(district: f64, n: f64, z: f64) -> (f64, f64) {
    let p = district / 100.0;
    let half = z * (p * (1.0 - p) / n).sqrt();
    ((p - half).clamp(0.0, 1.0) * 100.0, (p + half).clamp(0.0, 1.0) * 100.0)
}

fn placed(district: f64, n: u64, share: f64) -> Place {
    let n = (n as f64).max(1.0);
    let side = if share > district { Comparison::LikelyHigher } else { Comparison::LikelyLower };
    let outside = |z| {
        let (low, high) = limits(district, n, z);
        share < low || share > high
    };
    if outside(Z998) {
        Place::Outside998(side)
    } else if outside(Z95) {
        Place::Outside95(side)
    } else {
        Place::Inside
    }
}

/// Draws a funnel plot of schools.
///
/// # Errors
/// [`DrawError::Data`] when a percentage is not within 0 to 100 or a shown school has no screens.
pub fn funnel_plot(frame: &Frame, input: &FunnelPlot) -> Result<Figure, DrawError> {
    let fits = |share: f64| (0.0..=100.0).contains(&share);
    let bad = input.points.iter().find(|p| p.value.is_some_and(|(n, share)| n == 0 || !fits(share)));
    if let Some(point) = bad {
        return Err(DrawError::Data(format!("{} has no screens or a share outside 0 to 100", point.label)));
    }
    if !fits(input.district) {
        return Err(DrawError::Data("the district's share is outside 0 to 100".to_owned()));
    }
    let story = Story {
        title: title(input),
        subtitle: input.about.subtitle(Some(input.n)),
        summary: summary(input),
        note: [input.about.note.as_str(), words::NOT_A_DIAGNOSIS]
            .into_iter()
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        table: table(input),
    };
    figure::figure(frame, story, |size| draw(input, size, frame.reading))
}

/// Shown schools with their place.
fn shown(input: &FunnelPlot) -> impl Iterator<Item = (&FunnelPoint, u64, f64, Place)> {
    input.points.iter().filter_map(|p| {
        let (n, share) = p.value?;
        Some((p, n, share, placed(input.district, n, share)))
    })
}

fn title(input: &FunnelPlot) -> String {
    match shown(input).filter(|s| matches!(s.3, Place::Outside998(_))).count() {
        0 => "No school differs from the district beyond chance".to_owned(),
        1 => "One school differs from the district beyond chance".to_owned(),
        n => format!("{} schools differ from the district beyond chance", words::spelled(n)),
    }
}

fn summary(input: &FunnelPlot) -> String {
    let mut out = format!("District share {}. ", text::percent(input.district));
    let outside = || shown(input).filter(|s| s.3 != Place::Inside);
    if outside().count() <= words::LISTED {
        for (point, n, share, place) in outside() {
            let (share, n) = (text::percent(share), text::count(n));
            out.push_str(&format!("{}: {share}, n {n}, {}. ", point.label, place.word()));
        }
    } else {
        for direction in [Comparison::LikelyHigher, Comparison::LikelyLower] {
            let side = if direction == Comparison::LikelyHigher { "Above" } else { "Below" };
            let n = outside().filter(|s| s.3.direction() == direction).count();
            out.push_str(&format!("{side} the limits: {}. ", text::count(n as u64)));
        }
    }
    let inside = shown(input).filter(|s| s.3 == Place::Inside).count();
    out.push_str(&format!("Within the 95% limits: {}.", text::count(inside as u64)));
    let hidden = input.points.iter().filter(|p| p.value.is_none()).count();
    if hidden > 0 {
        out.push_str(&format!(" {}: {}.", words::TOO_FEW, text::count(hidden as u64)));
    }
    let by_chance = (0.05 * shown(input).count() as f64).round();
    if by_chance >= 1.0 {
        out.push_str(&format!(" By chance alone about {by_chance:.0} would lie outside the 95% limits."));
    }
    out
}

fn table(input: &FunnelPlot) -> Table {
    let rows = input
        .points
        .iter()
        .map(|p| match p.value {
            None => vec![p.label.clone(), figure::hidden(), figure::hidden(), String::new()],
            Some((n, share)) => {
                vec![
                    p.label.clone(),
                    text::count(n),
                    text::percent(share),
                    placed(input.district, n, share).word().to_owned(),
                ]
            }
        })
        .collect();
    Table {
        caption: input.about.measure.clone(),
        headers: ["School", "Valid screens", "Share", "Place"].map(str::to_owned).to_vec(),
        rows,
    }
}

fn draw(input: &FunnelPlot, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let (font, small) = (size.font(), size.small());
    let most = shown(input).map(|s| s.1).max().unwrap_or(100) as f64;
    let ticks = scale::count_ticks(most * 1.04);
    let widest_n = ticks.last().copied().unwrap_or(100.0);
    let least = shown(input).map(|s| s.1).min().unwrap_or(10).max(5) as f64;
    let reach = shown(input).map(|s| s.2).fold(limits(input.district, least, Z998).1, f64::max);
    let top_percent = scale::percent_top(reach);
    let (left, right, top) =
        (text::width("100%", small) + 10.0, size.width() - text::width("99.8%", small) - 12.0, 24.0);
    let bottom = top + if size == Size::Wide { 300.0 } else { 260.0 };
    let x = Scale::new((0.0, widest_n), (left, right));
    let y = Scale::new((0.0, top_percent), (bottom, top));

    for tick in scale::percent_ticks(top_percent) {
        canvas.line((left, y.at(tick)), (right, y.at(tick)), palette::GRID, 1.0);
        canvas.text((left - 7.0, y.at(tick)), text::percent(tick), Ink::new(small).muted().end());
    }
    let mut edge = f64::NEG_INFINITY;
    for tick in &ticks {
        let label = text::count(*tick as u64);
        let half = text::width(&label, small) / 2.0;
        let at = x.at(*tick);
        canvas.line((at, bottom), (at, bottom + 4.0), palette::BORDER, 1.0);
        if at - half > edge {
            canvas.text((at, bottom + 6.0 + small * 0.6), label, Ink::new(small).muted().middle());
            edge = at + half + 8.0;
        }
    }
    canvas.line((left, bottom), (right, bottom), palette::BORDER, 1.0);

    let steps = 120;
    let curve = |z: f64, upper: fn((f64, f64)) -> f64| -> Vec<(f64, f64)> {
        // Quadratic steps: the funnel bends most where schools are small.
        (1..=steps)
            .map(|i| {
                let share = f64::from(i) / f64::from(steps);
                let n = (widest_n * share * share).max(1.0);
                (n, upper(limits(input.district, n, z)))
            })
            .skip_while(|(_, limit)| *limit > top_percent)
            .map(|(n, limit)| (x.at(n), y.at(limit)))
            .collect()
    };
    let mut room = Room::new(Taken(left + 2.0, 2.0, size.width() - 2.0, bottom - 2.0));
    for side in [(|l| l.0) as fn((f64, f64)) -> f64, |l| l.1] {
        for pair in curve(Z998, side).windows(2).chain(curve(Z95, side).windows(2)) {
            room.shun(pair[0], pair[1]);
        }
        canvas.path(curve(Z998, side), palette::MUTED, 2.0);
        canvas.dashed(|c| c.path(curve(Z95, side), palette::MUTED, 2.0));
    }
    canvas.line((left, y.at(input.district)), (right, y.at(input.district)), palette::INK, 1.0);

    // The limits are named at their right end; the upper pair stands clear of the centre line unless the funnel is thin.
    let upper = |z| y.at(limits(input.district, widest_n, z).1);
    let names = ["99.8%".to_owned(), "95%".to_owned()];
    let places = layout::spread(&[upper(Z998), upper(Z95)], &[small * 1.15; 2], (top, bottom));
    for (name, at) in names.iter().zip(places) {
        room.take(Taken(right, at - small * 0.6, size.width(), at + small * 0.6));
        canvas.text((right + 6.0, at), name.clone(), Ink::new(small).muted());
    }

    room.shun((left, y.at(input.district)), (right, y.at(input.district)));
    let places: Vec<_> = shown(input).map(|(_, n, share, _)| (x.at(n as f64), y.at(share))).collect();
    places.iter().for_each(|at| room.take(Taken::around(*at, 7.0)));
    for ((point, n, share, place), at) in shown(input).zip(&places) {
        let words =
            format!("{}: {}, n {}, {}", point.label, text::percent(share), text::count(n), place.word());
        let direction = place.direction();
        canvas.point(reading, &words, |c| dot(c, *at, Some(direction), direction.colour()));
    }
    // Schools beyond the outer limits are named first, then those beyond the inner, while there is room.
    let mut wanted: Vec<_> = shown(input).zip(&places).filter(|(s, _)| s.3 != Place::Inside).collect();
    wanted.sort_by_key(|(s, _)| matches!(s.3, Place::Outside95(_)));
    for ((point, _, _, place), at) in wanted {
        let half = text::width(&point.label, small) / 2.0;
        let (aside, up, down) = (half + 11.0, at.1 - 16.0, at.1 + 17.0);
        let wishes = [
            (at.0 + aside, at.1),
            (at.0 - aside, at.1),
            (at.0, up),
            (at.0, down),
            (at.0 + half, up),
            (at.0 - half, up),
            (at.0 + half, down),
            (at.0 - half, down),
        ];
        let lines = if matches!(place, Place::Outside998(_)) { Lines::MayCross } else { Lines::KeepOff };
        if let Some(free) = room.label(&wishes, &point.label, small, lines) {
            let ink = Ink::new(small).coloured(place.direction().colour()).bold().middle();
            canvas.haloed(|c| c.text(free, point.label.clone(), ink));
        }
    }
    let caption = format!("Pupils screened in a school; line: district {}", text::percent(input.district));
    let caption = text::wrap(&caption, small, size.width() - left);
    canvas.lines((left, bottom + 10.0 + small * 1.9), &caption, Ink::new(small).muted(), small * 1.3);
    let hidden = input.points.iter().filter(|p| p.value.is_none()).count();
    let key = key(hidden);
    let key_top = bottom + 14.0 + small * (1.3 + 1.3 * caption.len() as f64);
    let end = layout::key(&mut canvas, &key, (left, size.width() - 2.0), key_top, Ink::new(font.min(small)));
    (canvas, end + 6.0)
}

fn key(hidden: usize) -> Vec<KeyEntry> {
    let line = |label: &str, dashed: fn(&mut Canvas, (f64, f64))| KeyEntry {
        sign: 24.0,
        label: label.to_owned(),
        draw: Box::new(dashed),
    };
    let mut out = vec![
        line("95% limits", |c, at| c.dashed(|c| c.line(at, (at.0 + 24.0, at.1), palette::MUTED, 2.0))),
        line("99.8% limits", |c, at| c.line(at, (at.0 + 24.0, at.1), palette::MUTED, 2.0)),
    ];
    for (direction, label) in [
        (Comparison::Similar, "Within limits"),
        (Comparison::LikelyHigher, "Above"),
        (Comparison::LikelyLower, "Below"),
    ] {
        out.push(KeyEntry {
            sign: 14.0,
            label: label.to_owned(),
            draw: Box::new(move |c, at| dot(c, (at.0 + 7.0, at.1), Some(direction), direction.colour())),
        });
    }
    if hidden > 0 {
        out.push(KeyEntry {
            sign: 16.0,
            label: format!("{}: {}", words::TOO_FEW, text::count(hidden as u64)),
            draw: Box::new(|c, at| c.hatch((at.0, at.1 - 6.0), (at.0 + 16.0, at.1 + 6.0))),
        });
    }
    out
}
