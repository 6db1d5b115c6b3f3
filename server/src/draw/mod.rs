//! Charts: plain typed data in, an accessible [`Figure`] out. Pure: no I/O, no clock, no database.
//!
//! Every chart is one file with an input struct and a function `fn(&Frame, &Input) -> Result<Figure, DrawError>`. A
//! figure always carries its title, its measure, a text summary and its table (D-10), so that no page can show the
//! picture alone. Drawing goes canvas → render (the only file that names plotters).
//!
//! What the SVG promises: presentation attributes only (no `style`, no script, no outside reference), a `viewBox`
//! without width and height, pure white ground (D-12), text as text, hidden cells as hatch and words (D-07).
//!
//! To add a chart: one file here with its input, its drawing at [`Size::Wide`] and [`Size::Narrow`] and its table, and
//! one line in this file.

mod bars_ci;
mod canvas;
mod count_bars;
mod figure;
mod funnel_bars;
mod funnel_plot;
mod heat_grid;
mod intervals;
mod layout;
mod mix_bars;
pub mod palette;
mod render;
mod scale;
pub mod text;
mod trend;
pub mod words;

#[cfg(test)]
mod tests;

pub use bars_ci::{BarsCi, Comparison, Estimate, GroupRow, bars_ci};
pub use count_bars::{CountBars, count_bars};
pub use figure::{About, Count, Figure, Frame, Reading, Share, Table};
pub use funnel_bars::{FunnelBars, FunnelStep, funnel_bars};
pub use funnel_plot::{FunnelPlot, FunnelPoint, funnel_plot};
pub use heat_grid::{HeatGrid, HeatRow, heat_grid};
pub use intervals::{Intervals, Reach, ReachRow, hidden_row, intervals, points_axis};
pub use mix_bars::{Mix, MixBars, Part, mix_bars};
pub use trend::{Cutoff, Informant, Missed, Polarity, ReliableChange, ScoreBand, Trend, TrendPoint, trend};

/// Why a chart could not be drawn. Always a fault of the caller's data or of the program, never of a reader.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The data cannot be put on axes; the sentence says what is wrong.
    #[error("cannot draw the chart: {0}")]
    Data(String),
    /// The drawing library refused.
    #[error("the drawing library failed: {0}")]
    Backend(String),
}

/// The two widths every chart is drawn for; the page shows one of them by a media query. One drawing cannot serve both:
/// scaled from 700 to 330 pixels its text would be six pixels high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// 720 units, for 600 pixels and more.
    Wide,
    /// 340 units, for telephones and narrow columns.
    Narrow,
}

impl Size {
    /// Width in chart units.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 340.0,
        }
    }
    /// Size of labels in chart units.
    pub(crate) fn font(self) -> f64 {
        match self {
            Self::Wide => 14.0,
            Self::Narrow => 13.0,
        }
    }
    /// Size of axis numbers and notes in chart units.
    pub(crate) fn small(self) -> f64 {
        match self {
            Self::Wide => 13.0,
            Self::Narrow => 12.0,
        }
    }
}
