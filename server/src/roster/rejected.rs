//! Lines that cannot be taken over, as a file of their own to mend and send again.

use std::collections::HashMap;

use super::{Fault, Field, Pupil, Roster};
use crate::spreadsheet::quoted;

/// One line that cannot be taken over, with what stands in the columns that were recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Rejected {
    pub row: u32,
    pub cells: Vec<(Field, String)>,
}

impl Rejected {
    /// A line whose cells are right one by one, and wrong beside another line.
    pub(super) fn of(pupil: &Pupil) -> Self {
        let cells = vec![
            (Field::Number, pupil.number.clone()),
            (Field::GivenName, pupil.given_name.reveal().clone()),
            (Field::FamilyName, pupil.family_name.reveal().clone()),
            (Field::BirthDate, pupil.birth_date.to_string()),
            (Field::Sex, pupil.sex.as_str().to_owned()),
            (Field::School, pupil.school.clone()),
            (Field::Grade, pupil.grade.to_string()),
            (Field::Class, pupil.class.clone()),
        ];
        Self { row: pupil.row, cells }
    }

    /// The text of a field; empty where the file has no such column.
    pub fn text(&self, field: Field) -> &str {
        self.cells.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| text)
    }
}

const COLUMNS: [Field; 9] = [
    Field::Number,
    Field::FullName,
    Field::GivenName,
    Field::FamilyName,
    Field::BirthDate,
    Field::Sex,
    Field::School,
    Field::Grade,
    Field::Class,
];

impl Roster {
    /// The rejected lines as CSV with a mark of UTF-8 for spreadsheets: the columns that the file had, the row it was,
    /// and the reason. Mended, it can be sent as it is.
    pub fn rejected_csv(&self) -> String {
        let had: Vec<Field> = COLUMNS
            .into_iter()
            .filter(|field| self.rejected.iter().any(|line| line.cells.iter().any(|(f, _)| f == field)))
            .collect();
        let mut reasons: HashMap<u32, Vec<String>> = HashMap::new();
        for fault in &self.faults {
            reasons.entry(fault.row).or_default().push(reason(fault));
        }
        let headings = had.iter().map(|field| field.label());
        let mut text = String::from("\u{feff}");
        push(&mut text, headings.chain(["Row in the file", "Reason"]).map(quoted));
        for line in &self.rejected {
            let why = reasons.get(&line.row).map(|list| list.join("; ")).unwrap_or_default();
            let cells = had.iter().map(|field| quoted(line.text(*field)));
            push(&mut text, cells.chain([line.row.to_string(), quoted(&why)]));
        }
        text
    }
}

fn reason(fault: &Fault) -> String {
    let found = if fault.found.is_empty() { "nothing" } else { &fault.found };
    format!("{}: found {found}, need {}", fault.column, fault.kind.needed())
}

fn push(text: &mut String, cells: impl Iterator<Item = String>) {
    text.push_str(&cells.collect::<Vec<_>>().join(","));
    text.push_str("\r\n");
}
