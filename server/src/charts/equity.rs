//! Is it fair: gaps between groups of the whole district, with Newcombe's interval (D-09).

use questionnaires::prevalence::{newcombe_difference, z_for};

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally, whole};
use super::positive_screens::{NAME as SCREENS, NEGATIVE, POSITIVE, VALID};
use super::view::{CONFIDENCE, Figures, View, cell, title_of};
use super::{Chart, DISTRICT};
use crate::draw::{
    Comparison, Estimate, Frame, Intervals, Reach, ReachRow, Share, Table, hidden_row, intervals,
    points_axis, text, words,
};
use crate::model::people::Sex;
use crate::suppression::{CellKey, Split, TableError};

const NAME: &str = "equity";
/// Along what groups are compared.
const DIMENSIONS: [&str; 3] = ["sex", "language", "stage"];
/// A group with fewer screens is put together with another: alone it would hide a second one beside it.
const SMALL_GROUP: u64 = 33;
const NO_CLEAR: &str = "no clear difference found";

pub(super) const CHART: Chart = Chart { name: NAME, count, finish, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    for like in &facts.screens {
        let item = if like.positive == 1 { POSITIVE } else { NEGATIVE };
        let sex = match like.sex {
            Sex::Female => "Girls",
            Sex::Male => "Boys",
            Sex::Other | Sex::Unknown => "Other or not recorded",
        };
        let stage = match like.grade {
            ..=5 => "Grades up to 5",
            6..=8 => "Grades 6 to 8",
            _ => "Grades 9 and up",
        };
        let language = format!("language: {}", like.language);
        for group in [format!("sex: {sex}"), language, format!("stage: {stage}")] {
            tally.add(&like.instrument, &group, item, whole(like.n));
        }
    }
}

/// Languages become the most common one and all others; small groups are put together.
fn finish(tally: &mut Tally) {
    for instrument in tally.series() {
        let size = |tally: &Tally, group: &str| {
            tally.get(&instrument, group, POSITIVE) + tally.get(&instrument, group, NEGATIVE)
        };
        let of = |tally: &Tally, dimension: &str| -> Vec<String> {
            let prefix = format!("{dimension}: ");
            let groups = tally.groups(&instrument);
            let mut found: Vec<String> = groups.into_iter().filter(|g| g.starts_with(&prefix)).collect();
            found.sort_by_key(|group| std::cmp::Reverse(size(tally, group)));
            found
        };
        for other in of(tally, "language").into_iter().skip(1) {
            tally.merge(&instrument, &other, "language: other languages");
        }
        for dimension in DIMENSIONS {
            loop {
                let groups = of(tally, dimension);
                let (Some(smallest), true) = (groups.last(), groups.len() > 1) else { break };
                if size(tally, smallest) >= SMALL_GROUP {
                    break;
                }
                let into = &groups[groups.len() - 2];
                let together = format!("{into} and others");
                let together = if into.ends_with(" and others") { into.clone() } else { together };
                let (smallest, into) = (smallest.clone(), into.clone());
                tally.merge(&instrument, &into, &together);
                tally.merge(&instrument, &smallest, &together);
            }
        }
    }
}

fn groups<'a>(all: &'a [String], dimension: &str) -> Vec<&'a String> {
    let prefix = format!("{dimension}: ");
    let found: Vec<&String> = all.iter().filter(|group| group.starts_with(&prefix)).collect();
    // One group alone is the district itself.
    if found.len() > 1 { found } else { Vec::new() }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    // The same cells as those of the schools: what both share is protected together.
    adding.chart = SCREENS;
    for instrument in adding.tally.series() {
        let all = adding.tally.groups(&instrument);
        for dimension in DIMENSIONS {
            let groups = groups(&all, dimension);
            for group in &groups {
                let counts = [POSITIVE, NEGATIVE].map(|i| (i, adding.tally.get(&instrument, group, i)));
                adding.kinds(group, &instrument, &counts, VALID)?;
            }
            for item in [POSITIVE, NEGATIVE, VALID] {
                let name = cell(SCREENS, &instrument, item);
                let parts: Vec<_> = groups
                    .iter()
                    .filter_map(|g| adding.tables.find(&CellKey::new(g.as_str(), &name)))
                    .collect();
                if let Some(total) =
                    adding.tables.find(&CellKey::new(DISTRICT, &name)).filter(|_| !parts.is_empty())
                {
                    adding.tables.relation(total, &parts, Split::Groups)?;
                }
            }
        }
    }
    Ok(())
}

