//! The figures of a release on random districts: each printed number against a second computation from single children,
//! and every attack of the suppression's harness on the cells of a whole release.

use std::collections::BTreeMap;

use questionnaires::response::{Answer, Answers};
use questionnaires::validity::Limits;
use uuid::Uuid;

use super::compute::{Computed, Counted, Wanted, finished, policy};
use super::facts::{CohortFact, FormFact, OutsideFact, ReferralFact, SchoolFacts, ScreenFact};
use crate::draw::words::TOO_FEW;
use crate::model::outside::{OutsideState, System};
use crate::model::people::Sex;
use crate::model::{Instant, SchoolId, WindowId};
use crate::suppression::tests::attack::{Losses, attack, districts, naive};
use crate::suppression::tests::districts::Dice;
use crate::suppression::{Cell, CellKey, protect};

const HOUR: i64 = 3_600_000;
const NOW: i64 = 1_800_000_000_000;

/// A child as it is: what a release is made of, before anything is counted.
#[derive(Clone, Debug)]
struct Child {
    school: usize,
    sex: Sex,
    language: &'static str,
    grade: i64,
    allowed: bool,
    /// How far it came: 0 not started, 1 started, 2 handed in, 3 valid.
    came: u8,
    /// Instrument, band and decision.
    screen: Option<(&'static str, &'static str, bool)>,
    referral: Option<Referral>,
}

#[derive(Clone, Debug)]
struct Referral {
    acknowledged: bool,
    /// Hours until somebody was reached.
    reached: Option<i64>,
    closed: bool,
    overdue: bool,
    outside: Option<(System, OutsideState)>,
}

/// The bands of two shipped instruments, and where their decision begins: for the second within a band.
fn screen(dice: &mut Dice, grade: i64) -> (&'static str, &'static str, bool) {
    let score = (dice.next() % 28).min(dice.next() % 28) as i64;
    let band = ["minimal", "mild", "moderate", "moderately_severe", "severe"][(score / 5).min(4) as usize];
    if grade >= 9 { ("phq9", band, score >= 10) } else { ("phq9_teen", band, score >= 11) }
}

fn children(seed: u64) -> Vec<Child> {
    let dice = &mut Dice(seed);
    let schools = dice.between(2, 7) as usize;
    let mut all = Vec::new();
    for school in 0..schools {
        for _ in 0..dice.between(8, 160) {
            let grade = dice.between(5, 11) as i64;
            let came = [0, 1, 2, 3, 3, 3, 3, 3, 3, 3][dice.next() as usize % 10];
            let screen = (came == 3).then(|| screen(dice, grade));
            let positive = screen.is_some_and(|(.., positive)| positive);
            let referral = (positive && !dice.next().is_multiple_of(8)).then(|| Referral {
                acknowledged: !dice.next().is_multiple_of(5),
                reached: (!dice.next().is_multiple_of(4)).then(|| dice.between(1, 300) as i64),
                closed: dice.next().is_multiple_of(3),
                overdue: dice.next().is_multiple_of(4),
                outside: (dice.next().is_multiple_of(3)).then(|| {
                    (System::ALL[dice.next() as usize % 2], OutsideState::ALL[dice.next() as usize % 7])
                }),
            });
            all.push(Child {
                school,
                sex: [Sex::Female, Sex::Male, Sex::Female, Sex::Male, Sex::Male, Sex::Unknown]
                    [dice.next() as usize % 6],
                language: ["en", "en", "en", "es", "so"][dice.next() as usize % 5],
                grade,
                allowed: !dice.next().is_multiple_of(12),
                came,
                screen,
                referral,
            });
        }
    }
    all
}

fn school_id(school: usize) -> SchoolId {
    SchoolId(Uuid::from_u128(1 + school as u128))
}

