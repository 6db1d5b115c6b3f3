//! Worked examples by hand, and a queue of children that is simulated day by day.

use proptest::prelude::*;

use super::{BaseRate, Basis, Group, Proposal, SchoolDay, base_rate, for_one_child, plan, stagger, whole};
use crate::model::Day;

fn group(name: &str, children: u64, share: f64) -> Group {
    Group { name: name.to_owned(), children, expected: children as f64 * share }
}

/// So many school days from Monday 2 March 2026 on, with so many talks each.
fn calendar(days: usize, talks: f64) -> Vec<SchoolDay> {
    let first: Day = "2026-03-02".parse().unwrap();
    (0..)
        .map(|n| first.plus_days(n))
        .filter(|day| !day.is_weekend())
        .take(days)
        .map(|day| SchoolDay { day, talks })
        .collect()
}

#[test]
fn expected_positives_are_the_cohort_times_the_base_rate_55() {
    // Racine et al. 2021: 25.2 % of 80,879; the parents of 80,680 outpatients: 11.6 % on the PSC-17.
    assert_eq!(whole(80_879.0 * 0.252), 20_382);
    assert_eq!(whole(80_680.0 * 0.116), 9_359);
    // The ratio that the American School Counselor Association recommends, 250 children for each counselor: 63 first
    // talks. Four a day, ten school days and ten more until the last is due are 80.
    let classes: Vec<Group> = (1..=10).map(|n| group(&format!("{n}"), 25, 0.252)).collect();
    let plan = plan(&classes, &calendar(140, 4.0), 10, 10);
    assert_eq!((plan.children, whole(plan.expected), plan.talks), (250, 63, 80.0));
    assert_eq!(plan.until.unwrap().to_string(), "2026-03-27");
    assert!(plan.is_enough());
}

#[test]
fn one_counselor_for_480_children_is_too_few_and_the_plan_says_by_how_many_law_01() {
    let classes: Vec<Group> = (1..=16).map(|n| group(&format!("{n}"), 30, 0.252)).collect();
    let plan = plan(&classes, &calendar(140, 4.0), 10, 10);
    // 480 × 0.252 = 120.96 against 20 school days × 4.
    assert_eq!((whole(plan.expected), plan.talks, plan.missing()), (121, 80.0, 41));
    let Proposal::Longer { waves } = &plan.proposal else { panic!("{:?}", plan.proposal) };
    assert_eq!(waves.iter().map(|w| w.children).sum::<u64>(), 480, "with more days everybody has a place");
    assert!(waves.last().unwrap().day > "2026-03-13".parse().unwrap());
    assert!(!plan.is_enough());
    // A second counselor is enough.
    assert!(super::plan(&classes, &calendar(140, 8.0), 10, 10).is_enough());
}

