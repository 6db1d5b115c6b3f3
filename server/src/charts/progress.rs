//! What became of referrals: closed, in time, overdue, in the whole district; and how many are open for each counselor.

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally};
use super::referral_funnel::{CLOSED, NAME as FUNNEL, REACHED, REFERRED};
use super::view::{Figures, View, cell, share};
use super::{Chart, DISTRICT};
use crate::draw::{Count, CountBars, Frame, FunnelStep, Share, count_bars, text};
use crate::suppression::{CellKey, Exposure, Split, TableError};

const NAME: &str = "progress";
const CLOSED_ALONE: &str = "closed without contact";
const IN_TIME: &str = "open, in time";
const OVERDUE: &str = "open, overdue";
const OPEN: &str = "open";
const OPEN_UNREACHED: &str = "open, not reached";

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    for referral in &facts.referrals {
        let item = match (referral.closed_at, referral.reached_at) {
            (Some(_), Some(_)) => CLOSED,
            (Some(_), None) => CLOSED_ALONE,
            (None, _) if referral.due_at < facts.now => OVERDUE,
            (None, _) => IN_TIME,
        };
        tally.add("", DISTRICT, item, 1);
        if referral.closed_at.is_none() && referral.reached_at.is_none() {
            tally.add("", DISTRICT, OPEN_UNREACHED, 1);
        }
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    let funnel = |item: &str| CellKey::new(DISTRICT, cell(FUNNEL, "", item));
    let find = |adding: &Adding<'_>, key: CellKey| adding.tables.find(&key);
    let (Some(referred), Some(closed), Some(reached)) =
        (find(adding, funnel(REFERRED)), find(adding, funnel(CLOSED)), find(adding, funnel(REACHED)))
    else {
        return Ok(());
    };
    let n = |adding: &Adding<'_>, item: &str| adding.tally.get("", DISTRICT, item);
    let (alone, in_time, overdue) = (n(adding, CLOSED_ALONE), n(adding, IN_TIME), n(adding, OVERDUE));
    let alone = adding.cell(DISTRICT, "", CLOSED_ALONE, alone)?;
    let all_open = adding.cell(DISTRICT, "", OPEN, in_time + overdue)?;
    let parts = [adding.cell(DISTRICT, "", IN_TIME, in_time)?, adding.cell(DISTRICT, "", OVERDUE, overdue)?];
    adding.tables.relation(all_open, &parts, Split::Groups)?;
    adding.tables.relation(referred, &[closed, alone, all_open], Split::Groups)?;
    // The steps of the funnel count the same children another way: who was reached is closed or still open.
    let unreached = n(adding, OPEN_UNREACHED);
    let open_reached = adding.tables.count(reached) - adding.tables.count(closed);
    let half = |item: &str| CellKey::new(DISTRICT, cell(NAME, "", item));
    let reached_open = adding.tables.cell(half("open, reached"), open_reached, Exposure::Implied)?;
    let unreached = adding.tables.cell(half(OPEN_UNREACHED), unreached, Exposure::Implied)?;
    adding.tables.relation(reached, &[closed, reached_open], Split::Steps)?;
    adding.tables.relation(all_open, &[reached_open, unreached], Split::Groups)
}

fn draw(view: &View<'_>) -> Figures {
    let Some(referred) = view.count_in(FUNNEL, DISTRICT, "", REFERRED) else { return Ok(Vec::new()) };
    let of_referred = |chart: &'static str, item: &str, label: &str| FunnelStep {
        label: label.to_owned(),
        count: view.count_in(chart, DISTRICT, "", item).map_or(Count::Hidden, Count::Shown),
        share: share(view.percentage_of(DISTRICT, (chart, "", item), (FUNNEL, "", REFERRED))),
    };
    let rows = vec![
        FunnelStep { label: "Referred".to_owned(), count: Count::Shown(referred), share: None },
        of_referred(FUNNEL, CLOSED, "Closed after contact"),
        of_referred(NAME, CLOSED_ALONE, "Closed without contact"),
        of_referred(NAME, IN_TIME, "Open, in time"),
        of_referred(NAME, OVERDUE, "Open, overdue"),
    ];
    let title = match rows[4].share {
        Some(share) => format!("{} of referrals are overdue", share.text()),
        None => "What became of the referrals".to_owned(),
    };
    let input = CountBars {
        title,
        summary: String::new(),
        names: ("State".to_owned(), "Referrals".to_owned()),
        rows,
        more: Vec::new(),
        about: view.about(
            "Referrals of this window by state when the release was built, % of referred",
            "Overdue: the time that the clinical settings give for the next step was over.",
        ),
    };
    let name = view.name("", "");
    let mut figures = vec![(name.clone(), count_bars(&Frame::points(name), &input)?)];
    figures.extend(caseload(view)?);
    Ok(figures)
}

/// Open referrals for each counselor. How many counselors there are is no secret.
fn caseload(view: &View<'_>) -> Figures {
    let counselors = view.release.counselors;
    let Some(open) = view.count(DISTRICT, "", OPEN).filter(|_| counselors > 0) else { return Ok(Vec::new()) };
    let each = open as f64 / counselors as f64;
    let each = if each < 10.0 { text::number(each) } else { text::count(each.round() as u64) };
    let bar = |item: &str, label: &str| FunnelStep {
        label: label.to_owned(),
        count: view.count(DISTRICT, "", item).map_or(Count::Hidden, Count::Shown),
        share: share(view.percentage_of(DISTRICT, (NAME, "", item), (NAME, "", OPEN)))
            .filter(|s| matches!(s, Share::Percent(_))),
    };
    let input = CountBars {
        title: format!("A counselor has about {each} open referrals"),
        summary: String::new(),
        names: ("State".to_owned(), "Referrals".to_owned()),
        rows: vec![
            FunnelStep { label: "Open".to_owned(), count: Count::Shown(open), share: None },
            bar(IN_TIME, "In time"),
            bar(OVERDUE, "Overdue"),
        ],
        more: vec![
            ("Counselors of the district".to_owned(), format!("{} people", text::count(counselors))),
            ("Open referrals for each".to_owned(), format!("about {each}")),
        ],
        about: view.about(
            "Open referrals of this window for each counselor of the district",
            "Referrals of other windows, groups and advice are work too and are not in it. Schools differ.",
        ),
    };
    Ok(vec![("caseload".to_owned(), count_bars(&Frame::points("caseload"), &input)?)])
}
