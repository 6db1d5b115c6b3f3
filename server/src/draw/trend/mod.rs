//! One child's scores over time (C-22).
//!
//! True date axis, the instrument's full score range, bands as labelled zones, informants by shape, a missed window as
//! gap and ×, the range of measurement error as a bracket. Segments join neighbouring results of one informant on one
//! version; there is no trend line, and nothing is joined across versions or missed windows.

mod drawing;

use jiff::civil::Date;

use super::figure::{self, Story};
use super::{DrawError, Figure, Frame, Table, text};

/// Who answered. Shape and word tell them apart, colour only helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Informant {
    /// The student: ●.
    Student,
    /// A teacher: ■.
    Teacher,
    /// A parent or guardian: ▲.
    Guardian,
}

impl Informant {
    /// Every informant, in the order of keys and tables.
    pub const ALL: [Self; 3] = [Self::Student, Self::Teacher, Self::Guardian];

    /// As written in keys and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Student => "Student",
            Self::Teacher => "Teacher",
            Self::Guardian => "Guardian",
        }
    }
}

/// Whether a rise is bad news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// Symptom scores: more is worse.
    HigherIsWorse,
    /// Well-being scores: more is better.
    HigherIsBetter,
}

/// A named range of scores; it reaches up to the next band's `from`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreBand {
    /// Name as the instrument gives it: `Moderately severe`.
    pub label: String,
    /// Lowest score in the band.
    pub from: f64,
}

/// The decision threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cutoff {
    /// Score at which a screen is positive (at or above it, or at or below it where higher is better).
    pub score: f64,
}

/// The smallest change that is more than measurement error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliableChange {
    /// 1.96·√2·SEM in points of the scale (Jacobson and Truax 1991); a change must be larger, not equal.
    pub threshold: f64,
}

/// One scored administration.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// Civil date of submission in the school's zone.
    pub date: Date,
    /// Score on the scale.
    pub score: f64,
    /// Who answered.
    pub informant: Informant,
    /// Version of the instrument; results of different versions are never joined or compared.
    pub version: String,
}

/// A window in which a result was due and none came.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// A date inside the window, usually its last.
    pub date: Date,
    /// Whose result is missing.
    pub informant: Informant,
}

/// Input of [`trend`].
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// Short name of the scale: `PHQ-A`.
    pub scale: String,
    /// Lowest and highest possible score.
    pub range: (f64, f64),
    /// Distance between neighbouring scores: 1 for sums.
    pub step: f64,
    /// What a rise means.
    pub polarity: Polarity,
    /// Bands; any order; may be empty.
    pub bands: Vec<ScoreBand>,
    /// Cut-off, where the scale has one.
    pub cutoff: Option<Cutoff>,
    /// Reliable change, where norms for this child's group are known.
    pub reliable_change: Option<ReliableChange>,
    /// Results, any order, any number.
    pub points: Vec<TrendPoint>,
    /// Missed windows, any order.
    pub missed: Vec<Missed>,
    /// Where norms and bands come from: `Bands: Kroenke 2001; measurement error: …`. May be empty.
    pub source: String,
}

/// Draws a child's trend and writes its sentence.
///
/// # Errors
/// [`DrawError::Data`] when the range is empty, a number is not finite, or a score lies outside the range.
pub fn trend(frame: &Frame, input: &Trend) -> Result<Figure, DrawError> {
    let input = checked(input)?;
    let story = Story {
        title: sentence(&input),
        subtitle: subtitle(&input),
        summary: summary(&input),
        note: String::new(),
        table: table(&input),
    };
    figure::figure(frame, story, |size| drawing::draw(&input, size, frame.reading))
}

