//! Positive screens by group: a dot, its 95 % interval, and the district's line (D-03, D-05).
//!
//! Groups stand in the order they are given (by name: a list of schools by result is a ranking, which D-03 forbids).
//! A hidden group keeps its row, as hatch and words (D-07).

mod drawing;

pub(super) use drawing::dot;

use super::figure::{self, About, Share, Story};
use super::palette::{self, Colour};
use super::{DrawError, Figure, Frame, Table, text, words};

/// A published share with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Positive screens, as published; `None` where the release shows a coded percentage only.
    pub count: Option<u64>,
    /// Valid screens.
    pub n: u64,
    /// Share in percent.
    pub share: Share,
    /// 95 % interval in percent (Wilson); `None` where the share is coded at an end, since an interval would undo it.
    pub interval: Option<(f64, f64)>,
}

/// A group against the district as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Its interval lies above the reference.
    LikelyHigher,
    /// Its interval lies below the reference.
    LikelyLower,
    /// No clear difference.
    Similar,
}

impl Comparison {
    /// Compares an interval with a reference, both in percent.
    pub fn of(interval: (f64, f64), reference: f64) -> Self {
        if interval.0 > reference {
            Self::LikelyHigher
        } else if interval.1 < reference {
            Self::LikelyLower
        } else {
            Self::Similar
        }
    }
    /// As written.
    pub fn word(self) -> &'static str {
        match self {
            Self::LikelyHigher => words::HIGHER,
            Self::LikelyLower => words::LOWER,
            Self::Similar => words::SIMILAR,
        }
    }
    /// Orange, blue or grey, never good or bad (D-05).
    pub(super) fn colour(self) -> Colour {
        match self {
            Self::LikelyHigher => palette::HIGHER,
            Self::LikelyLower => palette::LOWER,
            Self::Similar => palette::NOISE,
        }
    }
}

/// One group, usually a school.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRow {
    /// Name.
    pub label: String,
    /// The estimate; `None` is a suppressed group.
    pub estimate: Option<Estimate>,
}

/// Input of [`bars_ci`].
#[derive(Clone, Debug, PartialEq)]
pub struct BarsCi {
    /// What the groups are called, singular and plural: `("school", "schools")`.
    pub group: (String, String),
    /// The district as a whole; `None` draws no line and makes no comparison.
    pub district: Option<Estimate>,
    /// Groups in the order they are shown.
    pub rows: Vec<GroupRow>,
    /// Measure, source, window, note.
    pub about: About,
}

impl BarsCi {
    fn reference(&self) -> Option<f64> {
        self.district.map(|d| d.share.position())
    }

    /// `None` for a hidden or coded group, and where there is no reference.
    fn compare(&self, row: &GroupRow) -> Option<Comparison> {
        Some(Comparison::of(row.estimate?.interval?, self.reference()?))
    }

    fn shown(&self) -> impl Iterator<Item = (&GroupRow, Estimate)> {
        self.rows.iter().filter_map(|row| Some((row, row.estimate?)))
    }

    fn clear(&self, wanted: Comparison) -> Vec<&str> {
        self.rows.iter().filter(|r| self.compare(r) == Some(wanted)).map(|r| r.label.as_str()).collect()
    }
}

/// Draws positive screens by group.
///
/// # Errors
/// [`DrawError::Data`] when there is no group, or a percentage is not within 0 to 100.
pub fn bars_ci(frame: &Frame, input: &BarsCi) -> Result<Figure, DrawError> {
    if input.rows.is_empty() {
        return Err(DrawError::Data("there is no group to show".to_owned()));
    }
    for estimate in input.rows.iter().filter_map(|r| r.estimate).chain(input.district) {
        let (low, high) = estimate.interval.unwrap_or((0.0, 100.0));
        let p = estimate.share.position();
        if ![p, low, high].iter().all(|v| (0.0..=100.0).contains(v)) || low > high {
            return Err(DrawError::Data(format!(
                "a share of {p} with interval {low} to {high} is not a percentage"
            )));
        }
    }
    let story = Story {
        title: title(input),
        subtitle: input.about.subtitle(input.district.map(|d| d.n)),
        summary: summary(input),
        note: note(&input.about),
        table: table(input),
    };
    figure::figure(frame, story, |size| drawing::draw(input, size, frame.reading))
}

