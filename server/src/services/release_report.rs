//! A release as a report: a cover with what the numbers mean, then every figure with its words and its table (D-13).

use super::releases::ReleasePage;
use crate::documents::{Block, Column, Document, Table};
use crate::draw::Figure;

/// What the numbers of a release mean and what they do not: the same on the page, in the report and in the workbook.
pub const MEANING: &[&str] = &[
    "A positive screen is a reason to look closer, not a diagnosis. Some children with a positive screen need no help, and \
     some who need help have none.",
    "Shares are of valid screens and carry a 95% interval. Where an interval includes the district’s share, the school \
     does not differ clearly from it, whatever the order of the bars.",
    "Children who were away, had no consent or did not want to answer are not in the shares. They may differ from those \
     who are.",
    "Cells with few children are hidden, and others with them where they could be computed back. Counts are rounded to 5 \
     and shares computed from them, so small ones need not add up. A release is frozen: it is never recomputed, so two \
     readers always see the same numbers.",
];

/// The report of a release.
pub(super) fn document(page: &ReleasePage) -> Document {
    let release = &page.release;
    let built = release.built_at.day_in(&jiff::tz::TimeZone::UTC);
    let mut blocks = vec![
        Block::Fields(vec![
            ("District".to_owned(), page.district.clone()),
            ("Window".to_owned(), release.window_name.clone()),
            ("Release".to_owned(), format!("{}, frozen on {built}", release.number)),
        ]),
        Block::Heading(2, "What these numbers mean".to_owned()),
        Block::Points(MEANING.iter().map(|line| (*line).to_owned()).collect()),
    ];
    if release.published_at.is_none() {
        blocks.insert(0, Block::Note("Not published: a draft for the district’s officers.".to_owned()));
    }
    blocks.push(Block::Heading(2, "In short".to_owned()));
    blocks.push(Block::Points(page.figures.iter().map(|(_, figure)| figure.title.clone()).collect()));
    for (_, figure) in &page.figures {
        blocks.extend(of_figure(figure));
    }
    Document {
        title: format!("Release of {}", release.window_name),
        language: "en".to_owned(),
        footer: format!("{}, release {} of {}", page.district, release.number, release.window_name),
        blocks,
        ..Document::default()
    }
}

fn of_figure(figure: &Figure) -> Vec<Block> {
    let numbers = |column: usize| {
        let numeric = |cell: &String| {
            cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit() || "≤≥".contains(c))
        };
        let cells = figure.table.rows.iter().filter_map(|row| row.get(column));
        column > 0
            && cells.clone().count() > 0
            && cells.clone().any(|c| !c.is_empty())
            && cells.clone().all(numeric)
    };
    let columns = figure.table.headers.iter().enumerate().map(|(at, head)| match numbers(at) {
        true => Column::numbers(head),
        false => Column::words(head),
    });
    let mut blocks = vec![
        Block::NewPage,
        Block::Heading(2, figure.title.clone()),
        Block::Paragraph(figure.subtitle.clone()),
        Block::Figure { svg: figure.svg.clone(), alt: figure.summary.clone() },
        Block::Paragraph(figure.summary.clone()),
        Block::Table(Table {
            caption: figure.table.caption.clone(),
            columns: columns.collect(),
            rows: figure.table.rows.clone(),
        }),
    ];
    if !figure.note.is_empty() {
        blocks.push(Block::Note(figure.note.clone()));
    }
    blocks
}
