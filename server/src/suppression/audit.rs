//! The exact audit: how far each hidden cell stays open to an attacker who has everything published, knows what is
//! public, and can solve linear programs.

use std::collections::BTreeSet;

use super::patch::{self, Field, Patch, Reach};
use super::ratio::Overflow;
use super::simplex::{Push, Step};
use super::table::{CellKey, Exposure, Tables};
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

/// What has been proved so far: for each cell the least and greatest count seen in a world that looks like the true one.
/// Worlds stay valid when more is hidden, so the proof only grows.
pub(super) struct Proof {
    low: Vec<u64>,
    high: Vec<u64>,
    /// Cells that public knowledge itself keeps narrow.
    settled: BTreeSet<usize>,
}

impl Proof {
    pub fn new(world: &World<'_>) -> Self {
        let counts: Vec<u64> = world.tables.cells.iter().map(|c| c.count).collect();
        Self { low: counts.clone(), high: counts, settled: BTreeSet::new() }
    }

    fn width(&self, cell: usize) -> u64 {
        self.high[cell] - self.low[cell]
    }

    /// Takes a world into the proof: where it moved from the one before.
    fn witness(&mut self, world: &World<'_>, cells: &[usize], step: &Step<'_>) {
        for &variable in step.moved {
            let (cell, displacement) = (cells[variable], step.value[variable].floor());
            let count = i128::from(world.count(cell)) + displacement;
            let count = u64::try_from(count.max(0)).unwrap_or(u64::MAX);
            self.low[cell] = self.low[cell].min(count);
            self.high[cell] = self.high[cell].max(count);
        }
    }

    /// Guarded cells whose proved interval is narrower than the policy asks.
    pub fn weak_cells(&mut self, world: &World<'_>) -> Result<Vec<usize>, AuditFailure> {
        let field = Field::of(world);
        let mut narrow: BTreeSet<usize> = (0..world.tables.cells.len()).filter(|c| world.guarded(*c) && !self.settled.contains(c)).collect();
        for reach in [Reach::Near, Reach::All] {
            narrow.retain(|c| self.width(*c) < world.policy.width());
            self.search(world, &field, narrow.clone(), reach, world.policy.width())?;
        }
        narrow.retain(|c| self.width(*c) < world.policy.width());
        Ok(narrow.into_iter().collect())
    }

    /// Searches for worlds in which these cells differ by `needed`.
    fn search(&mut self, world: &World<'_>, field: &Field<'_>, mut waiting: BTreeSet<usize>, reach: Reach, needed: u64) -> Result<(), AuditFailure> {
        while let Some(cell) = waiting.pop_first() {
            // Setting a system up costs more than a push, so each serves all the cells in it that still need proof.
            let mut patch = field.patch(cell, reach).map_err(|_| unproved(world.tables, cell))?;
            for variable in 0..patch.cells.len() {
                let other = patch.cells[variable];
                if variable == 0 || waiting.contains(&other) {
                    self.prove(world, &mut patch, variable, needed).map_err(|_| unproved(world.tables, other))?;
                    if reach == Reach::All || self.width(other) >= needed {
                        waiting.remove(&other);
                    }
                }
            }
        }
        Ok(())
    }

    /// Pushes a cell both ways until it is proved or at its ends.
    fn prove(&mut self, world: &World<'_>, patch: &mut Patch, variable: usize, needed: u64) -> Result<(), Overflow> {
        let cell = patch.cells[variable];
        for push in [Push::Up, Push::Down] {
            if self.width(cell) >= needed {
                return Ok(());
            }
            let cells = &patch.cells;
            patch.simplex.push(variable, push, |step| {
                self.witness(world, cells, &step);
                self.width(cell) >= needed
            })?;
        }
        Ok(())
    }

    /// Judges cells for which nothing more can be hidden, because all that is linked with them is hidden: narrow by
    /// public knowledge alone is accepted, computable is not.
    pub fn accept_or_refuse(&mut self, world: &World<'_>, exhausted: &[usize]) -> Result<(), AuditFailure> {
        if exhausted.is_empty() {
            return Ok(());
        }
        let field = Field::of(world).without_floors();
        let mut points: BTreeSet<usize> = exhausted.iter().copied().collect();
        for reach in [Reach::Near, Reach::All] {
            points.retain(|c| self.width(*c) == 0);
            self.search(world, &field, points.clone(), reach, 1)?;
        }
        self.settled.extend(exhausted);
        // A group that everyone knows to be empty has nothing to hide.
        match points.into_iter().find(|c| self.width(*c) == 0 && world.count(*c) > 0) {
            None => Ok(()),
            Some(cell) => Err(AuditFailure::Recoverable { cell: world.tables.cells[cell].key.clone(), value: world.count(cell) }),
        }
    }

    /// The proved interval of each guarded cell. The true interval may be wider.
    pub fn certified(&self, world: &World<'_>) -> Vec<Option<Interval>> {
        let certify = |cell: usize| Interval { low: self.low[cell], high: Some(self.high[cell]) };
        (0..world.tables.cells.len()).map(|cell| world.guarded(cell).then(|| certify(cell))).collect()
    }
}

fn unproved(tables: &Tables, cell: usize) -> AuditFailure {
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
    if hidden.len() != tables.cells.len() {
        return Err(AuditFailure::WrongPattern { pattern: hidden.len(), tables: tables.cells.len() });
    }
    // What is never printed is unknown whatever the pattern says, and what is public is known.
    let unknown: Vec<bool> = hidden
        .iter()
        .zip(&tables.cells)
        .map(|(hidden, cell)| match cell.exposure {
            Exposure::Slack | Exposure::Implied => true,
            Exposure::Published => *hidden,
            Exposure::Public => false,
        })
        .collect();
    let field = Field::new(tables, unknown);
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
