//! The exact audit: how far each hidden cell stays open to an attacker who has everything published, knows what is
//! public, and can solve linear programs.

use super::patch::{self, Field, Reach};
use super::policy::Policy;
use super::proof::Proof;
use super::published::Reason;
use super::table::{CellKey, Exposure, Split, Tables};
use super::world::World;

/// Values that a hidden cell can have, given everything published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Least possible count.
    pub low: u64,
    /// Greatest possible count; `None` is unbounded.
    pub high: Option<u64>,
}

impl Interval {
    /// Upper minus lower bound; 0 is a point, `u64::MAX` unbounded.
    pub fn width(&self) -> u64 {
        self.high.map_or(u64::MAX, |high| high.saturating_sub(self.low))
    }
}

/// Why a release was refused. For the release's log: it says what an attacker would learn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFailure {
    /// The cell can be computed from what would be published and is public.
    #[error("{cell} is hidden but can be computed: it is {value}")]
    Recoverable {
        /// The hidden cell.
        cell: CellKey,
        /// What it computes to.
        value: u64,
    },
    /// The cell is confined to fewer values than the policy asks, though more could be had.
    #[error("{cell} is hidden but lies within {low} to {high}, narrower than {required}")]
    TooNarrow {
        /// The hidden cell.
        cell: CellKey,
        /// Least possible count.
        low: u64,
        /// Greatest possible count.
        high: u64,
        /// Width that the policy asks.
        required: u64,
    },
    /// A small count is shown.
    #[error("{cell} is shown, though it is only {value}")]
    SmallShown {
        /// The shown cell.
        cell: CellKey,
        /// Its count.
        value: u64,
    },
    /// A shown total minus the shown parts leaves a small count.
    #[error("{cell} minus its shown parts leaves {rest}")]
    SmallDifference {
        /// The total.
        cell: CellKey,
        /// Sum of its hidden parts.
        rest: u64,
    },
    /// The proof outgrew exact arithmetic, so nothing is known.
    #[error("{cell} could not be proved safe: the arithmetic of its proof outgrew 128 bits")]
    Unproved {
        /// The hidden cell.
        cell: CellKey,
    },
    /// The pattern has another number of cells than the tables.
    #[error("the pattern has {pattern} cells, the tables {tables}")]
    WrongPattern {
        /// Cells of the pattern.
        pattern: usize,
        /// Cells of the tables.
        tables: usize,
    },
}

/// The refusal for arithmetic that outgrew itself at this cell.
pub(super) fn unproved(tables: &Tables, cell: usize) -> AuditFailure {
    AuditFailure::Unproved { cell: tables.cells[cell].key.clone() }
}

/// The attacker's own computation: the interval of each hidden cell of a pattern (in the order of the tables), given
/// every other cell and that no count is negative. `None` for cells that are not hidden.
///
/// Exact bounds over fractions, rounded inwards to whole counts. For tables with one hierarchical and one flat dimension
/// the matrix is a network's, every vertex is whole, and the bounds are the exact bounds over whole counts; with more
/// dimensions they contain those.
///
/// # Errors
/// [`AuditFailure::WrongPattern`], or [`AuditFailure::Unproved`] when 128-bit fractions do not suffice.
pub fn intervals(tables: &Tables, hidden: &[bool]) -> Result<Vec<Option<Interval>>, AuditFailure> {
    let field = Field::new(tables, unknown(tables, hidden)?);
    let mut out = vec![None; hidden.len()];
    for start in (0..hidden.len()).filter(|c| field.unknown(*c)) {
        if out[start].is_some() {
            continue;
        }
        // One system serves all cells that are linked.
        let mut patch = field.patch(start, Reach::All).map_err(|_| unproved(tables, start))?;
        for (variable, cell) in patch.cells.iter().enumerate() {
            let count = tables.cells[*cell].count;
            out[*cell] = Some(
                patch::bounds(&mut patch.simplex, variable, count).map_err(|_| unproved(tables, *cell))?,
            );
        }
    }
    Ok(out)
}

/// What is unknown under a pattern: what is never printed whatever the pattern says, and never what is public.
fn unknown(tables: &Tables, hidden: &[bool]) -> Result<Vec<bool>, AuditFailure> {
    if hidden.len() != tables.cells.len() {
        return Err(AuditFailure::WrongPattern { pattern: hidden.len(), tables: tables.cells.len() });
    }
    let unknown = |(cell, hidden): (&super::table::CellDef, &bool)| match cell.exposure {
        Exposure::Slack | Exposure::Implied | Exposure::Withheld => true,
        Exposure::Published => *hidden,
        Exposure::Known | Exposure::Public => false,
    };
    Ok(tables.cells.iter().zip(hidden).map(unknown).collect())
}

