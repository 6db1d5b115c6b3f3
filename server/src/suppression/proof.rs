//! The proof that grows while a pattern is being found.

use std::collections::BTreeSet;

use super::audit::{AuditFailure, Interval, unproved};
use super::patch::{Field, Patch, Reach};
use super::ratio::Overflow;
use super::simplex::{Push, Step};
use super::world::World;

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
        let mut narrow: BTreeSet<usize> = (0..world.tables.cells.len())
            .filter(|c| world.guarded(*c) && !self.settled.contains(c))
            .collect();
        for reach in [Reach::Near, Reach::Far, Reach::All] {
            narrow.retain(|c| self.width(*c) < world.policy.width());
            self.search(world, &field, narrow.clone(), reach, world.policy.width())?;
        }
        narrow.retain(|c| self.width(*c) < world.policy.width());
        Ok(narrow.into_iter().collect())
    }

    /// Searches for worlds in which these cells differ by `needed`.
    fn search(
        &mut self,
        world: &World<'_>,
        field: &Field<'_>,
        mut waiting: BTreeSet<usize>,
        reach: Reach,
        needed: u64,
    ) -> Result<(), AuditFailure> {
        while let Some(cell) = waiting.pop_first() {
            // Setting a system up costs more than a push, so each serves all the cells in it that still need proof.
            let mut patch = field.patch(cell, reach).map_err(|_| unproved(world.tables, cell))?;
            for variable in 0..patch.cells.len() {
                let other = patch.cells[variable];
                if variable == 0 || waiting.contains(&other) {
                    self.prove(world, &mut patch, variable, needed)
                        .map_err(|_| unproved(world.tables, other))?;
                    if reach == Reach::All || self.width(other) >= needed {
                        waiting.remove(&other);
                    }
                }
            }
        }
        Ok(())
    }

    /// Pushes a cell both ways until it is proved or at its ends.
    fn prove(
        &mut self,
        world: &World<'_>,
        patch: &mut Patch,
        variable: usize,
        needed: u64,
    ) -> Result<(), Overflow> {
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
        for reach in [Reach::Near, Reach::Far, Reach::All] {
            points.retain(|c| self.width(*c) == 0);
            self.search(world, &field, points.clone(), reach, 1)?;
        }
        self.settled.extend(exhausted);
        // A group that everyone knows to be empty has nothing to hide.
        match points.into_iter().find(|c| self.width(*c) == 0 && world.count(*c) > 0) {
            None => Ok(()),
            Some(cell) => Err(AuditFailure::Recoverable {
                cell: world.tables.cells[cell].key.clone(),
                value: world.count(cell),
            }),
        }
    }

    /// The proved interval of each guarded cell. The true interval may be wider.
    pub fn certified(&self, world: &World<'_>) -> Vec<Option<Interval>> {
        let certify = |cell: usize| Interval { low: self.low[cell], high: Some(self.high[cell]) };
        (0..world.tables.cells.len()).map(|cell| world.guarded(cell).then(|| certify(cell))).collect()
    }
}
