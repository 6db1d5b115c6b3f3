//! The audit of a pattern, wherever it comes from.

use super::super::*;
use super::districts::{Shape, district, hierarchy};

fn key(group: &str, item: &str) -> CellKey {
    CellKey::new(group, item)
}

/// Three schools of which one is small.
fn schools() -> Tables {
    let rows = vec![
        ("A", Some("district"), vec![4, 60]),
        ("B", Some("district"), vec![20, 70]),
        ("C", Some("district"), vec![30, 80]),
    ];
    hierarchy(&["positive", "negative"], rows)
}

/// A pattern that hides these cells and no other.
fn hiding(tables: &Tables, cells: &[(&str, &str)]) -> Vec<bool> {
    tables.cells.iter().map(|c| cells.iter().any(|(group, item)| c.key == key(group, item))).collect()
}

#[test]
fn prv_03_a_pattern_found_by_protect_passes_the_audit() {
    let tables = schools();
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    assert!(audit(&tables, &protected.pattern(), &Policy::default()).is_ok());
    for seed in 0..12 {
        for shape in [Shape::Bands, Shape::LinkedBySex, Shape::Funnel, Shape::Crossed] {
            let tables = district(seed, shape);
            let protected = protect(&tables, &Policy::default()).expect("protectable");
            let verified = verify(&tables, &protected.pattern(), &Policy::default());
            assert!(
                verified.unwrap_or_else(|e| panic!("{shape:?} {seed}: {e}")).is_none_or(|width| width > 0)
            );
            let audited = audit(&tables, &protected.pattern(), &Policy::default());
            let bounds = audited.unwrap_or_else(|e| panic!("{shape:?} {seed}: {e}"));
            // What was proved by worlds of whole numbers lies within what the linear programs allow.
            for (cell, _, proved) in protected.hidden() {
                let id = tables.find(cell).expect("exists");
                let (proved, bound) = (proved.expect("guarded"), bounds[id.0].expect("unknown"));
                let inside =
                    proved.low >= bound.low && bound.high.is_none_or(|h| proved.high.is_some_and(|p| p <= h));
                assert!(inside, "{shape:?} {seed} {cell}: {proved:?} {bound:?}");
                assert!(
                    (proved.low..=proved.high.unwrap_or(0)).contains(&tables.count(id)),
                    "the truth is possible"
                );
            }
        }
    }
}

#[test]
fn prv_03_the_audit_names_the_cell_that_gives_way() {
    let tables = schools();
    let audit = |hidden: &[bool]| audit(&tables, hidden, &Policy::default()).expect_err("not protected");
    let small = key("A", "positive");
    assert_eq!(audit(&hiding(&tables, &[])), AuditFailure::SmallShown { cell: small.clone(), value: 4 });
    let alone = audit(&hiding(&tables, &[("A", "positive")]));
    assert_eq!(alone, AuditFailure::Recoverable { cell: small, value: 4 });
    assert_eq!(audit(&[true]), AuditFailure::WrongPattern { pattern: 1, tables: 12 });
    for cells in [&[][..], &[("A", "positive")][..]] {
        let hidden = hiding(&tables, cells);
        let verified = verify(&tables, &hidden, &Policy::default()).expect_err("not protected");
        assert_eq!(verified, audit(&hidden), "the audit of large tables says the same");
    }
}

#[test]
fn prv_05_the_audit_refuses_a_difference_of_1_to_10() {
    let rows = vec![
        ("A", Some("district"), vec![4, 60]),
        ("B", Some("district"), vec![5, 70]),
        ("C", Some("district"), vec![30, 80]),
    ];
    let tables = hierarchy(&["positive", "negative"], rows);
    let cells = [("A", "positive"), ("A", "negative"), ("B", "positive"), ("B", "negative")];
    let failure = audit(&tables, &hiding(&tables, &cells), &Policy::default()).expect_err("4 + 5 = 9");
    assert_eq!(failure, AuditFailure::SmallDifference { cell: key("district", "positive"), rest: 9 });
}

#[test]
fn prv_03_the_audit_refuses_an_interval_that_is_too_narrow() {
    // Two hidden cells of which the partner can give way by 3 only.
    let mut tables = Tables::new();
    let mut cell =
        |group: &str, count, exposure| tables.cell(key(group, "x"), count, exposure).expect("fresh");
    let (a, b, c) = (
        cell("a", 1, Exposure::Published),
        cell("b", 2, Exposure::Published),
        cell("c", 40, Exposure::Published),
    );
    let all = cell("all", 43, Exposure::Public);
    tables.relation(all, &[a, b, c], Split::Groups).expect("adds up");
    let policy = Policy::default().with_hidden_sum(HiddenSum::Any);
    let failure = audit(&tables, &[true, true, false, false], &policy).expect_err("0 to 3");
    assert_eq!(failure, AuditFailure::TooNarrow { cell: key("a", "x"), low: 0, high: 3, required: 5 });
    assert!(failure.to_string().contains("a: x is hidden but lies within 0 to 3, narrower than 5"));
}
