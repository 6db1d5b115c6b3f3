//! Small cells: what a table may show without showing a child.

mod audit;

pub use audit::HiddenCell;

use serde::{Deserialize, Serialize};

/// A table with its small cells hidden.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Suppressed {
    /// Cells that are small by themselves.
    pub primary: Vec<Vec<bool>>,
    /// All hidden cells: the small ones and those hidden to protect them.
    pub hidden: Vec<Vec<bool>>,
    /// What somebody who knows all row and column totals can work out about each hidden cell.
    pub audit: Vec<HiddenCell>,
}

/// Why a table cannot be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Rows of different length, or none.
    #[error("the table needs at least one row and one column, and all rows equally long")]
    Uneven,
}

/// Hides cells below `k` and as many more as it takes that no hidden cell can be worked out from the totals.
///
/// First every cell with 0 < count < k (also 0 when [`Zeros::Small`]). Then, row by row and column by column, a line
/// with exactly one hidden cell gets the smallest open cell hidden too, until none is left. Last the audit: with all
/// totals known, the possible values of each hidden cell must not be a single number.
///
/// # Errors
/// The rows are not equally long.
///
/// ```
/// use questionnaires::disclosure::{Zeros, suppress};
///
/// let table = vec![vec![14, 22, 18], vec![4, 25, 21], vec![19, 17, 30]];
/// let safe = suppress(&table, 10, Zeros::Shown).unwrap_or_else(|fault| panic!("{fault}"));
/// assert_eq!(safe.hidden[1], [true, false, true]);
/// assert!(safe.audit.iter().all(|cell| cell.low < cell.high));
/// ```
pub fn suppress(table: &[Vec<u32>], k: u32, zeros: Zeros) -> Result<Suppressed, TableError> {
    let columns = table.first().map_or(0, Vec::len);
    if columns == 0 || table.iter().any(|row| row.len() != columns) {
        return Err(TableError::Uneven);
    }
    let is_small = |count: u32| count < k && (count > 0 || zeros == Zeros::Small);
    let primary: Vec<Vec<bool>> =
        table.iter().map(|row| row.iter().map(|count| is_small(*count)).collect()).collect();
    let mut hidden = primary.clone();
    loop {
        complete_lines(table, &mut hidden, zeros);
        let audit = audit::audit(table, &hidden);
        let Some(exposed) = audit.iter().find(|cell| cell.low == cell.high) else {
            return Ok(Suppressed { primary, hidden, audit });
        };
        if !hide_one_more(table, &mut hidden, exposed) {
            return Ok(Suppressed { primary, hidden, audit });
        }
    }
}

/// Whether a count of 0 is as telling as a small one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeros {
    /// A 0 may be shown, and hiding it protects nobody.
    Shown,
    /// A 0 is hidden like any small count.
    Small,
}

/// Every line gets no hidden cell or at least two.
fn complete_lines(table: &[Vec<u32>], hidden: &mut [Vec<bool>], zeros: Zeros) {
    let (rows, columns) = (table.len(), table[0].len());
    let row = |at: usize| (0..columns).map(|column| (at, column)).collect::<Vec<_>>();
    let column = |at: usize| (0..rows).map(|row| (row, at)).collect::<Vec<_>>();
    let lines: Vec<Vec<(usize, usize)>> = (0..rows).map(row).chain((0..columns).map(column)).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for line in &lines {
            if line.iter().filter(|(r, c)| hidden[*r][*c]).count() != 1 {
                continue;
            }
            let open = |may_be_zero: bool| {
                line.iter()
                    .filter(|(r, c)| !hidden[*r][*c] && (may_be_zero || table[*r][*c] > 0))
                    .min_by_key(|(r, c)| table[*r][*c])
            };
            // A shown 0 protects nobody while hidden, so it is taken only where nothing else is left.
            if let Some(&(r, c)) = open(zeros == Zeros::Small).or_else(|| open(true)) {
                hidden[r][c] = true;
                changed = true;
            }
        }
    }
}

/// Hides the smallest open cell that shares a row or column with an exposed one; otherwise the smallest anywhere.
fn hide_one_more(table: &[Vec<u32>], hidden: &mut [Vec<bool>], exposed: &HiddenCell) -> bool {
    let cells = || (0..table.len()).flat_map(|r| (0..table[r].len()).map(move |c| (r, c)));
    let open: Vec<_> = cells().filter(|(r, c)| !hidden[*r][*c]).collect();
    let near = open.iter().filter(|(r, c)| *r == exposed.row || *c == exposed.column);
    let pick = near.min_by_key(|(r, c)| (table[*r][*c] == 0, table[*r][*c]));
    match pick.or_else(|| open.iter().min_by_key(|(r, c)| (table[*r][*c] == 0, table[*r][*c]))) {
        Some(&(r, c)) => {
            hidden[r][c] = true;
            true
        }
        None => false,
    }
}

/// A share as it may be printed: exact for middling shares, "<=5%" or ">=95%" at the ends, "suppressed" for fewer than
/// `min_n` cases. The narrower the group, the wider the ends (NCES 2011-603: 10–19 cases 20 %, 20–39 10 %, 40–99 5 %,
/// 100–299 2 %, 300 and more 1 %).
pub fn recode_share(count: u64, n: u64, min_n: u64) -> String {
    if n < min_n || n == 0 || count > n {
        return "suppressed".to_owned();
    }
    let end = match n {
        300.. => 1,
        100..=299 => 2,
        40..=99 => 5,
        20..=39 => 10,
        _ => 20,
    };
    // In whole numbers, so that 3 of 30 is exactly 10 %.
    if count * 100 <= end * n {
        format!("<={end}%")
    } else if (n - count) * 100 <= end * n {
        format!(">={}%", 100 - end)
    } else {
        format!("{}%", (200 * count + n) / (2 * n))
    }
}

/// A count to the nearest 5 (HESA and DfE style).
pub fn round_to_5(count: u64) -> u64 {
    (count + 2) / 5 * 5
}
