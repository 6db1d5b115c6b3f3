//! What every chart hands over, and the small types that charts share.

use serde::{Deserialize, Serialize};

use super::canvas::{Canvas, Mark};
use super::{DrawError, Size, palette, render, text, words};

/// A chart with everything that must stand beside it (D-10). Frozen into a release as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The id passed in; also the prefix of the ids inside the drawings.
    pub id: String,
    /// The drawing for 600 pixels and more; scales to its container.
    pub svg: String,
    /// The same data for narrow screens, with ids of its own. Show one of the two, by a media query.
    pub svg_narrow: String,
    /// The message, for a reader who reads nothing else.
    pub title: String,
    /// Measure, n, window and source.
    pub subtitle: String,
    /// What the drawing shows, in sentences.
    pub summary: String,
    /// Note on non-response and limits; empty where there is none.
    pub note: String,
    /// The same numbers as a table.
    pub table: Table,
}

/// The table alternative of a chart. The first cell of each row is its row header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Caption.
    pub caption: String,
    /// Column headers.
    pub headers: Vec<String>,
    /// Rows, each as long as `headers`.
    pub rows: Vec<Vec<String>>,
}

/// How a chart is framed in its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Prefix of ids inside the drawing, unique in the page: letters, digits, dashes.
    pub id: String,
    /// How far assistive technology and the keyboard reach into the drawing.
    pub reading: Reading,
}

impl Frame {
    /// A chart that is one picture (`role="img"`).
    pub fn picture(id: impl Into<String>) -> Self {
        Self { id: id.into(), reading: Reading::Picture }
    }
    /// A chart whose points can be reached one by one (D-11).
    pub fn points(id: impl Into<String>) -> Self {
        Self { id: id.into(), reading: Reading::Points }
    }
}

/// How far assistive technology and the keyboard reach into a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// One picture with name and description: `role="img"` on the drawing. An image hides its parts, so none takes
    /// focus (axe rule nested-interactive).
    Picture,
    /// `role="group"` on the drawing and a focusable, labelled image for each point (D-11).
    Points,
}

/// What the subtitle says about the data. All strings are shown as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What is measured: `Students with a positive screen on PHQ-9 modified for teens, % of valid screens`.
    pub measure: String,
    /// Where the numbers come from: `Firstlight release 4`.
    pub source: String,
    /// Which window: `Spring 2026, 2–27 Mar`.
    pub window: String,
    /// Note on who did not take part, and on limits.
    pub note: String,
}

impl About {
    /// Measure · n · window · source, leaving out what is empty.
    pub(super) fn subtitle(&self, n: Option<u64>) -> String {
        let n = n.map(|n| format!("n = {}", text::count(n))).unwrap_or_default();
        let parts = [self.measure.as_str(), &n, &self.window, &self.source];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// A published count: shown or hidden. The drawing's own copy of the idea, so that charts need nothing but data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// The count, as published (rounded if the release rounds).
    Shown(u64),
    /// Suppressed: drawn as hatch and words (D-07).
    Hidden,
}

/// A percentage as published, coded at the ends where it is near none or all (PRV-01).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// Percent, 0–100.
    Percent(f64),
    /// At least this many percent: `≥95%`.
    AtLeast(f64),
    /// At most this many percent: `≤5%`.
    AtMost(f64),
}

impl Share {
    /// As written: `17%`, `≥95%`, `≤5%`.
    pub fn text(self) -> String {
        match self {
            Self::Percent(p) => text::percent(p),
            Self::AtLeast(p) => format!("≥{}", text::percent(p)),
            Self::AtMost(p) => format!("≤{}", text::percent(p)),
        }
    }
    /// Where the mark stands on an axis, in percent.
    pub fn position(self) -> f64 {
        match self {
            Self::Percent(p) | Self::AtLeast(p) | Self::AtMost(p) => p,
        }
    }
}

/// The parts of a figure that are words.
pub(super) struct Story {
    pub title: String,
    pub subtitle: String,
    pub summary: String,
    pub note: String,
    pub table: Table,
}

/// Draws both sizes and joins them with the words.
pub(super) fn figure(
    frame: &Frame,
    story: Story,
    draw: impl Fn(Size) -> (Canvas, f64),
) -> Result<Figure, DrawError> {
    let sheet = |size: Size, id: String| {
        let (mut canvas, height) = draw(size);
        // The ground is part of the drawing, so that a downloaded chart stands on white wherever it is pasted (D-12).
        canvas.marks.insert(0, Mark::Box((0.0, 0.0), (size.width(), height.ceil()), palette::SURFACE));
        let sheet = render::Sheet {
            id: &id,
            width: size.width(),
            height,
            title: &story.title,
            description: &story.summary,
            reading: frame.reading,
        };
        render::svg(&sheet, &canvas)
    };
    Ok(Figure {
        svg: sheet(Size::Wide, frame.id.clone())?,
        svg_narrow: sheet(Size::Narrow, format!("{}-narrow", frame.id))?,
        id: frame.id.clone(),
        title: story.title,
        subtitle: story.subtitle,
        summary: story.summary,
        note: story.note,
        table: story.table,
    })
}

/// The cell of a table for a hidden value (D-07).
pub(super) fn hidden() -> String {
    words::TOO_FEW.to_owned()
}
