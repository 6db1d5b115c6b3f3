//! Rows of text from a CSV file or a workbook, with the headings found.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::{Limits, PlainTable, columns, text};

/// A table: headings, then lines with the number a spreadsheet shows.
#[derive(Debug)]
pub(super) struct Sheet {
    pub format: String,
    pub header: Vec<String>,
    pub lines: Vec<(u32, Vec<String>)>,
    /// Whether a text was still open at the end.
    pub cut_off: bool,
}

/// The headings stand in one of the first rows: a title above them is common.
const HEADER_WITHIN: usize = 10;

pub(super) fn delimited(bytes: &[u8]) -> Result<Sheet, String> {
    let (rows, format, cut_off) = rows(bytes)?;
    headed(rows, format, cut_off)
}

/// A table whose headings stand in its first row.
pub(super) fn plain(bytes: &[u8]) -> Result<PlainTable, String> {
    let (mut rows, ..) = rows(bytes)?;
    rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    if rows.is_empty() {
        return Err("The file is empty.".to_owned());
    }
    let (_, header) = rows.remove(0);
    Ok(PlainTable { header, lines: rows })
}

/// Rows with the numbers a spreadsheet shows, how they were read, and whether a text was still open at the end.
type Rows = (Vec<(u32, Vec<String>)>, String, bool);

fn rows(bytes: &[u8]) -> Result<Rows, String> {
    let (text, encoding) = text::decode(bytes)?;
    let delimiter = delimiter(&text);
    let word = match delimiter {
        b'\t' => "tabs",
        b';' => "semicolons",
        b'|' => "bars",
        _ => "commas",
    };
    let cut_off = text.matches('"').count() % 2 == 1;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("The file cannot be read as a table: {error}."))?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((u32::try_from(line).unwrap_or(u32::MAX), record.iter().map(tidy).collect()));
    }
    Ok((rows, format!("CSV, {encoding}, separated by {word}"), cut_off))
}

pub(super) fn workbook(bytes: &[u8], limits: Limits) -> Result<Sheet, String> {
    let broken = |_| "The workbook is broken or protected by a password.".to_owned();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let name = names.first().cloned().ok_or("The workbook has no sheet.")?;
    let range = book.worksheet_range(&name).map_err(broken)?;
    if range.height() > limits.rows + HEADER_WITHIN || range.width() > 500 {
        return Err(format!("The sheet has more than {} rows or 500 columns.", limits.rows));
    }
    let first = range.start().map_or(0, |(row, _)| row);
    let formulas = book.worksheet_formula(&name).map_err(broken)?;
    let mut rows = Vec::new();
    for (index, cells) in range.rows().enumerate() {
        let row = first + u32::try_from(index).unwrap_or(0);
        let left = range.start().map_or(0, |(_, column)| column);
        let cells = cells.iter().enumerate().map(|(at, cell)| {
            let position = (row, left + u32::try_from(at).unwrap_or(0));
            match formulas.get_value(position).filter(|f| !f.is_empty()) {
                Some(formula) => format!("={formula}"),
                None => words(cell),
            }
        });
        rows.push((row + 1, cells.collect()));
    }
    headed(rows, format!("Excel, sheet “{name}”"), false)
}

/// A cell as a person reads it; a number that has lost digits keeps its exponent, which no number of a child has.
fn words(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => tidy(text),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::Float(number) if number.abs() >= 1e15 => format!("{number:E}"),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => format!("={other}"),
    }
}

fn tidy(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')).to_owned()
}

/// Takes the headings off: of the first rows the one that names most fields.
fn headed(mut rows: Vec<(u32, Vec<String>)>, format: String, cut_off: bool) -> Result<Sheet, String> {
    let known = |cells: &[String]| columns::guess(cells).iter().filter(|field| field.is_some()).count();
    let best = (0..rows.len().min(HEADER_WITHIN)).max_by_key(|at| (known(&rows[*at].1), usize::MAX - at));
    let Some(at) = best.filter(|at| known(&rows[*at].1) >= 2) else {
        let first = rows.first().map(|(_, cells)| cells.join(" | ")).unwrap_or_default();
        let first: String = first.chars().take(80).collect();
        return Err(format!("No row of headings was found. The file begins with “{first}”."));
    };
    let header = rows[at].1.clone();
    rows.drain(..=at);
    rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    Ok(Sheet { format, header, lines: rows, cut_off })
}

/// The separator that stands most evenly in the first lines.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |sign: u8| {
        let counts: Vec<usize> =
            lines.iter().map(|line| line.bytes().filter(|b| *b == sign).count()).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        (counts.iter().filter(|n| **n == most && most > 0).count() * most, most)
    };
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|sign| score(*sign)).unwrap_or(b',')
}