/// The same children in the form in which the database gives them.
fn facts(children: &[Child]) -> Counted {
    let schools = 1 + children.iter().map(|c| c.school).max().unwrap_or(0);
    let names = (0..schools).map(|s| (school_id(s).to_string(), format!("School {s}"))).collect();
    let mut counting = Counted::of(names);
    for school in 0..schools {
        let here: Vec<&Child> = children.iter().filter(|c| c.school == school).collect();
        let screens = here.iter().filter(|c| c.allowed).filter_map(|c| {
            let (instrument, band, positive) = c.screen?;
            Some(ScreenFact {
                instrument: instrument.to_owned(),
                band: Some(band.to_owned()),
                positive: i64::from(positive),
                sex: c.sex,
                language: c.language.to_owned(),
                grade: c.grade,
                n: 1,
            })
        });
        let referral = |r: &Referral| ReferralFact {
            opened_at: Instant::from_millis(NOW - 400 * HOUR),
            due_at: Instant::from_millis(if r.overdue { NOW - HOUR } else { NOW + HOUR }),
            acknowledged_at: r.acknowledged.then(|| Instant::from_millis(NOW - 399 * HOUR)),
            reached_at: r.reached.map(|hours| Instant::from_millis(NOW - (400 - hours) * HOUR)),
            closed_at: r.closed.then(|| Instant::from_millis(NOW)),
        };
        counting.take(&SchoolFacts {
            school: school_id(school),
            cohort: here
                .iter()
                .map(|c| CohortFact {
                    allowed: c.allowed.into(),
                    started: (c.came >= 1).into(),
                    finished: (c.came >= 2).into(),
                    valid: (c.came >= 3).into(),
                    n: 1,
                })
                .collect(),
            screens: screens.collect(),
            referrals: here.iter().filter_map(|c| c.referral.as_ref()).map(referral).collect(),
            outside: here
                .iter()
                .filter_map(|c| c.referral.as_ref()?.outside)
                .map(|(system, state)| OutsideFact { system, state, n: 1 })
                .collect(),
            forms: here.iter().filter_map(|c| form(c)).collect(),
            limits: Limits { most_missing: Some(0.2), ..Limits::default() },
            now: Instant::from_millis(NOW),
        });
    }
    counting.done(3)
}

fn form(child: &Child) -> Option<FormFact> {
    let (instrument, ..) = child.screen?;
    let answers: Answers =
        (1..=9).map(|item| (item.to_string(), Answer::Code((child.grade as i32 + item) % 4))).collect();
    Some(FormFact { instrument: instrument.to_owned(), seconds: Some(60.0), answers })
}

fn release(counted: &Counted) -> Computed {
    let wanted = Wanted {
        window: WindowId(Uuid::nil()),
        name: "Spring",
        source: "test",
        earlier: None,
        limits: Limits::default(),
        now: Instant::from_millis(NOW),
    };
    finished(counted, &wanted, &|_| {}).expect("a release")
}

/// A cell's count, one child after the other.
type Recount = fn(&Child) -> bool;

