//! Positive screens by school, one figure per instrument, with Wilson 95 % intervals (D-05).

use questionnaires::library;
use questionnaires::prevalence::{wilson, z_for};

use super::participation::share;
use super::{Chart, DISTRICT, Shape, View};
use crate::draw::{
    BarsCi, DrawError, Estimate, Figure, Frame, FunnelPlot, FunnelPoint, GroupRow, HeatGrid, HeatRow, Share,
    bars_ci, funnel_plot, heat_grid,
};

pub(super) const CHART: Chart = Chart {
    name: "positive_screens",
    sql: "select school, school_name, instrument as series, case when positive = 1 then 'positive' else 'negative' end \
          as item, count(*) as n from screened group by school, school_name, instrument, positive \
          order by instrument, school_name, school, positive",
    shape: Shape::Kinds { items: &["positive", "negative"], total: "valid" },
    draw: &[("", by_school), ("chance", beyond_chance)],
    draw_all: &[("need-by-school", need_by_school)],
};

/// The confidence of every interval on the page.
const CONFIDENCE: f64 = 0.95;

/// The instrument's name on a chart.
fn title_of(instrument: &str) -> String {
    library::get(instrument).map_or_else(|| instrument.to_owned(), |i| i.short_title.clone())
}

const WHO_IS_NOT_IN_IT: &str = "Students without a valid screen are not in it; they may differ.";

fn by_school(view: &View<'_>) -> Result<Option<Figure>, DrawError> {
    let title = title_of(view.series);
    let mut about = view.about.clone();
    about.measure =
        format!("Students with a positive screen on {title}, % of valid screens, 95% Wilson intervals");
    about.note = WHO_IS_NOT_IN_IT.to_owned();
    let input = BarsCi {
        group: ("school".to_owned(), "schools".to_owned()),
        district: estimate(view, DISTRICT),
        rows: view
            .schools
            .iter()
            .filter(|(key, _)| view.asks(key))
            .map(|(key, name)| GroupRow { label: name.clone(), estimate: estimate(view, key) })
            .collect(),
        about,
    };
    bars_ci(&Frame::picture(&view.id), &input).map(Some)
}

/// Which schools differ beyond chance: the same counts, without a ranking (D-03).
fn beyond_chance(view: &View<'_>) -> Result<Option<Figure>, DrawError> {
    let percent = |group: &str| match share(view.percentage(group, "positive", "valid")) {
        Some(Share::Percent(percent)) => Some(percent),
        // A share that is coded at the end has no place on the axis.
        _ => None,
    };
    let (Some(district), Some(n)) = (percent(DISTRICT), view.count(DISTRICT, "valid")) else {
        return Ok(None);
    };
    let points: Vec<FunnelPoint> = view
        .schools
        .iter()
        .filter(|(key, _)| view.asks(key))
        .map(|(key, name)| FunnelPoint {
            label: name.clone(),
            value: view.count(key, "valid").filter(|n| *n > 0).zip(percent(key)),
        })
        .collect();
    // With two schools there is no funnel to see.
    if points.iter().filter(|point| point.value.is_some()).count() < 3 {
        return Ok(None);
    }
    let mut about = view.about.clone();
    about.measure = format!(
        "Share of positive screens on {} against the number of screens, with the limits of chance",
        title_of(view.series)
    );
    about.note = WHO_IS_NOT_IN_IT.to_owned();
    funnel_plot(&Frame::picture(&view.id), &FunnelPlot { district, n, points, about }).map(Some)
}

/// Where need is: schools by instruments, the number in each cell.
fn need_by_school(name: &str, views: &[View<'_>]) -> Result<Option<Figure>, DrawError> {
    let Some(first) = views.first().filter(|_| views.len() > 1) else { return Ok(None) };
    let rows: Vec<HeatRow> = first
        .schools
        .iter()
        .filter(|(key, _)| views.iter().any(|view| view.asks(key)))
        .map(|(key, name)| HeatRow {
            label: name.clone(),
            cells: views.iter().map(|view| share(view.percentage(key, "positive", "valid"))).collect(),
        })
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let mut about = first.about.clone();
    about.measure = "Students with a positive screen by school and instrument, % of valid screens".to_owned();
    about.note =
        format!("{WHO_IS_NOT_IN_IT} Instruments have cut-offs of their own: compare down, not across.");
    let columns = views.iter().map(|view| title_of(view.series)).collect();
    heat_grid(&Frame::picture(name), &HeatGrid { columns, rows, about }).map(Some)
}

impl View<'_> {
    /// Whether this school took part in this series at all; which schools did is no secret.
    fn asks(&self, school: &str) -> bool {
        self.count(school, "valid") != Some(0)
    }
}

/// The estimate of a group; `None` where the count or its base is hidden.
fn estimate(view: &View<'_>, group: &str) -> Option<Estimate> {
    let n = view.count(group, "valid").filter(|n| *n > 0)?;
    let count = view.count(group, "positive")?;
    let share = share(view.percentage(group, "positive", "valid"))?;
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