/// The caller's note and what a positive screen is not.
fn note(about: &About) -> String {
    [about.note.as_str(), words::NOT_A_DIAGNOSIS]
        .into_iter()
        .filter(|n| !n.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn title(input: &BarsCi) -> String {
    let (one, many) = (&input.group.0, &input.group.1);
    let name = |n: usize| if n == 1 { one } else { many };
    let shown = input.shown().count();
    if shown == 0 {
        return format!("All {many} are too small to show");
    }
    if input.reference().is_none() {
        return format!("Positive screens in {} {}", text::count(shown as u64), name(shown));
    }
    let clear = input.clear(Comparison::LikelyHigher).len() + input.clear(Comparison::LikelyLower).len();
    match clear {
        0 => format!("No {one} differs clearly from the district"),
        n => format!(
            "{} {} {} clearly from the district",
            words::spelled(n),
            name(n),
            if n == 1 { "differs" } else { "differ" }
        ),
    }
}

fn summary(input: &BarsCi) -> String {
    let mut out = String::new();
    if let Some(district) = input.district {
        out.push_str(&format!("District: {}. ", estimate_text(&district)));
    }
    for wanted in [Comparison::LikelyHigher, Comparison::LikelyLower] {
        let names = input.clear(wanted);
        if !names.is_empty() {
            // A long list is the table's business.
            let who =
                if names.len() <= words::LISTED { names.join(", ") } else { text::count(names.len() as u64) };
            out.push_str(&format!("{}: {who}. ", capital(wanted.word())));
        }
    }
    let similar = input.clear(Comparison::Similar).len();
    if similar > 0 {
        out.push_str(&format!("{}: {}. ", capital(words::SIMILAR), text::count(similar as u64)));
    }
    let hidden = input.rows.iter().filter(|r| r.estimate.is_none()).count();
    if hidden > 0 {
        out.push_str(&format!("{}: {}. ", words::TOO_FEW, text::count(hidden as u64)));
    }
    out.trim_end().to_owned()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// `18% (14–23), n 214`.
pub(super) fn estimate_text(estimate: &Estimate) -> String {
    let interval = estimate.interval.map(|(low, high)| format!(" ({low:.0}–{high:.0})")).unwrap_or_default();
    format!("{}{interval}, n {}", estimate.share.text(), text::count(estimate.n))
}

fn table(input: &BarsCi) -> Table {
    let mut headers = vec![capital(&input.group.0)];
    headers.extend(
        ["Positive screens", "Valid screens", "Share", "95% interval", "Compared with the district"]
            .map(str::to_owned),
    );
    let row = |label: &str, estimate: Option<Estimate>, compared: String| match estimate {
        None => {
            let mut row = vec![label.to_owned()];
            row.resize_with(6, figure::hidden);
            row[5].clear();
            row
        }
        Some(e) => vec![
            label.to_owned(),
            e.count.map_or_else(String::new, text::count),
            text::count(e.n),
            e.share.text(),
            e.interval.map(|(low, high)| format!("{low:.0}% to {high:.0}%")).unwrap_or_default(),
            compared,
        ],
    };
    let mut rows: Vec<_> = input
        .rows
        .iter()
        .map(|r| {
            row(&r.label, r.estimate, input.compare(r).map_or_else(String::new, |c| c.word().to_owned()))
        })
        .collect();
    if let Some(district) = input.district {
        rows.push(row("District", Some(district), String::new()));
    }
    Table { caption: input.about.measure.clone(), headers, rows }
}
