//! Documents to print, to hand over and to file: tagged PDF (PDF/UA-1), made on the server from plain blocks.
//!
//! A [`Document`] is what a reader would read aloud: headings, paragraphs, lists, tables, figures. The module sets it on
//! pages of A4 or A6 with "page n of m", writes the structure that screen readers follow, and refuses to print a letter that no
//! font has, because a child's name with holes in it is worse than none. Pure but for the fonts, which are read from the
//! disk once.
//!
//! Text is shaped and broken by parley, pages are written by krilla; figures are the SVG of [`crate::draw`].

mod cards;
mod fonts;
mod layout;
mod paper;
pub mod qr;
mod tables;
mod text;
mod write;

#[cfg(test)]
mod tests;

pub use cards::{CardFace, CardSheet};
use fonts::Fonts;
pub use paper::Paper;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// No font has these letters.
    #[error(
        "no font on this server has the letters {0}; install one that does (Debian: fonts-noto-core, fonts-noto-cjk), \
         name its folder in documents.fonts, or print the page from your browser"
    )]
    NoFont(String),
    /// A figure is not the SVG that the charts draw, or the library refused. A fault of the program.
    #[error("the document could not be written: {0}")]
    Failed(String),
}

/// A document, in reading order.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its title: the first heading, the file's title, and what a screen reader says first.
    pub title: String,
    /// The language of its text, such as `en` or `zh-CN` (BCP 47).
    pub language: String,
    /// What stands at the foot of every page before the page number. No name of a child, no result.
    pub footer: String,
    /// What it is printed on.
    pub paper: Paper,
    /// What follows the title.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading of level 2 or 3; the title is level 1.
    Heading(u16, String),
    /// Running text. A line break in it is kept.
    Paragraph(String),
    /// Running text with a bar beside it: what a reader must not miss.
    Note(String),
    /// A list of points.
    Points(Vec<String>),
    /// Names and what belongs to them, in two columns.
    Fields(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// A chart of [`crate::draw`] as SVG, with the sentence that stands for it.
    Figure {
        /// The SVG.
        svg: String,
        /// What it says, for those who do not see it.
        alt: String,
    },
    /// Lines to write on by hand, each with what belongs there.
    Blanks(Vec<String>),
    /// What follows begins on a new page.
    NewPage,
}

/// A table of text.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; the first cell of each names it.
    pub rows: Vec<Vec<String>>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// Whether it holds numbers, which stand to the right.
    pub numbers: bool,
}

impl Column {
    /// A column of words.
    pub fn words(head: impl Into<String>) -> Self {
        Self { head: head.into(), numbers: false }
    }

    /// A column of numbers.
    pub fn numbers(head: impl Into<String>) -> Self {
        Self { head: head.into(), numbers: true }
    }
}

/// What prints. Reads the fonts when the first document is asked for.
#[derive(Debug)]
pub struct Press {
    folder: PathBuf,
    fonts: OnceLock<Fonts>,
}

impl Press {
    /// A press that looks for further fonts in `folder` and the folders in it.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), fonts: OnceLock::new() }
    }

    fn fonts(&self) -> &Fonts {
        self.fonts.get_or_init(|| Fonts::load(&self.folder))
    }

    /// The PDF of a document. Takes processor time: call it where that holds nobody up.
    ///
    /// # Errors
    /// [`PrintError::NoFont`] for letters that no font has.
    pub fn print(&self, document: &Document) -> Result<Vec<u8>, PrintError> {
        let fonts = self.fonts();
        write::pdf(&document.title, &document.language, layout::set(fonts, document)?)
    }

    /// A figure as PNG on white, wide enough for print in a column. Takes processor time.
    ///
    /// # Errors
    /// [`PrintError::Failed`] for what is no SVG of the charts.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, PrintError> {
        const WIDTH: f32 = 1440.0;
        let failed = |why: &str| PrintError::Failed(why.to_owned());
        let tree = layout::picture(self.fonts(), svg)?;
        let scale = WIDTH / tree.size().width();
        let height = (tree.size().height() * scale).ceil();
        let mut pixels = resvg::tiny_skia::Pixmap::new(WIDTH as u32, height as u32)
            .ok_or_else(|| failed("a figure without a size"))?;
        pixels.fill(resvg::tiny_skia::Color::WHITE);
        resvg::render(&tree, resvg::tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| PrintError::Failed(error.to_string()))
    }

    /// The PDF of a sheet of cards, ten to a page.
    ///
    /// # Errors
    /// [`PrintError::NoFont`] for letters that no font has.
    pub fn print_cards(&self, sheet: &CardSheet) -> Result<Vec<u8>, PrintError> {
        let fonts = self.fonts();
        write::pdf(&sheet.title, "en", cards::set(fonts, sheet)?)
    }
}
