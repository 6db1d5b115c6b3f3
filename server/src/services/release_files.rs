//! The files of a release: what the page offers and what the terminal writes, from the same frozen figures.

use super::releases::ReleasePage;
use crate::draw::{Figure, Table};
use crate::spreadsheet::guarded;

/// A file to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub kind: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The kinds of file of each figure: ending, media type and words.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("csv", "text/csv; charset=utf-8; header=present", "table, CSV"),
    ("svg", "image/svg+xml", "picture, SVG"),
];

/// One file of a release by its name; none where there is no such file.
pub fn file(page: &ReleasePage, name: &str) -> Option<File> {
    let (chart, ending) = name.rsplit_once('.')?;
    let (_, figure) = page.figures.iter().find(|(known, _)| known == chart)?;
    let (_, kind, _) = KINDS.iter().find(|(known, ..)| *known == ending)?;
    let bytes = of_figure(figure, ending)?;
    Some(File { name: name.to_owned(), kind, bytes })
}

/// The name of every file of a release.
pub fn names(page: &ReleasePage) -> Vec<String> {
    let of = |(chart, _): &(String, Figure)| {
        KINDS.iter().map(|(ending, ..)| format!("{chart}.{ending}")).collect::<Vec<_>>()
    };
    page.figures.iter().flat_map(of).collect()
}

fn of_figure(figure: &Figure, ending: &str) -> Option<Vec<u8>> {
    match ending {
        "csv" => Some(csv(&figure.table).into_bytes()),
        "svg" => Some(figure.svg.clone().into_bytes()),
        _ => None,
    }
}

/// A table as RFC 4180 wants it, starting with the mark by which spreadsheets know UTF-8.
pub fn csv(table: &Table) -> String {
    let mut text = String::from("\u{feff}");
    for row in std::iter::once(&table.headers).chain(&table.rows) {
        let cells: Vec<String> = row.iter().map(|cell| field(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula (INP-05), quoted where it must be.
fn field(text: &str) -> String {
    let safe = guarded(text);
    if safe.contains([',', '"', '\r', '\n']) || safe != safe.trim() {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{csv, field};
    use crate::draw::Table;

    #[test]
    fn no_cell_can_be_a_formula_inp_05() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", " =", "\u{feff}="]
        {
            let cell = field(&format!("{start}cmd|' /C calc'!A0"));
            assert!(cell.trim_start_matches('"').starts_with('\''), "{cell:?}");
        }
        assert_eq!(field("=1+2"), "'=1+2");
        assert_eq!(field("=1,2"), "\"'=1,2\"");
    }

    #[test]
    fn a_table_reads_back_as_it_was_rfc_4180() {
        let table = Table {
            caption: "Not in the file".to_owned(),
            headers: vec!["School".to_owned(), "Share, %".to_owned()],
            rows: vec![
                vec!["Oak \"High\"".to_owned(), "≥95%".to_owned()],
                vec!["Two\nlines".to_owned(), String::new()],
            ],
        };
        assert_eq!(
            csv(&table),
            "\u{feff}School,\"Share, %\"\r\n\"Oak \"\"High\"\"\",≥95%\r\n\"Two\nlines\",\r\n"
        );
    }
}
