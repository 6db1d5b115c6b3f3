//! How a whole is made up: one bar for each whole, its parts beside each other, each named with its number (D-03). Parts
//! that are hidden share one hatched piece, because how it is divided is what is hidden.

use super::canvas::{Canvas, Ink};
use super::figure::{self, Count, Share, Story};
use super::layout::{self, KeyEntry};
use super::palette::{self, Colour};
use super::scale::Scale;
use super::{About, DrawError, Figure, Frame, Reading, Size, Table, text, words};

/// One part of a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name.
    pub label: String,
    /// How many, as published.
    pub count: Count,
    /// Percent of the whole, as published.
    pub share: Option<Share>,
}

/// One whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// Name.
    pub label: String,
    /// How many in all; hidden where it is too small.
    pub whole: Count,
    /// Parts in their order.
    pub parts: Vec<Part>,
}

/// Input of [`mix_bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct MixBars {
    /// The message.
    pub title: String,
    /// What a whole and a part are called: `Instrument`, `Band`.
    pub names: (String, String),
    /// What is counted: `Valid screens`.
    pub unit: String,
    /// Wholes in the order they are shown.
    pub rows: Vec<Mix>,
    /// Measure, source, window, note.
    pub about: About,
}

/// Draws how wholes are made up.
///
/// # Errors
/// [`DrawError::Data`] when there is no whole, or one without parts.
pub fn mix_bars(frame: &Frame, input: &MixBars) -> Result<Figure, DrawError> {
    if input.rows.is_empty() || input.rows.iter().any(|row| row.parts.is_empty()) {
        return Err(DrawError::Data("there is nothing of which a whole is made up".to_owned()));
    }
    let story = Story {
        title: input.title.clone(),
        subtitle: input.about.subtitle(None),
        summary: summary(input),
        note: input.about.note.clone(),
        table: table(input),
    };
    figure::figure(frame, story, |size| draw(input, size, frame.reading))
}

fn summary(input: &MixBars) -> String {
    let row = |row: &Mix| {
        let parts: Vec<String> = row.parts.iter().map(said).collect();
        format!("{} ({}): {}.", row.label, whole(row), parts.join(", "))
    };
    let most = input.rows.iter().take(words::LISTED).map(row).collect::<Vec<_>>().join(" ");
    if input.rows.len() > words::LISTED { format!("{most} The others stand in the table.") } else { most }
}

fn whole(row: &Mix) -> String {
    match row.whole {
        Count::Shown(n) => format!("n {}", text::count(n)),
        Count::Hidden => words::TOO_FEW_SHORT.to_owned(),
    }
}

/// `Mild 24%`, or that there are too few.
fn said(part: &Part) -> String {
    match (part.count, part.share) {
        (Count::Shown(0), _) => format!("{} 0", part.label),
        (Count::Shown(_), Some(share)) => format!("{} {}", part.label, share.text()),
        (Count::Shown(n), None) => format!("{} {}", part.label, text::count(n)),
        (Count::Hidden, _) => format!("{}: {}", part.label, words::TOO_FEW_SHORT),
    }
}

fn table(input: &MixBars) -> Table {
    let rows = input.rows.iter().flat_map(|row| {
        row.parts.iter().map(|part| {
            let of = match row.whole {
                Count::Shown(n) => text::count(n),
                Count::Hidden => figure::hidden(),
            };
            let (count, share) = match part.count {
                Count::Shown(0) => ("0".to_owned(), "0%".to_owned()),
                Count::Shown(n) => (text::count(n), part.share.map_or_else(String::new, Share::text)),
                Count::Hidden => (figure::hidden(), figure::hidden()),
            };
            vec![row.label.clone(), part.label.clone(), count, of, share]
        })
    });
    Table {
        caption: input.about.measure.clone(),
        headers: vec![
            input.names.0.clone(),
            input.names.1.clone(),
            input.unit.clone(),
            "Of".to_owned(),
            "Share".to_owned(),
        ],
        rows: rows.collect(),
    }
}

fn draw(input: &MixBars, size: Size, reading: Reading) -> (Canvas, f64) {
    const GAP: f64 = 2.0;
    let mut canvas = Canvas::default();
    let (font, small) = (size.font(), size.small());
    let (left, right) = (0.0, size.width() - 2.0);
    let mut y = 4.0;
    for row in &input.rows {
        let heading = format!("{}, {}", row.label, whole(row));
        let lines = text::wrap(&heading, font, right);
        let (top, bottom) = {
            let top = y + lines.len() as f64 * font * 1.3 + 2.0;
            (top, top + 24.0)
        };
        let label = format!("{heading}: {}", row.parts.iter().map(said).collect::<Vec<_>>().join(", "));
        canvas.point(reading, &label, |c| {
            c.lines((left, y + font * 0.65), &lines, Ink::new(font).bold(), font * 1.3);
            let shown: u64 = row.parts.iter().filter_map(|p| number(p.count)).sum();
            // Rounded parts may add up to a little more than the rounded whole.
            let all = number(row.whole).unwrap_or(0).max(shown).max(1);
            let x = Scale::new((0.0, all as f64), (left, right));
            let mut at = 0;
            for (index, part) in row.parts.iter().enumerate() {
                let Some(n) = number(part.count).filter(|n| *n > 0) else { continue };
                let (from, to) = (x.at(at as f64), x.at((at + n) as f64));
                c.fill((from, top), ((to - GAP).max(from + 1.0), bottom), shade(index, row.parts.len()));
                at += n;
            }
            if at < all && row.parts.iter().any(|p| p.count == Count::Hidden) {
                c.hatch((x.at(at as f64), top), (right, bottom));
            }
        });
        let entries: Vec<KeyEntry> = row
            .parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let (hidden, colour) = (part.count == Count::Hidden, shade(index, row.parts.len()));
                KeyEntry {
                    sign: 14.0,
                    label: said(part),
                    draw: Box::new(move |c, (x, y)| {
                        let (from, to) = ((x, y - 6.0), (x + 12.0, y + 6.0));
                        if hidden {
                            c.hatch(from, to);
                        } else {
                            c.fill(from, to, colour);
                            c.outline(from, to, palette::BORDER);
                        }
                    }),
                }
            })
            .collect();
        y = layout::key(&mut canvas, &entries, (left, right), bottom + 6.0, Ink::new(small)) + 12.0;
    }
    (canvas, y)
}

fn number(count: Count) -> Option<u64> {
    match count {
        Count::Shown(n) => Some(n),
        Count::Hidden => None,
    }
}

/// The shade of a part; few parts are spread over all of them.
fn shade(index: usize, of: usize) -> Colour {
    let last = palette::MIX.len() - 1;
    let at = if of > 1 && of <= last { index * (last - 1) / (of - 1) } else { index };
    palette::MIX[at.min(last)]
}
