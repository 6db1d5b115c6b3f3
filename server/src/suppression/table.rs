//! Counts and how they add up.
//!
//! A cell is a group of children (a place, perhaps crossed with a grade or a sex) and an item (a band, a yes/no, a
//! funnel step). A relation says that one cell is the sum of others. Tables that name the same cell share it, and so
//! are protected together: nothing else is needed for linked tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::policy::Policy;

/// Name of a cell. Two tables that mean the same count must use the same name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellKey {
    /// The children counted: `district`, `S01`, `S01/5B`, `S01 × girls`.
    pub group: String,
    /// What is counted of them: `valid`, `PHQ-A severe`, `started`.
    pub item: String,
}

impl CellKey {
    /// Names a cell.
    pub fn new(group: impl Into<String>, item: impl Into<String>) -> Self {
        Self { group: group.into(), item: item.into() }
    }
}

impl std::fmt::Display for CellKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.group, self.item)
    }
}

/// Handle of a cell within its [`Tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId(pub(super) usize);

/// Who gets to see a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Never printed and not sensitive; only bounds others (pupils who did not answer, against public enrolment).
    Slack,
    /// Never printed, but sensitive when small: it must not come out by subtraction (pupils between two steps).
    Implied,
    /// Never printed, and kept open whatever its count: it was hidden in an earlier release.
    Withheld,
    /// Printed unless hidden.
    Published,
    /// Known to the attacker, though not printed here: what an earlier release showed.
    Known,
    /// Known to everyone whatever we print (enrolment): cannot be hidden, the attacker has it, and it is printed.
    Public,
}

/// Along what a relation splits its total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Into smaller groups of children: a school into classes.
    Groups,
    /// Into what the same children answered or did: bands, yes and no. Homogeneity and complement rules apply here.
    Items,
    /// Into those who went a step further and those who did not: the lost are guarded when few, but that nobody was lost
    /// may be said.
    Steps,
    /// An arithmetic bound only (enrolment = answered + not): no rule but the audit applies.
    Bound,
}

#[derive(Clone, Debug)]
pub(super) struct CellDef {
    pub key: CellKey,
    pub count: u64,
    pub exposure: Exposure,
}

#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub total: usize,
    pub parts: Vec<usize>,
    pub split: Split,
}

/// Why a table was refused: its numbers contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Two tables disagree about a shared cell.
    #[error("{key} is {first} in one table and {second} in another")]
    Disagreement {
        /// The cell.
        key: CellKey,
        /// Count given first.
        first: u64,
        /// Count given later.
        second: u64,
    },
    /// Parts do not add up.
    #[error("{key} is {total}, but its parts add up to {sum}")]
    SumMismatch {
        /// The total.
        key: CellKey,
        /// Its count.
        total: u64,
        /// Sum of its parts.
        sum: u64,
    },
    /// A row has another number of counts than the table has items.
    #[error("{group} has {counts} counts for {items} items")]
    RowLength {
        /// The row.
        group: String,
        /// Counts given.
        counts: usize,
        /// Items of the table.
        items: usize,
    },
    /// A row names a parent that the table does not have.
    #[error("{group} lies in {parent}, which the table does not have")]
    UnknownParent {
        /// The row.
        group: String,
        /// The missing parent.
        parent: String,
    },
    /// A pattern that is not of these tables.
    #[error("the pattern has {pattern} cells, the tables {tables}")]
    PatternLength {
        /// Cells of the pattern.
        pattern: usize,
        /// Cells of the tables.
        tables: usize,
    },
    /// A relation without parts, or one that names a cell twice.
    #[error("the parts of {0} are empty or named twice")]
    BadRelation(CellKey),
}

/// All tables of one release, linked by the cells that they share.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub(super) cells: Vec<CellDef>,
    pub(super) relations: Vec<Relation>,
    index: BTreeMap<CellKey, usize>,
}

impl Tables {
    /// No cells yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Adds a cell, or finds it again. Of two exposures the more visible wins.
    ///
    /// # Errors
    /// [`TableError::Disagreement`] when it is there with another count.
    pub fn cell(&mut self, key: CellKey, count: u64, exposure: Exposure) -> Result<CellId, TableError> {
        if let Some(&index) = self.index.get(&key) {
            let known = &mut self.cells[index];
            if known.count != count {
                return Err(TableError::Disagreement { key, first: known.count, second: count });
            }
            known.exposure = known.exposure.max(exposure);
            return Ok(CellId(index));
        }
        let index = self.cells.len();
        self.index.insert(key.clone(), index);
        self.cells.push(CellDef { key, count, exposure });
        Ok(CellId(index))
    }

    /// Finds a cell.
    pub fn find(&self, key: &CellKey) -> Option<CellId> {
        self.index.get(key).copied().map(CellId)
    }

    /// Name of a cell.
    pub fn key(&self, id: CellId) -> &CellKey {
        &self.cells[id.0].key
    }

