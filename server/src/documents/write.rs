//! Pages with their structure, written as PDF.

use super::PrintError;
use super::text::Text;
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TagGroup, TagKind, TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph, Tag};
use krilla_svg::{SurfaceExt, SvgSettings};
use parley::layout::Run;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const BLACK: Ink = Ink(0x1b, 0x1f, 0x24);
pub(super) const GREY: Ink = Ink(0x57, 0x60, 0x6a);
pub(super) const LINE: Ink = Ink(0xb8, 0xc0, 0xc8);
pub(super) const GROUND: Ink = Ink(0xee, 0xf1, 0xf4);

/// To which part of the structure something drawn belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The element with this number.
    Of(usize),
    /// Decoration: a screen reader passes it over.
    Ornament,
    /// The foot of a page.
    Foot,
}

/// Something on a page. Places are points from the upper left corner.
pub(super) enum Item {
    /// Lines of a text; `y` is where the first of them begins.
    Lines { text: Rc<Text>, lines: Range<usize>, x: f32, y: f32, ink: Ink, part: Part },
    /// A filled rectangle.
    Fill { x: f32, y: f32, width: f32, height: f32, ink: Ink },
    /// A figure.
    Picture { tree: Rc<usvg::Tree>, x: f32, y: f32, width: f32, height: f32, part: Part },
}

/// An element of the structure: it holds other elements or what is drawn, never both.
pub(super) struct Element {
    pub(super) tag: TagKind,
    pub(super) elements: Vec<usize>,
}

/// Pages and their structure.
pub(super) struct Pages {
    /// How wide and how high a page is.
    size: (f32, f32),
    pub(super) pages: Vec<Vec<Item>>,
    pub(super) elements: Vec<Element>,
    /// The elements that stand in no other, in reading order.
    pub(super) roots: Vec<usize>,
    /// What a reader jumps to: words, page from 0, and how far down it.
    pub(super) outline: Vec<(String, usize, f32)>,
}

impl Pages {
    /// No page yet, of this size.
    pub(super) fn of_size(width: f32, height: f32) -> Self {
        let size = (width, height);
        Self { size, pages: Vec::new(), elements: Vec::new(), roots: Vec::new(), outline: Vec::new() }
    }

    /// Adds an element, inside another or at the top.
    pub(super) fn element(&mut self, tag: impl Into<TagKind>, inside: Option<usize>) -> usize {
        let number = self.elements.len();
        self.elements.push(Element { tag: tag.into(), elements: Vec::new() });
        match inside.and_then(|outer| self.elements.get_mut(outer)) {
            Some(outer) => outer.elements.push(number),
            None => self.roots.push(number),
        }
        number
    }
}

type FontKey = (u64, u32, Vec<([u8; 4], u32)>);

struct Writer {
    fonts: HashMap<FontKey, Font>,
    /// What was drawn for each element, in order.
    drawn: Vec<Vec<Identifier>>,
}