/// The input with everything in date order, or what is wrong with it.
fn checked(input: &Trend) -> Result<Trend, DrawError> {
    let (low, high) = input.range;
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Err(DrawError::Data(format!("{} has an empty score range", input.scale)));
    }
    let mut input = input.clone();
    if !(input.step.is_finite() && input.step > 0.0) {
        return Err(DrawError::Data(format!("{} has no step between scores", input.scale)));
    }
    if let Some(point) = input.points.iter().find(|p| !(p.score >= low && p.score <= high)) {
        return Err(DrawError::Data(format!(
            "{} score {} is outside {low} to {high}",
            input.scale, point.score
        )));
    }
    let marks = input
        .bands
        .iter()
        .map(|b| b.from)
        .chain(input.cutoff.map(|c| c.score))
        .chain(input.reliable_change.map(|r| r.threshold));
    if marks.into_iter().any(|value| !value.is_finite()) {
        return Err(DrawError::Data(format!(
            "{} has a band, cut-off or threshold that is not a number",
            input.scale
        )));
    }
    input.points.sort_by(|a, b| a.date.cmp(&b.date).then(a.informant.cmp(&b.informant)));
    input.missed.sort_by(|a, b| a.date.cmp(&b.date).then(a.informant.cmp(&b.informant)));
    input.bands.sort_by(|a, b| a.from.total_cmp(&b.from));
    Ok(input)
}

/// What a result may be compared with.
enum Before<'a> {
    /// Nothing earlier by the same informant.
    None,
    /// An earlier result on another version: not comparable.
    OtherVersion(&'a TrendPoint),
    /// The result just before, on the same version.
    Same(&'a TrendPoint),
}

impl Trend {
    /// The newest result; on one date the student's own goes first.
    fn latest(&self) -> Option<&TrendPoint> {
        let last = self.points.last()?.date;
        self.points.iter().find(|p| p.date == last)
    }

    /// The result before this one by the same informant.
    fn before(&self, point: &TrendPoint) -> Before<'_> {
        let earlier =
            self.points.iter().rev().find(|p| p.informant == point.informant && p.date < point.date);
        match earlier {
            None => Before::None,
            Some(p) if p.version == point.version => Before::Same(p),
            Some(p) => Before::OtherVersion(p),
        }
    }

    /// Name of the band that a score falls in; empty where the scale has none.
    fn band(&self, score: f64) -> &str {
        self.bands.iter().rev().find(|b| score >= b.from).map_or("", |b| b.label.as_str())
    }

    /// The result that the newest is compared with, and how far measurement error reaches around it.
    fn error_range(&self) -> Option<(&TrendPoint, f64, f64)> {
        let latest = self.latest()?;
        let threshold = self.reliable_change?.threshold;
        match self.before(latest) {
            Before::Same(p) => Some((latest, p.score - threshold, p.score + threshold)),
            Before::None | Before::OtherVersion(_) => None,
        }
    }

    /// Side of the cut-off; `None` where the scale has none.
    fn side(&self, score: f64) -> Option<&'static str> {
        let cutoff = self.cutoff?.score;
        Some(match self.polarity {
            Polarity::HigherIsWorse if score >= cutoff => "at or above",
            Polarity::HigherIsWorse => "below",
            Polarity::HigherIsBetter if score <= cutoff => "at or below",
            Polarity::HigherIsBetter => "above",
        })
    }
}

/// `up 7`, `down 3`, `no change`.
fn moved(change: f64) -> String {
    let amount = text::number(change.abs());
    match amount.as_str() {
        "0" => "no change".to_owned(),
        _ if change > 0.0 => format!("up {amount}"),
        _ => format!("down {amount}"),
    }
}

/// `14 Jan`, with the year where it differs from the other date's.
fn since(date: Date, other: Date) -> String {
    if date.year() == other.year() { text::day(date) } else { text::day_year(date) }
}

/// The sentence above the chart: "16 on 3 Mar, up 7 since 14 Jan; more than measurement error (±5)".
fn sentence(input: &Trend) -> String {
    let Some(latest) = input.latest() else { return "No result yet".to_owned() };
    let who = match latest.informant {
        Informant::Student => String::new(),
        other => format!("{}: ", other.word()),
    };
    let now = format!("{who}{} on {}", text::number(latest.score), text::day(latest.date));
    match input.before(latest) {
        Before::None => format!("{now}, first result"),
        Before::OtherVersion(p) => {
            format!("{now}; not comparable with {}, another version", since(p.date, latest.date))
        }
        Before::Same(p) => {
            let change = latest.score - p.score;
            let start = format!("{now}, {} since {}", moved(change), since(p.date, latest.date));
            match input.reliable_change {
                None => start,
                Some(r) => {
                    let verdict = if change.abs() > r.threshold { "more than" } else { "within" };
                    format!("{start}; {verdict} measurement error (±{})", text::number(r.threshold))
                }
            }
        }
    }
}