/// The words of a group.
fn label(group: &str) -> String {
    let name = group.split_once(": ").map_or(group, |(_, name)| name);
    match group.strip_prefix("language: ") {
        Some("other languages") => "Other languages".to_owned(),
        Some(code) => format!("Language {code}"),
        None => name.to_owned(),
    }
}

fn draw(view: &View<'_>) -> Figures {
    let mut figures = Vec::new();
    for instrument in &view.series {
        let all = view.groups(instrument);
        let mut rows = Vec::new();
        let mut table = Vec::new();
        let mut clear = Vec::new();
        for dimension in DIMENSIONS {
            let mut groups = groups(&all, dimension);
            let size = |g: &str| view.count_in(SCREENS, g, instrument, VALID).unwrap_or(0);
            // Against the boys where sexes are compared, else against the largest group.
            groups.sort_by_key(|g| (!g.starts_with("sex: Boys"), std::cmp::Reverse(size(g)), g.as_str()));
            let Some((reference, others)) = groups.split_first() else { continue };
            for other in others {
                let name = format!("{} – {}", label(other), label(reference).to_lowercase());
                let estimates =
                    [*other, *reference].map(|g| view.estimate_in(SCREENS, g, instrument, POSITIVE, VALID));
                let reach = gap(estimates[0], estimates[1], NO_CLEAR, ["likely higher", "likely lower"]);
                if let Ok(Reach {
                    verdict: Some((words, Comparison::LikelyHigher | Comparison::LikelyLower)),
                    ..
                }) = &reach
                {
                    clear.push(format!("{}: {words}", name));
                }
                table.push(row(&name, estimates, &reach));
                rows.push(ReachRow { label: name, reach });
            }
        }
        if rows.is_empty() {
            continue;
        }
        let title = match clear.len() {
            0 => format!("No clear gap between groups on {}", title_of(instrument)),
            1 => format!("One clear gap between groups on {}", title_of(instrument)),
            n => format!("{} clear gaps between groups on {}", words::spelled(n), title_of(instrument)),
        };
        let summary = if clear.is_empty() {
            format!("In none of {} comparisons does the interval exclude no difference.", rows.len())
        } else {
            format!("{}.", clear.join("; "))
        };
        let measure = format!(
            "Difference in the share of positive screens on {}, percentage points, 95% Newcombe intervals",
            title_of(instrument)
        );
        let (axis, ticks) = points_axis(&rows);
        let name = view.name(instrument, "");
        let input = Intervals {
            title,
            summary,
            table: Table { caption: measure.clone(), headers: headers("First group", "Second group"), rows: table },
            rows,
            axis,
            ticks,
            line: (0.0, "No difference".to_owned()),
            n: view.count_in(SCREENS, DISTRICT, instrument, VALID),
            about: view.about(
                measure,
                format!("A gap can come from who answered, from how the instrument works in a group, or from need. {}", words::NOT_A_DIAGNOSIS),
            ),
        };
        figures.push((name.clone(), intervals(&Frame::points(name), &input)?));
    }
    Ok(figures)
}

/// The columns of a table of differences.
pub(super) fn headers(first: &str, second: &str) -> Vec<String> {
    ["Comparison", first, second, "Difference, points", "95% interval", "In words"]
        .map(str::to_owned)
        .to_vec()
}

/// One row of a table of differences.
pub(super) fn row(
    name: &str,
    [first, second]: [Option<Estimate>; 2],
    reach: &Result<Reach, String>,
) -> Vec<String> {
    let side = |e: Option<Estimate>| {
        e.map_or_else(hidden_row, |e| format!("{} of {}", e.share.text(), text::count(e.n)))
    };
    let mut cells = vec![name.to_owned(), side(first), side(second)];
    match reach {
        Ok(reach) => cells.extend([
            text::signed(reach.value),
            format!("{} to {}", text::signed(reach.interval.0), text::signed(reach.interval.1)),
            reach.verdict.as_ref().map(|(words, _)| words.clone()).unwrap_or_default(),
        ]),
        Err(why) => cells.extend([why.clone(), String::new(), String::new()]),
    }
    cells
}

