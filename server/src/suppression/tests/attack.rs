//! Attacks on random districts, by means of their own: linear algebra for cells that are determined, linear programs for
//! cells that are confined, differences of nested published counts.
//!
//! `FIRSTLIGHT_DISTRICTS` sets how many districts are tried (40 without it; the release run takes 1,000).

use super::super::*;
use super::districts::{Shape, district};

pub(crate) fn districts() -> u64 {
    std::env::var("FIRSTLIGHT_DISTRICTS").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

fn shape(seed: u64) -> Shape {
    match seed % 4 {
        0 => Shape::Bands,
        1 => Shape::LinkedBySex,
        2 => Shape::Crossed,
        _ => Shape::Funnel,
    }
}

/// A prime for arithmetic that cannot overflow in 128 bits and almost surely keeps the rank over the rationals.
const P: u128 = (1 << 61) - 1;

fn inverse(a: u128) -> u128 {
    let (mut base, mut exponent, mut out) = (a % P, P - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            out = out * base % P;
        }
        base = base * base % P;
        exponent >>= 1;
    }
    out
}

/// Unknown cells that linear algebra alone determines: unit vectors in the row space of the relations.
fn determined(tables: &Tables, unknown: &[bool]) -> Vec<usize> {
    let variables: Vec<usize> = (0..unknown.len()).filter(|c| unknown[*c]).collect();
    let column = |cell: usize| variables.binary_search(&cell).ok();
    let mut rows: Vec<Vec<u128>> = tables
        .relations
        .iter()
        .map(|r| {
            let mut row = vec![0; variables.len()];
            r.parts.iter().filter_map(|p| column(*p)).for_each(|v| row[v] = 1);
            if let Some(v) = column(r.total) {
                row[v] = P - 1;
            }
            row
        })
        .collect();
    let mut done = 0;
    let mut pivots = Vec::new();
    for v in 0..variables.len() {
        let Some(found) = (done..rows.len()).find(|r| rows[*r][v] != 0) else { continue };
        rows.swap(done, found);
        let scale = inverse(rows[done][v]);
        rows[done].iter_mut().for_each(|x| *x = *x * scale % P);
        let pivot = rows[done].clone();
        for (index, row) in rows.iter_mut().enumerate() {
            if index != done && row[v] != 0 {
                let factor = P - row[v];
                row.iter_mut().zip(&pivot).for_each(|(x, y)| *x = (*x + factor * y) % P);
            }
        }
        pivots.push((done, v));
        done += 1;
    }
    pivots
        .into_iter()
        .filter(|(r, _)| rows[*r].iter().filter(|x| **x != 0).count() == 1)
        .map(|(_, v)| variables[v])
        .collect()
}

/// What an attacker is not told, for a pattern of hidden cells.
fn unknown(tables: &Tables, hidden: &[bool]) -> Vec<bool> {
    tables
        .cells
        .iter()
        .zip(hidden)
        .map(|(cell, hidden)| match cell.exposure {
            Exposure::Slack | Exposure::Implied | Exposure::Withheld => true,
            Exposure::Published => *hidden,
            Exposure::Known | Exposure::Public => false,
        })
        .collect()
}

/// Cells whose secrecy the release promises: hidden ones, and unprinted ones that are small.
fn promised(tables: &Tables, hidden: &[bool], cell: usize) -> bool {
    match tables.cells[cell].exposure {
        Exposure::Published => hidden[cell],
        Exposure::Withheld => true,
        Exposure::Implied => (1..11).contains(&tables.cells[cell].count),
        Exposure::Slack | Exposure::Known | Exposure::Public => false,
    }
}

/// What an attacker got.
#[derive(Default, Debug)]
pub(crate) struct Losses {
    pub hidden: usize,
    pub by_algebra: usize,
    pub by_bounds: usize,
    pub narrow: usize,
    pub small_differences: usize,
}

/// Every attack on one pattern.
pub(crate) fn attack(tables: &Tables, hidden: &[bool], losses: &mut Losses) {
    let unknown = unknown(tables, hidden);
    let algebra = determined(tables, &unknown);
    let bounds = intervals(tables, hidden).expect("the pattern fits");
    for cell in (0..hidden.len()).filter(|c| promised(tables, hidden, *c)) {
        losses.hidden += 1;
        losses.by_algebra += usize::from(algebra.contains(&cell));
        let width = bounds[cell].map_or(0, |i| i.width());
        losses.by_bounds += usize::from(width == 0);
        losses.narrow += usize::from(width < 5);
    }
    // A published total minus its published parts.
    for relation in tables.relations.iter().filter(|r| r.split != Split::Bound && !unknown[r.total]) {
        let rest: Vec<usize> = relation.parts.iter().copied().filter(|p| unknown[*p]).collect();
        let sum: u64 = rest.iter().map(|p| tables.cells[*p].count).sum();
        // Where everything is hidden nothing was subtracted: a school of ten is known to have ten.
        let subtracts = rest.len() < relation.parts.len();
        losses.small_differences += usize::from(
            subtracts && rest.iter().any(|p| promised(tables, hidden, *p)) && (1..11).contains(&sum),
        );
    }
}

/// The pattern that hides small counts and nothing else.
pub(crate) fn naive(tables: &Tables) -> Vec<bool> {
    let small =
        |c: &super::super::table::CellDef| c.exposure == Exposure::Published && (1..11).contains(&c.count);
    tables.cells.iter().map(small).collect()
}

#[test]
fn prv_03_no_hidden_cell_of_any_random_district_can_be_computed_or_confined() {
    let (mut losses, mut cells) = (Losses::default(), 0);
    for seed in 0..districts() {
        let tables = district(seed, shape(seed));
        let protected =
            protect(&tables, &Policy::default()).unwrap_or_else(|e| panic!("district {seed}: {e}"));
        cells += tables.len();
        attack(&tables, &protected.pattern(), &mut losses);
    }
    println!("{} districts, {cells} cells: {losses:?}", districts());
    assert!(losses.hidden > 0);
    assert_eq!(
        (losses.by_algebra, losses.by_bounds, losses.narrow, losses.small_differences),
        (0, 0, 0, 0),
        "{losses:?}"
    );
}

#[test]
fn prv_03_hiding_small_cells_alone_fails_the_same_attack() {
    let mut losses = Losses::default();
    for seed in 0..districts() {
        let tables = district(seed, shape(seed));
        attack(&tables, &naive(&tables), &mut losses);
    }
    let share = losses.by_algebra as f64 / losses.hidden as f64;
    println!(
        "primary only: {losses:?}, {:.1} % by linear algebra, {:.1} % by bounds",
        share * 100.0,
        losses.by_bounds as f64 * 100.0 / losses.hidden as f64
    );
    assert!(share > 0.05 && losses.by_bounds > losses.hidden / 5, "{losses:?}");
}

#[test]
fn prv_01_nothing_published_is_between_1_and_10() {
    for rounding in [Rounding::None, Rounding::ToFive] {
        for seed in 0..districts() {
            let tables = district(seed, shape(seed));
            let protected = protect(&tables, &Policy::default().with_rounding(rounding))
                .unwrap_or_else(|e| panic!("district {seed}: {e}"));
            for printed in protected.published().cells {
                let public = tables
                    .find(&printed.key)
                    .is_some_and(|id| tables.cells[id.0].exposure == Exposure::Public);
                assert!(
                    public || !matches!(printed.cell, Cell::Shown(1..=10)),
                    "district {seed}: {printed:?}"
                );
            }
        }
    }
}
