//! The trend chart's picture.

use jiff::civil::Date;

use super::super::canvas::{At, Canvas, Ink};
use super::super::layout::{self, KeyEntry, Lines, Room, Taken};
use super::super::palette::{self, Colour};
use super::super::scale::{self, Scale};
use super::super::{Reading, Size, text};
use super::{Before, Informant, Trend, TrendPoint, point_label};

/// Space between the plot's sides and the first and last date, so that marks and bracket stay inside.
const SIDE: f64 = 28.0;

/// The plot's edges and axes.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Scale,
    y: Scale,
}

impl Plot {
    fn at(&self, date: Date, score: f64) -> At {
        (self.x.at(scale::days(date)), self.y.at(score))
    }
}

/// Draws the chart; returns it with its height.
pub fn draw(input: &Trend, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let labels = band_labels(input, size);
    let plot = plot(input, size, &labels);
    zones(&mut canvas, input, &plot, &labels, size);
    let mut room = Room::new(Taken(plot.left + 2.0, plot.top + 2.0, plot.right - 2.0, plot.bottom - 2.0));
    score_axis(&mut canvas, input, &plot, size);
    let below = date_axis(&mut canvas, input, &plot, size);
    cutoff(&mut canvas, input, &plot, &mut room);
    versions(&mut canvas, input, &plot, size, &mut room);
    segments(&mut canvas, input, &plot, &mut room);
    missed(&mut canvas, input, &plot);
    bracket(&mut canvas, input, &plot, &mut room);
    points(&mut canvas, input, &plot, size, &mut room, reading);
    if input.points.is_empty() {
        canvas.text(
            ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0),
            "No result yet",
            Ink::new(size.font()).muted().middle(),
        );
    }
    let entries = key_entries(input, size);
    let key_bottom = layout::key(
        &mut canvas,
        &entries,
        (plot.left, size.width() - 4.0),
        below + 6.0,
        Ink::new(size.small()),
    );
    (canvas, key_bottom + 6.0)
}

/// Each band's label, wrapped for the gutter.
fn band_labels(input: &Trend, size: Size) -> Vec<Vec<String>> {
    let room = match size {
        Size::Wide => 128.0,
        Size::Narrow => 74.0,
    };
    input.bands.iter().map(|b| text::wrap(&b.label, size.small(), room)).collect()
}

fn plot(input: &Trend, size: Size, labels: &[Vec<String>]) -> Plot {
    let small = size.small();
    let widest =
        |words: &mut dyn Iterator<Item = String>| words.map(|w| text::width(&w, small)).fold(0.0, f64::max);
    let left = widest(&mut ticks(input).into_iter().map(text::number)) + 12.0;
    let gutter = widest(&mut labels.iter().flatten().cloned());
    let right = size.width() - if gutter > 0.0 { gutter + 16.0 } else { 8.0 };
    let lines: usize = labels.iter().map(Vec::len).sum();
    let base = match size {
        Size::Wide => 300.0,
        Size::Narrow => 270.0,
    };
    let top = if has_versions(input) { small * 1.6 + 4.0 } else { 10.0 };
    let bottom = top + f64::max(base, lines as f64 * (small + 3.0) + labels.len() as f64 * 4.0);
    let (low, high) = input.range;
    let pad = f64::max(input.step / 2.0, (high - low) * 0.05);
    let dates = dates(input);
    let span = match (dates.first(), dates.last()) {
        (Some(first), Some(last)) => (scale::days(*first), scale::days(*last)),
        _ => (0.0, 0.0),
    };
    Plot {
        left,
        right,
        top,
        bottom,
        x: Scale::new(span, (left + SIDE, right - SIDE)),
        y: Scale::new((low - pad, high + pad), (bottom, top)),
    }
}

/// Half a step below the first possible score at or above a threshold, so that no point sits on a border.
fn below(input: &Trend, threshold: f64) -> f64 {
    let (low, step) = (input.range.0, input.step);
    low + ((threshold - low) / step).ceil() * step - step / 2.0
}

