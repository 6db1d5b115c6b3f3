//! Rosters as other programs write them: spreadsheets and OneRoster archives, read into pupils and faults.
//!
//! Everything here is pure: bytes in, pupils and faults out, no clock and no database. Nothing panics on any input;
//! a file that cannot be read at all is one sentence, a line that cannot be used is a [`Fault`] with row, column,
//! what was found and what is needed.

mod archive;
mod check;
mod columns;
mod compare;
mod fault;
mod oneroster;
mod rejected;
mod sheet;
mod text;

use crate::model::people::Sex;
use crate::model::{Day, Private};
use std::collections::BTreeMap;

pub use columns::{Columns, Field, guess, plain};
pub use compare::{Change, Known, Plan, compare};
pub use fault::{Fault, Kind, grouped};
pub use rejected::Rejected;

/// How large a file and how many lines are read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file as it was sent.
    pub bytes: usize,
    /// Bytes after unpacking: a small archive must not become a large memory.
    pub unpacked: u64,
    /// Lines with children.
    pub rows: usize,
}

impl Limits {
    /// What a browser may send (INP-06).
    pub const UPLOAD: Self = Self { bytes: 10 << 20, unpacked: 100 << 20, rows: 50_000 };
    /// What somebody at the server's terminal may read.
    pub const TERMINAL: Self = Self { bytes: 256 << 20, unpacked: 1 << 30, rows: 1_000_000 };
}

/// One child as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Pupil {
    /// The line of the file, as a spreadsheet counts them.
    pub row: u32,
    pub number: String,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub sex: Sex,
    pub school: String,
    pub class: String,
    pub grade: i64,
}

/// What a file says, with how it was read.
#[derive(Clone, Debug)]
pub struct Roster {
    /// `CSV, UTF-8, separated by semicolons` and the like: shown, so that a wrong guess is seen.
    pub format: String,
    /// Each heading with the field it was taken for.
    pub mapping: Vec<(String, Option<Field>)>,
    /// The children that can be taken over.
    pub pupils: Vec<Pupil>,
    /// The lines that cannot, and why.
    pub faults: Vec<Fault>,
    /// Those lines themselves: who stands on one of them is not missing from the file.
    pub rejected: Vec<Rejected>,
    /// Accounts of grown-ups in the file, which are not imported.
    pub staff: usize,
    /// The levels between the district and a school, the highest first, where the file names any.
    pub areas: BTreeMap<String, Vec<String>>,
}

/// A table of another kind than a roster: its headings, then its lines with the number a spreadsheet shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct PlainTable {
    pub header: Vec<String>,
    pub lines: Vec<(u32, Vec<String>)>,
}

/// Reads a delimited file in any encoding whose headings stand in its first row.
///
/// # Errors
/// One sentence when it cannot be read as a table.
pub fn plain_table(bytes: &[u8]) -> Result<PlainTable, String> {
    sheet::plain(bytes)
}

/// Why a file as a whole was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One sentence that says what to do.
    pub sentence: String,
    /// The headings, where only their meaning is in question: somebody can say what each column is.
    pub header: Vec<String>,
}

impl From<String> for Refusal {
    fn from(sentence: String) -> Self {
        Self { sentence, header: Vec::new() }
    }
}

/// Reads a file with the guess that its headings allow. `today` decides which birth dates can be true.
///
/// # Errors
/// One sentence when the file as a whole cannot be read.
pub fn read(bytes: &[u8], today: Day, limits: Limits) -> Result<Roster, String> {
    read_as(bytes, today, limits, None).map_err(|refusal| refusal.sentence)
}

/// Reads a file whose columns are what somebody has said. An archive's files name their columns themselves.
///
/// # Errors
/// [`Refusal`] when the file as a whole cannot be read.
pub fn read_as(
    bytes: &[u8],
    today: Day,
    limits: Limits,
    columns: Option<&Columns>,
) -> Result<Roster, Refusal> {
    if bytes.len() > limits.bytes {
        return Err(format!("The file is larger than {} MiB. Split it by school.", limits.bytes >> 20).into());
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("The file is empty.".to_owned().into());
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err("This is an old Excel file (.xls). Save it as .xlsx or CSV.".to_owned().into());
    }
    if bytes.starts_with(b"PK") {
        return match archive::open(bytes, limits)? {
            archive::Content::Workbook => {
                check::sheet(sheet::workbook(bytes, limits)?, today, limits, columns)
            }
            archive::Content::OneRoster(files) => Ok(oneroster::read(files, today, limits)?),
        };
    }
    check::sheet(sheet::delimited(bytes)?, today, limits, columns)
}

#[cfg(test)]
mod tests;
