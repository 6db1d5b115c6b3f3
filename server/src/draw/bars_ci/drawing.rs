//! The picture of positive screens by group.

use super::super::canvas::{Canvas, Ink, Mark};
use super::super::palette::{self, Colour};
use super::super::scale::{self, Scale};
use super::super::{Reading, Size, text, words};
use super::{BarsCi, Comparison, Estimate, GroupRow, estimate_text};

/// Where a row's parts stand.
struct RowPlan {
    top: f64,
    height: f64,
    /// Vertical middle of dot and whisker.
    middle: f64,
    label: Vec<String>,
}

/// Draws the chart; returns it with its height.
pub fn draw(input: &BarsCi, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let font = size.font();
    let line = font * 1.25;
    let (left, right) = columns(input, size);
    let reach = input
        .shown()
        .map(|(_, e)| e)
        .chain(input.district)
        .flat_map(|e| [e.share.position(), e.interval.map_or(0.0, |i| i.1)])
        .fold(1.0, f64::max);
    let top_percent = scale::percent_top(reach);
    let x = Scale::new((0.0, top_percent), (left, right));
    let head = if input.district.is_some() { size.small() * 2.9 } else { size.small() * 1.6 };

    let mut y = head;
    let plans: Vec<RowPlan> = input
        .rows
        .iter()
        .map(|row| {
            let plan = match size {
                Size::Wide => {
                    let label = text::wrap(&row.label, font, left - 14.0);
                    let height = f64::max(36.0, label.len() as f64 * line + 12.0);
                    RowPlan { top: y, height, middle: y + height / 2.0, label }
                }
                Size::Narrow => {
                    let label = text::wrap(&row.label, font, size.width() - 4.0);
                    let words = label.len() as f64 * line + if row.estimate.is_some() { line } else { 0.0 };
                    let height = words + 34.0;
                    RowPlan { top: y, height, middle: y + words + 18.0, label }
                }
            };
            y += plan.height;
            plan
        })
        .collect();
    let bottom = y;

    axis(&mut canvas, &x, top_percent, (head, bottom), size);
    for (index, (row, plan)) in input.rows.iter().zip(&plans).enumerate() {
        if index > 0 {
            canvas.line((0.0, plan.top), (size.width(), plan.top), palette::GRID, 1.0);
        }
        match row.estimate {
            None => hidden_row(&mut canvas, row, plan, left, size),
            Some(estimate) => {
                let compared = input.compare(row);
                let label = format!(
                    "{}: {}{}",
                    row.label,
                    estimate_text(&estimate),
                    compared.map(|c| format!(", {}", c.word())).unwrap_or_default()
                );
                canvas.point(reading, &label, |c| shown_row(c, row, plan, &x, &estimate, compared, size));
            }
        }
    }
    reference(&mut canvas, input, &x, head, &plans, size);
    (canvas, bottom + size.small() * 2.0)
}

/// Left and right edge of the plot.
fn columns(input: &BarsCi, size: Size) -> (f64, f64) {
    match size {
        Size::Narrow => (14.0, size.width() - 18.0),
        Size::Wide => {
            let widest = input.rows.iter().map(|r| text::width(&r.label, size.font())).fold(0.0, f64::max);
            let values = input
                .shown()
                .map(|(_, e)| text::width(&estimate_text(&e), size.small()))
                .fold(text::width(words::HIGHER, size.small()), f64::max);
            // The plot keeps room for the sentence of a hidden row.
            let least = text::width(words::TOO_FEW, size.small()) + 16.0;
            let right = size.width() - values - 16.0;
            ((widest + 16.0).clamp(60.0, right - least), right)
        }
    }
}

fn axis(canvas: &mut Canvas, x: &Scale, top: f64, (head, bottom): (f64, f64), size: Size) {
    for tick in scale::percent_ticks(top) {
        let at = x.at(tick);
        canvas.line((at, head), (at, bottom), palette::GRID, 1.0);
        canvas.text(
            (at, bottom + size.small()),
            text::percent(tick),
            Ink::new(size.small()).muted().middle(),
        );
    }
}

fn hidden_row(canvas: &mut Canvas, row: &GroupRow, plan: &RowPlan, left: f64, size: Size) {
    // The row has no value to write, so the hatch takes that column too.
    let (from, to) = match size {
        Size::Wide => ((left, plan.middle - 11.0), (size.width() - 1.0, plan.middle + 11.0)),
        Size::Narrow => ((0.0, plan.middle - 11.0), (size.width() - 1.0, plan.middle + 11.0)),
    };
    name(canvas, row, plan, size);
    canvas.hatch(from, to);
    let half = text::width(words::TOO_FEW, size.small()) / 2.0 + 5.0;
    let centre = (from.0 + to.0) / 2.0;
    canvas.fill((centre - half, from.1 + 2.0), (centre + half, to.1 - 2.0), palette::SURFACE);
    canvas.text((centre, plan.middle), words::TOO_FEW, Ink::new(size.small()).muted().middle());
}

