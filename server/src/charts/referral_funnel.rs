//! Whether help arrives: referred, acknowledged, reached, closed, in the whole district.

use super::adding::Adding;
use super::facts::{ReferralFact, SchoolFacts, Tally};
use super::view::{Figures, View};
use super::{Chart, DISTRICT};
use crate::draw::{Frame, FunnelBars, funnel_bars};
use crate::suppression::{Exposure, TableError};

pub(super) const NAME: &str = "referral_funnel";
pub(super) const REFERRED: &str = "referred";
pub(super) const REACHED: &str = "reached";
pub(super) const CLOSED: &str = "closed";
const STEPS: &[(&str, &str)] =
    &[(REFERRED, "Referred"), ("acknowledged", "Acknowledged"), (REACHED, "Reached"), (CLOSED, "Closed")];

/// By school the steps would stand beside the positive screens and say, within a few, what is hidden there.
pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    for referral in &facts.referrals {
        let ReferralFact { acknowledged_at, reached_at, closed_at, .. } = referral;
        // A step counts only who came through the ones before, so that each is a part of the last.
        let reached = reached_at.is_some();
        let came = [true, acknowledged_at.is_some() || reached, reached, reached && closed_at.is_some()];
        for ((step, _), came) in STEPS.iter().zip(came) {
            tally.add("", DISTRICT, step, u64::from(came));
        }
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    if adding.tally.series().is_empty() {
        return Ok(());
    }
    let steps: Vec<&str> = STEPS.iter().map(|(step, _)| *step).collect();
    adding.funnel(DISTRICT, "", &steps, Exposure::Published)
}

fn draw(view: &View<'_>) -> Figures {
    if view.count(DISTRICT, "", REFERRED).is_none() {
        return Ok(Vec::new());
    }
    let about = view.about(
        "Referrals of this window at each step, % of referred",
        "Counted when the release was built: help that came later is not in it.",
    );
    let outcome = "were reached and closed".to_owned();
    let input = FunnelBars { steps: view.steps("", STEPS), outcome, about };
    let name = view.name("", "");
    Ok(vec![(name.clone(), funnel_bars(&Frame::points(name), &input)?)])
}