    /// Names of all cells, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &CellKey> {
        self.cells.iter().map(|cell| &cell.key)
    }

    /// What would be printed of a cell if it is shown.
    pub fn printed(&self, id: CellId, policy: &Policy) -> u64 {
        let cell = &self.cells[id.0];
        match cell.exposure {
            Exposure::Known | Exposure::Public => cell.count,
            _ => policy.printed(cell.count),
        }
    }

    /// True count of a cell: for the caller's own checks, never for output.
    pub fn count(&self, id: CellId) -> u64 {
        self.cells[id.0].count
    }

    /// Says that a cell is the sum of others. Saying it twice does no harm.
    ///
    /// # Errors
    /// [`TableError::SumMismatch`] or [`TableError::BadRelation`].
    pub fn relation(&mut self, total: CellId, parts: &[CellId], split: Split) -> Result<(), TableError> {
        let mut sorted: Vec<usize> = parts.iter().map(|p| p.0).collect();
        sorted.sort_unstable();
        let before = sorted.len();
        sorted.dedup();
        if sorted.is_empty() || sorted.len() != before || sorted.contains(&total.0) {
            return Err(TableError::BadRelation(self.key(total).clone()));
        }
        let sum: u64 = sorted.iter().map(|p| self.cells[*p].count).sum();
        if sum != self.count(total) {
            return Err(TableError::SumMismatch {
                key: self.key(total).clone(),
                total: self.count(total),
                sum,
            });
        }
        self.relations.push(Relation { total: total.0, parts: parts.iter().map(|p| p.0).collect(), split });
        Ok(())
    }

    /// Adds counts over a hierarchy of groups, with margins in both directions.
    ///
    /// # Errors
    /// Any [`TableError`]; the tables are then incomplete and must be dropped.
    pub fn add_hierarchy(&mut self, table: &HierarchyTable) -> Result<(), TableError> {
        let items = table.items.len();
        let mut children: BTreeMap<&str, Vec<&GroupCounts>> = BTreeMap::new();
        let names: std::collections::BTreeSet<&str> = table.groups.iter().map(|g| g.group.as_str()).collect();
        for row in &table.groups {
            if row.counts.len() != items {
                return Err(TableError::RowLength {
                    group: row.group.clone(),
                    counts: row.counts.len(),
                    items,
                });
            }
            if let Some(parent) = &row.parent {
                if !names.contains(parent.as_str()) {
                    return Err(TableError::UnknownParent {
                        group: row.group.clone(),
                        parent: parent.clone(),
                    });
                }
                children.entry(parent).or_default().push(row);
            }
            let mut parts = Vec::with_capacity(items);
            for (item, count) in table.items.iter().zip(&row.counts) {
                parts.push(self.cell(CellKey::new(&row.group, item), *count, Exposure::Published)?);
            }
            if let Some(total) = &table.total {
                let total =
                    self.cell(CellKey::new(&row.group, total), row.counts.iter().sum(), Exposure::Published)?;
                self.relation(total, &parts, Split::Items)?;
            }
        }
        for (parent, rows) in children {
            for item in table.items.iter().chain(&table.total) {
                let find = |group: &str| self.find(&CellKey::new(group, item));
                let (Some(total), Some(parts)) =
                    (find(parent), rows.iter().map(|r| find(&r.group)).collect::<Option<Vec<_>>>())
                else {
                    continue;
                };
                self.relation(total, &parts, Split::Groups)?;
            }
        }
        Ok(())
    }

    /// Adds a funnel for one group: each step is part of the one before, and the pupils lost between two steps are a
    /// sensitive count of their own. The first step is public where `first` says so (enrolment).
    ///
    /// # Errors
    /// [`TableError::SumMismatch`] when a step is larger than the one before.
    pub fn add_funnel(
        &mut self,
        group: &str,
        steps: &[(&str, u64)],
        first: Exposure,
    ) -> Result<(), TableError> {
        let mut before: Option<(CellId, u64, &str)> = None;
        for (name, count) in steps {
            let exposure = if before.is_none() { first } else { Exposure::Published };
            let id = self.cell(CellKey::new(group, *name), *count, exposure)?;
            if let Some((total, larger, earlier)) = before {
                let Some(lost) = larger.checked_sub(*count) else {
                    return Err(TableError::SumMismatch {
                        key: CellKey::new(group, earlier),
                        total: larger,
                        sum: *count,
                    });
                };
                let lost = self.cell(
                    CellKey::new(group, format!("{earlier}, not {name}")),
                    lost,
                    Exposure::Implied,
                )?;
                self.relation(total, &[id, lost], Split::Steps)?;
            }
            before = Some((id, *count, name));
        }
        Ok(())
    }

    /// Says how many children of a group are publicly known to exist; the attacker knows that `item` is at most that.
    ///
    /// # Errors
    /// [`TableError::SumMismatch`] when the item is larger than the enrolment.
    pub fn add_enrolment(&mut self, group: &str, enrolled: u64, item: &str) -> Result<(), TableError> {
        let all = self.cell(CellKey::new(group, "enrolled"), enrolled, Exposure::Public)?;
        let key = CellKey::new(group, item);
        let Some(part) = self.find(&key) else { return Ok(()) };
        let counted = self.count(part);
        let Some(rest) = enrolled.checked_sub(counted) else {
            return Err(TableError::SumMismatch {
                key: self.key(all).clone(),
                total: enrolled,
                sum: counted,
            });
        };
        let rest = self.cell(CellKey::new(group, format!("enrolled, not {item}")), rest, Exposure::Slack)?;
        self.relation(all, &[part, rest], Split::Bound)
    }
}

/// Counts over a hierarchy (district → school → class) by a second dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HierarchyTable {
    /// Names of the columns: bands, `positive` and `negative`.
    pub items: Vec<String>,
    /// Name of the row total; `None` where the columns do not add up to anything.
    pub total: Option<String>,
    /// One row for each group at each level. A parent's counts must be the sum of its children's.
    pub groups: Vec<GroupCounts>,
}

/// One group's counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Unique name of the group.
    pub group: String,
    /// The group that it is part of; `None` at the top.
    pub parent: Option<String>,
    /// Counts in the order of `items`.
    pub counts: Vec<u64>,
}
