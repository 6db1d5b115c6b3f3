//! The files of a release: each figure's table as CSV, and its drawing.

use axum::response::Response;
use server::draw::{Figure, Table};
use server::spreadsheet::guarded;

use crate::render;

/// A table as RFC 4180 wants it, starting with the mark by which spreadsheets know UTF-8.
pub(super) fn csv(figure: &Figure, name: &str) -> Response {
    let mut text = String::from("\u{feff}");
    text.push_str(&rows(&figure.table));
    render::file("text/csv; charset=utf-8; header=present", &format!("{name}.csv"), text)
}

/// The drawing as a picture of its own.
pub(super) fn svg(figure: &Figure, name: &str) -> Response {
    render::file("image/svg+xml", &format!("{name}.svg"), figure.svg.clone())
}

fn rows(table: &Table) -> String {
    let mut text = String::new();
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
    use server::draw::Table;

    use super::{field, rows};

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
        assert_eq!(rows(&table), "School,\"Share, %\"\r\n\"Oak \"\"High\"\"\",≥95%\r\n\"Two\nlines\",\r\n");
    }
}
