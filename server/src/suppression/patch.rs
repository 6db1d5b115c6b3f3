//! Pieces of the tables as systems of equations: the unknown cells around one, and the relations that bind them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::audit::Interval;
use super::ratio::Overflow;
use super::simplex::{Outcome, Push, Simplex};
use super::table::Tables;
use super::world::World;

/// How far a search goes.
///
/// A world in which only some cells differ from the truth is a world all the same, so a small search proves as much as a
/// large one; it only finds less. Nearly every cell is proved in a near search, which keeps a large district cheap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Some dozens of cells.
    Near,
    /// Some hundreds: enough for two schools that trade between two bands, with their classes.
    Far,
    /// Everything that is linked.
    All,
}

impl Reach {
    /// Most cells of a search, and most cells of one relation that it takes in.
    fn limits(self) -> (usize, usize) {
        match self {
            Self::Near => (60, 12),
            Self::Far => (600, 20),
            Self::All => (usize::MAX, usize::MAX),
        }
    }
}

/// Linked unknown cells as a system of equations.
pub(super) struct Patch {
    /// Cell of each variable; the first is the one that was asked for.
    pub cells: Vec<usize>,
    pub simplex: Simplex,
}

/// The tables as an attacker sees them.
pub(super) struct Field<'a> {
    tables: &'a Tables,
    links: Vec<Vec<usize>>,
    unknown: Vec<bool>,
    floors: Vec<u64>,
    /// Unknown cells of each relation, those that can give way most first.
    open: Vec<Vec<usize>>,
}

impl<'a> Field<'a> {
    /// What is unknown, with no count under zero.
    pub fn new(tables: &'a Tables, unknown: Vec<bool>) -> Self {
        let mut links = vec![Vec::new(); tables.cells.len()];
        for (index, relation) in tables.relations.iter().enumerate() {
            relation.parts.iter().copied().chain([relation.total]).for_each(|c| links[c].push(index));
        }
        let open = vec![Vec::new(); tables.relations.len()];
        Self { tables, links, floors: vec![0; unknown.len()], unknown, open }.sorted()
    }

    fn sorted(mut self) -> Self {
        let slack = |c: &usize| std::cmp::Reverse(self.tables.cells[*c].count - self.floors[*c]);
        self.open = (0..self.tables.relations.len())
            .map(|relation| {
                let mut open: Vec<usize> = self.members(relation).filter(|c| self.unknown[*c]).collect();
                open.sort_by_key(|c| (slack(c), *c));
                open
            })
            .collect();
        self
    }

    /// The state of a decision under way, with its floors.
    pub fn of(world: &World<'a>) -> Self {
        let cells = 0..world.tables.cells.len();
        let floors = cells.clone().map(|c| world.floor(c)).collect();
        Self { floors, ..Self::new(world.tables, cells.map(|c| world.unknown(c)).collect()) }.sorted()
    }

    /// The same for an attacker who does not know which hidden cells are zero.
    pub fn without_floors(self) -> Self {
        Self { floors: vec![0; self.unknown.len()], ..self }
    }

    pub fn unknown(&self, cell: usize) -> bool {
        self.unknown[cell]
    }

    fn members(&self, relation: usize) -> impl Iterator<Item = usize> + '_ {
        let relation = &self.tables.relations[relation];
        relation.parts.iter().copied().chain([relation.total])
    }

    /// Collects the unknown cells around one and sets up their system.
    pub fn patch(&self, start: usize, reach: Reach) -> Result<Patch, Overflow> {
        let (most_cells, most_members) = reach.limits();
        let mut variable: BTreeMap<usize, usize> = [(start, 0)].into();
        let mut cells = vec![start];
        let mut followed: BTreeSet<usize> = BTreeSet::new();
        let mut waiting: VecDeque<usize> = [start].into();
        while let Some(cell) = waiting.pop_front() {
            for &relation in &self.links[cell] {
                if followed.contains(&relation) {
                    continue;
                }
                if cells.len() >= most_cells {
                    continue;
                }
                followed.insert(relation);
                for &other in self.open[relation].iter().take(most_members) {
                    variable.entry(other).or_insert_with(|| {
                        cells.push(other);
                        waiting.push_back(other);
                        cells.len() - 1
                    });
                }
            }
        }
        // Relations at the rim hold too, with the cells beyond it as they are.
        let mut equations: BTreeMap<usize, Vec<(usize, i8)>> = BTreeMap::new();
        for (v, cell) in cells.iter().enumerate() {
            for &relation in &self.links[*cell] {
                let sign = if self.tables.relations[relation].total == *cell { -1 } else { 1 };
                equations.entry(relation).or_default().push((v, sign));
            }
        }
        let equations: Vec<_> = equations.into_values().collect();
        let lower = cells
            .iter()
            .map(|c| i128::from(self.floors[*c]) - i128::from(self.tables.cells[*c].count))
            .collect();
        Ok(Patch { simplex: Simplex::new(&equations, lower)?, cells })
    }
}

/// Exact bounds of a variable, as counts.
pub(super) fn bounds(simplex: &mut Simplex, variable: usize, count: u64) -> Result<Interval, Overflow> {
    let count = i128::from(count);
    let high = match simplex.push(variable, Push::Up, |_| false)? {
        Outcome::Extreme(d) => Some(u64::try_from(count + d.floor()).unwrap_or(u64::MAX)),
        Outcome::Enough | Outcome::Endless => None,
    };
    let low = match simplex.push(variable, Push::Down, |_| false)? {
        Outcome::Extreme(d) => count - d.neg()?.floor(),
        Outcome::Enough | Outcome::Endless => 0,
    };
    Ok(Interval { low: u64::try_from(low.max(0)).unwrap_or(0), high })
}
