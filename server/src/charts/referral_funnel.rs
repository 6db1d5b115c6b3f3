//! Whether help arrives: referred, acknowledged, reached, closed, in the whole district.

use super::participation::steps;
use super::{Chart, DISTRICT, Shape, View};
use crate::draw::{DrawError, Figure, Frame, FunnelBars, funnel_bars};

const STEPS: &[&str] = &["referred", "acknowledged", "reached", "closed"];
const LABELS: &[&str] = &["Referred", "Acknowledged", "Reached", "Closed"];

pub(super) const CHART: Chart = Chart {
    name: "referral_funnel",
    // A step counts only who came through the ones before, so that each is a part of the last.
    sql: "select school, school_name, '' as series, step as item, n from (
        select school, school_name, 'referred' as step, count(*) as n from referred group by school, school_name
        union all select school, school_name, 'acknowledged', cast(sum(acknowledged) as bigint) from referred group by school, school_name
        union all select school, school_name, 'reached', cast(sum(acknowledged * reached) as bigint) from referred group by school, school_name
        union all select school, school_name, 'closed', cast(sum(acknowledged * reached * closed) as bigint) from referred group by school, school_name
    ) steps order by school_name, school",
    shape: Shape::DistrictFunnel(STEPS),
    draw: &[("", draw)],
    draw_all: &[],
};

fn draw(view: &View<'_>) -> Result<Option<Figure>, DrawError> {
    if view.count(DISTRICT, STEPS[0]).is_none() {
        return Ok(None);
    }
    let mut about = view.about.clone();
    about.measure = "Referrals of this window at each step, % of referred".to_owned();
    about.note = "Counted when the release was built: help that came later is not in it.".to_owned();
    let input = FunnelBars {
        steps: steps(view, STEPS, LABELS),
        outcome: "were reached, and their referral is closed".to_owned(),
        about,
    };
    funnel_bars(&Frame::picture(&view.id), &input).map(Some)
}
