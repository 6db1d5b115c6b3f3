//! What changed since the last window: differences of two frozen releases with Newcombe's interval, in words and never
//! as a trend (D-04). Nothing is counted here; both numbers are published already.

use super::equity::{gap, headers, row};
use super::positive_screens::{NAME as SCREENS, POSITIVE, VALID};
use super::view::{Figures, View, title_of};
use super::{Chart, DISTRICT};
use crate::draw::{Comparison, Frame, Intervals, Reach, ReachRow, Table, intervals, points_axis, words};

const NAME: &str = "change";
const NO_CLEAR: &str = "no clear change";

pub(super) const CHART: Chart = Chart { name: NAME, count: |_, _| {}, finish: |_| {}, add: |_| Ok(()), draw };

fn draw(view: &View<'_>) -> Figures {
    let mut figures = Vec::new();
    let Some((earlier_name, earlier)) = view.release.earlier else { return Ok(figures) };
    for instrument in &view.instruments() {
        let before = |group: &str| view.estimate_of(earlier, SCREENS, group, instrument, POSITIVE, VALID);
        let now = |group: &str| view.estimate_in(SCREENS, group, instrument, POSITIVE, VALID);
        let asked = |group: &str| view.count_in(SCREENS, group, instrument, VALID) != Some(0);
        let names = std::iter::once((DISTRICT.to_owned(), "District".to_owned()))
            .chain(view.schools().iter().cloned());
        let (mut rows, mut table) = (Vec::new(), Vec::new());
        for (key, name) in names.filter(|(key, _)| asked(key)) {
            let estimates = [now(&key), before(&key)];
            let reach = gap(estimates[0], estimates[1], NO_CLEAR, [words::HIGHER, words::LOWER]);
            table.push(row(&name, estimates, &reach));
            rows.push(ReachRow { label: name, reach });
        }
        if rows.first().is_none_or(|r| r.reach.is_err()) {
            // The instrument was not asked then, or the district's own number is hidden.
            continue;
        }
        let of = |row: &ReachRow| match &row.reach {
            Ok(Reach { verdict: Some((_, c)), .. }) => Some(*c),
            _ => None,
        };
        let count = |wanted: Comparison| rows.iter().skip(1).filter(|r| of(r) == Some(wanted)).count();
        let district = rows.first().and_then(of).unwrap_or(Comparison::Similar);
        let title = match district {
            Comparison::LikelyHigher => format!("{} is likely higher than last time", title_of(instrument)),
            Comparison::LikelyLower => format!("{} is likely lower than last time", title_of(instrument)),
            Comparison::Similar => format!("No clear change on {} since last time", title_of(instrument)),
        };
        let summary = format!(
            "Of the schools, {} likely higher, {} likely lower, {} without a clear change.",
            count(Comparison::LikelyHigher),
            count(Comparison::LikelyLower),
            count(Comparison::Similar)
        );
        let measure = format!(
            "Change in the share of positive screens on {} since {earlier_name}, percentage points, 95% Newcombe intervals",
            title_of(instrument)
        );
        let (axis, ticks) = points_axis(&rows);
        let name = view.name(instrument, "");
        let input = Intervals {
            title,
            summary,
            table: Table { caption: measure.clone(), headers: headers("This window", "The window before"), rows: table },
            rows,
            axis,
            ticks,
            line: (0.0, "No change".to_owned()),
            n: view.count_in(SCREENS, DISTRICT, instrument, VALID),
            about: view.about(
                measure,
                "Two windows are no trend. They are compared as if different students had answered, which makes the intervals wider than they need be.",
            ),
        };
        figures.push((name.clone(), intervals(&Frame::points(name), &input)?));
    }
    Ok(figures)
}
