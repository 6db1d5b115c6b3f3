//! Who took part: enrolled, consent, started, finished, valid (D-02).

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally, whole};
use super::view::{Figures, View};
use super::{Chart, DISTRICT};
use crate::draw::{Frame, FunnelBars, funnel_bars};
use crate::suppression::TableError;

pub(super) const NAME: &str = "participation";
const STEPS: &[(&str, &str)] = &[
    ("enrolled", "Enrolled"),
    ("consented", "Consent"),
    ("started", "Started"),
    ("finished", "Finished"),
    ("valid", "Valid"),
];

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    let school = facts.group();
    for like in &facts.cohort {
        let n = whole(like.n);
        let take = |step: i64| if like.allowed * step == 1 { n } else { 0 };
        let counts = [n, take(1), take(like.started), take(like.finished), take(like.valid)];
        for ((step, _), n) in STEPS.iter().zip(counts) {
            tally.add("", &school, step, n);
        }
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    let steps: Vec<&str> = STEPS.iter().map(|(step, _)| *step).collect();
    adding.funnel_of_schools("", &steps)
}

fn draw(view: &View<'_>) -> Figures {
    let about =
        view.about("Students at each step, % of enrolled", "Who did not take part may differ from who did.");
    let input = FunnelBars { steps: view.steps("", STEPS), outcome: "gave valid answers".to_owned(), about };
    Ok(vec![(NAME.to_owned(), funnel_bars(&Frame::points(NAME), &input)?)])
}

/// How many children gave valid answers in the whole district.
pub(super) fn respondents(tally: &Tally, schools: &[(String, String)]) -> u64 {
    schools.iter().map(|(school, _)| tally.get("", school, "valid")).sum::<u64>()
        + tally.get("", DISTRICT, "valid")
}