#[test]
fn dates_are_staggered_with_the_shortest_wait_that_fits_law_01() {
    // Four classes of 20 at 20 %: 4 positives each, 4 talks a day.
    let classes: Vec<Group> = ["5A", "5B", "6A", "6B"].iter().map(|name| group(name, 20, 0.2)).collect();
    let days = |proposal: &Proposal| -> Vec<(String, Vec<String>)> {
        proposal.waves().iter().map(|w| (w.day.to_string(), w.groups.clone())).collect()
    };
    let four = stagger(&classes, &calendar(30, 4.0), 4, 10);
    let one = |day: &str, class: &str| (day.to_owned(), vec![class.to_owned()]);
    assert_eq!(
        days(&four),
        [one("2026-03-02", "5A"), one("2026-03-03", "5B"), one("2026-03-04", "6A"), one("2026-03-05", "6B")]
    );
    assert!(matches!(four, Proposal::Within { wait: 0, .. }), "everybody is seen on the day");
    // In two days somebody waits: the second class of a day until the next one, and the fourth for two days more.
    let two = stagger(&classes, &calendar(30, 4.0), 2, 10);
    assert!(matches!(two, Proposal::Within { wait: 2, .. }), "{two:?}");
    assert_eq!(two.waves().iter().map(|w| w.groups.len()).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(two.waves()[1].seen_by.to_string(), "2026-03-05");
    // Where all are due on the same day, two days are too few.
    assert!(matches!(stagger(&classes, &calendar(30, 4.0), 2, 0), Proposal::Longer { .. }));
    // A class that no counselor could ever see in time has no date.
    assert_eq!(stagger(&[group("7", 100, 0.2)], &calendar(30, 4.0), 4, 2), Proposal::None);
    assert_eq!(stagger(&classes, &calendar(30, 0.0), 4, 10), Proposal::None);
}

#[test]
fn a_school_that_screens_for_nothing_needs_nobody_and_a_window_without_days_has_no_room() {
    let calm = plan(&[group("1A", 20, 0.0)], &calendar(30, 0.0), 3, 10);
    assert!(calm.is_enough() && calm.missing() == 0);
    let none = plan(&[group("1A", 20, 0.2)], &calendar(30, 4.0), 0, 10);
    assert_eq!((none.talks, none.until, none.is_enough()), (0.0, None, false));
    assert!(plan(&[], &[], 5, 10).expected == 0.0);
}

#[test]
fn the_district_s_own_share_counts_once_there_is_enough_of_it_and_gives_no_small_count_away_55() {
    let settings = BaseRate { share: 0.252, basis: Basis::Settings };
    assert_eq!(base_rate(30, 99, 100, 11, 0.252), settings);
    assert_eq!(base_rate(30, 100, 100, 11, 0.252), BaseRate { share: 0.3, basis: Basis::Own(100) });
    // None and ten look the same.
    assert_eq!(base_rate(0, 100, 100, 11, 0.252), base_rate(10, 100, 100, 11, 0.252));
    assert_eq!(base_rate(10, 100, 100, 11, 0.252).share, 0.11);
    assert_eq!(
        base_rate(2, 5, 1, 11, 0.252),
        settings,
        "fewer screens than the smallest count are no history"
    );
}

#[test]
fn a_child_that_answers_several_instruments_is_at_most_one_child() {
    assert_eq!(for_one_child([0.25, 0.2].into_iter()), 0.45);
    assert_eq!(for_one_child([0.6, 0.7].into_iter()), 1.0);
}

proptest! {
    /// Children come in the order of the waves and are seen first come, first served: nobody waits longer than is said.
    #[test]
    fn of_every_proposal_nobody_waits_longer_than_it_says_law_02(
        classes in prop::collection::vec((1u64..40, 0.0f64..0.6), 0..25),
        talks in prop::collection::vec(0.0f64..12.0, 1..60),
        days in 0usize..40,
        clock in 0usize..12,
    ) {
        let groups: Vec<Group> = classes.iter().enumerate().map(|(n, (c, s))| group(&n.to_string(), *c, *s)).collect();
        let calendar: Vec<SchoolDay> =
            calendar(talks.len(), 0.0).iter().zip(&talks).map(|(d, talks)| SchoolDay { talks: *talks, ..*d }).collect();
        let days = days.min(calendar.len());
        let proposal = stagger(&groups, &calendar, days, clock);
        let (waves, most, last) = match &proposal {
            Proposal::Within { wait, waves } => (waves, *wait, days),
            Proposal::Longer { waves } => (waves, clock, calendar.len()),
            Proposal::None => return Ok(()),
        };
        let placed: Vec<String> = waves.iter().flat_map(|w| w.groups.clone()).collect();
        prop_assert_eq!(placed, groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>(), "each class once, in order");
        // Who has come and who has been seen, summed up to each day.
        let (mut queue, mut come) = (0.0, vec![0.0; calendar.len()]);
        let mut seen = vec![0.0; calendar.len()];
        for (at, day) in calendar.iter().enumerate() {
            let today: f64 = waves.iter().filter(|w| w.day == day.day).map(|w| w.expected).sum();
            prop_assert!(today == 0.0 || at < last);
            queue += today;
            let talked = f64::min(queue, day.talks);
            queue -= talked;
            come[at] = today + at.checked_sub(1).map_or(0.0, |before| come[before]);
            seen[at] = talked + at.checked_sub(1).map_or(0.0, |before| seen[before]);
        }
        for (at, come) in come.iter().enumerate() {
            let due = (at + most).min(calendar.len() - 1);
            prop_assert!(seen[due] + 1e-6 >= *come, "day {}: {} came, {} seen by day {}", at, come, seen[due], due);
        }
    }
}