/// The PDF of set pages.
pub(super) fn pdf(title: &str, language: &str, set: Pages) -> Result<Vec<u8>, PrintError> {
    let failed = |what: &dyn std::fmt::Debug| PrintError::Failed(format!("{what:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| failed(&error))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language(language.to_owned())
            .creator("Firstlight".to_owned()),
    );
    let mut writer =
        Writer { fonts: HashMap::new(), drawn: set.elements.iter().map(|_| Vec::new()).collect() };
    for items in &set.pages {
        let size = PageSettings::from_wh(set.size.0, set.size.1).ok_or_else(|| failed(&"page size"))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for item in items {
            writer.item(&mut surface, item)?;
        }
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new();
    for root in &set.roots {
        if let Some(group) = writer.group(&set.elements, *root) {
            tree.push(group);
        }
    }
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    for (words, page, y) in set.outline {
        outline.push_child(OutlineNode::new(words, XyzDestination::new(page, Point::from_xy(0.0, y))));
    }
    document.set_outline(outline);
    document.finish().map_err(|error| failed(&error))
}

impl Writer {
    fn group(&mut self, elements: &[Element], number: usize) -> Option<Node> {
        let element = elements.get(number)?;
        let mut group = TagGroup::new(element.tag.clone());
        for inner in &element.elements {
            if let Some(inner) = self.group(elements, *inner) {
                group.push(inner);
            }
        }
        for drawn in self.drawn.get_mut(number).map(std::mem::take).unwrap_or_default() {
            group.push(drawn);
        }
        Some(group.into())
    }

    fn mark(&mut self, surface: &mut Surface<'_>, part: Part, text: bool) {
        let tag = match part {
            Part::Of(_) if text => ContentTag::Span(SpanTag::empty()),
            Part::Of(_) => ContentTag::Other,
            Part::Ornament => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)),
            Part::Foot => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)),
        };
        let identifier = surface.start_tagged(tag);
        if let Part::Of(number) = part
            && let Some(drawn) = self.drawn.get_mut(number)
        {
            drawn.push(identifier);
        }
    }

    fn item(&mut self, surface: &mut Surface<'_>, item: &Item) -> Result<(), PrintError> {
        match item {
            Item::Lines { text, lines, x, y, ink, part } => {
                fill(surface, *ink);
                let top = text.layout.get(lines.start).map_or(0.0, |line| line.metrics().block_min_coord);
                for line in lines.clone().filter_map(|line| text.layout.get(line)) {
                    self.mark(surface, *part, true);
                    let metrics = line.metrics();
                    let mut at = Point::from_xy(x + metrics.offset, y + metrics.baseline - top);
                    for run in line.runs() {
                        self.run(surface, &text.words, &run, &mut at)?;
                    }
                    surface.end_tagged();
                }
            }
            Item::Fill { x, y, width, height, ink } => {
                self.mark(surface, Part::Ornament, false);
                fill(surface, *ink);
                let mut path = PathBuilder::new();
                if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                    path.push_rect(rect);
                }
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
                surface.end_tagged();
            }
            Item::Picture { tree, x, y, width, height, part } => {
                let size = Size::from_wh(*width, *height)
                    .ok_or_else(|| PrintError::Failed("a figure without a size".to_owned()))?;
                self.mark(surface, *part, false);
                surface.push_transform(&Transform::from_translate(*x, *y));
                let drawn = surface.draw_svg(tree, size, SvgSettings::default());
                surface.pop();
                surface.end_tagged();
                drawn.ok_or_else(|| PrintError::Failed("a figure could not be drawn".to_owned()))?;
            }
        }
        Ok(())
    }

    fn run(
        &mut self,
        surface: &mut Surface<'_>,
        words: &str,
        run: &Run<'_, ()>,
        at: &mut Point,
    ) -> Result<(), PrintError> {
        let size = run.font_size();
        let start = *at;
        let mut glyphs: Vec<KrillaGlyph> = Vec::new();
        for cluster in run.visual_clusters() {
            if cluster.is_ligature_continuation() {
                if let Some(glyph) = glyphs.last_mut() {
                    glyph.text_range.end = cluster.text_range().end;
                }
                continue;
            }
            for glyph in cluster.glyphs() {
                glyphs.push(KrillaGlyph::new(
                    GlyphId::new(glyph.id),
                    glyph.advance / size,
                    glyph.x / size,
                    glyph.y / size,
                    0.0,
                    cluster.text_range(),
                    None,
                ));
                at.x += glyph.advance;
            }
        }
        if !glyphs.is_empty() {
            surface.draw_glyphs(start, &glyphs, self.font(run)?, words, size, false);
        }
        Ok(())
    }

    fn font(&mut self, run: &Run<'_, ()>) -> Result<Font, PrintError> {
        let data = run.font();
        let synthesis = run.synthesis();
        let axes: Vec<([u8; 4], f32)> =
            synthesis.variation_settings().iter().map(|(tag, value)| (tag.to_be_bytes(), *value)).collect();
        let key = (
            data.data.id(),
            data.index,
            axes.iter().map(|(tag, value)| (*tag, value.to_bits())).collect::<Vec<_>>(),
        );
        if let Some(font) = self.fonts.get(&key) {
            return Ok(font.clone());
        }
        let coordinates: Vec<(Tag, f32)> = axes.iter().map(|(tag, value)| (Tag::new(tag), *value)).collect();
        let (bytes, _) = data.data.clone().into_raw_parts();
        let font = Font::new_variable(bytes.into(), data.index, &coordinates)
            .ok_or_else(|| PrintError::Failed("a font of this server cannot be read".to_owned()))?;
        self.fonts.insert(key, font.clone());
        Ok(font)
    }
}

fn fill(surface: &mut Surface<'_>, ink: Ink) {
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(ink.0, ink.1, ink.2).into(),
        opacity: NormalizedF32::ONE,
        rule: krilla::paint::FillRule::default(),
    }));
}
