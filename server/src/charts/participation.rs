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
    draw: &[("", draw)],
    draw_all: &[],
};

fn draw(view: &View<'_>) -> Result<Option<Figure>, DrawError> {
    let steps = steps(view, STEPS, LABELS);
    let mut about = view.about.clone();
    about.measure = "Students at each step, % of enrolled".to_owned();
    about.note = "Who did not take part may differ from who did.".to_owned();
    let input = FunnelBars { steps, outcome: "gave valid answers".to_owned(), about };
    funnel_bars(&Frame::picture(&view.id), &input).map(Some)
}

/// The district's published steps with their share of the first.
pub(super) fn steps(view: &View<'_>, names: &[&str], labels: &[&str]) -> Vec<FunnelStep> {
    let first = names.first().copied().unwrap_or_default();
    let step = |(name, label): (&&str, &&str)| FunnelStep {
        label: (*label).to_owned(),
        count: view.count(DISTRICT, name).map_or(Count::Hidden, Count::Shown),
        // Everybody is all of everybody: the first step has no share.
        share: if *name == first { None } else { share(view.percentage(DISTRICT, name, first)) },
    };
    names.iter().zip(labels).map(step).collect()
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
