//! Tables: columns as wide as their words want, rows that are not torn apart, a head on every page.

use super::layout::Galley;
use super::text::{Look, Text};
use super::write::{BLACK, GREY, GROUND, Item, LINE, Part};
use super::{Column, Table};
use krilla::tagging::{TableHeaderScope, Tag};
use std::rc::Rc;

const SIZE: f32 = 9.5;
const PAD: f32 = 4.0;

/// Names and what belongs to them.
pub(super) fn fields(galley: &mut Galley<'_>, fields: &[(String, String)]) {
    let table = galley.pages.element(Tag::Table, None);
    let (left, measure) = (galley.sheet.left, galley.sheet.measure());
    for (name, value) in fields {
        let name = galley.setter.set(name, Look::plain(galley.pt(SIZE)), measure * 0.32 - PAD);
        let value = galley.setter.set(value, Look::plain(galley.pt(10.5)), measure * 0.68);
        galley.room(name.height().max(value.height()).min(300.0));
        let row = galley.pages.element(Tag::TR, Some(table));
        let head = galley.pages.element(Tag::TH(TableHeaderScope::Row), Some(row));
        let cell = galley.pages.element(Tag::TD, Some(row));
        let (y, part, height) = (galley.y, Part::Of(head), name.height());
        let lines = 0..name.layout.len();
        galley.put(Item::Lines { text: name, lines, x: left, y: y + 0.8, ink: GREY, part });
        galley.flow(&value, left + measure * 0.32, BLACK, Part::Of(cell));
        galley.y = galley.y.max(y + height) + galley.pt(3.0);
    }
    galley.y += galley.pt(6.0);
}

/// A table with its caption.
pub(super) fn table(galley: &mut Galley<'_>, table: &Table) {
    let whole = galley.pages.element(Tag::Table, None);
    if !table.caption.is_empty() {
        let caption = galley.setter.set(&table.caption, Look::bold(galley.pt(SIZE)), galley.sheet.measure());
        galley.room(caption.height() + 60.0);
        let part = Part::Of(galley.pages.element(Tag::Caption, Some(whole)));
        galley.flow(&caption, galley.sheet.left, BLACK, part);
        galley.y += 4.0;
    }
    let widths = widths(galley, table);
    let head = galley.pages.element(Tag::THead, Some(whole));
    let body = galley.pages.element(Tag::TBody, Some(whole));
    let heads: Vec<String> = table.columns.iter().map(|column| column.head.clone()).collect();
    let head_row = row_text(galley, &table.columns, &heads, &widths, Look::bold(galley.pt(SIZE)));
    galley.room(height(&head_row) * 2.5);
    let line = galley.pages.element(Tag::TR, Some(head));
    let parts: Vec<Part> = heads
        .iter()
        .map(|_| Part::Of(galley.pages.element(Tag::TH(TableHeaderScope::Column), Some(line))))
        .collect();
    put_head(galley, &head_row, &widths, &parts);
    for row in &table.rows {
        let texts = row_text(galley, &table.columns, row, &widths, Look::plain(galley.pt(SIZE)));
        if galley.room(height(&texts)) {
            // Read aloud it would interrupt the table; the cells have their heads already.
            put_head(galley, &head_row, &widths, &vec![Part::Ornament; heads.len()]);
        }
        let line = galley.pages.element(Tag::TR, Some(body));
        let mut parts = Vec::new();
        for number in 0..texts.len() {
            let cell = match number {
                0 => galley.pages.element(Tag::TH(TableHeaderScope::Row), Some(line)),
                _ => galley.pages.element(Tag::TD, Some(line)),
            };
            parts.push(Part::Of(cell));
        }
        put_row(galley, &texts, &widths, &parts);
        let y = galley.y;
        galley.put(Item::Fill {
            x: galley.sheet.left,
            y: y - 0.3,
            width: galley.sheet.measure(),
            height: 0.4,
            ink: LINE,
        });
    }
    galley.y += 10.0;
}

fn put_head(galley: &mut Galley<'_>, row: &[Rc<Text>], widths: &[f32], parts: &[Part]) {
    let (y, height) = (galley.y, height(row));
    galley.put(Item::Fill { x: galley.sheet.left, y, width: galley.sheet.measure(), height, ink: GROUND });
    put_row(galley, row, widths, parts);
}

fn put_row(galley: &mut Galley<'_>, row: &[Rc<Text>], widths: &[f32], parts: &[Part]) {
    let y = galley.y + PAD;
    let mut x = galley.sheet.left;
    for ((text, width), part) in row.iter().zip(widths).zip(parts) {
        let (text, part) = (text.clone(), *part);
        galley.put(Item::Lines { lines: 0..text.layout.len(), text, x: x + PAD, y, ink: BLACK, part });
        x += width;
    }
    galley.y += height(row);
}

fn height(row: &[Rc<Text>]) -> f32 {
    row.iter().map(|text| text.height()).fold(0.0, f32::max) + 2.0 * PAD
}

fn row_text(
    galley: &mut Galley<'_>,
    columns: &[Column],
    row: &[String],
    widths: &[f32],
    look: Look,
) -> Vec<Rc<Text>> {
    let cells = columns.iter().zip(widths).enumerate();
    cells
        .map(|(number, (column, width))| {
            let words = row.get(number).map_or("", String::as_str);
            galley.setter.set(words, Look { end: column.numbers, ..look }, (width - 2.0 * PAD).max(1.0))
        })
        .collect()
}

/// Each column its widest text where all fit, else its longest word and a fair share of the rest.
fn widths(galley: &mut Galley<'_>, table: &Table) -> Vec<f32> {
    let mut bounds: Vec<(f32, f32)> = Vec::new();
    for (number, column) in table.columns.iter().enumerate() {
        let head =
            galley.setter.set(&column.head, Look::bold(galley.pt(SIZE)), galley.sheet.measure()).widths();
        let cells = table.rows.iter().filter_map(|row| row.get(number));
        let (least, most) = cells.fold(head, |(least, most), words| {
            let cell =
                galley.setter.set(words, Look::plain(galley.pt(SIZE)), galley.sheet.measure()).widths();
            (least.max(cell.0), most.max(cell.1))
        });
        bounds.push((least + 2.0 * PAD + 0.5, most + 2.0 * PAD + 0.5));
    }
    let least: f32 = bounds.iter().map(|bound| bound.0).sum();
    let most: f32 = bounds.iter().map(|bound| bound.1).sum();
    if most <= galley.sheet.measure() {
        let spare = (galley.sheet.measure() - most) / bounds.len().max(1) as f32;
        return bounds.iter().map(|bound| bound.1 + spare).collect();
    }
    if least >= galley.sheet.measure() {
        return bounds.iter().map(|bound| bound.0 * galley.sheet.measure() / least).collect();
    }
    let share = (galley.sheet.measure() - least) / (most - least);
    bounds.iter().map(|bound| bound.0 + (bound.1 - bound.0) * share).collect()
}
