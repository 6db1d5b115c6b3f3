//! Cards to cut: ten to an A4 page, lines to cut along, a code that a tablet reads (A-05).

use super::fonts::Fonts;
use super::layout::picture;
use super::text::{Look, Typesetter};
use super::write::{BLACK, GREY, Item, LINE, Pages, Part};
use super::{Paper, PrintError, qr};
use krilla::tagging::Tag;

const ACROSS: usize = 2;
const DOWN: usize = 5;
/// One centimetre: what a school's printer leaves free.
const MARGIN: f32 = 28.35;
/// The side of a code with its quiet zone: 3.2 cm, so that the dark part is above 2.5 cm.
const CODE: f32 = 90.7;

/// A sheet of cards. Holds secrets: it is printed once and kept nowhere.
#[derive(Clone)]
pub struct CardSheet {
    /// The file's title; no word of what is asked.
    pub title: String,
    /// The cards.
    pub cards: Vec<CardFace>,
}

/// What stands on a card.
#[derive(Clone)]
pub struct CardFace {
    /// First name and initial.
    pub name: String,
    /// The class.
    pub class: String,
    /// What is typed.
    pub code: String,
    /// When it works.
    pub days: String,
    /// What its QR code holds.
    pub link: String,
}

/// Sets the cards.
pub(super) fn set(fonts: &Fonts, sheet: &CardSheet) -> Result<Pages, PrintError> {
    let mut setter = Typesetter::new(fonts);
    let page = Paper::A4.sheets()[0];
    let mut pages = Pages::of_size(page.width, page.height);
    let (width, height) =
        ((page.width - 2.0 * MARGIN) / ACROSS as f32, (page.height - 2.0 * MARGIN) / DOWN as f32);
    for (number, cards) in sheet.cards.chunks(ACROSS * DOWN).enumerate() {
        let mut items = Vec::new();
        pages.outline.push((format!("{} · {}", sheet.title, number + 1), number, 0.0));
        for line in 0..=DOWN {
            let y = MARGIN + line as f32 * height;
            items.extend(dashes(MARGIN, y, page.width - 2.0 * MARGIN, false));
        }
        for line in 0..=ACROSS {
            let x = MARGIN + line as f32 * width;
            items.extend(dashes(x, MARGIN, page.height - 2.0 * MARGIN, true));
        }
        for (number, card) in cards.iter().enumerate() {
            let x = MARGIN + (number % ACROSS) as f32 * width + 12.0;
            let y = MARGIN + (number / ACROSS) as f32 * height;
            let section = pages.element(Tag::Section, None);
            let alt = Some(format!("Code to scan for {}", card.name));
            let part = Part::Of(pages.element(Tag::Figure(alt), Some(section)));
            let tree = picture(fonts, &code(&card.link)?)?;
            items.push(Item::Picture {
                tree,
                x,
                y: y + (height - CODE) / 2.0,
                width: CODE,
                height: CODE,
                part,
            });
            let left = x + CODE + 10.0;
            let measure = width - CODE - 34.0;
            let words = [
                (&card.name, Look::bold(15.0), BLACK),
                (&card.class, Look::plain(10.5), GREY),
                (&card.code, Look::bold(14.0), BLACK),
                (&card.days, Look::plain(9.5), GREY),
            ];
            let texts: Vec<_> =
                words.iter().map(|(words, look, ink)| (setter.set(words, *look, measure), *ink)).collect();
            let total: f32 = texts.iter().map(|(text, _)| text.height() + 3.0).sum();
            let mut top = y + (height - total) / 2.0;
            for (text, ink) in texts {
                let part = Part::Of(pages.element(Tag::P, Some(section)));
                let (lines, tall) = (0..text.layout.len(), text.height());
                items.push(Item::Lines { text, lines, x: left, y: top, ink, part });
                top += tall + 3.0;
            }
        }
        pages.pages.push(items);
    }
    setter.check()?;
    Ok(pages)
}

fn code(link: &str) -> Result<String, PrintError> {
    let (side, path) = qr::path(link)
        .ok_or_else(|| PrintError::Failed("a card's link is too long for a code".to_owned()))?;
    Ok(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>"#
    ))
}

/// A line to cut along.
fn dashes(x: f32, y: f32, length: f32, down: bool) -> impl Iterator<Item = Item> {
    (0..(length / 8.0) as usize).map(move |dash| {
        let along = dash as f32 * 8.0;
        match down {
            true => Item::Fill { x, y: y + along, width: 0.5, height: 4.0, ink: LINE },
            false => Item::Fill { x: x + along, y, width: 4.0, height: 0.5, ink: LINE },
        }
    })
}
