//! The importer against files as schools send them.

mod bad_files;
mod comparisons;
mod good_files;
mod oneroster;
mod properties;

use std::io::{Cursor, Write};

use super::{Kind, Limits, Roster, read};
use crate::model::Day;

const HEADER: &str = "number,given name,family name,birth date,sex,school,grade,class\n";
const MEI: &str = "1001,Mei,Lin,2014-03-05,female,Hill School,6,6A\n";

fn today() -> Day {
    "2026-11-26".parse().unwrap()
}

fn get(bytes: impl AsRef<[u8]>) -> Result<Roster, String> {
    read(bytes.as_ref(), today(), Limits::UPLOAD)
}

/// A file with Mei and one more line; the kinds of fault on that line.
fn kinds(line: &str) -> Vec<Kind> {
    let roster = get(format!("{HEADER}{MEI}{line}\n")).unwrap();
    assert_eq!(roster.pupils.len(), 1, "the other line is taken all the same");
    assert!(roster.faults.iter().all(|f| f.row == 3), "{:?}", roster.faults);
    roster.faults.iter().map(|f| f.kind).collect()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of inline strings; a cell that begins with `=` is a formula, one with `#` a number.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut data = String::new();
    for (r, cells) in rows.iter().enumerate() {
        data.push_str(&format!("<row r=\"{}\">", r + 1));
        for (c, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let at = format!("{}{}", char::from(b'A' + u8::try_from(c).unwrap()), r + 1);
            data.push_str(&if let Some(formula) = cell.strip_prefix('=') {
                format!("<c r=\"{at}\"><f>{formula}</f><v>7</v></c>")
            } else if let Some(number) = cell.strip_prefix('#') {
                format!("<c r=\"{at}\"><v>{number}</v></c>")
            } else {
                format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")
            });
        }
        data.push_str("</row>");
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let doc = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let types = format!(
        "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{doc}/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let root = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{doc}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{doc}\"><sheets><sheet name=\"5B\" sheetId=\"1\" r:id=\"r1\"/></sheets>\
         </workbook>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData></worksheet>");
    archive(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}