fn subtitle(input: &Trend) -> String {
    let (low, high) = input.range;
    let better = match input.polarity {
        Polarity::HigherIsWorse => "higher means more difficulties",
        Polarity::HigherIsBetter => "higher means better",
    };
    let mut out = format!("{} score, {} to {}, {better}", input.scale, text::number(low), text::number(high));
    if !input.source.is_empty() {
        out = format!("{out} · {}", input.source);
    }
    out
}

fn summary(input: &Trend) -> String {
    let Some(latest) = input.latest() else {
        return format!("{}: no result yet.", input.scale);
    };
    let mut out = format!("{}: {}.", input.scale, sentence(input));
    let band = input.band(latest.score);
    if !band.is_empty() {
        out.push_str(&format!(" This is in the band “{band}”."));
    }
    for informant in Informant::ALL {
        let scores: Vec<_> = input.points.iter().filter(|p| p.informant == informant).collect();
        let (Some(first), Some(last)) = (scores.first(), scores.last()) else { continue };
        let word = informant.word();
        if scores.len() == 1 {
            out.push_str(&format!(
                " {word}: one result, {} on {}.",
                text::number(first.score),
                text::day_year(first.date)
            ));
        } else {
            let low = scores.iter().map(|p| p.score).fold(f64::INFINITY, f64::min);
            let high = scores.iter().map(|p| p.score).fold(f64::NEG_INFINITY, f64::max);
            out.push_str(&format!(
                " {word}: {} results from {} to {}, between {} and {}.",
                scores.len(),
                text::day_year(first.date),
                text::day_year(last.date),
                text::number(low),
                text::number(high),
            ));
        }
    }
    if !input.missed.is_empty() {
        let dates: Vec<_> = input
            .missed
            .iter()
            .map(|m| format!("{} ({})", text::day_year(m.date), m.informant.word().to_lowercase()))
            .collect();
        out.push_str(&format!(" Missed: {}.", dates.join(", ")));
    }
    out
}

/// Change against the result before, in words.
fn change_text(input: &Trend, point: &TrendPoint) -> String {
    match input.before(point) {
        Before::None => "first result".to_owned(),
        Before::OtherVersion(_) => "new version, not comparable".to_owned(),
        Before::Same(p) => moved(point.score - p.score),
    }
}

/// What assistive technology says of one point.
fn point_label(input: &Trend, point: &TrendPoint) -> String {
    let mut parts = vec![
        format!(
            "{}, {}: {}",
            text::day_year(point.date),
            point.informant.word().to_lowercase(),
            text::number(point.score)
        ),
        input.band(point.score).to_owned(),
        change_text(input, point),
    ];
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

fn table(input: &Trend) -> Table {
    let mut rows: Vec<(Date, Informant, Vec<String>)> = input
        .points
        .iter()
        .map(|p| {
            let row = vec![
                text::day_year(p.date),
                p.informant.word().to_owned(),
                text::number(p.score),
                input.band(p.score).to_owned(),
                input.side(p.score).unwrap_or("").to_owned(),
                change_text(input, p),
                p.version.clone(),
            ];
            (p.date, p.informant, row)
        })
        .collect();
    rows.extend(input.missed.iter().map(|m| {
        let mut row = vec![text::day_year(m.date), m.informant.word().to_owned(), "missed".to_owned()];
        row.resize(7, String::new());
        (m.date, m.informant, row)
    }));
    rows.sort_by_key(|row| (row.0, row.1));
    let mut rows: Vec<_> = rows.into_iter().map(|row| row.2).collect();
    let mut headers =
        ["Date", "Who answered", "Score", "Band", "Cut-off", "Change", "Version"].map(str::to_owned).to_vec();
    // A column that says nothing is not read aloud for nothing.
    for column in (0..headers.len()).rev() {
        if column > 2 && rows.iter().all(|row| row.get(column).is_none_or(String::is_empty)) {
            headers.remove(column);
            rows.iter_mut().for_each(|row| {
                row.remove(column);
            });
        }
    }
    Table { caption: format!("{} scores over time", input.scale), headers, rows }
}
