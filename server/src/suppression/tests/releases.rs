//! Two releases of one window, and the child between them.
//!
//! `FIRSTLIGHT_ONE_CHILD_TRIALS` sets how many single-child changes are tried (40 without it; the release run 20,000).

use super::super::*;
use super::districts::{Dice, hierarchy};

const ITEMS: [&str; 4] = ["none", "mild", "moderate", "severe"];

/// Schools with their counts by band.
fn counts(dice: &mut Dice) -> Vec<(String, Vec<u64>)> {
    let schools = dice.between(3, 9);
    (0..schools)
        .map(|s| {
            let pupils = dice.between(20, 160);
            (format!("S{s}"), dice.spread(pupils, &[55, 25, 13, 7]))
        })
        .collect()
}

fn tables(counts: &[(String, Vec<u64>)]) -> Tables {
    hierarchy(&ITEMS, counts.iter().map(|(s, c)| (s.as_str(), Some("district"), c.clone())).collect())
}

/// Cells that both releases show and whose difference is small.
fn visible_changes(before: &Protected, after: &Protected) -> usize {
    let (before, after) = (before.published(), after.published());
    let small = |cell: &&PublishedCell| match (before.cell(&cell.key), cell.cell) {
        (Some(Cell::Shown(old)), Cell::Shown(new)) => (1..11).contains(&old.abs_diff(new)),
        _ => false,
    };
    after.cells.iter().filter(small).count()
}

#[test]
fn prv_04_one_child_between_two_releases_changes_no_number_that_both_show() {
    let trials = std::env::var("FIRSTLIGHT_ONE_CHILD_TRIALS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let (mut seen, mut seen_without) = (0, 0);
    for seed in 0..trials {
        let dice = &mut Dice(seed);
        let mut pupils = counts(dice);
        let earlier = tables(&pupils);
        let first = protect(&earlier, &Policy::default()).expect("protectable");
        let school = dice.next() as usize % pupils.len();
        let band = dice.next() as usize % ITEMS.len();
        pupils[school].1[band] += 1;
        let unlinked = tables(&pupils);
        let mut now = tables(&pupils);
        now.link_earlier(&earlier, &first.pattern()).expect("the pattern is of those tables");
        let second = protect(&now, &Policy::default()).expect("protectable");
        seen += visible_changes(&first, &second);
        let without = protect(&unlinked, &Policy::default()).expect("protectable");
        seen_without += usize::from(visible_changes(&first, &without) > 0);
    }
    println!("{trials} single-child changes: {seen} visible; without the link visible in {seen_without}");
    assert_eq!(seen, 0);
    assert!(seen_without > trials as usize / 2, "the attack works where releases are not linked");
}

#[test]
fn prv_04_what_an_earlier_release_hid_does_not_come_out_of_the_next() {
    for seed in 0..30 {
        let dice = &mut Dice(1000 + seed);
        let mut pupils = counts(dice);
        let earlier = tables(&pupils);
        let first = protect(&earlier, &Policy::default()).expect("protectable");
        for (_, counts) in &mut pupils {
            let more = dice.between(0, 60);
            counts.iter_mut().zip(dice.spread(more, &[55, 25, 13, 7])).for_each(|(c, m)| *c += m);
        }
        let mut now = tables(&pupils);
        now.link_earlier(&earlier, &first.pattern()).expect("the pattern is of those tables");
        let second = protect(&now, &Policy::default()).expect("protectable");
        assert_eq!(visible_changes(&first, &second), 0, "seed {seed}");
        let bounds =
            audit(&now, &second.pattern(), &Policy::default()).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert!(bounds.iter().flatten().count() > 0);
        // Only the new release is printed.
        assert!(second.published().cells.iter().all(|c| !c.key.group.contains("release")));
    }
}

#[test]
fn a_pattern_of_other_tables_is_refused() {
    let earlier = tables(&counts(&mut Dice(1)));
    let wrong = tables(&counts(&mut Dice(2))).link_earlier(&earlier, &[true]);
    assert!(matches!(wrong, Err(TableError::PatternLength { pattern: 1, .. })));
}
