//! How long it took until somebody spoke with a child that was referred: in steps, with median and ninth decile.

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally};
use super::referral_funnel::{NAME as FUNNEL, REACHED, REFERRED};
use super::view::{Figures, View, cell};
use super::{Chart, DISTRICT};
use crate::draw::{Count, CountBars, Frame, FunnelStep, count_bars, words};
use crate::suppression::{CellKey, Split, TableError};

const NAME: &str = "first_contact";
const NOT_YET: &str = "not yet";
const HOUR: i64 = 3_600_000;
/// Steps: up to so many hours.
const STEPS: [(&str, &str, i64); 4] = [
    ("within a day", "Within a day", 24),
    ("within 3 days", "After 1 to 3 days", 72),
    ("within a week", "After 3 to 7 days", 168),
    ("later", "After more than a week", i64::MAX),
];

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

/// Milliseconds from referral to the first contact in which somebody was reached, of the whole district.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits(Vec<i64>);

impl Waits {
    /// Takes a school's in.
    pub fn take(&mut self, facts: &SchoolFacts) {
        self.0.extend(
            facts.referrals.iter().filter_map(|r| Some(r.reached_at?.millis() - r.opened_at.millis())),
        );
    }

    /// Fewest children on either side of a quantile that is said: one child's own time must not stand at the end of a row.
    const EITHER_SIDE: usize = 11;

    /// The time within which a share of them was reached, in words and never finer than four hours; none where too few
    /// lie on either side of it.
    pub fn within(&self, percent: usize) -> Option<String> {
        let mut all = self.0.clone();
        all.sort_unstable();
        let before = (all.len() * percent).div_ceil(100);
        let beyond = all.len().saturating_sub(before);
        if before < Self::EITHER_SIDE || beyond < Self::EITHER_SIDE {
            return None;
        }
        let hours = (*all.get(before.checked_sub(1)?)?).max(0) as u64 / HOUR as u64;
        Some(match hours {
            0..48 => format!("within {} hours", (hours / 4 + 1) * 4),
            _ => format!("within {} days", hours / 24 + 1),
        })
    }
}

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    for referral in &facts.referrals {
        let waited = referral.reached_at.map(|at| at.millis() - referral.opened_at.millis());
        let step = waited.and_then(|waited| STEPS.iter().find(|(.., hours)| waited / HOUR < *hours));
        tally.add("", DISTRICT, step.map_or(NOT_YET, |(step, ..)| step), 1);
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    let find =
        |adding: &Adding<'_>, item| adding.tables.find(&CellKey::new(DISTRICT, cell(FUNNEL, "", item)));
    let (Some(referred), Some(reached)) = (find(adding, REFERRED), find(adding, REACHED)) else {
        return Ok(());
    };
    let mut parts = Vec::new();
    for (step, ..) in STEPS {
        let n = adding.tally.get("", DISTRICT, step);
        parts.push(adding.cell(DISTRICT, "", step, n)?);
    }
    let not_yet = adding.cell(DISTRICT, "", NOT_YET, adding.tally.get("", DISTRICT, NOT_YET))?;
    adding.tables.relation(reached, &parts, Split::Groups)?;
    adding.tables.relation(referred, &[reached, not_yet], Split::Groups)
}

fn draw(view: &View<'_>) -> Figures {
    let Some(referred) = view.count_in(FUNNEL, DISTRICT, "", REFERRED) else { return Ok(Vec::new()) };
    let bar = |item: &str, label: &str| FunnelStep {
        label: label.to_owned(),
        count: view.count(DISTRICT, "", item).map_or(Count::Hidden, Count::Shown),
        share: super::view::share(view.percentage_of(DISTRICT, (NAME, "", item), (FUNNEL, "", REFERRED))),
    };
    let mut rows =
        vec![FunnelStep { label: "Referred".to_owned(), count: Count::Shown(referred), share: None }];
    rows.extend(STEPS.iter().map(|(item, label, _)| bar(item, label)));
    rows.push(bar(NOT_YET, "Not yet reached"));
    let said = |percent: usize| view.release.waits.within(percent);
    let title = match said(50) {
        Some(median) => format!("Half of those reached were reached {median}"),
        None => "How long a first contact took".to_owned(),
    };
    let or_too_few = |words: Option<String>| words.unwrap_or_else(|| words::TOO_FEW.to_owned());
    let input = CountBars {
        title,
        summary: String::new(),
        names: ("Time until somebody was reached".to_owned(), "Referrals".to_owned()),
        rows,
        more: vec![
            ("Median of those reached".to_owned(), or_too_few(said(50))),
            ("Nine in ten of those reached".to_owned(), or_too_few(said(90))),
        ],
        about: view.about(
            "Referrals of this window by the time from referral to the first contact, % of referred",
            "Wall-clock time, holidays and weekends counted. Who was not reached when the release was built is in no median.",
        ),
    };
    let name = view.name("", "");
    Ok(vec![(name.clone(), count_bars(&Frame::points(name), &input)?)])
}

#[cfg(test)]
mod tests {
    use super::{HOUR, Waits};

    #[test]
    fn a_quantile_is_said_only_with_eleven_children_on_either_side_prv_01() {
        let hours = |n: i64| Waits((0..n).map(|h| h * HOUR).collect());
        assert_eq!(hours(21).within(50), None);
        assert_eq!(hours(22).within(50).as_deref(), Some("within 12 hours"));
        assert_eq!(hours(109).within(90), None, "only ten waited longer");
        assert_eq!(hours(110).within(90).as_deref(), Some("within 5 days"));
        assert_eq!(Waits(Vec::new()).within(50), None);
    }
}
