//! A child's curves: each scale over time by informant, with bands, cut-off, measurement error and missed windows (C-22).

use jiff::tz::TimeZone;
use questionnaires::instrument::{Instrument, Polarity};
use questionnaires::library;
use questionnaires::trend::{Point, TrendReport, describe};

use super::side_by_side;
use crate::draw::{self, Figure};
use crate::store::children::{MissedWindow, Screen};

/// A curve with its sentence.
#[derive(Clone, Debug)]
pub struct Trend {
    /// The instrument's short name.
    pub title: String,
    /// The figure with its table.
    pub figure: Figure,
    /// What a counselor reads: what is measured and how sure.
    pub sentence: String,
}

/// One instrument as one informant answered it.
struct Series {
    instrument: &'static Instrument,
    informant: draw::Informant,
    points: Vec<Point>,
    report: TrendReport,
}

impl Series {
    fn of(screens: &[Screen], id: &str, informant: &str, zone: &TimeZone) -> Option<Self> {
        let instrument = library::get(id)?;
        let own =
            screens.iter().filter(|s| s.scale == "total" && s.instrument == id && s.informant == informant);
        let points: Vec<Point> = own
            .filter_map(|s| {
                Some(Point {
                    date: s.submitted_at.day_in(zone).0,
                    value: s.value?,
                    version: u32::try_from(s.version).ok()?,
                })
            })
            .collect();
        let report = describe(instrument, "total", &points);
        let informant = self::informant(informant);
        Some(Self { instrument, informant, points, report })
    }

    /// Whether two informants' results may stand on one scale: the same questions, range, bands and cut-off.
    fn stands_with(&self, other: &Self) -> bool {
        let scales = (self.instrument.scale("total"), other.instrument.scale("total"));
        let (Some(one), Some(two)) = scales else { return false };
        let zones = |scale: &questionnaires::instrument::Scale| -> Vec<(String, f64)> {
            scale.bands.iter().map(|band| (band.label.clone(), band.min)).collect()
        };
        let cut = |scale: &questionnaires::instrument::Scale| scale.cut_in_use().and_then(|cut| cut.at_least);
        self.informant != other.informant
            && side_by_side::same_scale(&self.instrument.id, &other.instrument.id)
            && zones(one) == zones(two)
            && cut(one) == cut(two)
    }

    /// The windows that asked for this and got nothing, after the first result: before it there was nothing to miss.
    fn missed(&self, missed: &[MissedWindow]) -> Vec<draw::Missed> {
        let Some(first) = self.points.first().map(|point| point.date) else { return Vec::new() };
        let mine = missed.iter().filter(|m| m.instrument == self.instrument.id && m.closes_on.0 > first);
        mine.filter(|m| informant(&m.informant) == self.informant)
            .map(|m| draw::Missed { date: m.closes_on.0, informant: self.informant })
            .collect()
    }

    /// The newest result leads; of one day's, the student's before a teacher's before a parent's.
    fn newest(&self) -> Option<(jiff::civil::Date, std::cmp::Reverse<draw::Informant>)> {
        Some((self.points.last()?.date, std::cmp::Reverse(self.informant)))
    }
}

/// The curves of a child, those of one scale together: what was handed in, and the windows that were missed since the first
/// result (C-22).
pub(super) fn of(screens: &[Screen], missed: &[MissedWindow], zone: &TimeZone) -> Vec<Trend> {
    let mut keys: Vec<(&str, &str)> = Vec::new();
    for screen in screens.iter().filter(|s| s.scale == "total" && s.value.is_some()) {
        if !keys.contains(&(&screen.instrument, &screen.informant)) {
            keys.push((&screen.instrument, &screen.informant));
        }
    }
    let mut charts: Vec<Vec<Series>> = Vec::new();
    for series in keys.into_iter().filter_map(|(id, informant)| Series::of(screens, id, informant, zone)) {
        let beside = |chart: &&mut Vec<Series>| chart.iter().all(|other| series.stands_with(other));
        match charts.iter_mut().find(beside) {
            Some(chart) => chart.push(series),
            None => charts.push(vec![series]),
        }
    }
    charts
        .into_iter()
        .filter_map(|chart| {
            let leads = chart.iter().max_by_key(|series| series.newest())?;
            let figure = curve(leads, &chart, missed)?;
            let (title, sentence) = (common_title(&chart), leads.report.sentence.clone());
            Some(Trend { title, figure, sentence })
        })
        .collect()
}

/// The curves of one scale by informant, with bands and cut-off as the instrument has them; the newest result leads.
fn curve(leads: &Series, chart: &[Series], missed: &[MissedWindow]) -> Option<Figure> {
    let Series { instrument, report, .. } = leads;
    let scale = instrument.scale("total")?;
    let (min, max) = instrument.range("total")?;
    let input = draw::Trend {
        scale: common_title(chart),
        range: (min, max),
        step: 1.0,
        polarity: match instrument.polarity {
            Polarity::HigherWorse => draw::Polarity::HigherIsWorse,
            Polarity::HigherBetter => draw::Polarity::HigherIsBetter,
        },
        bands: scale
            .bands
            .iter()
            .map(|band| draw::ScoreBand { label: band.label.clone(), from: band.min })
            .collect(),
        cutoff: scale
            .cut_in_use()
            .and_then(|cut| cut.at_least.or(cut.at_most))
            .map(|score| draw::Cutoff { score }),
        reliable_change: report
            .change
            .as_ref()
            .and_then(|change| change.threshold)
            .map(|threshold| draw::ReliableChange { threshold }),
        points: chart
            .iter()
            .flat_map(|series| {
                series.points.iter().map(|p| draw::TrendPoint {
                    date: p.date,
                    score: p.value,
                    informant: series.informant,
                    version: p.version.to_string(),
                })
            })
            .collect(),
        missed: chart.iter().flat_map(|series| series.missed(missed)).collect(),
        source: sources(chart),
    };
    let word = leads.informant.word().to_lowercase();
    let frame = draw::Frame::points(format!("trend-{}-{word}", instrument.id.replace('_', "-")));
    draw::trend(&frame, &input)
        .inspect_err(|error| tracing::error!(%error, "a child's curve could not be drawn"))
        .ok()
}

/// What the forms of a chart are called together.
fn common_title(chart: &[Series]) -> String {
    let titles: Vec<&str> = chart.iter().map(|series| series.instrument.short_title.as_str()).collect();
    side_by_side::common(&titles)
}

/// Who answered, in words.
fn sources(chart: &[Series]) -> String {
    let mut who: Vec<draw::Informant> = chart.iter().map(|series| series.informant).collect();
    who.sort_unstable();
    let words = who.into_iter().map(|informant| match informant {
        draw::Informant::Student => "the student’s own answers",
        draw::Informant::Teacher => "a teacher’s answers",
        draw::Informant::Guardian => "a guardian’s answers",
    });
    words.collect::<Vec<_>>().join(" and ")
}

fn informant(word: &str) -> draw::Informant {
    match word {
        "teacher" => draw::Informant::Teacher,
        "parent" => draw::Informant::Guardian,
        _ => draw::Informant::Student,
    }
}

/// An instrument's short name; its id where the program no longer knows it.
pub(super) fn short_title(instrument: &str) -> String {
    library::get(instrument).map_or_else(|| instrument.to_owned(), |i| i.short_title.clone())
}
