//! The files of a release: what the page offers and what the terminal writes, from the same frozen figures.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::releases::{ReleasePage, ReleaseSummary};
use super::{Services, release_report};
use crate::draw::{Figure, Table};
use crate::spreadsheet::cell;
use crate::{Error, Result};

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
    ("png", "image/png", "picture, PNG"),
];

/// The files of a release as a whole: name, media type and words.
pub const WHOLE: &[(&str, &str, &str)] = &[
    ("report.pdf", "application/pdf", "The whole release as a report (PDF)"),
    (
        "tables.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "All tables (Excel)",
    ),
];

/// One file of a release by its name.
///
/// # Errors
/// [`Error::NotFound`] where there is no such file; [`Error::Conflict`] when it cannot be made.
pub async fn file(services: &Services, page: &ReleasePage, name: &str) -> Result<File> {
    if let Some((_, kind, _)) = WHOLE.iter().find(|(known, ..)| *known == name) {
        let bytes = match name {
            "report.pdf" => services.print(release_report::document(page)).await?,
            _ => xlsx(&page.release, &page.figures).map_err(|error| {
                tracing::error!(%error, "a workbook could not be written");
                Error::Conflict("The Excel file could not be made. Take the CSV files.".to_owned())
            })?,
        };
        return Ok(File { name: name.to_owned(), kind, bytes });
    }
    let (chart, ending) = name.rsplit_once('.').ok_or(Error::NotFound)?;
    let (_, figure) = page.figures.iter().find(|(known, _)| known == chart).ok_or(Error::NotFound)?;
    let (_, kind, _) = KINDS.iter().find(|(known, ..)| *known == ending).ok_or(Error::NotFound)?;
    let bytes = match ending {
        "csv" => csv(&figure.table).into_bytes(),
        "svg" => figure.svg.clone().into_bytes(),
        _ => services.png(figure.svg.clone()).await?,
    };
    Ok(File { name: name.to_owned(), kind, bytes })
}

/// The name of every file of a release.
pub fn names(page: &ReleasePage) -> Vec<String> {
    let of = |(chart, _): &(String, Figure)| {
        KINDS.iter().map(|(ending, ..)| format!("{chart}.{ending}")).collect::<Vec<_>>()
    };
    let whole = WHOLE.iter().map(|(name, ..)| (*name).to_owned());
    whole.chain(page.figures.iter().flat_map(of)).collect()
}

/// A table as RFC 4180 wants it, starting with the mark by which spreadsheets know UTF-8.
pub fn csv(table: &Table) -> String {
    let mut text = String::from("\u{feff}");
    for row in std::iter::once(&table.headers).chain(&table.rows) {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A workbook: what the numbers mean, then a sheet for each figure's table. Cells are text or numbers, never formulas,
/// and hold what the page shows.
fn xlsx(release: &ReleaseSummary, figures: &[(String, Figure)]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let at = release.built_at.millis().div_euclid(1000);
    book.set_properties(
        &DocProperties::new()
            .set_title(format!("Release of {}", release.window_name))
            .set_creation_datetime(&ExcelDateTime::from_timestamp(at)?),
    );
    let (bold, wrap) = (Format::new().set_bold(), Format::new().set_text_wrap());
    let about = book.add_worksheet().set_name("About")?;
    about.set_column_width(0, 100)?;
    about.write_string_with_format(0, 0, format!("Release of {}", release.window_name), &bold)?;
    for (row, line) in (1u32..).zip(release_report::MEANING) {
        about.write_string_with_format(row, 0, *line, &wrap)?;
    }
    for (number, (name, figure)) in (1..).zip(figures) {
        let sheet = book.add_worksheet().set_name(sheet_name(number, name))?;
        sheet.write_string_with_format(0, 0, &figure.title, &bold)?;
        sheet.write_string(1, 0, &figure.subtitle)?;
        for (column, head) in (0u16..).zip(&figure.table.headers) {
            sheet.write_string_with_format(3, column, head, &bold)?;
        }
        for (row, cells) in (4u32..).zip(&figure.table.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match number_of(cell).filter(|_| column > 0) {
                    Some(number) => sheet.write_number(row, column, number)?,
                    None => sheet.write_string(row, column, cell)?,
                };
            }
        }
        sheet.set_column_width(0, 40)?;
        for column in 1..u16::try_from(figure.table.headers.len()).unwrap_or(1) {
            sheet.set_column_width(column, 22)?;
        }
    }
    book.save_to_buffer()
}

/// A count as a number; everything else stays the text that the page shows.
fn number_of(cell: &str) -> Option<f64> {
    let plain = !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit() || c == ',');
    plain.then(|| cell.replace(',', "").parse().ok()).flatten()
}

/// At most 31 characters, unique by its number, without what Excel forbids.
fn sheet_name(number: usize, name: &str) -> String {
    let name: String = name.chars().filter(|c| !"[]:*?/\\".contains(*c)).collect();
    format!("{number} {name}").chars().take(31).collect()
}

#[cfg(test)]
mod tests;
