//! How counts add up: what the suppression must know to protect them.

use super::DISTRICT;
use super::facts::Tally;
use super::view::cell;
use crate::suppression::{CellId, CellKey, Exposure, Split, TableError, Tables};

/// A chart's counts on their way into the tables.
pub(super) struct Adding<'a> {
    pub chart: &'static str,
    pub tally: &'a Tally,
    /// Every school of the window, also one where nobody answered.
    pub schools: &'a [(String, String)],
    pub tables: &'a mut Tables,
}

impl Adding<'_> {
    /// The count of a school, or of all of them together.
    pub fn count(&self, series: &str, group: &str, item: &str) -> u64 {
        if group == DISTRICT {
            let schools = self.schools.iter().map(|(school, _)| self.tally.get(series, school, item));
            return schools.sum::<u64>() + self.tally.get(series, DISTRICT, item);
        }
        self.tally.get(series, group, item)
    }

    /// Adds a printed cell, or finds it again.
    pub fn cell(&mut self, group: &str, series: &str, item: &str, n: u64) -> Result<CellId, TableError> {
        self.tables.cell(CellKey::new(group, cell(self.chart, series, item)), n, Exposure::Published)
    }

    /// Steps of every school and the district, each a part of the one before; the first is public knowledge.
    pub fn funnel_of_schools(&mut self, series: &str, steps: &[&str]) -> Result<(), TableError> {
        for group in self.groups() {
            self.funnel(&group, series, steps, Exposure::Public)?;
        }
        self.sums(series, steps)
    }

    /// Steps of one group.
    pub fn funnel(
        &mut self,
        group: &str,
        series: &str,
        steps: &[&str],
        first: Exposure,
    ) -> Result<(), TableError> {
        let named: Vec<(String, u64)> =
            steps.iter().map(|s| (cell(self.chart, series, s), self.count(series, group, s))).collect();
        let steps: Vec<(&str, u64)> = named.iter().map(|(s, n)| (s.as_str(), *n)).collect();
        self.tables.add_funnel(group, &steps, first)
    }

    /// Kinds that add up to a total, of every school and the district.
    pub fn kinds_of_schools(&mut self, series: &str, items: &[&str], total: &str) -> Result<(), TableError> {
        for group in self.groups() {
            let counts: Vec<u64> = items.iter().map(|i| self.count(series, &group, i)).collect();
            self.kinds(&group, series, &items.iter().copied().zip(counts).collect::<Vec<_>>(), total)?;
        }
        let all: Vec<&str> = items.iter().copied().chain([total]).collect();
        self.sums(series, &all)
    }

    /// Kinds of one group that add up to a total.
    pub fn kinds(
        &mut self,
        group: &str,
        series: &str,
        items: &[(&str, u64)],
        total: &str,
    ) -> Result<(CellId, Vec<CellId>), TableError> {
        let mut parts = Vec::with_capacity(items.len());
        for (item, n) in items {
            parts.push(self.cell(group, series, item, *n)?);
        }
        let total = self.cell(group, series, total, items.iter().map(|(_, n)| n).sum())?;
        self.tables.relation(total, &parts, Split::Items)?;
        Ok((total, parts))
    }

    /// The district and its schools.
    pub fn groups(&self) -> Vec<String> {
        std::iter::once(DISTRICT.to_owned()).chain(self.schools.iter().map(|(key, _)| key.clone())).collect()
    }

    /// Each item of the district is the sum of its schools.
    fn sums(&mut self, series: &str, items: &[&str]) -> Result<(), TableError> {
        for item in items {
            let name = cell(self.chart, series, item);
            let Some(whole) = self.tables.find(&CellKey::new(DISTRICT, &name)) else { continue };
            let parts: Vec<CellId> = self
                .schools
                .iter()
                .filter_map(|(s, _)| self.tables.find(&CellKey::new(s.as_str(), &name)))
                .collect();
            if !parts.is_empty() {
                self.tables.relation(whole, &parts, Split::Groups)?;
            }
        }
        Ok(())
    }
}
