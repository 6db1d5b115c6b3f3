//! What a document promises, read back by other programs.

use super::{Block, CardFace, CardSheet, Column, Document, Paper, Press, PrintError, Table};
use std::path::Path;

fn words(pdf: &[u8]) -> String {
    pdf_extract::extract_text_from_mem(pdf).unwrap()
}

fn letter() -> Document {
    Document {
        title: "What we found".to_owned(),
        language: "en".to_owned(),
        footer: "Riverside School".to_owned(),
        paper: Paper::A4,
        blocks: vec![
            Block::Paragraph("Dear parents of Zoë,".to_owned()),
            Block::Note("Call 112 in danger.".to_owned()),
            Block::Points(vec!["first point".to_owned(), "second point".to_owned()]),
            Block::Fields(vec![("Class".to_owned(), "7b".to_owned())]),
            Block::Table(Table {
                caption: "Who took part".to_owned(),
                columns: vec![Column::words("School"), Column::numbers("Children")],
                rows: (1..=80).map(|n| vec![format!("School {n}"), format!("{}", n * 5)]).collect(),
            }),
            Block::Figure {
                svg: r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40"><rect width="40" height="20" fill="#268"/><text x="5" y="35" font-size="12">seen</text></svg>"##
                    .to_owned(),
                alt: "Most were seen.".to_owned(),
            },
            Block::Blanks(vec!["Signature".to_owned()]),
            Block::NewPage,
            Block::Heading(2, "Last page".to_owned()),
        ],
    }
}

#[test]
fn a_document_says_its_words_its_numbers_and_how_many_pages_it_has_d_13() {
    let pdf = Press::new(Path::new("/nowhere")).print(&letter()).unwrap();
    let text = words(&pdf);
    for wanted in ["What we found", "Dear parents of Zoë,", "second point", "School 80", "400", "Signature"]
    {
        assert!(text.contains(wanted), "{wanted} is missing: {text}");
    }
    let pages = pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap();
    for (number, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("{} / {}", number + 1, pages.len())), "page {number}: {page}");
        assert!(page.contains("Riverside School"));
    }
    assert!(pages.len() >= 3);
    // The table's head stands on each page that the table reaches.
    assert!(pages.iter().take(2).all(|page| page.contains("Children")));
}

#[test]
fn a_document_is_tagged_so_that_a_screen_reader_finds_headings_tables_and_figures_d_13() {
    let pdf = Press::new(Path::new("/nowhere")).print(&letter()).unwrap();
    let read = lopdf::Document::load_mem(&pdf).unwrap();
    let kinds: Vec<String> = read
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"S").ok()?.as_name().ok())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    for kind in ["H1", "H2", "P", "L", "LI", "Table", "TH", "TD", "Figure"] {
        assert!(kinds.iter().any(|found| found == kind), "no {kind} among {kinds:?}");
    }
    assert_eq!(kinds.iter().filter(|kind| *kind == "TR").count(), 1 + 80 + 1);
    let catalog = read.catalog().unwrap();
    assert!(catalog.has(b"Lang") && catalog.has(b"StructTreeRoot"));
}

#[test]
fn letters_that_no_font_has_are_named_and_nothing_is_printed() {
    let document =
        Document { title: "王小明".to_owned(), language: "zh-CN".to_owned(), ..Document::default() };
    let refused = Press::new(Path::new("/nowhere")).print(&document).unwrap_err();
    assert!(matches!(&refused, PrintError::NoFont(which) if which.contains('王') && which.contains('明')));
    assert!(refused.to_string().contains("documents.fonts"));
}

fn of_paragraphs(paper: Paper, paragraphs: usize) -> Vec<String> {
    let words = |n| {
        format!("Paragraph {n} has words enough for one line and a part of the next one, as letters have.")
    };
    let blocks = (1..=paragraphs).map(|n| Block::Paragraph(words(n))).collect();
    let document = Document { title: "Sheet".to_owned(), paper, blocks, ..Document::default() };
    let pdf = Press::new(Path::new("/nowhere")).print(&document).unwrap();
    pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap()
}

#[test]
fn what_belongs_on_one_page_is_set_smaller_and_what_is_too_long_runs_on_c_31() {
    assert_eq!(of_paragraphs(Paper::A4, 40).len(), 2);
    assert_eq!(of_paragraphs(Paper::OnePage, 40).len(), 1);
    let long = of_paragraphs(Paper::OnePage, 120);
    assert!(long.len() > 1);
    for number in 1..=120 {
        assert!(long.concat().contains(&format!("Paragraph {number} has")), "{number} is cut off");
    }
}

#[test]
fn a_sheet_for_a_pocket_has_the_size_of_a6_on_every_page_c_25() {
    let document = Document { paper: Paper::A6, ..letter() };
    let pdf = Press::new(Path::new("/nowhere")).print(&document).unwrap();
    let read = lopdf::Document::load_mem(&pdf).unwrap();
    let pages = read.get_pages();
    assert!(pages.len() > 3);
    for page in pages.values() {
        let page = read.get_dictionary(*page).unwrap();
        let corners = page.get(b"MediaBox").unwrap().as_array().unwrap();
        let corners: Vec<f32> = corners.iter().map(|corner| corner.as_float().unwrap().round()).collect();
        assert_eq!(corners, [0.0, 0.0, 298.0, 420.0]);
    }
    assert!(words(&pdf).contains("Dear parents of Zoë,"));
}

