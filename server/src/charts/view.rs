//! What a chart may draw from: published counts and nothing else.

use questionnaires::library;
use questionnaires::prevalence::{wilson, z_for};

use super::facts::Tally;
use super::quality::Judged;
use super::waiting::Waits;
use super::{DISTRICT, positive_screens};
use crate::draw::{About, Count, DrawError, Estimate, Figure, Share};
use crate::suppression::{Cell, CellKey, Percentage, Protected, Published, PublishedCell};

/// The confidence of every interval on the page.
pub(super) const CONFIDENCE: f64 = 0.95;

/// The name of a chart's cell within its group.
pub(super) fn cell(chart: &str, series: &str, item: &str) -> String {
    format!("{chart} {series} {item}")
}

/// A chart's figures with their names.
pub(super) type Figures = Result<Vec<(String, Figure)>, DrawError>;

/// What is published of a release, and what is no count of children: the people who help, and the instruments.
pub(super) struct Release<'a> {
    pub protected: &'a Protected,
    /// The name of the last window that was released, and its release.
    pub earlier: Option<&'a (String, Published)>,
    /// Counselors of the district.
    pub counselors: u64,
    pub quality: &'a [Judged],
    pub waits: &'a Waits,
    /// Schools by name: key and name.
    pub schools: &'a [(String, String)],
    pub source: &'a str,
    pub window: &'a str,
}

/// A chart's own view of a release.
pub(super) struct View<'a> {
    pub release: &'a Release<'a>,
    chart: &'static str,
    /// Only names are asked of it: its counts are not protected.
    names: &'a Tally,
    /// What the chart is drawn once for, an instrument for example; those with most screens first.
    pub series: Vec<String>,
}

impl<'a> View<'a> {
    pub fn new(release: &'a Release<'a>, chart: &'static str, names: &'a Tally) -> Self {
        let mut view = Self { release, chart, names, series: names.series() };
        let screens =
            |s: &String| view.count_in(positive_screens::NAME, DISTRICT, s, positive_screens::VALID);
        let mut series = names.series();
        series.sort_by_key(|s| (std::cmp::Reverse(screens(s)), s.clone()));
        view.series = series;
        view
    }
}

