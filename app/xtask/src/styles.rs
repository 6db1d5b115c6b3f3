//! Style sheets, joined and stripped of comments and needless whitespace. No other language, no tool.
//!
//! A folder `assets/css/NAME/` becomes `NAME.css`, which begins with the shared `assets/css/*.css`: a page asks for one
//! sheet, because on a slow line each request costs more than the bytes it repeats.
//! `tokens.css` comes first, `base.css` second, the rest by name.

use std::collections::BTreeMap;
use std::path::Path;

use crate::repo;
use crate::say::{Fault, Result};

pub fn sheets(css: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = repo::files(css)?;
    files.sort_by_key(|file| (rank(file), file.clone()));
    let mut sheets: BTreeMap<String, String> = BTreeMap::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "css")) {
        let text = String::from_utf8_lossy(&repo::read(&css.join(file))?).into_owned();
        let small = minify(&text).map_err(|fault| {
            Fault::new(format!("app/assets/css/{}:{}: {}", file.display(), fault.line, fault.what))
        })?;
        let sheet = file.components().next().filter(|_| file.components().count() > 1);
        let name =
            sheet.map_or("firstlight".into(), |folder| folder.as_os_str().to_string_lossy().into_owned());
        sheets.entry(format!("{name}.css")).or_default().push_str(&small);
    }
    let shared = sheets.remove("firstlight.css").unwrap_or_default();
    Ok(sheets.into_iter().map(|(name, text)| (name, format!("{shared}{text}").into_bytes())).collect())
}

fn rank(file: &Path) -> u8 {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("tokens.css") => 0,
        Some("base.css") => 1,
        _ => 2,
    }
}

#[derive(Debug, PartialEq)]
struct Mistake {
    line: usize,
    what: &'static str,
}

/// Only what cannot change a meaning: comments go, runs of whitespace become one space, and that space goes too
/// beside `{ } ; ,` and after `:`. Strings and `url(…)` stay as they are. Spaces around `+ - > ~ ( )` stay,
/// because `calc()` and selectors need some of them.
fn minify(text: &str) -> std::result::Result<String, Mistake> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut space = false;
    let mut depth: isize = 0;
    while let Some(next) = rest.chars().next() {
        let mistake =
            |what| Mistake { line: text[..text.len() - rest.len()].matches('\n').count() + 1, what };
        let end = if rest.starts_with("/*") {
            rest.find("*/").ok_or(mistake("a comment is not closed"))? + 2
        } else if next == '"' || next == '\'' {
            string_end(rest, next).ok_or(mistake("a string is not closed"))?
        } else if rest.starts_with("url(") && !rest[4..].trim_start().starts_with(['"', '\'']) {
            rest.find(')').ok_or(mistake("url( is not closed"))? + 1
        } else if rest.starts_with("@import") || rest.starts_with("@charset") {
            return Err(mistake("sheets are joined, so @import and @charset cannot stand here; use a file"));
        } else {
            next.len_utf8()
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        if next.is_whitespace() || piece.starts_with("/*") {
            space = true;
            // A licence notice is kept where its author insists by the exclamation mark.
            if piece.starts_with("/*!") {
                out.push_str(piece);
            }
            continue;
        }
        depth += match next {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth < 0 {
            return Err(mistake("a } closes nothing"));
        }
        let glued = out.is_empty() || out.ends_with(['{', '}', ';', ',', ':']) || out.ends_with("*/");
        if space && !glued && !matches!(next, '{' | '}' | ';' | ',') {
            out.push(' ');
        }
        space = false;
        if next == '}' && out.ends_with(';') {
            out.pop();
        }
        out.push_str(piece);
    }
    if depth > 0 {
        return Err(Mistake { line: text.lines().count(), what: "a { is not closed" });
    }
    Ok(out)
}

fn string_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, char)| {
        let closes = char == quote && !escaped;
        escaped = char == '\\' && !escaped;
        closes.then_some(at + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::{Mistake, minify};

    #[test]
    fn comments_and_whitespace_go_and_meaning_stays() {
        let long = "/* why */\n:root {\n  --ink: #123;\n  --gap: calc(1rem + 2px);\n}\n\n\
                    a:hover > b , a :focus-visible { color : var(--ink) ; margin: 0 -1px; }\n";
        let short = ":root{--ink:#123;--gap:calc(1rem + 2px)}\
                     a:hover > b,a :focus-visible{color :var(--ink);margin:0 -1px}";
        assert_eq!(minify(long).unwrap(), short);
        assert_eq!(minify(short).unwrap(), short, "a second time changes nothing");
    }

    #[test]
    fn strings_addresses_and_licence_notices_are_left_alone() {
        let text = "/*! MIT */a{content:\"{ /* ; \\\"  } \";background:url(data:image/svg+xml;,a  b)}";
        assert_eq!(minify(text).unwrap(), text);
        assert_eq!(
            minify("@media (min-width: 40em) and (hover) { a { b: c } }").unwrap(),
            "@media (min-width:40em) and (hover){a{b:c}}"
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let line = |text: &str| minify(text).unwrap_err().line;
        assert_eq!(line("a{}\n/* open"), 2);
        assert_eq!(line("a{}\n\n}"), 3);
        assert_eq!(line("a{\nb:c"), 2);
        assert_eq!(
            minify("@import 'x';").unwrap_err(),
            Mistake {
                line: 1,
                what: "sheets are joined, so @import and @charset cannot stand here; use a file"
            }
        );
    }
}
