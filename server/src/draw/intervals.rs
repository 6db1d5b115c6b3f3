//! Values with their intervals against a line: differences between groups or windows against none, coefficients against
//! what is asked of them. A row without a value keeps its place, as hatch and words (D-07).

use super::bars_ci::dot;
use super::canvas::{Canvas, Ink};
use super::figure::{self, Story};
use super::palette;
use super::scale::Scale;
use super::{About, Comparison, DrawError, Figure, Frame, Reading, Size, Table, text, words};

/// A value with its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// The value.
    pub value: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// As written: `+4.1 points (2.2 to 6.0)`.
    pub text: String,
    /// What is concluded, in words, and the sign that goes with it; none where nothing is.
    pub verdict: Option<(String, Comparison)>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct ReachRow {
    /// Name.
    pub label: String,
    /// The value, or what stands in its place.
    pub reach: Result<Reach, String>,
}

/// Input of [`intervals`]. Title, summary and table are the caller's, who knows what the values are.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervals {
    /// The message.
    pub title: String,
    /// The same in sentences.
    pub summary: String,
    /// The numbers.
    pub table: Table,
    /// Rows in the order they are shown.
    pub rows: Vec<ReachRow>,
    /// Ends of the axis.
    pub axis: (f64, f64),
    /// Ticks with their words.
    pub ticks: Vec<(f64, String)>,
    /// The line, with its words.
    pub line: (f64, String),
    /// Children behind it.
    pub n: Option<u64>,
    /// Measure, source, window, note.
    pub about: About,
}

/// Draws values with intervals.
///
/// # Errors
/// [`DrawError::Data`] when there is no row, or a value is no number.
pub fn intervals(frame: &Frame, input: &Intervals) -> Result<Figure, DrawError> {
    if input.rows.is_empty() {
        return Err(DrawError::Data("there is no row to show".to_owned()));
    }
    for reach in input.rows.iter().filter_map(|r| r.reach.as_ref().ok()) {
        let (low, high) = reach.interval;
        if ![reach.value, low, high].iter().all(|v| v.is_finite()) || low > high {
            return Err(DrawError::Data(format!("{} within {low} to {high} cannot be drawn", reach.value)));
        }
    }
    let story = Story {
        title: input.title.clone(),
        subtitle: input.about.subtitle(input.n),
        summary: input.summary.clone(),
        note: input.about.note.clone(),
        table: input.table.clone(),
    };
    figure::figure(frame, story, |size| draw(input, size, frame.reading))
}

/// A symmetric axis of percentage points that holds every value, with its ticks.
pub fn points_axis(rows: &[ReachRow]) -> ((f64, f64), Vec<(f64, String)>) {
    let reach = rows.iter().filter_map(|r| r.reach.as_ref().ok());
    let most = reach.flat_map(|r| [r.interval.0.abs(), r.interval.1.abs()]).fold(1.0, f64::max);
    let top = [5.0, 10.0, 20.0, 30.0, 50.0, 100.0].into_iter().find(|t| *t >= most).unwrap_or(100.0);
    let ticks = [-top, -top / 2.0, 0.0, top / 2.0, top];
    ((-top, top), ticks.into_iter().map(|t| (t, text::signed(t))).collect())
}

