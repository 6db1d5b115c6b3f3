//! Estimated text widths, wrapping, and how numbers and dates are written.
//!
//! The server has no font engine (no fontconfig, no freetype), so widths are estimated from the advance widths of a
//! common sans-serif and widened a little: the reader's font is not known, and a label with air beats a cut one.

use jiff::civil::Date;

/// Our estimate is this much wider than Liberation Sans (Arial metrics), which covers Atkinson Hyperlegible Next and
/// most of the way to DejaVu Sans, the widest common fallback.
const AIR: f64 = 1.07;

/// Estimated width in chart units of a line of text at a font size.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size * AIR
}

/// Advance of a character in em.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.23,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'I' | 'f' | 't' | '/' | '·' => 0.29,
        '(' | ')' | '[' | ']' | '-' | 'r' | '"' | '*' => 0.35,
        'a'..='z' => match c {
            'm' => 0.84,
            'w' => 0.73,
            'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 0.5,
            _ => 0.56,
        },
        '0'..='9' | '–' | '?' | 'J' | 'L' => 0.56,
        'M' | 'W' | '%' | '@' | '—' => 0.89,
        'A'..='Z' | '&' => 0.71,
        '<' | '>' | '=' | '+' | '±' | '≥' | '≤' | '×' | '~' => 0.59,
        // Marks that stack on the letter before them take no room.
        '\u{0300}'..='\u{036F}' => 0.0,
        // CJK, kana, hangul and full-width forms fill an em square.
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FFEF}' => 1.0,
        _ => 0.65,
    }
}

/// Breaks text into lines no wider than `room`, at spaces where it can, inside a word where it must. Never drops a
/// letter; an empty text gives one empty line.
pub fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&joined, size) <= room {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            // Room is kept for the hyphen that a broken word gets; scripts without hyphens are broken without.
            let hyphen = if c.is_ascii_alphabetic() { "-" } else { "" };
            let longer = format!("{line}{c}");
            let whole = width(&longer, size) <= room && word.ends_with(&longer);
            if width(&longer, size) + width(hyphen, size) > room && !whole && !line.is_empty() {
                line.push_str(hyphen);
                lines.push(std::mem::take(&mut line));
                line.push(c);
            } else {
                line = longer;
            }
        }
    }
    lines.push(line);
    lines
}

/// A count with thousands marks: `8,412`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A score or threshold with at most one decimal, none where it is whole: `16`, `1.4`.
pub fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // Adding zero turns -0 into 0.
    if tenths.fract() == 0.0 { format!("{:.0}", tenths + 0.0) } else { format!("{tenths:.1}") }
}

/// A percentage (0–100) to the nearest whole: `17%`.
pub fn percent(value: f64) -> String {
    format!("{:.0}%", value.round() + 0.0)
}

/// A signed difference: `+4.1`, `–1.5`, `0`.
pub fn signed(value: f64) -> String {
    let magnitude = number(value.abs());
    match magnitude.as_str() {
        "0" => magnitude,
        _ if value < 0.0 => format!("–{magnitude}"),
        _ => format!("+{magnitude}"),
    }
}

/// `3 Mar`.
pub fn day(date: Date) -> String {
    format!("{} {}", date.day(), month(date))
}

/// `3 Mar 2026`.
pub fn day_year(date: Date) -> String {
    format!("{} {}", day(date), date.year())
}

fn month(date: Date) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let index = usize::try_from(date.month() - 1).unwrap_or(0);
    MONTHS.get(index).copied().unwrap_or("")
}
