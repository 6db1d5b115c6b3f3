//! Marks to SVG through plotters, and what plotters writes made fit for a strict page.
//!
//! Plotters gives every element its attributes and none a `style`. What is mended here: fixed width and height (a chart
//! scales to its container), a font family on each text (the page's font should win), needless `opacity="1"`, and the
//! missing role, title and description.

use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{IntoDrawingArea, RGBColor, SVGBackend, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, TextStyle};
use std::fmt::Write as _;

use super::canvas::{Anchor, At, Canvas, Ink, Mark, Weight};
use super::palette::Colour;
use super::{DrawError, Reading, words};

/// Plotters draws on whole units, which makes curves jagged and triangles crooked; so it draws on a grid this much finer,
/// and the `viewBox` is as much larger.
const FINE: f64 = 10.0;

/// What stands around the marks.
pub struct Sheet<'a> {
    /// Prefix of the ids of title and description: letters, digits and dashes.
    pub id: &'a str,
    /// Width in chart units.
    pub width: f64,
    /// Height in chart units.
    pub height: f64,
    /// Accessible name.
    pub title: &'a str,
    /// Accessible description: the text summary.
    pub description: &'a str,
    /// Whether single points can be reached.
    pub reading: Reading,
}

/// Escapes text for an element or a quoted attribute. Control characters, which XML forbids, are dropped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Draws a canvas as one SVG element.
pub fn svg(sheet: &Sheet<'_>, canvas: &Canvas) -> Result<String, DrawError> {
    let (width, height) = (fine(sheet.width.ceil()), fine(sheet.height.ceil()));
    let id = sanitised(sheet.id);
    // A picture hides its parts from assistive technology, so it may hold nothing that takes focus.
    let role = match sheet.reading {
        Reading::Picture => "img",
        Reading::Points => "group",
    };
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"{role}\" \
         aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\" font-family=\"{}\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        words::FONTS,
        escape(sheet.title),
        escape(sheet.description),
    );
    let mut run: Vec<&Mark> = Vec::new();
    for mark in &canvas.marks {
        match mark {
            Mark::Open(attributes) => {
                out.push_str(&fragment(&run, (width, height))?);
                run.clear();
                let space = if attributes.is_empty() { "" } else { " " };
                let _ = writeln!(out, "<g{space}{attributes}>");
            }
            Mark::Close => {
                out.push_str(&fragment(&run, (width, height))?);
                run.clear();
                out.push_str("</g>\n");
            }
            other => run.push(other),
        }
    }
    out.push_str(&fragment(&run, (width, height))?);
    out.push_str("</svg>\n");
    Ok(out)
}

/// Ids come from our own code; anything else would break out of the attribute or of a reference to it.
fn sanitised(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
}

/// A length on the fine grid, at least one unit.
fn fine(length: f64) -> u32 {
    (length * FINE).clamp(1.0, 1e6).round() as u32
}

fn place(at: At) -> (i32, i32) {
    let whole = |v: f64| (v * FINE).clamp(-1e7, 1e7).round() as i32;
    (whole(at.0), whole(at.1))
}

fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

/// Draws a run of marks and returns what stands between plotters' opening and closing tag.
fn fragment(marks: &[&Mark], size: (u32, u32)) -> Result<String, DrawError> {
    if marks.is_empty() {
        return Ok(String::new());
    }
    let mut raw = String::new();
    {
        let area = SVGBackend::with_string(&mut raw, size).into_drawing_area();
        let failed = |error: &dyn std::fmt::Display| DrawError::Backend(error.to_string());
        for mark in marks {
            match mark {
                Mark::Box(from, to, colour) => {
                    area.draw(&Rectangle::new([place(*from), place(*to)], rgb(*colour).filled()))
                        .map_err(|e| failed(&e))?;
                }
                Mark::Outline(from, to, colour) => {
                    // A path, because plotters writes no width for the stroke of a rectangle.
                    let corners = [*from, (to.0, from.1), *to, (from.0, to.1), *from].map(place).to_vec();
                    area.draw(&PathElement::new(corners, rgb(*colour).stroke_width(fine(1.0))))
                        .map_err(|e| failed(&e))?;
                }
                Mark::Line(points, colour, width) => {
                    let style: ShapeStyle = rgb(*colour).stroke_width(fine(*width));
                    let points: Vec<_> = points.iter().copied().map(place).collect();
                    area.draw(&PathElement::new(points, style)).map_err(|e| failed(&e))?;
                }
                Mark::Polygon(points, colour) => {
                    let points: Vec<_> = points.iter().copied().map(place).collect();
                    area.draw(&Polygon::new(points, rgb(*colour).filled())).map_err(|e| failed(&e))?;
                }
                Mark::Disc(centre, radius, colour) => {
                    area.draw(&Circle::new(place(*centre), fine(*radius), rgb(*colour).filled()))
                        .map_err(|e| failed(&e))?;
                }
                Mark::Text(at, text, ink) => {
                    area.draw(&Text::new(text.clone(), place(*at), text_style(ink)))
                        .map_err(|e| failed(&e))?;
                }
                Mark::Open(_) | Mark::Close => {}
            }
        }
        area.present().map_err(|e| failed(&e))?;
    }
    Ok(mended(&raw))
}

fn text_style(ink: &Ink) -> TextStyle<'static> {
    let style = match ink.weight {
        Weight::Normal => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    let anchor = match ink.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    // Plotters divides the size it is given by 1.24; `mended` rounds what is left of the division.
    ("sans-serif", ink.size * FINE * 1.24)
        .into_font()
        .style(style)
        .color(&rgb(ink.colour))
        .pos(Pos::new(anchor, VPos::Center))
}

/// Takes plotters' own document apart: the elements, one a line, without what we do not want.
fn mended(raw: &str) -> String {
    let inner = raw.find(">\n").map_or("", |at| &raw[at + 2..]);
    let inner = inner.rsplit_once("</svg>").map_or(inner, |(before, _)| before);
    // Quotes inside text are escaped by plotters, so these patterns can only be attributes.
    let inner = inner
        .replace(" opacity=\"1\"", "")
        .replace(" font-family=\"sans-serif\"", "")
        .replace("\n</text>", "</text>")
        // 0.5ex puts text low in fonts with a tall x; 0.35em centres capitals and digits in all of them.
        .replace("dy=\"0.5ex\"", "dy=\"0.35em\"");
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.as_str();
    const SIZE: &str = "font-size=\"";
    while let Some(at) = rest.find(SIZE) {
        let (before, after) = rest.split_at(at + SIZE.len());
        out.push_str(before);
        let end = after.find('"').unwrap_or(after.len());
        let size: f64 = after[..end].parse().unwrap_or(13.0 * FINE);
        let _ = write!(out, "{:.0}", size);
        rest = &after[end..];
    }
    out.push_str(rest);
    // Only a text's opening tag ends so; its content would otherwise begin with a line break.
    out.replace("\">\n", "\">")
}
