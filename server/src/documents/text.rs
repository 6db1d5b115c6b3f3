//! Text set in lines, and what of it no font has.

use super::PrintError;
use super::fonts::Fonts;
use parley::layout::Alignment;
use parley::style::{FontFamily, FontFamilyName, FontWeight, LineHeight, OverflowWrap, StyleProperty};
use parley::{AlignmentOptions, FontContext, Layout, LayoutContext};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Size in points.
    pub(super) size: f32,
    pub(super) bold: bool,
    /// Whether it stands at the end of its line: numbers in a table.
    pub(super) end: bool,
}

impl Look {
    pub(super) const fn plain(size: f32) -> Self {
        Self { size, bold: false, end: false }
    }

    pub(super) const fn bold(size: f32) -> Self {
        Self { size, bold: true, end: false }
    }
}

/// A text in lines.
pub(super) struct Text {
    pub(super) words: String,
    pub(super) layout: Layout<()>,
}

impl Text {
    pub(super) fn height(&self) -> f32 {
        self.layout.height()
    }

    /// The narrowest and the widest it can be without breaking a word, in points.
    pub(super) fn widths(&self) -> (f32, f32) {
        let widths = self.layout.calculate_content_widths();
        (widths.min, widths.max)
    }
}

/// Sets texts, and remembers which letters no font had.
pub(super) struct Typesetter {
    fonts: FontContext,
    families: Vec<FontFamilyName<'static>>,
    layouts: LayoutContext<()>,
    missing: BTreeSet<char>,
}

impl Typesetter {
    pub(super) fn new(fonts: &Fonts) -> Self {
        let named = |name: &String| FontFamilyName::Named(Cow::Owned(name.clone()));
        Self {
            fonts: fonts.context.clone(),
            families: fonts.families.iter().map(named).collect(),
            layouts: LayoutContext::new(),
            missing: BTreeSet::new(),
        }
    }

    /// A text in lines of at most `width` points; a word that is longer than a line is broken.
    pub(super) fn set(&mut self, words: &str, look: Look, width: f32) -> Rc<Text> {
        // What ends a line belongs to no font.
        let words: String = words.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &words, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Borrowed(&self.families))));
        builder.push_default(StyleProperty::FontSize(look.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.35)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        builder.push_default(StyleProperty::FontWeight(FontWeight::new(if look.bold {
            700.0
        } else {
            400.0
        })));
        let mut layout = builder.build(&words);
        layout.break_all_lines(Some(width));
        let alignment = if look.end { Alignment::End } else { Alignment::Start };
        layout.align(alignment, AlignmentOptions::default());
        for line in layout.lines() {
            for cluster in line.runs().flat_map(|run| run.clusters().collect::<Vec<_>>()) {
                let lacks = cluster.glyphs().any(|glyph| glyph.id == 0);
                if lacks && let Some(text) = words.get(cluster.text_range()) {
                    self.missing.extend(text.chars().filter(|c| !c.is_whitespace()));
                }
            }
        }
        Rc::new(Text { words, layout })
    }

    /// Refuses what cannot be read.
    pub(super) fn check(&self) -> Result<(), PrintError> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let some: Vec<String> = self.missing.iter().take(12).map(|c| format!("“{c}”")).collect();
        Err(PrintError::NoFont(some.join(", ")))
    }
}