fn sheet(cards: usize) -> Vec<u8> {
    let face = |n: usize| CardFace {
        name: format!("Ana{n} B."),
        class: "5a".to_owned(),
        code: format!("AB{n:02}-CD23"),
        days: "2 – 6 March".to_owned(),
        link: format!("https://check-in.example.org/c/7ZZZZZZZZZZZZZZZZZZZZZZZ{n:02}"),
    };
    let sheet = CardSheet { title: "Cards of class 5a".to_owned(), cards: (1..=cards).map(face).collect() };
    Press::new(Path::new("/nowhere")).print_cards(&sheet).unwrap()
}

#[test]
fn cards_stand_ten_to_a_page_with_name_class_code_and_days_a_05() {
    let pdf = sheet(23);
    let pages = pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap();
    assert_eq!(pages.iter().map(|page| page.matches("CD23").count()).collect::<Vec<_>>(), [10, 10, 3]);
    assert!(pages[2].contains("Ana23 B.") && pages[2].contains("5a") && pages[2].contains("2 – 6 March"));
}

/// What a page fills, as rectangles in points from its lower left corner: codes, and lines to cut along.
fn rectangles(pdf: &[u8]) -> Vec<[f32; 4]> {
    let read = lopdf::Document::load_mem(pdf).unwrap();
    let page = *read.get_pages().get(&1).unwrap();
    // A figure may stand in an object of its own; the cards' codes do not.
    let content = lopdf::content::Content::decode(&read.get_page_content(page).unwrap()).unwrap();
    let (mut found, mut path) = (Vec::new(), Vec::<Vec<(f32, f32)>>::new());
    let (mut matrix, mut kept) = ([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], Vec::new());
    for operation in content.operations {
        let n: Vec<f32> = operation.operands.iter().filter_map(|operand| operand.as_float().ok()).collect();
        let placed = |m: &[f32; 6], x: f32, y: f32| (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]);
        match operation.operator.as_str() {
            "q" => kept.push(matrix),
            "Q" => matrix = kept.pop().unwrap(),
            "cm" => {
                let (origin, right, up) =
                    (placed(&matrix, n[4], n[5]), placed(&matrix, n[0], n[1]), placed(&matrix, n[2], n[3]));
                let (ox, oy) = (matrix[4], matrix[5]);
                matrix = [right.0 - ox, right.1 - oy, up.0 - ox, up.1 - oy, origin.0, origin.1];
            }
            "m" => path.push(vec![placed(&matrix, n[0], n[1])]),
            "l" => path.last_mut().unwrap().push(placed(&matrix, n[0], n[1])),
            "re" => path.push(vec![placed(&matrix, n[0], n[1]), placed(&matrix, n[0] + n[2], n[1] + n[3])]),
            "f" | "f*" => found.append(&mut path),
            "n" => path.clear(),
            _ => {}
        }
    }
    let edges = |points: &Vec<(f32, f32)>| {
        points.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[l, b, r, t], (x, y)| {
            [l.min(*x), b.min(*y), r.max(*x), t.max(*y)]
        })
    };
    found.iter().map(edges).collect()
}

#[test]
fn every_code_of_a_sheet_printed_in_grey_at_300_dots_an_inch_is_read_a_05() {
    let (pixels_across, pixels_down) = (2480, 3508);
    let dots = 300.0 / 72.0;
    let mut dark = vec![false; pixels_across * pixels_down];
    for [left, bottom, right, top] in rectangles(&sheet(10)) {
        let up = |y: f32| ((841.89 - y) * dots).round().max(0.0) as usize;
        let along = |x: f32| (x * dots).round().max(0.0) as usize;
        for y in up(top)..up(bottom).min(pixels_down) {
            dark[y * pixels_across..][along(left)..along(right).min(pixels_across)].fill(true);
        }
    }
    // Cut as the lines say; a tablet sees one card at a time.
    let margin = (28.35 * dots) as usize;
    let (width, height) = ((pixels_across - 2 * margin) / 2, (pixels_down - 2 * margin) / 5);
    let mut read: Vec<String> = (0..10)
        .map(|card| {
            let (left, top) = (margin + card % 2 * width, margin + card / 2 * height);
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
                let grain = ((x * 7 + y * 13) % 23) as u8;
                if dark[(top + y) * pixels_across + left + x] { 60 + grain } else { 215 + grain }
            });
            image.detect_grids()[0].decode().unwrap().1
        })
        .collect();
    read.sort();
    let links: Vec<String> =
        (1..=10).map(|n| format!("https://check-in.example.org/c/7ZZZZZZZZZZZZZZZZZZZZZZZ{n:02}")).collect();
    assert_eq!(read, links);
}
