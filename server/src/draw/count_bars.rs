//! Counts beside each other, each with its share of the first: what became of referrals, how long they waited.

use super::figure::{self, Count, Share, Story};
use super::funnel_bars::{self, FunnelBars};
use super::{About, DrawError, Figure, Frame, FunnelStep, Table, text};

/// Input of [`count_bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct CountBars {
    /// The message.
    pub title: String,
    /// More sentences for the summary; empty where the numbers say it all.
    pub summary: String,
    /// What a row and a count are called: `Time`, `Referrals`.
    pub names: (String, String),
    /// Rows; the first is what the others are a part of.
    pub rows: Vec<FunnelStep>,
    /// Rows of the table that are no bars: `Median`, `16 hours`.
    pub more: Vec<(String, String)>,
    /// Measure, source, window, note.
    pub about: About,
}

/// Draws counts and their share of the first.
///
/// # Errors
/// [`DrawError::Data`] when there is no row.
pub fn count_bars(frame: &Frame, input: &CountBars) -> Result<Figure, DrawError> {
    let Some(first) = input.rows.first() else {
        return Err(DrawError::Data("there is nothing to count".to_owned()));
    };
    let n = match first.count {
        Count::Shown(n) => Some(n),
        Count::Hidden => None,
    };
    let said = |row: &FunnelStep| format!("{}: {}", row.label, funnel_bars::value(row));
    let numbers = input.rows.iter().map(said).collect::<Vec<_>>().join("; ");
    let more = input.more.iter().map(|(name, value)| format!(" {name}: {value}.")).collect::<String>();
    let story = Story {
        title: input.title.clone(),
        subtitle: input.about.subtitle(n),
        summary: format!("{} {numbers}.{more}", input.summary).trim().to_owned(),
        note: input.about.note.clone(),
        table: table(input),
    };
    let bars = FunnelBars { steps: input.rows.clone(), outcome: String::new(), about: input.about.clone() };
    figure::figure(frame, story, |size| funnel_bars::draw(&bars, size, frame.reading))
}

fn table(input: &CountBars) -> Table {
    let first = input.rows.first().map(|r| r.label.to_lowercase()).unwrap_or_default();
    let mut rows: Vec<Vec<String>> = input
        .rows
        .iter()
        .map(|row| match row.count {
            Count::Hidden => vec![row.label.clone(), figure::hidden(), figure::hidden()],
            Count::Shown(0) => vec![row.label.clone(), "0".to_owned(), "0%".to_owned()],
            Count::Shown(n) => {
                let share = row.share.map_or_else(String::new, Share::text);
                vec![row.label.clone(), text::count(n), share]
            }
        })
        .collect();
    rows.extend(input.more.iter().map(|(name, value)| vec![name.clone(), value.clone(), String::new()]));
    Table {
        caption: input.about.measure.clone(),
        headers: vec![input.names.0.clone(), input.names.1.clone(), format!("Share of {first}")],
        rows,
    }
}
