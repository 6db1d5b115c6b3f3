//! What became of those who were sent to a service outside, by welfare system.

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally, whole};
use super::view::{Figures, View, share};
use super::{Chart, DISTRICT};
use crate::draw::{Count, Frame, Mix, MixBars, Part, mix_bars};
use crate::model::outside::{OutsideState, System};
use crate::suppression::TableError;

const NAME: &str = "outside_help";
const SENT: &str = "sent";
/// What became of them, and the words.
const ENDS: [(&str, &str); 4] = [
    ("waiting", "No end yet"),
    ("seen", "Seen there"),
    ("no show", "Did not come"),
    ("declined", "Declined by the service"),
];

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    for like in &facts.outside {
        let end = match like.state {
            OutsideState::Sent | OutsideState::Received | OutsideState::Accepted => "waiting",
            OutsideState::Attended | OutsideState::Completed => "seen",
            OutsideState::NoShow => "no show",
            OutsideState::Declined => "declined",
        };
        tally.add(like.system.as_str(), DISTRICT, end, whole(like.n));
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    for system in adding.tally.series() {
        let counts = ENDS.map(|(end, _)| (end, adding.tally.get(&system, DISTRICT, end)));
        adding.kinds(DISTRICT, &system, &counts, SENT)?;
    }
    Ok(())
}

fn draw(view: &View<'_>) -> Figures {
    let row = |system: &String| {
        let part = |(end, label): (&str, &str)| Part {
            label: label.to_owned(),
            count: view.count(DISTRICT, system, end).map_or(Count::Hidden, Count::Shown),
            share: share(view.percentage_of(DISTRICT, (NAME, system, end), (NAME, system, SENT))),
        };
        Mix {
            label: system.parse::<System>().map_or_else(|_| system.clone(), |s| s.label().to_owned()),
            whole: view.count(DISTRICT, system, SENT).map_or(Count::Hidden, Count::Shown),
            parts: ENDS.into_iter().map(part).collect(),
        }
    };
    let rows: Vec<Mix> = view.series.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let input = MixBars {
        title: "What became of those sent to services outside".to_owned(),
        names: ("Welfare system".to_owned(), "Outcome".to_owned()),
        unit: "Referrals outside".to_owned(),
        rows,
        about: view.about(
            "Referrals of this window to services outside by welfare system and outcome, % of those sent",
            "Counted when the release was built. Services answer late or never: silence is no outcome.",
        ),
    };
    let name = view.name("", "");
    Ok(vec![(name.clone(), mix_bars(&Frame::points(name), &input)?)])
}
