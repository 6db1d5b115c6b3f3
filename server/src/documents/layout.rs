//! Blocks set on pages.

use super::fonts::Fonts;
use super::paper::Sheet;
use super::text::{Look, Text, Typesetter};
use super::write::{BLACK, GREY, Ink, Item, LINE, Pages, Part};
use super::{Block, Document, PrintError, tables};
use krilla::tagging::{ListNumbering, Tag};
use std::num::NonZeroU16;
use std::rc::Rc;

/// Sizes of text on an A4 page; a sheet's scale goes on top.
const BODY: f32 = 10.5;
const FOOT: f32 = 8.5;

/// Where the next thing goes.
pub(super) struct Galley<'f> {
    pub(super) fonts: &'f Fonts,
    pub(super) sheet: Sheet,
    pub(super) setter: Typesetter,
    pub(super) pages: Pages,
    pub(super) y: f32,
}

/// Sets a document.
pub(super) fn set(fonts: &Fonts, document: &Document) -> Result<Pages, PrintError> {
    let sheets = document.paper.sheets();
    let mut pages = set_on(fonts, document, &sheets[0])?;
    for sheet in &sheets[1..] {
        if pages.pages.len() > 1 {
            pages = set_on(fonts, document, sheet)?;
        }
    }
    Ok(pages)
}

fn set_on(fonts: &Fonts, document: &Document, sheet: &Sheet) -> Result<Pages, PrintError> {
    let setter = Typesetter::new(fonts);
    let pages = Pages::of_size(sheet.width, sheet.height);
    let mut galley = Galley { fonts, sheet: *sheet, setter, pages, y: sheet.top };
    galley.pages.pages.push(Vec::new());
    galley.heading(1, &document.title);
    for block in &document.blocks {
        galley.block(block)?;
    }
    galley.feet(&document.footer);
    galley.setter.check()?;
    Ok(galley.pages)
}

