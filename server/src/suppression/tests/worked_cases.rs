//! The worked cases of `instruments/trend_cases.json`, function `suppress_table`: two-dimensional tables with all
//! margins known, classic rule (two hidden cells suffice), intervals by an independent linear program.

use super::super::*;

/// A flat table whose margins are public, as the cases assume.
fn flat(counts: &[[u64; 3]; 3]) -> Tables {
    let mut tables = Tables::new();
    let mut cell = |r: usize, c: usize, exposure| {
        let sum = |rs: std::ops::Range<usize>, cs: std::ops::Range<usize>| {
            rs.flat_map(|r| cs.clone().map(move |c| (r, c))).map(|(r, c)| counts[r][c]).sum()
        };
        let (rs, cs) = (if r == 3 { 0..3 } else { r..r + 1 }, if c == 3 { 0..3 } else { c..c + 1 });
        tables
            .cell(CellKey::new(format!("row {r}"), format!("column {c}")), sum(rs, cs), exposure)
            .expect("fresh cell")
    };
    let inner: Vec<Vec<CellId>> =
        (0..3).map(|r| (0..3).map(|c| cell(r, c, Exposure::Published)).collect()).collect();
    let rows: Vec<CellId> = (0..3).map(|r| cell(r, 3, Exposure::Public)).collect();
    let columns: Vec<CellId> = (0..3).map(|c| cell(3, c, Exposure::Public)).collect();
    for r in 0..3 {
        tables.relation(rows[r], &inner[r], Split::Groups).expect("rows add up");
    }
    for c in 0..3 {
        let column: Vec<CellId> = (0..3).map(|r| inner[r][c]).collect();
        tables.relation(columns[c], &column, Split::Groups).expect("columns add up");
    }
    tables
}

struct Case {
    counts: [[u64; 3]; 3],
    k: u64,
    hidden: &'static [(usize, usize, u64, u64)],
}

const CASES: [Case; 3] = [
    Case {
        counts: [[14, 22, 18], [4, 25, 21], [19, 17, 30]],
        k: 10,
        hidden: &[(0, 0, 0, 18), (0, 2, 14, 32), (1, 0, 0, 18), (1, 2, 7, 25)],
    },
    Case {
        counts: [[2, 7, 31], [20, 24, 28], [15, 18, 22]],
        k: 10,
        hidden: &[(0, 0, 0, 9), (0, 1, 0, 9), (2, 0, 8, 17), (2, 1, 16, 25)],
    },
    Case {
        counts: [[0, 25, 30], [12, 3, 18], [20, 22, 24]],
        k: 5,
        hidden: &[(1, 0, 0, 15), (1, 1, 0, 15), (2, 0, 17, 32), (2, 1, 10, 25)],
    },
];

#[test]
fn prv_03_the_worked_cases_hide_the_cells_and_give_the_intervals_that_they_should() {
    for case in CASES {
        let tables = flat(&case.counts);
        let policy = Policy::with_threshold(case.k).expect("k is 5 or more").with_hidden_sum(HiddenSum::Any);
        let protected = protect(&tables, &policy).expect("the case is protectable");
        let bounds = intervals(&tables, &protected.pattern()).expect("the pattern fits");
        for r in 0..3 {
            for c in 0..3 {
                let key = CellKey::new(format!("row {r}"), format!("column {c}"));
                let expected = case.hidden.iter().find(|h| (h.0, h.1) == (r, c));
                assert_eq!(protected.cell(&key) == Some(Cell::Hidden), expected.is_some(), "{key}");
                let id = tables.find(&key).expect("the cell exists");
                let interval = expected.map(|h| Interval { low: h.2, high: Some(h.3) });
                assert_eq!(bounds[id.0], interval, "{key}");
            }
        }
    }
}

#[test]
fn prv_05_the_house_rule_hides_more_where_the_hidden_cells_add_up_to_few() {
    // Row 0 of the second case hides 2 and 7: their sum, 9, would come out of the row's total.
    let tables = flat(&CASES[1].counts);
    let protected = protect(&tables, &Policy::with_threshold(10).expect("k is 5 or more"))
        .expect("the case is protectable");
    assert_eq!(protected.cell(&CellKey::new("row 0", "column 2")), Some(Cell::Hidden));
}
