//! What every drawing has and has not.

use super::super::palette;
use super::super::*;
use super::samples;
use super::xml::{self, Element};

/// Both drawings of every sample.
fn drawings(reading: Reading) -> impl Iterator<Item = (String, String, Figure, usize)> {
    samples::all(reading).into_iter().flat_map(|(name, figure, points)| {
        let (wide, narrow) = (figure.svg.clone(), figure.svg_narrow.clone());
        [(name.clone(), wide, figure.clone(), points), (format!("{name}, narrow"), narrow, figure, points)]
    })
}

#[test]
fn t_04_a_drawing_is_well_formed_and_holds_nothing_that_a_strict_page_refuses() {
    for (name, svg, ..) in drawings(Reading::Points) {
        let elements = xml::read(&svg);
        let allowed = ["svg", "title", "desc", "g", "rect", "circle", "line", "polyline", "polygon", "text"];
        for element in &elements {
            assert!(allowed.contains(&element.name.as_str()), "{name}: {}", element.name);
            for (attribute, value) in &element.attributes {
                assert!(
                    attribute != "style" && attribute != "class" && !attribute.starts_with("on"),
                    "{name}: {attribute}"
                );
                assert!(!value.contains("url(") && !value.contains("javascript:"), "{name}: {value}");
                assert!(attribute == "xmlns" || !value.contains("//"), "{name}: {value}");
            }
        }
        let root = &elements[0];
        assert!(
            root.get("width").is_none() && root.get("height").is_none() && root.get("viewBox").is_some(),
            "{name}"
        );
        assert!(elements[1..].iter().all(|e| e.get("font-family").is_none()), "{name}: the page's font wins");
    }
}

#[test]
fn d_10_a_drawing_has_a_name_and_a_description_with_the_ids_passed_in() {
    for reading in [Reading::Picture, Reading::Points] {
        for (name, svg, figure, _) in drawings(reading) {
            let elements = xml::read(&svg);
            let (root, title, description) = (&elements[0], &elements[1], &elements[2]);
            assert_eq!((title.name.as_str(), description.name.as_str()), ("title", "desc"), "{name}");
            let prefix =
                if name.ends_with("narrow") { format!("{}-narrow", figure.id) } else { figure.id.clone() };
            assert_eq!(title.get("id"), Some(format!("{prefix}-title").as_str()));
            assert_eq!(root.get("aria-labelledby"), title.get("id"), "{name}");
            assert_eq!(root.get("aria-describedby"), description.get("id"), "{name}");
            assert_eq!(
                (title.text.as_str(), description.text.as_str()),
                (figure.title.as_str(), figure.summary.as_str())
            );
        }
    }
}

#[test]
fn d_11_each_point_can_be_reached_and_says_its_value_and_a_picture_holds_nothing_focusable() {
    for (name, svg, _, points) in drawings(Reading::Points) {
        let elements = xml::read(&svg);
        assert_eq!(elements[0].get("role"), Some("group"), "{name}");
        let focusable: Vec<&Element> = elements.iter().filter(|e| e.get("tabindex") == Some("0")).collect();
        assert_eq!(focusable.len(), points, "{name}");
        assert!(
            focusable
                .iter()
                .all(|e| e.get("role") == Some("img") && e.get("aria-label").is_some_and(|l| l.len() > 3))
        );
    }
    for (name, svg, ..) in drawings(Reading::Picture) {
        let elements = xml::read(&svg);
        assert_eq!(elements[0].get("role"), Some("img"), "{name}");
        assert!(elements.iter().all(|e| e.get("tabindex").is_none()), "{name}");
    }
}

/// Left, top, right, bottom of a text by estimate, without the air that the layout adds around it.
fn extent(element: &Element) -> [f64; 4] {
    let size = element.number("font-size");
    let (x, y) = (element.number("x"), element.number("y"));
    let width = text::width(&element.text, size) * 0.97;
    let left = match element.get("text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    [left, y - size * 0.38, left + width, y + size * 0.38]
}

fn assert_legible(name: &str, svg: &str) {
    let elements = xml::read(svg);
    let view: Vec<f64> =
        elements[0].get("viewBox").expect("a view box").split(' ').filter_map(|v| v.parse().ok()).collect();
    let texts: Vec<(&str, [f64; 4])> =
        elements.iter().filter(|e| e.name == "text").map(|e| (e.text.as_str(), extent(e))).collect();
    for (index, (text, a)) in texts.iter().enumerate() {
        let inside = a[0] >= -1.0 && a[1] >= 0.0 && a[2] <= view[2] + 1.0 && a[3] <= view[3];
        assert!(inside, "{name}: “{text}” is cut: {a:?} in {view:?}");
        for (other, b) in &texts[index + 1..] {
            let apart = a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3];
            assert!(apart, "{name}: “{text}” covers “{other}”: {a:?} {b:?}");
        }
    }
}