/// Cells of the district with a second way to count them.
fn recounts() -> Vec<(&'static str, Recount)> {
    let plain: Vec<(&'static str, Recount)> = vec![
        ("participation  enrolled", |_| true),
        ("participation  consented", |c| c.allowed),
        ("participation  started", |c| c.allowed && c.came >= 1),
        ("participation  finished", |c| c.allowed && c.came >= 2),
        ("participation  valid", |c| c.allowed && c.came >= 3),
        ("positive_screens phq9 positive", |c| of(c, "phq9") && positive(c)),
        ("positive_screens phq9 negative", |c| of(c, "phq9") && !positive(c)),
        ("positive_screens phq9 valid", |c| of(c, "phq9")),
        ("positive_screens phq9_teen positive", |c| of(c, "phq9_teen") && positive(c)),
        ("severity phq9 mild", |c| of(c, "phq9") && band(c) == "mild"),
        ("severity phq9_teen moderate", |c| of(c, "phq9_teen") && band(c) == "moderate"),
        ("severity phq9_teen severe", |c| of(c, "phq9_teen") && band(c) == "severe"),
        ("referral_funnel  referred", |c| c.referral.is_some()),
        ("referral_funnel  reached", |c| c.referral.as_ref().is_some_and(|r| r.reached.is_some())),
        ("referral_funnel  closed", |c| c.referral.as_ref().is_some_and(|r| r.reached.is_some() && r.closed)),
        ("first_contact  within a day", |c| waited(c).is_some_and(|h| h < 24)),
        ("first_contact  within 3 days", |c| waited(c).is_some_and(|h| (24..72).contains(&h))),
        ("first_contact  later", |c| waited(c).is_some_and(|h| h >= 168)),
        ("first_contact  not yet", |c| c.referral.as_ref().is_some_and(|r| r.reached.is_none())),
        ("progress  open, overdue", |c| c.referral.as_ref().is_some_and(|r| !r.closed && r.overdue)),
        ("progress  open", |c| c.referral.as_ref().is_some_and(|r| !r.closed)),
        ("progress  closed without contact", |c| {
            c.referral.as_ref().is_some_and(|r| r.closed && r.reached.is_none())
        }),
        ("outside_help livelihood sent", |c| outside(c).is_some_and(|(s, _)| s == System::Livelihood)),
        ("outside_help medical seen", |c| {
            outside(c).is_some_and(|(system, state)| {
                system == System::Medical && matches!(state, OutsideState::Attended | OutsideState::Completed)
            })
        }),
    ];
    plain
}

fn of(child: &Child, instrument: &str) -> bool {
    child.allowed && child.screen.is_some_and(|(known, ..)| known == instrument)
}

fn positive(child: &Child) -> bool {
    child.screen.is_some_and(|(.., positive)| positive)
}

fn band(child: &Child) -> &'static str {
    child.screen.map_or("", |(_, band, _)| band)
}

fn waited(child: &Child) -> Option<i64> {
    child.referral.as_ref().and_then(|r| r.reached)
}

fn outside(child: &Child) -> Option<(System, OutsideState)> {
    child.referral.as_ref().and_then(|r| r.outside)
}

/// As a count is printed: to the nearest five, never under fifteen unless none.
fn printed(n: usize) -> u64 {
    let n = n as u64;
    if n == 0 { 0 } else { ((n + 2) / 5 * 5).max(15) }
}

#[test]
fn every_printed_count_is_that_of_the_children_counted_one_by_one_on_random_districts() {
    let (mut shown, mut hidden) = (0, 0);
    for seed in 0..25 {
        let children = children(seed);
        let release = release(&facts(&children));
        for (item, counts) in recounts() {
            let schools: Vec<Option<usize>> =
                match item.starts_with("participation") || item.starts_with("positive") {
                    true => std::iter::once(None).chain((0..7).map(Some)).collect(),
                    false => vec![None],
                };
            for school in schools {
                let group = school.map_or("district".to_owned(), |s| school_id(s).to_string());
                let n = children.iter().filter(|c| school.is_none_or(|s| c.school == s) && counts(c)).count();
                let public = item == "participation  enrolled";
                match release.published.cell(&CellKey::new(group, item)) {
                    Some(Cell::Shown(found)) => {
                        shown += 1;
                        let expected = if public { n as u64 } else { printed(n) };
                        assert_eq!(found, expected, "district {seed}, {school:?}: {item}");
                        assert!(public || !(1..11).contains(&n), "{seed}: {item} is {n} and shown");
                    }
                    Some(Cell::Hidden) => hidden += 1,
                    // Nobody is in it, so no cell was made.
                    None => assert_eq!(n, 0, "district {seed}, {school:?}: {item}"),
                }
            }
        }
    }
    println!("{shown} printed counts equal the second computation, {hidden} are hidden");
    assert!(shown > 500 && hidden > 50);
}

