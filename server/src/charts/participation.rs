//! Who took part: enrolled, consent, started, finished, valid (D-02).

use super::{Chart, DISTRICT, Shape, View};
use crate::draw::{Count, DrawError, Figure, Frame, FunnelBars, FunnelStep, Share, funnel_bars};
use crate::suppression::Percentage;

const STEPS: &[&str] = &["enrolled", "consented", "started", "finished", "valid"];
const LABELS: &[&str] = &["Enrolled", "Consent", "Started", "Finished", "Valid"];

pub(super) const CHART: Chart = Chart {
    name: "participation",
    sql: "select school, school_name, '' as series, step as item, n from (
        select school, school_name, 'enrolled' as step, count(*) as n from cohort group by school, school_name
        union all select school, school_name, 'consented', cast(sum(allowed) as bigint) from cohort group by school, school_name
        union all select school, school_name, 'started', cast(sum(started * allowed) as bigint) from cohort group by school, school_name
        union all select school, school_name, 'finished', cast(sum(finished * allowed) as bigint) from cohort group by school, school_name
        union all select school, school_name, 'valid', cast(sum(valid * allowed) as bigint) from cohort group by school, school_name
    ) steps order by school_name, school",
    shape: Shape::Funnel(STEPS),
    draw,
};

fn draw(view: &View<'_>) -> Result<Figure, DrawError> {
    let steps = STEPS
        .iter()
        .zip(LABELS)
        .map(|(step, label)| FunnelStep {
            label: (*label).to_owned(),
            count: view.count(DISTRICT, step).map_or(Count::Hidden, Count::Shown),
            share: share(view.percentage(DISTRICT, step, STEPS[0])),
        })
        .collect();
    let mut about = view.about.clone();
    about.measure = "Students at each step, % of enrolled".to_owned();
    about.note = "Who did not take part may differ from who did.".to_owned();
    let input = FunnelBars { steps, outcome: "gave valid answers".to_owned(), about };
    funnel_bars(&Frame::picture(&view.id), &input)
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
