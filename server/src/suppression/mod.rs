//! Disclosure control for counts: what of a set of tables may be published so that no child can be found by
//! subtraction (PRV-01, PRV-03, PRV-05). Pure: no I/O, no clock, no database. See `README.md` beside this file.
//!
//! [`Tables`] holds counts and how they add up; [`Policy`] says how strict; [`protect`] decides what is hidden and
//! proves it. The proof is a table of whole numbers for each end of each hidden cell's interval: two worlds that an
//! attacker with everything published cannot tell from the true one.

mod audit;
mod complement;
mod patch;
mod policy;
mod previous;
mod primary;
mod proof;
mod published;
mod ratio;
mod simplex;
mod table;
mod world;

#[cfg(test)]
pub(crate) mod tests;

pub use audit::{AuditFailure, Interval, audit, intervals, verify};
pub use policy::{HiddenSum, Policy, PolicyError, Rounding, Zeros};
pub use published::{Cell, Percentage, Protected, Published, PublishedCell, Reason};
pub use table::{CellId, CellKey, Exposure, GroupCounts, HierarchyTable, Split, TableError, Tables};

/// Decides which cells to hide and proves that each hidden cell stays open.
///
/// Primary rules first, then complements to a fixpoint over every relation, then the proof; where a hidden cell's
/// interval is too narrow, one more cell is hidden and all begins again. Each round hides a cell, so it ends.
/// Deterministic: the same tables give the same pattern.
///
/// # Errors
/// [`AuditFailure`] naming the cell when everything that may be hidden is hidden and a cell can still be computed, or
/// when the proof outgrows exact arithmetic. Nothing may be published then.
pub fn protect(tables: &Tables, policy: &Policy) -> Result<Protected, AuditFailure> {
    let mut world = world::World::new(tables, policy);
    primary::apply(&mut world);
    let mut proof = proof::Proof::new(&world);
    loop {
        complement::to_fixpoint(&mut world);
        let weak = proof.weak_cells(&world)?;
        if weak.is_empty() {
            break;
        }
        let exhausted = complement::escalate(&mut world, &weak);
        proof.accept_or_refuse(&world, &exhausted)?;
    }
    Ok(Protected::new(&world, proof.certified(&world)))
}
