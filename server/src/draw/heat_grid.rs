//! Heat grid: schools × domains with the number in each cell (D-03). The shade helps the eye; the number is the fact.

use super::canvas::{At, Canvas, Ink};
use super::figure::{self, About, Share, Story};
use super::layout::{self, KeyEntry};
use super::palette::{self, Colour};
use super::{DrawError, Figure, Frame, Reading, Size, Table, text, words};

/// One row of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatRow {
    /// School.
    pub label: String,
    /// Share in each column; `None` is a suppressed cell.
    pub cells: Vec<Option<Share>>,
}

/// Input of [`heat_grid`].
#[derive(Clone, Debug, PartialEq)]
pub struct HeatGrid {
    /// Column names: `Worry`, `Mood`.
    pub columns: Vec<String>,
    /// Rows in the order they are shown, each as long as `columns`.
    pub rows: Vec<HeatRow>,
    /// Measure, source, window, note.
    pub about: About,
}

/// Draws a heat grid.
///
/// # Errors
/// [`DrawError::Data`] when the grid is empty, a row has the wrong length, or a share is not a percentage.
pub fn heat_grid(frame: &Frame, input: &HeatGrid) -> Result<Figure, DrawError> {
    if input.columns.is_empty() || input.rows.is_empty() {
        return Err(DrawError::Data("the grid has no row or no column".to_owned()));
    }
    for row in &input.rows {
        if row.cells.len() != input.columns.len() {
            return Err(DrawError::Data(format!(
                "{} has {} cells for {} columns",
                row.label,
                row.cells.len(),
                input.columns.len()
            )));
        }
        if row.cells.iter().flatten().any(|s| !(0.0..=100.0).contains(&s.position())) {
            return Err(DrawError::Data(format!("{} has a share outside 0 to 100", row.label)));
        }
    }
    let story = Story {
        title: title(input),
        subtitle: input.about.subtitle(None),
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

/// Lowest and highest shown share of a column.
fn extent(input: &HeatGrid, column: usize) -> Option<(Share, Share)> {
    let shown: Vec<Share> =
        input.rows.iter().filter_map(|r| r.cells.get(column).copied().flatten()).collect();
    let low = shown.iter().copied().min_by(|a, b| a.position().total_cmp(&b.position()))?;
    let high = shown.iter().copied().max_by(|a, b| a.position().total_cmp(&b.position()))?;
    Some((low, high))
}

fn title(input: &HeatGrid) -> String {
    let widest = (0..input.columns.len())
        .filter_map(|c| extent(input, c).map(|(low, high)| (c, high.position() - low.position())))
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    match widest.and_then(|(c, gap)| input.columns.get(c).filter(|_| gap > 0.0 && input.columns.len() > 1)) {
        Some(name) => format!("Schools differ most in {name}"),
        None => "Share of positive screens by school".to_owned(),
    }
}

fn summary(input: &HeatGrid) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (index, name) in input.columns.iter().enumerate() {
        if let Some((low, high)) = extent(input, index) {
            let (low, high) = (low.text(), high.text());
            let range = if low == high { low } else { format!("{low} to {high} between schools") };
            parts.push(format!("{name}: {range}."));
        }
    }
    let hidden = input.rows.iter().flat_map(|r| &r.cells).filter(|c| c.is_none()).count();
    if hidden > 0 {
        let all = input.rows.len() * input.columns.len();
        parts.push(format!(
            "{}: {} of {} cells.",
            words::TOO_FEW,
            text::count(hidden as u64),
            text::count(all as u64)
        ));
    }
    parts.push("Differences between single cells may be chance.".to_owned());
    parts.join(" ")
}

fn table(input: &HeatGrid) -> Table {
    let mut headers = vec!["School".to_owned()];
    headers.extend(input.columns.iter().cloned());
    let rows = input
        .rows
        .iter()
        .map(|r| {
            let mut row = vec![r.label.clone()];
            row.extend(r.cells.iter().map(|c| c.map_or_else(figure::hidden, Share::text)));
            row
        })
        .collect();
    Table { caption: input.about.measure.clone(), headers, rows }
}

/// Shade and its text colour for a share, on fixed steps so that two grids can be compared.
fn shade(percent: f64) -> (Colour, Colour) {
    let index = match percent {
        p if p < 10.0 => 0,
        p if p < 20.0 => 1,
        p if p < 30.0 => 2,
        p if p < 45.0 => 3,
        _ => 4,
    };
    let ground = palette::HEAT[index];
    let ink = if palette::INK.contrast(ground) >= palette::SURFACE.contrast(ground) {
        palette::INK
    } else {
        palette::SURFACE
    };
    (ground, ink)
}

/// Where the cells stand.
struct Plan {
    /// Whether a school's name stands beside its cells or above them.
    names: Names,
    /// Left edge of the cells.
    left: f64,
    /// Width of a cell.
    cell: f64,
    /// Cells in one line; more columns go to further lines, each cell then with its column's number.
    per_line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Beside,
    Above,
}

/// Narrowest cell that holds its number.
const LEAST: f64 = 44.0;

fn plan(input: &HeatGrid, size: Size) -> Plan {
    let columns = input.columns.len();
    let widest = input.rows.iter().map(|r| text::width(&r.label, size.font())).fold(0.0, f64::max) + 12.0;
    let beside = widest.clamp(60.0, 220.0);
    if size == Size::Wide && (size.width() - beside) / columns as f64 >= LEAST {
        let cell = (size.width() - beside) / columns as f64;
        return Plan { names: Names::Beside, left: beside, cell, per_line: columns };
    }
    // Lines of equal length: 14 columns of which 7 fit are two lines of 7, 8 are two of 4.
    let most = ((size.width() / LEAST) as usize).max(1);
    let per_line = columns.div_ceil(columns.div_ceil(most));
    Plan { names: Names::Above, left: 0.0, cell: size.width() / per_line as f64, per_line }
}

fn draw(input: &HeatGrid, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let font = size.font();
    let line = font * 1.25;
    let plan = plan(input, size);
    let numbered = plan.per_line < input.columns.len();
    let mut y = heads(&mut canvas, input, &plan, size);
    for row in &input.rows {
        let room = if plan.names == Names::Beside { plan.left - 10.0 } else { size.width() };
        let label = text::wrap(&row.label, font, room);
        let words_height = label.len() as f64 * line;
        let (cells_top, height) = match plan.names {
            Names::Beside => (y, f64::max(34.0, words_height + 8.0)),
            Names::Above => (y + words_height + 5.0, if numbered { 44.0 } else { 32.0 }),
        };
        let first = match plan.names {
            Names::Beside => y + height / 2.0 - (label.len() as f64 - 1.0) * line / 2.0,
            Names::Above => y + 2.0 + line / 2.0,
        };
        canvas.lines((0.0, first), &label, Ink::new(font), line);
        for (index, share) in row.cells.iter().enumerate() {
            let name = input.columns.get(index).map_or("", String::as_str);
            let x = plan.left + (index % plan.per_line) as f64 * plan.cell;
            let top = cells_top + (index / plan.per_line) as f64 * height;
            // 2 px of white between neighbours (D-12).
            let (from, to) = ((x + 1.0, top + 1.0), (x + plan.cell - 1.0, top + height - 1.0));
            let value = share.map_or_else(figure::hidden, Share::text);
            let number = numbered.then(|| (index + 1).to_string());
            canvas.point(reading, &format!("{}, {name}: {value}", row.label), |c| {
                cell(c, from, to, *share, number, size);
            });
        }
        let lines = row.cells.len().div_ceil(plan.per_line) as f64;
        y = cells_top + height * lines + if plan.names == Names::Beside { 0.0 } else { 8.0 };
    }
    let end = layout::key(&mut canvas, &key(), (0.0, size.width()), y + 8.0, Ink::new(size.small()));
    (canvas, end + 4.0)
}

/// One cell; under its column's number where the columns take several lines.
fn cell(canvas: &mut Canvas, from: At, to: At, share: Option<Share>, number: Option<String>, size: Size) {
    let small = size.small();
    let centre = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let value_at = if number.is_some() { (centre.0, centre.1 + small * 0.6) } else { centre };
    let mut ink = palette::MUTED;
    match share {
        Some(share) => {
            let (ground, text_ink) = shade(share.position());
            ink = text_ink;
            canvas.fill(from, to, ground);
            canvas.text(value_at, share.text(), Ink::new(size.font()).coloured(ink).middle());
        }
        None => {
            canvas.hatch(from, to);
            let half = text::width(words::TOO_FEW_SHORT, small) / 2.0 + 4.0;
            if half * 2.0 + 4.0 < to.0 - from.0 {
                let (left, right) = (centre.0 - half, centre.0 + half);
                canvas.fill(
                    (left, value_at.1 - small * 0.75),
                    (right, value_at.1 + small * 0.75),
                    palette::SURFACE,
                );
                canvas.text(value_at, words::TOO_FEW_SHORT, Ink::new(small).muted().middle());
            }
        }
    }
    if let Some(number) = number {
        let at = (centre.0, centre.1 - small * 0.75);
        // A white rim keeps the number clear of the hatch; on a dark shade it would blot.
        let write = |c: &mut Canvas| c.text(at, number, Ink::new(small).coloured(ink).bold().middle());
        if share.is_none() { canvas.haloed(write) } else { write(canvas) }
    }
}

/// Column names over their cells; numbers, explained above, where a word does not fit over its column or the columns
/// take several lines. Returns the bottom.
fn heads(canvas: &mut Canvas, input: &HeatGrid, plan: &Plan, size: Size) -> f64 {
    let small = size.small();
    let line = small * 1.25;
    let ink = Ink::new(small).muted();
    let room = plan.cell - 6.0;
    let one_line = plan.per_line == input.columns.len();
    let fits = |name: &String| name.split_whitespace().all(|word| text::width(word, small) <= room);
    let (top, names, ink) = if one_line && input.columns.iter().all(fits) {
        (0.0, input.columns.iter().map(|c| text::wrap(c, small, room)).collect::<Vec<_>>(), ink)
    } else {
        let entries: Vec<KeyEntry> =
            input.columns.iter().enumerate().map(|(i, c)| numbered(i + 1, c, small)).collect();
        let bottom = layout::key(canvas, &entries, (0.0, size.width()), 0.0, ink);
        if !one_line {
            return bottom + 8.0;
        }
        let numbers = (1..=input.columns.len()).map(|number| vec![number.to_string()]).collect();
        (bottom + 4.0, numbers, Ink::new(small).bold())
    };
    let tallest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
    for (index, lines) in names.iter().enumerate() {
        let x = plan.left + (index as f64 + 0.5) * plan.cell;
        let first = top + 4.0 + (tallest - lines.len() as f64 + 0.5) * line;
        canvas.lines((x, first), lines, ink.middle(), line);
    }
    top + tallest * line + 8.0
}

/// A column's number and name.
fn numbered(number: usize, name: &str, small: f64) -> KeyEntry {
    let number = number.to_string();
    KeyEntry {
        sign: text::width(&number, small) + 1.0,
        label: name.to_owned(),
        draw: Box::new(move |c, at| c.text(at, number.clone(), Ink::new(small).bold())),
    }
}

fn key() -> Vec<KeyEntry> {
    let names = ["under 10%", "10–19%", "20–29%", "30–44%", "45% and more"];
    let mut out: Vec<KeyEntry> = names
        .into_iter()
        .zip(palette::HEAT)
        .map(|(name, colour)| KeyEntry {
            sign: 16.0,
            label: name.to_owned(),
            draw: Box::new(move |c, at| {
                c.fill((at.0, at.1 - 6.0), (at.0 + 16.0, at.1 + 6.0), colour);
                c.outline((at.0, at.1 - 6.0), (at.0 + 16.0, at.1 + 6.0), palette::BORDER);
            }),
        })
        .collect();
    out.push(KeyEntry {
        sign: 16.0,
        label: words::TOO_FEW.to_owned(),
        draw: Box::new(|c, at| c.hatch((at.0, at.1 - 6.0), (at.0 + 16.0, at.1 + 6.0))),
    });
    out
}
