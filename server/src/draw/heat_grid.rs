//! Heat grid: schools × domains with the number in each cell (D-03). The shade helps the eye; the number is the fact.

use super::canvas::{Canvas, Ink};
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
            parts.push(format!("{name}: {} to {} between schools.", low.text(), high.text()));
        }
    }
    let hidden = input.rows.iter().flat_map(|r| &r.cells).filter(|c| c.is_none()).count();
    if hidden > 0 {
        parts.push(format!("{}: {} cells.", words::TOO_FEW, text::count(hidden as u64)));
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

fn draw(input: &HeatGrid, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let (font, small) = (size.font(), size.small());
    let line = small * 1.25;
    let columns = input.columns.len() as f64;
    let widest = input.rows.iter().map(|r| text::width(&r.label, font)).fold(0.0, f64::max) + 12.0;
    // On narrow screens, or where columns are many, a school's name stands above its cells.
    let beside = size == Size::Wide && (size.width() - widest.min(220.0)) / columns >= 44.0;
    let left = if beside { widest.clamp(60.0, 220.0) } else { 0.0 };
    let cell = (size.width() - left) / columns;
    let heads: Vec<Vec<String>> = input.columns.iter().map(|c| text::wrap(c, small, cell - 6.0)).collect();
    let tallest = heads.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let mut y = tallest * line + 8.0;
    for (index, lines) in heads.iter().enumerate() {
        let x = left + (index as f64 + 0.5) * cell;
        let first = 4.0 + (tallest - lines.len() as f64 + 0.5) * line;
        canvas.lines((x, first), lines, Ink::new(small).muted().middle(), line);
    }
    for row in &input.rows {
        let label = text::wrap(&row.label, font, if beside { left - 10.0 } else { size.width() });
        let words_height = label.len() as f64 * font * 1.25;
        let (cell_top, height) =
            if beside { (y, f64::max(34.0, words_height + 8.0)) } else { (y + words_height + 5.0, 32.0) };
        let first = if beside {
            y + height / 2.0 - (label.len() as f64 - 1.0) * font * 0.625
        } else {
            y + 2.0 + font * 0.625
        };
        canvas.lines((0.0, first), &label, Ink::new(font), font * 1.25);
        for (index, share) in row.cells.iter().enumerate() {
            let name = input.columns.get(index).map_or("", String::as_str);
            let x = left + index as f64 * cell;
            // 2 px of white between neighbours (D-12).
            let (from, to) = ((x + 1.0, cell_top + 1.0), (x + cell - 1.0, cell_top + height - 1.0));
            let centre = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
            let value = share.map_or_else(figure::hidden, Share::text);
            canvas.point(reading, &format!("{}, {name}: {value}", row.label), |c| match share {
                Some(share) => {
                    let (ground, ink) = shade(share.position());
                    c.fill(from, to, ground);
                    c.text(centre, share.text(), Ink::new(font).coloured(ink).middle());
                }
                None => {
                    c.hatch(from, to);
                    let half = text::width(words::TOO_FEW_SHORT, small) / 2.0 + 4.0;
                    if half * 2.0 + 4.0 < cell {
                        c.fill(
                            (centre.0 - half, centre.1 - small * 0.75),
                            (centre.0 + half, centre.1 + small * 0.75),
                            palette::SURFACE,
                        );
                        c.text(centre, words::TOO_FEW_SHORT, Ink::new(small).muted().middle());
                    }
                }
            });
        }
        y = cell_top + height + if beside { 0.0 } else { 8.0 };
    }
    let end = layout::key(&mut canvas, &key(), (0.0, size.width()), y + 8.0, Ink::new(small));
    (canvas, end + 4.0)
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
