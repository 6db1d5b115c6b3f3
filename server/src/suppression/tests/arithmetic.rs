//! The linear programs against every table that there is.

use proptest::prelude::*;

use super::super::*;
use super::districts::hierarchy;

/// Every way to fill the unknown cells with 0..=limit so that all relations hold: least and greatest value of each.
fn brute(tables: &Tables, hidden: &[bool], limit: u64) -> Vec<Option<(u64, u64)>> {
    let cells: Vec<usize> = (0..hidden.len()).filter(|c| hidden[*c]).collect();
    let mut values: Vec<u64> = tables.cells.iter().map(|c| c.count).collect();
    let mut out = vec![None; hidden.len()];
    fill(tables, &cells, &mut values, limit, hidden, &mut out);
    out
}

fn fill(
    tables: &Tables,
    open: &[usize],
    values: &mut [u64],
    limit: u64,
    hidden: &[bool],
    out: &mut [Option<(u64, u64)>],
) {
    let Some((&cell, rest)) = open.split_first() else {
        let holds = tables
            .relations
            .iter()
            .all(|r| r.parts.iter().map(|p| values[*p]).sum::<u64>() == values[r.total]);
        if holds {
            for c in (0..hidden.len()).filter(|c| hidden[*c]) {
                let (low, high) = out[c].unwrap_or((values[c], values[c]));
                out[c] = Some((low.min(values[c]), high.max(values[c])));
            }
        }
        return;
    };
    let truth = values[cell];
    for value in 0..=limit {
        values[cell] = value;
        fill(tables, rest, values, limit, hidden, out);
    }
    values[cell] = truth;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn prv_03_the_bounds_of_two_dimensional_tables_are_those_of_every_whole_numbered_table(
        counts in proptest::collection::vec(0u64..4, 6),
        // The district's own row, the last three cells, stays known: without it nothing bounds the rest.
        hide in proptest::collection::vec(0usize..9, 2..6),
    ) {
        let tables = hierarchy(&["a", "b"], vec![
            ("A", Some("district"), counts[0..2].to_vec()),
            ("B", Some("district"), counts[2..4].to_vec()),
            ("C", Some("district"), counts[4..6].to_vec()),
        ]);
        let mut hidden = vec![false; tables.len()];
        hide.iter().for_each(|c| hidden[*c] = true);
        // Every unknown count is at most the district's 18, unless nothing bounds it.
        let expected = brute(&tables, &hidden, 18);
        let bounds = intervals(&tables, &hidden).expect("the pattern fits");
        for cell in 0..hidden.len() {
            let Some((low, high)) = expected[cell] else { prop_assert!(bounds[cell].is_none()); continue };
            let interval = bounds[cell].expect("hidden");
            prop_assert_eq!(interval.low, low);
            // Brute force stops at 18; a bound above that is out of its reach.
            prop_assert_eq!(interval.high.map_or(18, |h| h.min(18)), high);
        }
    }
}

#[test]
fn prv_03_a_cell_without_any_total_is_unbounded() {
    let mut tables = Tables::new();
    let a = tables.cell(CellKey::new("A", "x"), 3, Exposure::Published).expect("fresh");
    let b = tables.cell(CellKey::new("B", "x"), 4, Exposure::Published).expect("fresh");
    let all = tables.cell(CellKey::new("all", "x"), 7, Exposure::Published).expect("fresh");
    tables.relation(all, &[a, b], Split::Groups).expect("adds up");
    let bounds = intervals(&tables, &[true, true, true]).expect("fits");
    assert_eq!(bounds[2], Some(Interval { low: 0, high: None }));
    assert_eq!(bounds[2].map(|i| i.width()), Some(u64::MAX));
    assert!(matches!(intervals(&tables, &[true]), Err(AuditFailure::WrongPattern { pattern: 1, tables: 3 })));
}

#[test]
fn prv_03_three_dimensions_are_bounded_exactly_where_fractions_would_mislead() {
    // Group × sex × band with all two-way margins known: no network, so vertices may be fractions.
    let mut tables = Tables::new();
    let mut cells = std::collections::BTreeMap::new();
    for g in 0..3u64 {
        for s in 0..3u64 {
            for b in 0..3u64 {
                let count = (g * 5 + s * 3 + b * 7) % 4;
                let id = tables
                    .cell(CellKey::new(format!("{g}{s}"), format!("{b}")), count, Exposure::Published)
                    .expect("fresh");
                cells.insert((g, s, b), id);
            }
        }
    }
    for (name, pick) in [("g", 0), ("s", 1), ("b", 2)] {
        for x in 0..3u64 {
            for y in 0..3u64 {
                let line: Vec<CellId> = (0..3u64)
                    .map(|z| match pick {
                        0 => cells[&(z, x, y)],
                        1 => cells[&(x, z, y)],
                        _ => cells[&(x, y, z)],
                    })
                    .collect();
                let sum = line.iter().map(|id| tables.count(*id)).sum();
                let total = tables
                    .cell(CellKey::new(format!("{name}{x}"), format!("{y}")), sum, Exposure::Public)
                    .expect("fresh");
                tables.relation(total, &line, Split::Bound).expect("adds up");
            }
        }
    }
    let hidden: Vec<bool> = (0..tables.len()).map(|c| c < 27).collect();
    let bounds = intervals(&tables, &hidden).expect("fits");
    for (cell, bound) in bounds.iter().enumerate().take(27) {
        let interval = bound.expect("hidden");
        let truth = tables.count(CellId(cell));
        assert!(interval.low <= truth && interval.high.is_some_and(|h| h >= truth));
    }
}
