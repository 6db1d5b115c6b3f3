//! V-02: every pair of colours that stands on another, in every skin, light and dark, by the WCAG formula.

use std::collections::BTreeMap;

use crate::repository::text;

type Tokens = BTreeMap<String, String>;

/// Text on its ground, at least 4.5 to 1; a child's text at least 7 where it is read at length.
const TEXT: [(&str, &str); 9] = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "tint"),
    ("muted", "paper"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("primary", "surface"),
    ("on-primary", "primary"),
];
/// Edges of controls and marks, at least 3 to 1.
const EDGES: [(&str, &str); 5] = [
    ("edge", "surface"),
    ("edge", "paper"),
    ("primary", "tint"),
    ("primary", "paper"),
    ("focus", "focus-edge"),
];
/// What only staff see.
const STAFF: [(&str, &str); 6] = [
    ("critical", "critical-tint"),
    ("on-critical", "critical"),
    ("high", "high-tint"),
    ("moderate", "moderate-tint"),
    ("low", "low-tint"),
    ("done", "done-tint"),
];

/// Tokens by selector, those inside a dark media query under `dark SELECTOR`.
fn blocks(css: &str) -> Vec<(String, Tokens)> {
    let mut plain = String::new();
    for (at, piece) in css.split("/*").enumerate() {
        plain.push_str(if at == 0 { piece } else { piece.split_once("*/").map_or("", |(_, rest)| rest) });
    }
    let mut found = Vec::new();
    let (mut media, mut rest) = (String::new(), plain.as_str());
    while let Some(at) = rest.find(['{', '}']) {
        let head = rest[..at].trim();
        if rest[at..].starts_with('}') {
            media.clear();
            rest = &rest[at + 1..];
        } else if head.starts_with('@') {
            media = head.to_owned();
            rest = &rest[at + 1..];
        } else {
            let (body, after) = rest[at + 1..].split_once('}').unwrap_or_default();
            let tokens = body.split(';').filter_map(|line| {
                let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
                Some((name.to_owned(), value.trim().to_owned()))
            });
            let dark = if media.contains("dark") { "dark " } else { "" };
            if !media.contains("contrast") {
                found.push((format!("{dark}{head}"), tokens.collect()));
            }
            rest = after;
        }
    }
    found
}

/// A skin's tokens: the root's, over them the skin's.
fn skin(blocks: &[(String, Tokens)], layers: &[&str]) -> Tokens {
    let mut all = Tokens::new();
    for layer in layers {
        let found: Vec<_> = blocks.iter().filter(|(name, _)| name == layer).collect();
        assert!(!found.is_empty(), "no {layer} in tokens.css");
        for (_, tokens) in found {
            all.extend(tokens.clone());
        }
    }
    all
}

fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').unwrap_or_else(|| panic!("{colour} is no plain colour"));
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn ratio(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_read_in_every_skin_v_02() {
    let blocks = blocks(&text("app/assets/css/tokens.css"));
    let skins: [(&str, &[&str], f64); 10] = [
        ("harbour", &[":root"], 4.5),
        ("harbour dark", &[":root", "dark :root"], 4.5),
        ("meadow", &[":root", ".skin-meadow"], 7.0),
        ("river", &[":root", ".skin-river"], 7.0),
        ("trail", &[":root", ".skin-trail"], 7.0),
        ("studio", &[":root", ".skin-studio"], 7.0),
        ("studio dark", &[":root", "dark :root", ".skin-studio", "dark .skin-studio"], 7.0),
        ("meadow, stronger", &[":root", ".skin-meadow", ".look-contrast"], 7.0),
        ("river, stronger", &[":root", ".skin-river", ".look-contrast"], 7.0),
        ("trail, stronger", &[":root", ".skin-trail", ".look-contrast"], 7.0),
    ];
    let mut weak = Vec::new();
    for (name, layers, reading) in skins {
        let tokens = skin(&blocks, layers);
        let pairs = TEXT.iter().map(|pair| (pair, if pair.0 == "ink" { reading } else { 4.5 }));
        let staff: &[_] = if name.starts_with("harbour") { &STAFF } else { &[] };
        let pairs =
            pairs.chain(EDGES.iter().map(|pair| (pair, 3.0))).chain(staff.iter().map(|pair| (pair, 4.5)));
        for ((front, ground), least) in pairs {
            let found = ratio(&tokens[*front], &tokens[*ground]);
            if found < least {
                weak.push(format!("{name}: {front} on {ground} is {found:.2}, needs {least}"));
            }
        }
    }
    assert!(weak.is_empty(), "{}", weak.join("\n"));
}

#[test]
fn the_formula_gives_the_known_ratios() {
    assert!((ratio("#000000", "#FFFFFF") - 21.0).abs() < 0.01);
    assert!((ratio("#767676", "#FFFFFF") - 4.54).abs() < 0.01);
}