/// Half a step above the last possible score at or below a threshold.
fn above(input: &Trend, threshold: f64) -> f64 {
    let (low, step) = (input.range.0, input.step);
    low + ((threshold - low) / step).floor() * step + step / 2.0
}

/// Every date on the axis, in order, once.
fn dates(input: &Trend) -> Vec<Date> {
    let mut dates: Vec<_> =
        input.points.iter().map(|p| p.date).chain(input.missed.iter().map(|m| m.date)).collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// Scores written at the axis: the range's ends and where bands begin; quarters where there are no bands.
fn ticks(input: &Trend) -> Vec<f64> {
    let (low, high) = input.range;
    let mut out = vec![low, high];
    if input.bands.is_empty() {
        out.extend(
            [0.25, 0.5, 0.75].map(|share| ((low + share * (high - low)) / input.step).round() * input.step),
        );
    } else {
        out.extend(input.bands.iter().map(|b| b.from).filter(|from| *from > low && *from < high));
    }
    out.sort_by(f64::total_cmp);
    out.dedup();
    out
}

/// Zones from bottom to top: tint, border, label in the gutter, where no point can cover it.
fn zones(canvas: &mut Canvas, input: &Trend, plot: &Plot, labels: &[Vec<String>], size: Size) {
    let edge = |from: f64| if from <= input.range.0 { plot.bottom } else { plot.y.at(below(input, from)) };
    let edges: Vec<f64> = input.bands.iter().map(|b| edge(b.from)).chain([plot.top]).collect();
    let mut centres = Vec::new();
    for (index, pair) in edges.windows(2).enumerate() {
        let [low, high] = *pair else { continue };
        let tint = palette::ZONES.get(index).or(palette::ZONES.last()).copied().unwrap_or(palette::SURFACE);
        canvas.fill((plot.left, high), (plot.right, low), tint);
        centres.push((low + high) / 2.0);
    }
    let line = size.small() + 3.0;
    let heights: Vec<f64> = labels.iter().map(|l| l.len() as f64 * line + 2.0).collect();
    // Borders run on between the labels where each label fits its own zone; else they would cross the words.
    let roomy = edges.windows(2).zip(&heights).all(|(pair, height)| pair[0] - pair[1] >= *height);
    let reach = if roomy { size.width() } else { plot.right };
    for y in edges.iter().skip(1).take(edges.len().saturating_sub(2)) {
        canvas.line((plot.left, *y), (reach, *y), palette::ZONE_EDGE, 1.0);
    }
    // `spread` reads from the top; bands are listed from the bottom.
    centres.reverse();
    let turned: Vec<f64> = heights.iter().rev().copied().collect();
    let placed = layout::spread(&centres, &turned, (plot.top - 4.0, plot.bottom + 4.0));
    for ((lines, y), centre) in labels.iter().rev().zip(placed).zip(centres) {
        let first = y - (lines.len() as f64 - 1.0) * line / 2.0;
        canvas.lines((plot.right + 12.0, first), lines, Ink::new(size.small()).muted(), line);
        if !roomy {
            canvas.line((plot.right, centre), (plot.right + 9.0, y), palette::BORDER, 1.0);
        }
    }
    canvas.outline((plot.left, plot.top), (plot.right, plot.bottom), palette::BORDER);
}

fn score_axis(canvas: &mut Canvas, input: &Trend, plot: &Plot, size: Size) {
    let ink = Ink::new(size.small()).muted().end();
    let (low, high) = input.range;
    let mut placed: Vec<f64> = Vec::new();
    // The range's ends are written first and always; a band's start only where it does not touch another number.
    let inner = ticks(input).into_iter().filter(|t| *t > low && *t < high);
    for score in [low, high].into_iter().chain(inner) {
        let y = plot.y.at(score);
        if placed.iter().any(|other| (other - y).abs() < size.small() * 1.15) {
            continue;
        }
        placed.push(y);
        canvas.line((plot.left - 4.0, y), (plot.left, y), palette::BORDER, 1.0);
        canvas.text((plot.left - 7.0, y), text::number(score), ink);
    }
}

/// Dates under the plot: the first and last always, the others where they fit; the year under the first date of each
/// year. Returns the bottom of what was written.
fn date_axis(canvas: &mut Canvas, input: &Trend, plot: &Plot, size: Size) -> f64 {
    let ink = Ink::new(size.small()).muted().middle();
    let dates = dates(input);
    let floor = plot.bottom + LANE * lanes(input).len() as f64;
    let y = floor + 8.0 + size.small() * 0.6;
    let mut order: Vec<Date> = dates.last().copied().into_iter().chain(dates.first().copied()).collect();
    // Then the dates that the sentence speaks of, then the others from the newest.
    let spoken = input.latest().map(|latest| latest.informant);
    order.extend(input.points.iter().rev().filter(|p| Some(p.informant) == spoken).map(|p| p.date));
    order.extend(dates.iter().rev());
    let mut placed: Vec<(Date, f64, f64)> = Vec::new();
    for date in order {
        let half = text::width(&text::day(date), size.small()) / 2.0;
        let tick = plot.x.at(scale::days(date));
        let x = tick.clamp(half + 1.0, size.width() - half - 1.0);
        if placed.iter().all(|(_, other, width)| (other - x).abs() > half + width + 7.0) {
            placed.push((date, x, half));
            canvas.line((tick, floor), (tick, floor + 5.0), palette::BORDER, 1.0);
        }
    }
    if floor > plot.bottom {
        canvas.line((plot.left, floor), (plot.right, floor), palette::BORDER, 1.0);
    }
    placed.sort_by_key(|tick| tick.0);
    let mut year = None;
    let mut taken = f64::NEG_INFINITY;
    for (date, x, half) in placed {
        canvas.text((x, y), text::day(date), ink);
        let written = text::width("2026", size.small()) / 2.0;
        if year != Some(date.year()) && x - written > taken {
            canvas.text((x.max(written + 1.0), y + size.small() * 1.25), date.year().to_string(), ink);
            year = Some(date.year());
            taken = x + half.max(written) + 4.0;
        }
    }
    y + size.small() * 2.0
}

fn cutoff(canvas: &mut Canvas, input: &Trend, plot: &Plot, room: &mut Room) {
    let Some(cutoff) = input.cutoff else { return };
    let border = match input.polarity {
        super::Polarity::HigherIsWorse => below(input, cutoff.score),
        super::Polarity::HigherIsBetter => above(input, cutoff.score),
    };
    let y = plot.y.at(border);
    canvas.dashed(|c| c.line((plot.left, y), (plot.right, y), palette::HIGHER, 2.0));
    room.shun((plot.left, y), (plot.right, y));
}

fn has_versions(input: &Trend) -> bool {
    input.points.iter().any(|p| matches!(input.before(p), Before::OtherVersion(_)))
}

/// A dotted divider half-way between the last result of one version and the first of the next.
fn versions(canvas: &mut Canvas, input: &Trend, plot: &Plot, size: Size, room: &mut Room) {
    let mut drawn: Vec<f64> = Vec::new();
    for point in &input.points {
        let Before::OtherVersion(before) = input.before(point) else { continue };
        let x = (plot.at(before.date, 0.0).0 + plot.at(point.date, 0.0).0) / 2.0;
        let label = "new version";
        let half = text::width(label, size.small()) / 2.0;
        if drawn.iter().any(|other| (other - x).abs() < half * 2.0 + 6.0) {
            continue;
        }
        drawn.push(x);
        canvas.dashed(|c| c.line((x, plot.top), (x, plot.bottom), palette::BORDER, 1.0));
        room.take(Taken(x - 1.0, plot.top, x + 1.0, plot.bottom));
        let at = x.clamp(half + 1.0, size.width() - half - 1.0);
        canvas.text((at, plot.top - size.small() * 0.75), label, Ink::new(size.small()).muted().middle());
    }
}

/// Joins neighbouring results of one informant on one version with no missed window between.
fn segments(canvas: &mut Canvas, input: &Trend, plot: &Plot, room: &mut Room) {
    for point in &input.points {
        let Before::Same(before) = input.before(point) else { continue };
        let gap = input
            .missed
            .iter()
            .any(|m| m.informant == point.informant && m.date > before.date && m.date < point.date);
        if !gap {
            let (from, to) = (plot.at(before.date, before.score), plot.at(point.date, point.score));
            canvas.line(from, to, colour(point.informant), 2.0);
            room.shun(from, to);
        }
    }
}

fn colour(informant: Informant) -> Colour {
    match informant {
        Informant::Student => palette::NAVY,
        Informant::Teacher => palette::PLUM,
        Informant::Guardian => palette::CHARCOAL,
    }
}

/// ● student, ■ teacher, ▲ guardian, each with a white edge that keeps it apart from lines and neighbours.
fn marker(canvas: &mut Canvas, informant: Informant, (x, y): At, radius: f64) {
    for (grow, ink) in [(1.5, palette::SURFACE), (0.0, colour(informant))] {
        let r = radius + grow;
        match informant {
            Informant::Student => canvas.marks.push(super::super::canvas::Mark::Disc((x, y), r, ink)),
            Informant::Teacher => canvas.fill((x - r * 0.9, y - r * 0.9), (x + r * 0.9, y + r * 0.9), ink),
            Informant::Guardian => {
                let r = r * 1.2;
                let corners = vec![(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)];
                canvas.marks.push(super::super::canvas::Mark::Polygon(corners, ink));
            }
        }
    }
}

fn cross(canvas: &mut Canvas, (x, y): At, ink: Colour) {
    canvas.line((x - 5.0, y - 5.0), (x + 5.0, y + 5.0), ink, 2.0);
    canvas.line((x - 5.0, y + 5.0), (x + 5.0, y - 5.0), ink, 2.0);
}

/// Informants who missed a window: each has a lane of its own under the plot.
fn lanes(input: &Trend) -> Vec<Informant> {
    Informant::ALL.into_iter().filter(|i| input.missed.iter().any(|m| m.informant == *i)).collect()
}

/// Height of a lane for missed windows.
const LANE: f64 = 18.0;

/// × under the plot: inside it, a missed window at the bottom would read as a score of 0.
fn missed(canvas: &mut Canvas, input: &Trend, plot: &Plot) {
    for (row, informant) in lanes(input).into_iter().enumerate() {
        for m in input.missed.iter().filter(|m| m.informant == informant) {
            let y = plot.bottom + 2.0 + LANE * (row as f64 + 0.5);
            cross(canvas, (plot.at(m.date, 0.0).0, y), colour(informant));
        }
    }
}

/// The range of measurement error around the result before, beside the newest result.
fn bracket(canvas: &mut Canvas, input: &Trend, plot: &Plot, room: &mut Room) {
    let Some((latest, low, high)) = input.error_range() else { return };
    let x = plot.at(latest.date, 0.0).0 + 18.0;
    let (bottom, top) = (plot.y.at(low), plot.y.at(high));
    canvas.path(vec![(x - 6.0, top), (x, top), (x, bottom), (x - 6.0, bottom)], palette::INK, 2.0);
    room.take(Taken(x - 8.0, top - 2.0, x + 2.0, bottom + 2.0));
}

fn points(canvas: &mut Canvas, input: &Trend, plot: &Plot, size: Size, room: &mut Room, reading: Reading) {
    let radius = if input.points.len() > 16 { 5.0 } else { 6.0 };
    let places: Vec<At> = input.points.iter().map(|p| nudged(input, p, plot.at(p.date, p.score))).collect();
    for at in &places {
        room.take(Taken::around(*at, radius + 2.0));
    }
    for (point, at) in input.points.iter().zip(&places) {
        canvas.point(reading, &point_label(input, point), |c| marker(c, point.informant, *at, radius));
    }
    // The newest and the first are labelled before the others, newest to oldest, while there is room.
    let last = places.len().saturating_sub(1);
    let order = (0..places.len()).rev().filter(|i| *i == last || *i == 0).chain((1..last).rev());
    for index in order {
        let (Some(point), Some(at)) = (input.points.get(index), places.get(index)) else { continue };
        let up = (at.0, at.1 - radius - size.font() * 0.75);
        let down = (at.0, at.1 + radius + size.font() * 0.75);
        let label = text::number(point.score);
        let aside = radius + 5.0 + text::width(&label, size.font()) / 2.0;
        let (right, left) = (at.0 + aside, at.0 - aside);
        let (first, second) = if is_valley(input, point) { (down, up) } else { (up, down) };
        // Places askew, closer than those beside: in a crowd they would be read as a neighbour's.
        let (west, east) = (at.0 - aside * 0.6, at.0 + aside * 0.6);
        let wishes = [
            first,
            second,
            (right, at.1),
            (left, at.1),
            (west, second.1),
            (west, first.1),
            (east, second.1),
            (east, first.1),
        ];
        let must = index == last || index == 0 || places.len() <= 12;
        let (wishes, lines) =
            if must { (&wishes[..], Lines::MayCross) } else { (&wishes[..4], Lines::KeepOff) };
        if let Some(free) = room.label(wishes, &label, size.font(), lines) {
            let ink = Ink::new(size.font()).coloured(colour(point.informant)).bold().middle();
            canvas.haloed(|c| c.text(free, label, ink));
        }
    }
}

/// Results of two informants on one date and nearly one score stand side by side instead of on top of each other.
fn nudged(input: &Trend, point: &TrendPoint, at: At) -> At {
    let near = |other: &&TrendPoint| {
        other.date == point.date
            && other.informant != point.informant
            && (other.score - point.score).abs() < (input.range.1 - input.range.0) * 0.06
    };
    let before = input.points.iter().filter(near).filter(|o| o.informant < point.informant).count() as f64;
    let after = input.points.iter().filter(near).filter(|o| o.informant > point.informant).count() as f64;
    (at.0 + (before - after) * 8.0, at.1)
}

/// Whether the lines to the neighbours leave upwards, so that the label stands better below.
fn is_valley(input: &Trend, point: &TrendPoint) -> bool {
    let same: Vec<_> = input.points.iter().filter(|p| p.informant == point.informant).collect();
    let Some(index) = same.iter().position(|p| p.date == point.date) else { return false };
    let neighbours = [index.checked_sub(1).and_then(|i| same.get(i)), same.get(index + 1)];
    let rises: f64 = neighbours.into_iter().flatten().map(|p| p.score - point.score).sum();
    rises > 0.0
}

fn key_entries(input: &Trend, size: Size) -> Vec<KeyEntry> {
    let mut entries = Vec::new();
    for informant in Informant::ALL {
        if input.points.iter().any(|p| p.informant == informant) {
            entries.push(KeyEntry {
                sign: 14.0,
                label: informant.word().to_owned(),
                draw: Box::new(move |c, at| marker(c, informant, (at.0 + 7.0, at.1), 6.0)),
            });
        }
    }
    if !input.missed.is_empty() {
        entries.push(KeyEntry {
            sign: 14.0,
            label: "Missed".to_owned(),
            draw: Box::new(|c, at| cross(c, (at.0 + 7.0, at.1), palette::CHARCOAL)),
        });
    }
    if let Some(cutoff) = input.cutoff {
        entries.push(KeyEntry {
            sign: 24.0,
            label: format!("Cut-off {}", text::number(cutoff.score)),
            draw: Box::new(|c, at| c.dashed(|c| c.line(at, (at.0 + 24.0, at.1), palette::HIGHER, 2.0))),
        });
    }
    if let (Some(_), Some(change)) = (input.error_range(), input.reliable_change) {
        let threshold = text::number(change.threshold);
        let label = match size {
            Size::Wide => format!("Within measurement error of the result before (±{threshold})"),
            Size::Narrow => format!("Within measurement error (±{threshold})"),
        };
        entries.push(KeyEntry {
            sign: 10.0,
            label,
            draw: Box::new(|c, (x, y)| {
                c.path(
                    vec![(x, y - 7.0), (x + 6.0, y - 7.0), (x + 6.0, y + 7.0), (x, y + 7.0)],
                    palette::INK,
                    2.0,
                )
            }),
        });
    }
    entries
}
