//! Positive screens by school, one figure per instrument, with Wilson 95 % intervals (D-05).

use questionnaires::library;
use questionnaires::prevalence::{wilson, z_for};

use super::participation::share;
use super::{Chart, DISTRICT, Shape, View};
use crate::draw::{BarsCi, DrawError, Estimate, Figure, Frame, GroupRow, Share, bars_ci};

pub(super) const CHART: Chart = Chart {
    name: "positive_screens",
    sql: "select school, school_name, instrument as series, case when positive = 1 then 'positive' else 'negative' end \
          as item, count(*) as n from screened group by school, school_name, instrument, positive \
          order by instrument, school_name, school, positive",
    shape: Shape::Kinds { items: &["positive", "negative"], total: "valid" },
    draw,
};

/// The confidence of every interval on the page.
const CONFIDENCE: f64 = 0.95;

fn draw(view: &View<'_>) -> Result<Figure, DrawError> {
    let title = library::get(view.series).map_or_else(|| view.series.to_owned(), |i| i.short_title.clone());
    let mut about = view.about.clone();
    about.measure =
        format!("Students with a positive screen on {title}, % of valid screens, 95% Wilson intervals");
    about.note = "Students without a valid screen are not in it; they may differ.".to_owned();
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
    bars_ci(&Frame::picture(&view.id), &input)
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