/// Audits a pattern that was found here or elsewhere, from nothing but the tables: no small count is shown, none comes
/// out of a total by subtraction, and each cell that must stay open has an interval as wide as the policy asks, or as
/// wide as it would be if nothing at all were published. Returns the intervals.
///
/// # Errors
/// The first [`AuditFailure`], naming the cell.
pub fn audit(
    tables: &Tables,
    hidden: &[bool],
    policy: &Policy,
) -> Result<Vec<Option<Interval>>, AuditFailure> {
    let bounds = intervals(tables, hidden)?;
    let unknown = unknown(tables, hidden)?;
    let key = |cell: usize| tables.cells[cell].key.clone();
    let guarded = |cell: usize| guarded(tables, &unknown, policy, cell);
    nothing_small_is_shown(tables, &unknown, policy)?;
    let mut silent = None;
    for (cell, definition) in tables.cells.iter().enumerate() {
        let value = definition.count;
        let Some(interval) = bounds[cell].filter(|i| guarded(cell) && i.width() < policy.width()) else {
            continue;
        };
        if silent.is_none() {
            silent = Some(intervals(tables, &vec![true; hidden.len()])?);
        }
        let attainable = silent.as_ref().and_then(|s| s[cell]).map_or(0, |i| i.width());
        if interval.width() == 0 && (value > 0 || attainable > 0) {
            return Err(AuditFailure::Recoverable { cell: key(cell), value });
        }
        if interval.width() < attainable {
            let high = interval.high.unwrap_or(u64::MAX);
            let required = policy.width().min(attainable);
            return Err(AuditFailure::TooNarrow { cell: key(cell), low: interval.low, high, required });
        }
    }
    no_small_difference(tables, &unknown, policy)?;
    Ok(bounds)
}

/// No small count is shown.
fn nothing_small_is_shown(tables: &Tables, unknown: &[bool], policy: &Policy) -> Result<(), AuditFailure> {
    let shown = tables.cells.iter().zip(unknown).filter(|(c, u)| c.exposure == Exposure::Published && !**u);
    match shown.into_iter().find(|(c, _)| policy.small(c.count)) {
        Some((c, _)) => Err(AuditFailure::SmallShown { cell: c.key.clone(), value: c.count }),
        None => Ok(()),
    }
}

/// No total minus its shown parts leaves a small count.
fn no_small_difference(tables: &Tables, unknown: &[bool], policy: &Policy) -> Result<(), AuditFailure> {
    for relation in tables.relations.iter().filter(|r| r.split != Split::Bound && !unknown[r.total]) {
        let rest: u64 = relation.parts.iter().filter(|p| unknown[**p]).map(|p| tables.cells[*p].count).sum();
        let subtracts = relation.parts.iter().any(|p| !unknown[*p]);
        let guarded = |p: &usize| guarded(tables, unknown, policy, *p);
        if subtracts && relation.parts.iter().any(guarded) && policy.small_sum(rest) {
            return Err(AuditFailure::SmallDifference {
                cell: tables.cells[relation.total].key.clone(),
                rest,
            });
        }
    }
    Ok(())
}

/// Whether a cell must stay open.
fn guarded(tables: &Tables, unknown: &[bool], policy: &Policy, cell: usize) -> bool {
    match tables.cells[cell].exposure {
        Exposure::Published | Exposure::Withheld => unknown[cell],
        Exposure::Implied => policy.small(tables.cells[cell].count),
        Exposure::Slack | Exposure::Known | Exposure::Public => false,
    }
}

/// The same judgement as [`audit`], for tables of any size: each cell that must stay open needs two worlds that look
/// like the true one and differ in it by the width of the policy. Only when such a pair is missing is every interval
/// computed. Returns the narrowest width that was proved, if anything is hidden.
///
/// # Errors
/// The first [`AuditFailure`], naming the cell.
pub fn verify(tables: &Tables, hidden: &[bool], policy: &Policy) -> Result<Option<u64>, AuditFailure> {
    let unknown = unknown(tables, hidden)?;
    nothing_small_is_shown(tables, &unknown, policy)?;
    let mut world = World::new(tables, policy);
    for cell in (0..hidden.len()).filter(|c| guarded(tables, &unknown, policy, *c)) {
        world.hide(cell, Reason::Withheld);
    }
    let mut proof = Proof::new(&world);
    if !proof.weak_cells(&world)?.is_empty() {
        let bounds = audit(tables, hidden, policy)?;
        let open = |c: &usize| guarded(tables, &unknown, policy, *c);
        // A group that everyone knows to be empty has nothing to hide.
        let widths = (0..hidden.len()).filter(open).filter_map(|c| bounds[c]).map(|i| i.width());
        return Ok(widths.filter(|width| *width > 0).min());
    }
    no_small_difference(tables, &unknown, policy)?;
    let widths = proof.certified(&world).into_iter().flatten().map(|i| i.width());
    Ok(widths.filter(|width| *width > 0).min())
}
