//! What is taken away says what the page says: the report's text, the workbook's cells and the picture, of one release.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use uuid::Uuid;

use super::{WHOLE, csv, number_of, sheet_name, xlsx};
use crate::documents::Press;
use crate::draw::{About, BarsCi, Estimate, Figure, Frame, GroupRow, Share, Table, bars_ci};
use crate::model::{DistrictId, Instant, ReleaseId, WindowId};
use crate::services::release_report::{MEANING, document};
use crate::services::releases::{ReleasePage, ReleaseSummary};
use crate::services::sign_off::History;
use crate::spreadsheet::cell;

fn figure(name: &str, schools: u64) -> Figure {
    let estimate = |n: u64| Estimate {
        count: Some(n / 5),
        n,
        share: Share::Percent(20.0),
        interval: Some((17.0, 23.0)),
    };
    let rows = (1..=schools).map(|s| GroupRow {
        label: format!("School number {s}"),
        estimate: (s % 3 > 0).then(|| estimate(1000 + 35 * s)),
    });
    let about =
        About { measure: format!("Measure of {name}"), window: "Spring".to_owned(), ..About::default() };
    let input = BarsCi {
        group: ("school".to_owned(), "schools".to_owned()),
        district: Some(estimate(12_345)),
        rows: rows.collect(),
        about,
    };
    bars_ci(&Frame::picture(name), &input).expect("drawn")
}

fn page() -> ReleasePage {
    let release = ReleaseSummary {
        id: ReleaseId(Uuid::nil()),
        district_id: DistrictId(Uuid::nil()),
        window_id: WindowId(Uuid::nil()),
        window_name: "Spring 2026".to_owned(),
        number: 1,
        built_at: Instant::from_millis(1_780_000_000_000),
        built_by: "Ana".to_owned(),
        published_at: None,
    };
    ReleasePage {
        district: "Riverside".to_owned(),
        release,
        steps: History::default(),
        figures: vec![("first".to_owned(), figure("first", 9)), ("second".to_owned(), figure("second", 40))],
        all: Vec::new(),
        waiting: Vec::new(),
    }
}

/// Without blanks, because a PDF breaks lines where it likes.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_number_of_the_page_stands_in_the_report_d_13() {
    let page = page();
    let press = Press::new(Path::new("/nowhere"));
    let pdf = press.print(&document(&page)).expect("printed");
    let pages = pdf_extract::extract_text_from_mem_by_pages(&pdf).expect("readable");
    let text = squeezed(&pages.join(" "));
    let mut cells = 0;
    for (_, figure) in &page.figures {
        assert!(text.contains(&squeezed(&figure.title)) && text.contains(&squeezed(&figure.subtitle)));
        for cell in figure.table.rows.iter().flatten() {
            assert!(text.contains(&squeezed(cell)), "{cell} is missing");
            cells += 1;
        }
    }
    assert!(cells > 200);
    for line in MEANING {
        assert!(text.contains(&squeezed(line)), "{line}");
    }
    assert!(text.contains("draftforthedistrict") && pages.len() > 3);
    assert_eq!(pdf, press.print(&document(&page)).expect("printed"), "the same release gives the same file");
}

#[test]
fn the_workbook_holds_the_tables_of_the_page_and_no_formula_inp_05() {
    let page = page();
    let bytes = xlsx(&page.release, &page.figures).expect("written");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).expect("readable");
    let sheets = book.sheet_names();
    assert_eq!(sheets.len(), page.figures.len() + 1);
    for (sheet, (_, figure)) in sheets.iter().skip(1).zip(&page.figures) {
        let range = book.worksheet_range(sheet).expect("a sheet");
        let as_shown = |cell: &Data| match cell {
            Data::Float(n) => crate::draw::text::count(*n as u64),
            Data::Int(n) => crate::draw::text::count(*n as u64),
            Data::Empty => String::new(),
            other => other.to_string(),
        };
        let found: Vec<Vec<String>> =
            range.rows().skip(4).map(|row| row.iter().map(as_shown).collect()).collect();
        assert_eq!(found, figure.table.rows, "{sheet}");
        assert!(book.worksheet_formula(sheet).is_ok_and(|f| f.is_empty()));
    }
    assert_eq!(
        bytes,
        xlsx(&page.release, &page.figures).expect("written"),
        "the same release gives the same file"
    );
}

#[test]
fn a_picture_is_that_of_the_page_and_as_wide_as_print_needs() {
    let press = Press::new(Path::new("/nowhere"));
    let png = press.png(&figure("first", 9).svg).expect("drawn");
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    assert_eq!(number(16), 1440, "its width");
    assert!(number(20) > 300, "its height");
    assert!(png.len() < 400_000, "{} bytes", png.len());
    assert!(press.png("<p>no picture</p>").is_err());
    assert_eq!(WHOLE.len(), 2);
}

#[test]
fn no_cell_can_be_a_formula_inp_05() {
    for start in ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", " =", "\u{feff}="] {
        let guarded = cell(&format!("{start}cmd|' /C calc'!A0"));
        assert!(guarded.trim_start_matches('"').starts_with('\''), "{guarded:?}");
    }
    assert_eq!(cell("=1+2"), "'=1+2");
    assert_eq!(cell("=1,2"), "\"'=1,2\"");
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

#[test]
fn a_count_is_a_number_in_a_workbook_and_nothing_else_is() {
    assert_eq!(number_of("1,430"), Some(1430.0));
    for text in ["", "≤5%", "17%", "Too few pupils to show (protects privacy)", "–0.3", "2026-03-01"] {
        assert_eq!(number_of(text), None, "{text}");
    }
    assert_eq!(sheet_name(12, "positive-screens-phq9-teen-chance-x").chars().count(), 31);
}