#[test]
fn d_12_no_label_is_cut_or_covers_another_with_1_or_60_schools_and_1_or_40_points() {
    for (name, svg, ..) in drawings(Reading::Points) {
        assert_legible(&name, &svg);
    }
}

#[test]
fn c_22_no_label_of_a_trend_is_cut_or_covers_another_whatever_the_scores_are() {
    for seed in 0..60 {
        let input = samples::many(1 + (seed as usize * 7) % 40, seed);
        let figure = trend(&Frame::picture("t"), &input).expect("in range");
        assert_legible(&format!("seed {seed}"), &figure.svg);
        assert_legible(&format!("seed {seed}, narrow"), &figure.svg_narrow);
    }
}

#[test]
fn d_10_every_figure_has_all_its_parts() {
    for (name, figure, _) in samples::all(Reading::Picture) {
        for part in [&figure.title, &figure.subtitle, &figure.summary, &figure.table.caption] {
            assert!(!part.trim().is_empty(), "{name}");
        }
        let width = figure.table.headers.len();
        assert!(figure.table.rows.iter().all(|row| row.len() == width && !row[0].is_empty()), "{name}");
        if !name.starts_with("trend") {
            assert!(figure.title.split_whitespace().count() <= 10, "{name}: {}", figure.title);
            for part in ["Firstlight release 4", "Spring 2026"] {
                assert!(figure.subtitle.contains(part), "{name}: {}", figure.subtitle);
            }
        }
        let json = serde_json::to_string(&figure).expect("serialises");
        assert_eq!(serde_json::from_str::<Figure>(&json).expect("reads back"), figure, "{name}");
    }
}

#[test]
fn d_12_colours_keep_their_contrast_on_white_and_text_on_every_shade() {
    use palette::*;
    for text in [INK, MUTED, LOWER, HIGHER, NOISE, NAVY, PLUM, CHARCOAL] {
        assert!(text.contrast(SURFACE) >= 4.5, "{text:?}");
    }
    for mark in [TEAL, ORANGE, LILAC, BORDER] {
        assert!(mark.contrast(SURFACE) >= 2.95, "{mark:?} {}", mark.contrast(SURFACE));
    }
    for zone in ZONES {
        assert!(MUTED.contrast(zone) >= 4.5, "{zone:?}");
        for mark in [NAVY, PLUM, CHARCOAL, HIGHER] {
            assert!(mark.contrast(zone) >= 3.0, "{mark:?} on {zone:?}");
        }
    }
    for shade in HEAT {
        assert!(INK.contrast(shade).max(SURFACE.contrast(shade)) >= 4.5, "{shade:?}");
    }
    assert!((palette::Colour(0, 0, 0).contrast(SURFACE) - 21.0).abs() < 1e-9);
}

#[test]
fn d_05_no_drawing_uses_red_or_green_for_good_and_bad() {
    // Every colour that is drawn comes from the palette.
    let known: Vec<String> = {
        use palette::*;
        let mut all = vec![
            SURFACE, INK, MUTED, BORDER, GRID, NAVY, TEAL, PLUM, ORANGE, CHARCOAL, LILAC, LOWER, HIGHER,
            NOISE, ZONE_EDGE,
        ];
        all.extend(ZONES.into_iter().chain(HEAT).chain(MIX));
        all.iter().map(|c| c.hex()).collect()
    };
    for (name, svg, ..) in drawings(Reading::Points) {
        for element in xml::read(&svg) {
            for attribute in ["fill", "stroke"] {
                if let Some(value) = element.get(attribute) {
                    assert!(value == "none" || known.iter().any(|k| k == value), "{name}: {value}");
                }
            }
        }
    }
}