fn name(canvas: &mut Canvas, row: &GroupRow, plan: &RowPlan, size: Size) {
    let line = size.font() * 1.25;
    let first = match size {
        Size::Wide => plan.top + plan.height / 2.0 - (plan.label.len() as f64 - 1.0) * line / 2.0,
        Size::Narrow => plan.top + 4.0 + line / 2.0,
    };
    let ink = match size {
        Size::Wide => Ink::new(size.font()),
        Size::Narrow => Ink::new(size.font()).bold(),
    };
    // An empty name would leave an empty element behind.
    if !row.label.trim().is_empty() {
        canvas.lines((0.0, first), &plan.label, ink, line);
    }
}

fn shown_row(
    canvas: &mut Canvas,
    row: &GroupRow,
    plan: &RowPlan,
    x: &Scale,
    estimate: &Estimate,
    compared: Option<Comparison>,
    size: Size,
) {
    name(canvas, row, plan, size);
    let colour = compared.map_or(palette::NOISE, Comparison::colour);
    let y = plan.middle;
    if let Some((low, high)) = estimate.interval {
        let (low, high) = (x.at(low), x.at(high));
        canvas.line((low, y), (high, y), colour, 2.0);
        canvas.line((low, y - 5.0), (low, y + 5.0), colour, 2.0);
        canvas.line((high, y - 5.0), (high, y + 5.0), colour, 2.0);
    }
    dot(canvas, (x.at(estimate.share.position()), y), compared, colour);

    let ink = Ink::new(size.small());
    let words = estimate_text(estimate);
    let clear = compared.filter(|c| *c != Comparison::Similar);
    match size {
        Size::Wide => {
            let line = size.small() * 1.25;
            let first = if clear.is_some() { y - line / 2.0 } else { y };
            canvas.text((size.width() - 2.0, first), words, ink.end());
            if let Some(c) = clear {
                canvas.text((size.width() - 2.0, first + line), c.word(), ink.coloured(colour).bold().end());
            }
        }
        Size::Narrow => {
            let at = (0.0, plan.top + 4.0 + (plan.label.len() as f64 + 0.5) * size.font() * 1.25);
            canvas.text(at, words, ink);
            if let Some(c) = clear {
                canvas.text((size.width() - 2.0, at.1), c.word(), ink.coloured(colour).bold().end());
            }
        }
    }
}

/// ▲ likely higher, ▼ likely lower, ● otherwise: direction survives without colour.
pub fn dot(canvas: &mut Canvas, (x, y): (f64, f64), compared: Option<Comparison>, colour: Colour) {
    let r = 6.0;
    match compared {
        Some(Comparison::LikelyHigher) => canvas
            .marks
            .push(Mark::Polygon(vec![(x, y - r - 1.0), (x + r + 1.0, y + r), (x - r - 1.0, y + r)], colour)),
        Some(Comparison::LikelyLower) => canvas
            .marks
            .push(Mark::Polygon(vec![(x, y + r + 1.0), (x + r + 1.0, y - r), (x - r - 1.0, y - r)], colour)),
        Some(Comparison::Similar) | None => canvas.marks.push(Mark::Disc((x, y), r - 1.0, colour)),
    }
}

/// The district's line through the plot, broken where it would cross words.
fn reference(canvas: &mut Canvas, input: &BarsCi, x: &Scale, head: f64, plans: &[RowPlan], size: Size) {
    let (Some(district), Some(value)) = (input.district, input.reference()) else { return };
    let at = x.at(value);
    let label = format!("District {}", district.share.text());
    let half = text::width(&label, size.small()) / 2.0;
    let ink = Ink::new(size.small()).bold().middle();
    canvas.text((at.clamp(half + 1.0, size.width() - half - 1.0), head - size.small() * 1.5), label, ink);
    canvas.dashed(|c| {
        c.line((at, head - size.small() * 0.75), (at, head), palette::INK, 1.0);
        for (row, plan) in input.rows.iter().zip(plans) {
            if row.estimate.is_some() {
                let from = match size {
                    Size::Wide => plan.top,
                    Size::Narrow => plan.middle - 13.0,
                };
                c.line((at, from), (at, plan.top + plan.height), palette::INK, 1.0);
            }
        }
    });
}
