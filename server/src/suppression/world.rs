//! The state of a decision under way: what is hidden, why, and what an attacker therefore does not know.

use super::policy::Policy;
use super::published::Reason;
use super::table::{CellDef, Exposure, Tables};

/// Tables, policy and the pattern so far.
pub(super) struct World<'a> {
    pub tables: &'a Tables,
    pub policy: &'a Policy,
    /// Why each cell is hidden; `None` is shown (or never printed).
    reasons: Vec<Option<Reason>>,
    /// Relations that each cell is in, as total or as part.
    relations_of: Vec<Vec<usize>>,
}

impl<'a> World<'a> {
    pub fn new(tables: &'a Tables, policy: &'a Policy) -> Self {
        let mut relations_of = vec![Vec::new(); tables.cells.len()];
        for (index, relation) in tables.relations.iter().enumerate() {
            for cell in relation.parts.iter().copied().chain([relation.total]) {
                relations_of[cell].push(index);
            }
        }
        let withheld = |c: &CellDef| (c.exposure == Exposure::Withheld).then_some(Reason::Withheld);
        Self { tables, policy, reasons: tables.cells.iter().map(withheld).collect(), relations_of }
    }

    pub fn reason(&self, cell: usize) -> Option<Reason> {
        self.reasons[cell]
    }

    pub fn relations_of(&self, cell: usize) -> &[usize] {
        &self.relations_of[cell]
    }

    pub fn count(&self, cell: usize) -> u64 {
        self.tables.cells[cell].count
    }

    pub fn exposure(&self, cell: usize) -> Exposure {
        self.tables.cells[cell].exposure
    }

    /// All cells of a relation, the total last.
    pub fn members(&self, relation: usize) -> impl Iterator<Item = usize> + '_ {
        let relation = &self.tables.relations[relation];
        relation.parts.iter().copied().chain([relation.total])
    }

    /// Hides a cell. The first reason stands. What is known already cannot be hidden.
    pub fn hide(&mut self, cell: usize, reason: Reason) {
        let known = matches!(self.exposure(cell), Exposure::Known | Exposure::Public);
        if !known && self.reasons[cell].is_none() {
            self.reasons[cell] = Some(reason);
        }
    }

    /// Whether the attacker is not told this cell.
    pub fn unknown(&self, cell: usize) -> bool {
        match self.exposure(cell) {
            Exposure::Slack | Exposure::Implied | Exposure::Withheld => true,
            Exposure::Published => self.reasons[cell].is_some(),
            Exposure::Known | Exposure::Public => false,
        }
    }

    /// Whether this cell must stay open: it is hidden, or never printed and small.
    pub fn guarded(&self, cell: usize) -> bool {
        self.reasons[cell].is_some()
    }

    /// Whether this cell is printed now and could be hidden.
    pub fn hideable(&self, cell: usize) -> bool {
        self.exposure(cell) == Exposure::Published && self.reasons[cell].is_none()
    }

    /// The least value that the attacker must allow for an unknown cell. A cell that is not zero is taken to be known as
    /// not zero, because zeros are usually shown: an attacker weaker than that only sees wider intervals.
    pub fn floor(&self, cell: usize) -> u64 {
        match self.exposure(cell) {
            Exposure::Slack => 0,
            _ => self.count(cell).min(1),
        }
    }
}