impl Galley<'_> {
    fn block(&mut self, block: &Block) -> Result<(), PrintError> {
        match block {
            Block::Heading(level, words) => self.heading(*level, words),
            Block::Paragraph(words) => {
                let part = self.pages.element(Tag::P, None);
                let text = self.setter.set(words, Look::plain(self.pt(BODY)), self.sheet.measure());
                self.flow(&text, self.sheet.left, BLACK, Part::Of(part));
                self.y += self.pt(7.0);
            }
            Block::Note(words) => self.note(words),
            Block::Points(points) => self.points(points),
            Block::Fields(fields) => tables::fields(self, fields),
            Block::Table(table) => tables::table(self, table),
            Block::Figure { svg, alt } => self.figure(svg, alt)?,
            Block::Blanks(blanks) => self.blanks(blanks),
            Block::NewPage => self.turn(),
        }
        Ok(())
    }

    /// So many points as they are on this sheet.
    pub(super) fn pt(&self, points: f32) -> f32 {
        points * self.sheet.scale
    }

    /// Puts something on the current page.
    pub(super) fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.pages.last_mut() {
            page.push(item);
        }
    }

    /// Begins a new page.
    pub(super) fn turn(&mut self) {
        self.pages.pages.push(Vec::new());
        self.y = self.sheet.top;
    }

    /// Makes room for something that must not be torn apart; says whether a new page was begun.
    pub(super) fn room(&mut self, height: f32) -> bool {
        let turns = self.y > self.sheet.top && self.y + height > self.sheet.bottom;
        if turns {
            self.turn();
        }
        turns
    }

    /// Sets the lines of a text, over as many pages as it takes.
    pub(super) fn flow(&mut self, text: &Rc<Text>, x: f32, ink: Ink, part: Part) {
        let heights: Vec<f32> = text.layout.lines().map(|line| line.metrics().line_height).collect();
        let mut first = 0;
        while first < heights.len() {
            let mut last = first;
            let mut height = 0.0;
            while let Some(next) =
                heights.get(last).filter(|next| self.y + height + **next <= self.sheet.bottom)
            {
                height += next;
                last += 1;
            }
            if last == first && self.y > self.sheet.top {
                self.turn();
                continue;
            }
            // A line higher than a page is set all the same.
            let last = last.max(first + 1);
            self.put(Item::Lines { text: text.clone(), lines: first..last, x, y: self.y, ink, part });
            self.y += height;
            first = last;
        }
    }

    fn heading(&mut self, level: u16, words: &str) {
        let (size, before, after) = match level {
            1 => (19.0, 0.0, 10.0),
            2 => (13.5, 10.0, 5.0),
            _ => (11.5, 6.0, 3.0),
        };
        let (size, before, after) = (self.pt(size), self.pt(before), self.pt(after));
        let text = self.setter.set(words, Look::bold(size), self.sheet.measure());
        // Never a heading at the foot of a page with nothing below it.
        if !self.room(before + text.height() + after + 3.0 * self.pt(BODY)) {
            self.y += before;
        }
        let level = NonZeroU16::new(level.clamp(1, 6)).unwrap_or(NonZeroU16::MIN);
        let part = self.pages.element(Tag::Hn(level, Some(words.to_owned())), None);
        self.pages.outline.push((words.to_owned(), self.pages.pages.len() - 1, self.y));
        self.flow(&text, self.sheet.left, BLACK, Part::Of(part));
        self.y += after;
    }

    fn note(&mut self, words: &str) {
        let text = self.setter.set(words, Look::plain(self.pt(BODY)), self.sheet.measure() - 14.0);
        self.room(text.height().min(self.sheet.height / 2.0));
        let part = self.pages.element(Tag::P, None);
        let (page, from) = (self.pages.pages.len(), self.y);
        self.flow(&text, self.sheet.left + 14.0, BLACK, Part::Of(part));
        if self.pages.pages.len() == page {
            let height = self.y - from;
            self.put(Item::Fill { x: self.sheet.left, y: from, width: 3.0, height, ink: GREY });
        }
        self.y += self.pt(8.0);
    }

    fn points(&mut self, points: &[String]) {
        let list = self.pages.element(Tag::L(ListNumbering::Disc), None);
        for point in points {
            let item = self.pages.element(Tag::LI, Some(list));
            let label = self.pages.element(Tag::Lbl, Some(item));
            let body = self.pages.element(Tag::LBody, Some(item));
            let bullet = self.setter.set("•", Look::plain(self.pt(BODY)), 12.0);
            let text = self.setter.set(point, Look::plain(self.pt(BODY)), self.sheet.measure() - 14.0);
            self.room(bullet.height());
            let y = self.y;
            self.put(Item::Lines {
                text: bullet,
                lines: 0..1,
                x: self.sheet.left + 2.0,
                y,
                ink: BLACK,
                part: Part::Of(label),
            });
            self.flow(&text, self.sheet.left + 14.0, BLACK, Part::Of(body));
            self.y += self.pt(2.5);
        }
        self.y += self.pt(5.0);
    }

    fn figure(&mut self, svg: &str, alt: &str) -> Result<(), PrintError> {
        let tree = picture(self.fonts, svg)?;
        let size = tree.size();
        let width = self.sheet.measure().min(size.width());
        let height = width * size.height() / size.width();
        self.room(height);
        let part = Part::Of(self.pages.element(Tag::Figure(Some(alt.to_owned())), None));
        let y = self.y;
        self.put(Item::Picture { tree, x: self.sheet.left, y, width, height, part });
        self.y += height + self.pt(8.0);
        Ok(())
    }

    fn blanks(&mut self, blanks: &[String]) {
        for blank in blanks {
            let text = self.setter.set(blank, Look::plain(self.pt(9.0)), self.sheet.measure());
            self.room(30.0 + text.height());
            self.y += 26.0;
            let y = self.y;
            self.put(Item::Fill {
                x: self.sheet.left,
                y,
                width: self.sheet.measure() * 0.6,
                height: 0.7,
                ink: GREY,
            });
            self.y += 3.0;
            let part = self.pages.element(Tag::P, None);
            self.flow(&text, self.sheet.left, GREY, Part::Of(part));
        }
        self.y += self.pt(8.0);
    }

    /// The foot of every page, now that their number is known.
    fn feet(&mut self, footer: &str) {
        let total = self.pages.pages.len();
        let (y, left, measure, size) =
            (self.sheet.foot, self.sheet.left, self.sheet.measure(), FOOT * self.sheet.scale);
        for (number, page) in self.pages.pages.iter_mut().enumerate() {
            page.push(Item::Fill { x: left, y: y - 6.0, width: measure, height: 0.5, ink: LINE });
            let words = format!("{} / {total}", number + 1);
            let count = self.setter.set(&words, Look { end: true, ..Look::plain(size) }, 60.0);
            let text = self.setter.set(footer, Look::plain(size), measure - 70.0);
            let (ink, part) = (GREY, Part::Foot);
            let lines = 0..text.layout.len();
            page.push(Item::Lines { text, lines, x: left, y, ink, part });
            page.push(Item::Lines { text: count, lines: 0..1, x: left + measure - 60.0, y, ink, part });
        }
    }
}

/// A figure, read.
pub(super) fn picture(fonts: &Fonts, svg: &str) -> Result<Rc<usvg::Tree>, PrintError> {
    let options = usvg::Options {
        fontdb: fonts.figures.clone(),
        font_family: super::fonts::FAMILY.to_owned(),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options).map(Rc::new).map_err(|error| PrintError::Failed(error.to_string()))
}