#[test]
fn every_figure_has_its_parts_and_prints_no_count_of_1_to_10_d_10_prv_01() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..12 {
        for (name, figure) in release(&facts(&children(seed))).figures {
            *kinds.entry(name.clone()).or_default() += 1;
            let words = figure.title.split_whitespace().count();
            assert!(words > 0 && !figure.subtitle.is_empty() && !figure.summary.is_empty(), "{name}");
            assert!(words <= 10, "{name}: a title of {words} words: {}", figure.title);
            assert!(figure.svg.contains("<title") && figure.svg_narrow.contains("<desc"), "{name}");
            assert!(!figure.table.caption.is_empty() && !figure.table.rows.is_empty(), "{name}");
            for row in &figure.table.rows {
                assert_eq!(row.len(), figure.table.headers.len(), "{name}: {row:?}");
                for cell in row.iter().skip(1) {
                    let small = cell.parse::<u64>().is_ok_and(|n| (1..=10).contains(&n));
                    assert!(!small, "{name} of district {seed} prints {cell}: {row:?}");
                }
            }
            if figure.svg.contains("too few") || figure.svg.contains(TOO_FEW) {
                let hidden = figure.table.rows.iter().flatten().any(|cell| cell == TOO_FEW);
                assert!(hidden, "{name}: the table says so too");
            }
        }
    }
    for wanted in [
        "participation",
        "need-by-school",
        "severity",
        "first-contact",
        "progress",
        "caseload",
        "referral-funnel",
        "equity-phq9",
        "outside-help",
        "quality",
        "positive-screens-phq9-teen",
    ] {
        assert!(kinds.contains_key(wanted), "{wanted} in {kinds:?}");
    }
}

#[test]
fn a_change_is_read_from_two_releases_and_never_from_the_answers_d_04() {
    let (before, now) = (release(&facts(&children(3))), facts(&children(4)));
    let earlier = ("Autumn".to_owned(), before.published);
    let wanted = Wanted {
        window: WindowId(Uuid::nil()),
        name: "Spring",
        source: "test",
        earlier: Some(&earlier),
        limits: Limits::default(),
        now: Instant::from_millis(NOW),
    };
    let release = finished(&now, &wanted, &|_| {}).expect("a release");
    let (_, change) = release.figures.iter().find(|(name, _)| name == "change-phq9-teen").expect("drawn");
    assert!(change.subtitle.contains("since Autumn"), "{}", change.subtitle);
    let district = &change.table.rows[0];
    let share = |published: &crate::suppression::Published| {
        let count = |item: &str| match published
            .cell(&CellKey::new("district", format!("positive_screens phq9_teen {item}")))
        {
            Some(Cell::Shown(n)) => n as f64,
            other => panic!("{other:?}"),
        };
        count("positive") / count("valid") * 100.0
    };
    let expected = share(&release.published) - share(&earlier.1);
    let found: f64 = district[3].replace('–', "-").replace('+', "").parse().expect("a number");
    assert!((found - expected).abs() < 0.06, "{found} and {expected}");
    assert!(["likely higher", "likely lower", "no clear change"].contains(&district[5].as_str()));
}

#[test]
fn prv_03_no_hidden_cell_of_a_whole_release_of_any_random_district_can_be_computed() {
    let (mut losses, mut without, mut cells) = (Losses::default(), Losses::default(), 0);
    for seed in 0..districts() {
        let tables = facts(&children(10_000 + seed)).tables().expect("adds up");
        let protected = protect(&tables, &policy()).unwrap_or_else(|e| panic!("district {seed}: {e}"));
        cells += tables.len();
        attack(&tables, &protected.pattern(), &mut losses);
        attack(&tables, &naive(&tables), &mut without);
    }
    println!("whole releases of {} districts, {cells} cells: {losses:?}", districts());
    println!("  small cells hidden alone: {without:?}");
    assert!(losses.hidden > 0);
    assert_eq!(
        (losses.by_algebra, losses.by_bounds, losses.narrow, losses.small_differences),
        (0, 0, 0, 0),
        "{losses:?}"
    );
    assert!(without.by_bounds * 5 > without.hidden, "hiding small cells alone fails: {without:?}");
}
