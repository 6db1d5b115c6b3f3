//! A drawing as plain data: marks in paint order, and groups around them.
//!
//! Charts speak only to this file; [`super::render`] alone knows the drawing library. A mark is in chart units, which
//! are pixels when the chart is shown at its own width.

use super::palette::{self, Colour};

/// Which side of its position a text stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins at the position.
    Start,
    /// The text is centred on the position.
    Middle,
    /// The text ends at the position.
    End,
}

/// How heavy a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Body text.
    Normal,
    /// Values and messages.
    Bold,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    /// Font size in chart units.
    pub size: f64,
    /// Colour; at least 4.5:1 on what is behind it.
    pub colour: Colour,
    /// Side of the position.
    pub anchor: Anchor,
    /// Weight.
    pub weight: Weight,
}

impl Ink {
    /// Dark text that begins at its position.
    pub fn new(size: f64) -> Self {
        Self { size, colour: palette::INK, anchor: Anchor::Start, weight: Weight::Normal }
    }
    /// The same in the secondary colour.
    pub fn muted(self) -> Self {
        self.coloured(palette::MUTED)
    }
    /// The same in another colour.
    pub fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
    /// The same in bold.
    pub fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }
    /// The same, ending at its position.
    pub fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }
    /// The same, centred on its position.
    pub fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }
}

/// A place in chart units; y grows downwards.
pub type At = (f64, f64);

/// One mark of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled rectangle between two corners.
    Box(At, At, Colour),
    /// The outline of a rectangle.
    Outline(At, At, Colour),
    /// A line through points, with its width.
    Line(Vec<At>, Colour, f64),
    /// A filled polygon.
    Polygon(Vec<At>, Colour),
    /// A filled circle.
    Disc(At, f64, Colour),
    /// One line of text, vertically centred on its position.
    Text(At, String, Ink),
    /// Opens a group with ready-made, escaped attributes.
    Open(String),
    /// Closes the last group.
    Close,
}

/// A drawing under way.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// Marks in paint order.
    pub marks: Vec<Mark>,
}

impl Canvas {
    /// Fills a rectangle.
    pub fn fill(&mut self, from: At, to: At, colour: Colour) {
        self.marks.push(Mark::Box(from, to, colour));
    }
    /// Outlines a rectangle.
    pub fn outline(&mut self, from: At, to: At, colour: Colour) {
        self.marks.push(Mark::Outline(from, to, colour));
    }
    /// Draws a straight line.
    pub fn line(&mut self, from: At, to: At, colour: Colour, width: f64) {
        self.marks.push(Mark::Line(vec![from, to], colour, width));
    }
    /// Draws a line through points.
    pub fn path(&mut self, points: Vec<At>, colour: Colour, width: f64) {
        self.marks.push(Mark::Line(points, colour, width));
    }
    /// Writes one line of text, vertically centred on the position.
    pub fn text(&mut self, at: At, text: impl Into<String>, ink: Ink) {
        self.marks.push(Mark::Text(at, text.into(), ink));
    }
    /// Writes lines of text downwards; the first is centred on the position.
    pub fn lines(&mut self, at: At, lines: &[String], ink: Ink, line_height: f64) {
        let mut y = at.1;
        for line in lines {
            self.text((at.0, y), line.clone(), ink);
            y += line_height;
        }
    }
    /// Draws marks inside a group that dashes its lines, in units of the renderer's fine grid.
    pub fn dashed(&mut self, draw: impl FnOnce(&mut Self)) {
        self.marks.push(Mark::Open("stroke-dasharray=\"50 40\"".to_owned()));
        draw(self);
        self.marks.push(Mark::Close);
    }
    /// Writes text with a white rim, so that it can be read across a line.
    pub fn haloed(&mut self, draw: impl FnOnce(&mut Self)) {
        let white = palette::SURFACE.hex();
        let rim = format!(
            "stroke=\"{white}\" stroke-width=\"40\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        );
        self.marks.push(Mark::Open(rim));
        draw(self);
        self.marks.push(Mark::Close);
    }
    /// Draws marks inside a group that a reader can reach with the keyboard and that says its label (D-11).
    pub fn point(&mut self, reading: super::Reading, label: &str, draw: impl FnOnce(&mut Self)) {
        let attributes = match reading {
            super::Reading::Picture => String::new(),
            super::Reading::Points => {
                format!("tabindex=\"0\" role=\"img\" aria-label=\"{}\"", super::render::escape(label))
            }
        };
        self.marks.push(Mark::Open(attributes));
        draw(self);
        self.marks.push(Mark::Close);
    }
    /// Fills a rectangle with diagonal strokes: the sign for a hidden cell (D-07). Drawn as a line instead of an SVG
    /// pattern, so that it needs no ids and survives every converter.
    pub fn hatch(&mut self, from: At, to: At) {
        const STEP: f64 = 8.0;
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        // One line there and back, along the edges between strokes: a report of many schools has many hatches.
        let mut line: Vec<At> = Vec::new();
        let mut offset = STEP;
        let mut strokes = 0;
        while offset < width + height {
            // The stroke runs from the left or bottom edge up to the top or right edge.
            let bottom_left = offset <= height;
            let top_right = offset <= width;
            let low = if bottom_left { (from.0, from.1 + offset) } else { (from.0 + offset - height, to.1) };
            let high = if top_right { (from.0 + offset, from.1) } else { (to.0, from.1 + offset - width) };
            let upwards = strokes % 2 == 0;
            // Where the last stroke ended on another edge, the way leads through the corner between them.
            let before = offset - STEP;
            if strokes > 0 && upwards && !bottom_left && before <= height {
                line.push((from.0, to.1));
            }
            if strokes > 0 && !upwards && !top_right && before <= width {
                line.push((to.0, from.1));
            }
            line.extend(if upwards { [low, high] } else { [high, low] });
            strokes += 1;
            offset += STEP;
        }
        self.path(line, palette::ZONE_EDGE, 1.0);
        self.outline(from, to, palette::BORDER);
    }
}