impl View<'_> {
    /// The groups of a series, in order.
    pub fn groups(&self, series: &str) -> Vec<String> {
        self.names.groups(series)
    }

    /// The items of a group, in order.
    pub fn items(&self, series: &str, group: &str) -> Vec<String> {
        self.names.items(series, group)
    }

    /// Instruments that were screened with, those with most screens first.
    pub fn instruments(&self) -> Vec<String> {
        let cells = self.release.protected.published().cells;
        let valid = |c: &PublishedCell| {
            let item =
                c.key.item.strip_prefix(positive_screens::NAME)?.strip_suffix(positive_screens::VALID)?;
            (c.key.group == DISTRICT).then(|| item.trim().to_owned())
        };
        let mut found: Vec<String> = cells.iter().filter_map(valid).collect();
        let screens =
            |s: &String| self.count_in(positive_screens::NAME, DISTRICT, s, positive_screens::VALID);
        found.sort_by_key(|s| (std::cmp::Reverse(screens(s)), s.clone()));
        found
    }

    /// Schools by name: key and name.
    pub fn schools(&self) -> &[(String, String)] {
        self.release.schools
    }

    /// The published count of a cell; `None` when it is hidden.
    pub fn count(&self, group: &str, series: &str, item: &str) -> Option<u64> {
        self.count_in(self.chart, group, series, item)
    }

    /// The same of another chart.
    pub fn count_in(&self, chart: &str, group: &str, series: &str, item: &str) -> Option<u64> {
        shown(self.release.protected.cell(&CellKey::new(group, cell(chart, series, item))))
    }

    /// The published percentage of a part in its whole.
    pub fn percentage(&self, group: &str, series: &str, part: &str, whole: &str) -> Percentage {
        self.percentage_of(group, (self.chart, series, part), (self.chart, series, whole))
    }

    /// The same of cells that need not be of one chart: chart, series, item.
    pub fn percentage_of(
        &self,
        group: &str,
        part: (&str, &str, &str),
        whole: (&str, &str, &str),
    ) -> Percentage {
        let key = |(chart, series, item)| CellKey::new(group, cell(chart, series, item));
        self.release.protected.percentage(&key(part), &key(whole))
    }

    /// The estimate of a group; `None` where the count or its base is hidden.
    pub fn estimate(&self, group: &str, series: &str, part: &str, whole: &str) -> Option<Estimate> {
        self.estimate_in(self.chart, group, series, part, whole)
    }

    /// The same of another chart's cells.
    pub fn estimate_in(
        &self,
        chart: &str,
        group: &str,
        series: &str,
        part: &str,
        whole: &str,
    ) -> Option<Estimate> {
        let key = |item| CellKey::new(group, cell(chart, series, item));
        let protected = self.release.protected;
        estimate(shown(protected.cell(&key(part)))?, shown(protected.cell(&key(whole)))?)
    }

    /// The same of an earlier release.
    pub fn estimate_of(
        &self,
        earlier: &Published,
        chart: &str,
        group: &str,
        series: &str,
        part: &str,
        whole: &str,
    ) -> Option<Estimate> {
        let key = |item| CellKey::new(group, cell(chart, series, item));
        estimate(shown(earlier.cell(&key(part)))?, shown(earlier.cell(&key(whole)))?)
    }

    /// Whether this school took part in this series at all; which schools did is no secret.
    pub fn asks(&self, school: &str, series: &str, whole: &str) -> bool {
        self.count(school, series, whole) != Some(0)
    }

    /// Source and window, with a measure and a note.
    pub fn about(&self, measure: impl Into<String>, note: impl Into<String>) -> About {
        About {
            measure: measure.into(),
            source: self.release.source.to_owned(),
            window: self.release.window.to_owned(),
            note: note.into(),
        }
    }

    /// The name of a figure, unique in the page.
    pub fn name(&self, series: &str, suffix: &str) -> String {
        let name = [self.chart, series, suffix].join("-").replace(['_', '.', ' '], "-").replace("--", "-");
        name.trim_end_matches('-').to_owned()
    }

    /// The district's published steps with their share of the first.
    pub fn steps(&self, series: &str, names: &[(&str, &str)]) -> Vec<crate::draw::FunnelStep> {
        let first = names.first().map(|(name, _)| *name).unwrap_or_default();
        let step = |(name, label): &(&str, &str)| crate::draw::FunnelStep {
            label: (*label).to_owned(),
            count: self.count(DISTRICT, series, name).map_or(Count::Hidden, Count::Shown),
            // Everybody is all of everybody: the first step has no share.
            share: if *name == first { None } else { share(self.percentage(DISTRICT, series, name, first)) },
        };
        names.iter().map(step).collect()
    }
}

/// The estimate of two printed counts.
fn estimate(count: u64, n: u64) -> Option<Estimate> {
    let share = share(Percentage::of(count, n))?;
    // A share that is coded at the end must not be given back by its interval.
    let interval = match share {
        Share::Percent(_) => {
            z_for(CONFIDENCE).and_then(|z| wilson(count, n, z)).map(|i| (i.low * 100.0, i.high * 100.0))
        }
        _ => None,
    };
    let count = matches!(share, Share::Percent(_)).then_some(count);
    Some(Estimate { count, n, share, interval })
}

pub(super) fn shown(cell: Option<Cell>) -> Option<u64> {
    match cell {
        Some(Cell::Shown(n)) => Some(n),
        _ => None,
    }
}

/// A published percentage as the drawing takes it.
pub(super) fn share(published: Percentage) -> Option<Share> {
    match published {
        Percentage::Percent(p) => Some(Share::Percent(f64::from(p))),
        Percentage::AtLeast95 => Some(Share::AtLeast(95.0)),
        Percentage::AtMost5 => Some(Share::AtMost(5.0)),
        Percentage::Hidden => None,
    }
}

/// The instrument's name on a chart.
pub(super) fn title_of(instrument: &str) -> String {
    library::get(instrument).map_or_else(|| instrument.to_owned(), |i| i.short_title.clone())
}
