//! What is wrong with a line, grouped by what to fix.

use std::collections::BTreeMap;

/// What to fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each has its sentence in `needed`")]
pub enum Kind {
    Formula,
    NumberMissing,
    NumberRounded,
    NumberTwice,
    NameMissing,
    TooLong,
    ControlSign,
    BirthMissing,
    BirthNotADate,
    BirthImplausible,
    SexUnknown,
    SchoolMissing,
    ClassMissing,
    GradeUnknown,
    TooFewCells,
    TooManyCells,
    NotListed,
    UnknownWord,
}

impl Kind {
    /// What is needed instead.
    pub fn needed(self) -> &'static str {
        match self {
            Self::Formula => "a plain value, not a formula (copy, then paste as values)",
            Self::NumberMissing => "the district's number of the child",
            Self::NumberRounded => {
                "the whole number; the spreadsheet has rounded it (format the column as text)"
            }
            Self::NumberTwice => "a number that stands only once in the file",
            Self::NameMissing => "a given name and a family name",
            Self::TooLong => "at most 200 signs",
            Self::ControlSign => "letters, digits and spaces only, without control signs",
            Self::BirthMissing => "a birth date, YYYY-MM-DD",
            Self::BirthNotADate => "a date that exists, YYYY-MM-DD",
            Self::BirthImplausible => "the birth date of somebody between 3 and 25 years old",
            Self::SexUnknown => "female, male, other or nothing (女, 男)",
            Self::SchoolMissing => "the school's name",
            Self::ClassMissing => "the class",
            Self::GradeUnknown => "a grade from 0 to 13",
            Self::TooFewCells => "as many cells as there are headings; the file may have been cut off here",
            Self::TooManyCells => {
                "as many cells as there are headings; quote a text that holds the separator"
            }
            Self::NotListed => "an id that stands in the other file of the archive",
            Self::UnknownWord => "a word that OneRoster knows here",
        }
    }
}

/// One thing wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Fault {
    pub row: u32,
    /// The heading, with the file's name before it inside an archive.
    pub column: String,
    pub found: String,
    pub kind: Kind,
}

impl Fault {
    pub(super) fn new(row: u32, column: &str, found: &str, kind: Kind) -> Self {
        // Long enough to recognise, short enough for a page.
        Self { row, column: column.to_owned(), found: found.chars().take(60).collect(), kind }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let found = if self.found.is_empty() { "nothing" } else { &self.found };
        write!(f, "Row {}, {}: found {found}, need {}", self.row, self.column, self.kind.needed())
    }
}

/// Faults by kind and column, the most frequent first.
pub fn grouped(faults: &[Fault]) -> Vec<(Kind, &str, Vec<&Fault>)> {
    let mut groups: BTreeMap<(Kind, &str), Vec<&Fault>> = BTreeMap::new();
    for fault in faults {
        groups.entry((fault.kind, &fault.column)).or_default().push(fault);
    }
    let mut groups: Vec<_> = groups.into_iter().map(|((kind, column), list)| (kind, column, list)).collect();
    groups.sort_by_key(|(.., list)| std::cmp::Reverse(list.len()));
    groups
}