fn draw(input: &Intervals, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let (font, small) = (size.font(), size.small());
    let line = font * 1.25;
    let widest = |words: &mut dyn Iterator<Item = &str>, size: f64| {
        words.map(|w| text::width(w, size)).fold(0.0, f64::max)
    };
    let values = widest(&mut input.rows.iter().filter_map(|r| r.reach.as_ref().ok()).flat_map(said), small);
    let labels = widest(&mut input.rows.iter().map(|r| r.label.as_str()), font);
    let (left, right) = match size {
        Size::Narrow => (14.0, size.width() - 18.0),
        Size::Wide => {
            let right = size.width() - values.min(260.0) - 16.0;
            ((labels + 16.0).clamp(60.0, (right - 160.0).max(60.0)), right)
        }
    };
    let x = Scale::new(input.axis, (left, right));
    let head = small * 1.9;
    let half = text::width(&input.line.1, small) / 2.0;
    let at = x.at(input.line.0);
    canvas.text(
        (at.clamp(half + 1.0, size.width() - half - 1.0), small * 0.8),
        input.line.1.clone(),
        Ink::new(small).bold().middle(),
    );
    let mut y = head;
    for (index, row) in input.rows.iter().enumerate() {
        let room = if size == Size::Wide { left - 14.0 } else { size.width() - 4.0 };
        let label = text::wrap(&row.label, font, room);
        let words_high = label.len() as f64 * line;
        let said: Vec<Vec<String>> = match &row.reach {
            Ok(reach) => {
                said(reach).map(|w| text::wrap(w, small, size.width() - right.min(0.0) - 4.0)).collect()
            }
            Err(_) => Vec::new(),
        };
        let said_high = said.iter().map(Vec::len).sum::<usize>() as f64 * small * 1.25;
        let (height, middle, first) = match size {
            Size::Wide => {
                let height = words_high.max(said_high).max(24.0) + 12.0;
                (height, y + height / 2.0, y + height / 2.0 - (label.len() as f64 - 1.0) * line / 2.0)
            }
            Size::Narrow => {
                let height = words_high + said_high + 36.0;
                (height, y + words_high + said_high + 18.0, y + 4.0 + line / 2.0)
            }
        };
        if index > 0 {
            canvas.line((0.0, y), (size.width(), y), palette::GRID, 1.0);
        }
        let ink = if size == Size::Narrow { Ink::new(font).bold() } else { Ink::new(font) };
        canvas.lines((0.0, first), &label, ink, line);
        match &row.reach {
            Err(words) => {
                absent(&mut canvas, words, middle, if size == Size::Wide { left } else { 0.0 }, size)
            }
            Ok(reach) => {
                let spoken = format!("{}: {}{}", row.label, reach.text, verdict(reach));
                canvas.dashed(|c| c.line((at, middle - 13.0), (at, middle + 13.0), palette::INK, 1.0));
                canvas.point(reading, &spoken, |c| {
                    let compared = reach.verdict.as_ref().map(|(_, c)| *c);
                    let colour = compared.map_or(palette::NOISE, Comparison::colour);
                    let (low, high) = (x.at(reach.interval.0), x.at(reach.interval.1));
                    c.line((low, middle), (high, middle), colour, 2.0);
                    c.line((low, middle - 5.0), (low, middle + 5.0), colour, 2.0);
                    c.line((high, middle - 5.0), (high, middle + 5.0), colour, 2.0);
                    dot(c, (x.at(reach.value), middle), compared, colour);
                    let clear = reach.verdict.as_ref().filter(|(_, c)| *c != Comparison::Similar);
                    let step = small * 1.25;
                    let mut at = match size {
                        Size::Wide => (size.width() - 2.0, middle - (said.len() as f64 - 1.0) * step / 2.0),
                        Size::Narrow => (0.0, y + words_high + 6.0 + step / 2.0),
                    };
                    for (number, lines) in said.iter().enumerate() {
                        let ink = match (number, clear) {
                            (0, _) => Ink::new(small),
                            (_, Some(_)) => Ink::new(small).coloured(colour).bold(),
                            (_, None) => Ink::new(small).muted(),
                        };
                        let ink = if size == Size::Wide { ink.end() } else { ink };
                        c.lines(at, lines, ink, step);
                        at.1 += lines.len() as f64 * step;
                    }
                });
            }
        }
        y += height;
    }
    for (tick, words) in &input.ticks {
        let at = x.at(*tick);
        canvas.line((at, y), (at, y + 4.0), palette::BORDER, 1.0);
        canvas.text((at, y + small), words.clone(), Ink::new(small).muted().middle());
    }
    canvas.line((left, y), (right, y), palette::BORDER, 1.0);
    (canvas, y + small * 2.0)
}

/// The lines beside a row.
fn said(reach: &Reach) -> impl Iterator<Item = &str> {
    std::iter::once(reach.text.as_str()).chain(reach.verdict.as_ref().map(|(words, _)| words.as_str()))
}

fn verdict(reach: &Reach) -> String {
    reach.verdict.as_ref().map(|(words, _)| format!(", {words}")).unwrap_or_default()
}

/// Hatch and words where there is no value.
fn absent(canvas: &mut Canvas, why: &str, middle: f64, left: f64, size: Size) {
    let (from, to) = ((left, middle - 11.0), (size.width() - 1.0, middle + 11.0));
    canvas.hatch(from, to);
    let half = text::width(why, size.small()) / 2.0 + 5.0;
    let centre = (from.0 + to.0) / 2.0;
    canvas.fill((centre - half, from.1 + 2.0), (centre + half, to.1 - 2.0), palette::SURFACE);
    canvas.text((centre, middle), why.to_owned(), Ink::new(size.small()).muted().middle());
}

/// The words of a hidden row.
pub fn hidden_row() -> String {
    words::TOO_FEW.to_owned()
}