/// The difference of two published shares in percentage points. A share that is coded at an end is not compared: the
/// difference would give it back.
pub(super) fn gap(
    first: Option<Estimate>,
    second: Option<Estimate>,
    no_clear: &str,
    [higher, lower]: [&str; 2],
) -> Result<Reach, String> {
    let (Some(first), Some(second)) = (first, second) else { return Err(hidden_row()) };
    let (Share::Percent(_), Share::Percent(_), Some(a), Some(b)) =
        (first.share, second.share, first.count, second.count)
    else {
        return Err("A share near none or all is not compared".to_owned());
    };
    let found = z_for(CONFIDENCE).and_then(|z| newcombe_difference(a, first.n, b, second.n, z));
    let Some(found) = found else { return Err(hidden_row()) };
    let points = |x: f64| (x * 1000.0).round() / 10.0;
    let (value, low, high) = (points(found.estimate), points(found.low), points(found.high));
    let verdict = if low > 0.0 {
        (higher.to_owned(), Comparison::LikelyHigher)
    } else if high < 0.0 {
        (lower.to_owned(), Comparison::LikelyLower)
    } else {
        (no_clear.to_owned(), Comparison::Similar)
    };
    Ok(Reach {
        value,
        interval: (low, high),
        text: format!("{} ({} to {})", text::signed(value), text::signed(low), text::signed(high)),
        verdict: Some(verdict),
    })
}

#[cfg(test)]
mod tests {
    use super::{finish, gap};
    use crate::charts::facts::Tally;
    use crate::draw::{Comparison, Estimate, Share};

    fn estimate(count: u64, n: u64) -> Option<Estimate> {
        let share = Share::Percent(count as f64 / n as f64 * 100.0);
        Some(Estimate { count: Some(count), n, share, interval: None })
    }

    #[test]
    fn a_gap_is_newcombes_and_says_so_when_it_may_be_none_d_09() {
        // Newcombe 1998: 56/70 − 48/80 = 0.2, 0.0524 to 0.3339.
        let found = gap(estimate(56, 70), estimate(48, 80), "none", ["up", "down"]).expect("shown");
        assert_eq!((found.value, found.interval), (20.0, (5.2, 33.4)));
        assert_eq!(found.verdict, Some(("up".to_owned(), Comparison::LikelyHigher)));
        let found = gap(estimate(20, 100), estimate(22, 100), "none", ["up", "down"]).expect("shown");
        assert_eq!(found.verdict, Some(("none".to_owned(), Comparison::Similar)));
        assert!(gap(None, estimate(1, 2), "none", ["up", "down"]).is_err());
        let coded = Estimate { count: None, n: 100, share: Share::AtMost(5.0), interval: None };
        assert!(
            gap(Some(coded), estimate(22, 100), "none", ["up", "down"]).is_err(),
            "would give the coded share back"
        );
    }

    #[test]
    fn small_groups_are_put_together_so_that_no_second_one_is_hidden_beside_them() {
        let mut tally = Tally::default();
        for (group, n) in [
            ("sex: Girls", 400),
            ("sex: Boys", 390),
            ("sex: Other or not recorded", 4),
            ("language: en", 700),
            ("language: es", 60),
            ("language: so", 34),
        ] {
            tally.add("x", group, "positive", n / 4);
            tally.add("x", group, "negative", n - n / 4);
        }
        finish(&mut tally);
        assert_eq!(
            tally.groups("x"),
            ["language: en", "language: other languages", "sex: Boys and others", "sex: Girls"]
        );
        assert_eq!(tally.get("x", "sex: Boys and others", "negative"), 293 + 3);
        assert_eq!(tally.get("x", "language: other languages", "positive"), 15 + 8);
    }
}
