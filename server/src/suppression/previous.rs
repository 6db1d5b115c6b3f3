//! Two releases of one window, protected together (PRV-04, PRV-05).
//!
//! Between two releases of the same window a few children answer, or withdraw. Whoever has both releases can subtract:
//! so what was shown before counts as public, what was hidden before stays guarded, and the change of each cell is a
//! sensitive count of its own that must not come out when it is small.

use std::collections::BTreeMap;

use super::table::{CellKey, Exposure, Split, TableError, Tables};

impl Tables {
    /// Links these tables with an earlier release of the same window: `earlier` are its true counts, `hidden` its pattern
    /// ([`super::Protected::pattern`]). Call it when these tables are complete.
    ///
    /// Counts of another window need no link: they are of other answers. A release rounds what it prints; here it is
    /// taken as printed exactly, which only favours the attacker.
    ///
    /// # Errors
    /// [`TableError::PatternLength`] when the pattern is not that of `earlier`; others when the tables contradict
    /// themselves.
    pub fn link_earlier(&mut self, earlier: &Tables, hidden: &[bool]) -> Result<(), TableError> {
        if hidden.len() != earlier.cells.len() {
            return Err(TableError::PatternLength { pattern: hidden.len(), tables: earlier.cells.len() });
        }
        let mut moved = BTreeMap::new();
        for (index, (cell, hidden)) in earlier.cells.iter().zip(hidden).enumerate() {
            let exposure = match (cell.exposure, hidden) {
                (Exposure::Published, true) => Exposure::Withheld,
                (Exposure::Published, false) => Exposure::Known,
                (same, _) => same,
            };
            let key = CellKey::new(format!("earlier release, {}", cell.key.group), &cell.key.item);
            let before = self.cell(key, cell.count, exposure)?;
            moved.insert(index, before);
            // Enrolment is public knowledge at each time and its change with it; steps between are not printed.
            let Some(now) = self.find(&cell.key).filter(|_| cell.exposure == Exposure::Published) else {
                continue;
            };
            let count = self.count(now);
            let change =
                CellKey::new(format!("change since the earlier release, {}", cell.key.group), &cell.key.item);
            let change = self.cell(change, count.abs_diff(cell.count), Exposure::Implied)?;
            let (total, part) = if count >= cell.count { (now, before) } else { (before, now) };
            self.relation(total, &[part, change], Split::Steps)?;
        }
        for relation in &earlier.relations {
            let parts: Vec<_> = relation.parts.iter().filter_map(|p| moved.get(p).copied()).collect();
            if let Some(total) = moved.get(&relation.total) {
                // The groups of the earlier release were judged when it was made: only its arithmetic counts now.
                self.relation(*total, &parts, Split::Bound)?;
            }
        }
        Ok(())
    }
}
