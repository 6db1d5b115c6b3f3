//! What leaves this module: the published form, which knows only shown and hidden, and the internal form, which knows
//! why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::audit::Interval;
use super::table::{CellKey, Exposure};
use super::world::World;

/// Why a cell is hidden. For the internal audit only: an attacker who knew it would know which cells are small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The count is 1..k−1, or its group is smaller than k.
    Small,
    /// All but 1..k−1 of the group are in this cell.
    SmallComplement,
    /// The whole group is in one band.
    Homogeneous,
    /// Hidden so that another cell cannot be computed.
    Complementary,
    /// Hidden so that another cell's interval is wide enough.
    Widening,
    /// Hidden in an earlier release, and kept so.
    Withheld,
}

/// A cell as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// The count, rounded where the policy rounds.
    Shown(u64),
    /// Too few pupils to show.
    Hidden,
}

/// A percentage as published (PRV-01): never finer than a whole percent, coded near none and near all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Percentage {
    /// 6 to 94 percent.
    Percent(u8),
    /// 95 percent or more.
    AtLeast95,
    /// 5 percent or less.
    AtMost5,
    /// Part or whole is hidden, or the whole is zero.
    Hidden,
}

/// One cell of the published form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCell {
    /// Which cell.
    #[serde(flatten)]
    pub key: CellKey,
    /// Its count, or that it is hidden.
    pub cell: Cell,
}

/// The published form: safe to store, serve, export and print. Frozen into a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Cells in the order of their keys.
    pub cells: Vec<PublishedCell>,
}

impl Published {
    /// A cell; `None` when the release has no such cell.
    pub fn cell(&self, key: &CellKey) -> Option<Cell> {
        let at = self.cells.binary_search_by(|c| c.key.cmp(key)).ok()?;
        Some(self.cells[at].cell)
    }
}

/// A cell with what only the internal audit may see.
#[derive(Clone, Debug)]
struct Judged {
    key: CellKey,
    exposure: Exposure,
    cell: Cell,
    reason: Option<Reason>,
    proved: Option<Interval>,
}

/// A proven pattern. Not serialisable: it knows why cells are hidden. Hand on [`Protected::published`] instead.
#[derive(Clone, Debug)]
pub struct Protected {
    /// In the order of the tables.
    cells: Vec<Judged>,
    index: BTreeMap<CellKey, usize>,
}

impl Protected {
    pub(super) fn new(world: &World<'_>, certified: Vec<Option<Interval>>) -> Self {
        let judge = |(i, def): (usize, &super::table::CellDef)| Judged {
            key: def.key.clone(),
            exposure: def.exposure,
            cell: match (world.unknown(i), def.exposure) {
                (true, _) => Cell::Hidden,
                // What is known already is told as it is known.
                (false, Exposure::Known | Exposure::Public) => Cell::Shown(def.count),
                (false, _) => Cell::Shown(world.policy.printed(def.count)),
            },
            reason: world.reason(i),
            proved: certified.get(i).copied().flatten(),
        };
        let cells: Vec<Judged> = world.tables.cells.iter().enumerate().map(judge).collect();
        let index = cells.iter().enumerate().map(|(i, c)| (c.key.clone(), i)).collect();
        Self { cells, index }
    }

    /// A cell as published; `None` when the tables have no such cell.
    pub fn cell(&self, key: &CellKey) -> Option<Cell> {
        self.index.get(key).map(|i| self.cells[*i].cell)
    }

    /// Why a cell is hidden; internal audit only.
    pub fn reason(&self, key: &CellKey) -> Option<Reason> {
        self.index.get(key).and_then(|i| self.cells[*i].reason)
    }

    /// Hidden cells with their reason and an interval that the attacker provably cannot narrow below; internal audit
    /// only. Cells that are never printed are listed too when they had to be kept open.
    pub fn hidden(&self) -> impl Iterator<Item = (&CellKey, Reason, Option<Interval>)> {
        self.cells.iter().filter_map(|c| Some((&c.key, c.reason?, c.proved)))
    }

    /// Percentage of two published counts, computed from what is printed, so that it says no more than they do.
    pub fn percentage(&self, part: &CellKey, whole: &CellKey) -> Percentage {
        match (self.cell(part), self.cell(whole)) {
            (Some(Cell::Shown(part)), Some(Cell::Shown(whole))) => Percentage::of(part, whole),
            _ => Percentage::Hidden,
        }
    }

    /// The form that may leave the server.
    pub fn published(&self) -> Published {
        let printed = |i: &usize| matches!(self.cells[*i].exposure, Exposure::Published | Exposure::Public);
        // The index is ordered by key.
        let cells = self.index.values().filter(|i| printed(i)).map(|i| &self.cells[*i]);
        Published { cells: cells.map(|c| PublishedCell { key: c.key.clone(), cell: c.cell }).collect() }
    }

    /// Whether each cell is hidden, in the order of the tables: input of [`super::intervals`].
    pub fn pattern(&self) -> Vec<bool> {
        self.cells.iter().map(|c| c.cell == Cell::Hidden).collect()
    }
}

impl Percentage {
    /// The percentage of two printed counts.
    pub fn of(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self::Hidden;
        }
        // Rounded to the nearest whole, half up, in whole numbers.
        let percent = (part.min(whole) * 200 + whole) / (whole * 2);
        match percent {
            95.. => Self::AtLeast95,
            0..=5 => Self::AtMost5,
            p => Self::Percent(p as u8),
        }
    }
}
