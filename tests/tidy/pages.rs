//! What no page may hold: unescaped markup, inline styles (the content security policy refuses them), colours outside
//! the tokens, another host.

use crate::lexer::{code, strings, without_tests};
use crate::none;
use crate::repository::{Source, sources};

fn pages() -> Vec<Source> {
    sources(&["app/src", "app/client/src", "server/src/draw"], &["rs"])
}

#[test]
fn no_page_writes_unescaped_markup_or_inline_styles() {
    none(
        pages().iter().flat_map(unsafe_markup).collect(),
        "use text nodes, classes and SVG presentation attributes",
    );
}

fn unsafe_markup(source: &Source) -> Vec<String> {
    let inner = ["inner", "_html"].concat();
    source.lines(&code(without_tests(&source.text)), |line| {
        let inline = |at: usize| {
            let before = line[..at]
                .chars()
                .next_back()
                .is_none_or(|char| !char.is_alphanumeric() && !"_-".contains(char));
            let after = &line[at + "style".len()..];
            let attribute = after.starts_with('=') && !after.starts_with("==");
            before
                && (attribute
                    || after.strip_prefix(':').is_some_and(|rest| rest.starts_with(char::is_alphanumeric)))
        };
        if line.contains(&inner) {
            Some(inner.clone())
        } else if line.contains("<style") {
            Some("a <style> element".into())
        } else if line.match_indices("style").any(|(at, _)| inline(at)) {
            Some("an inline style".into())
        } else {
            None
        }
    })
}

#[test]
fn an_inline_style_is_noticed_in_a_view_and_in_a_drawing() {
    let bad = "// style=\"x\"\nview! { <p style=\"color:red\"> }\nlet s = \"<rect style='fill:red'\";\nlet style = 1;\n\
               if style == 2 {}\n<p style:width=move || w()>\nmap(|style: Style| style)\nlist-style=3";
    let lines: Vec<String> = unsafe_markup(&Source::new("x.rs", bad));
    assert_eq!(lines, ["x.rs:2: an inline style", "x.rs:3: an inline style", "x.rs:6: an inline style"]);
}

#[test]
fn colours_stand_only_in_the_tokens() {
    let mut breaches: Vec<String> = pages()
        .iter()
        .filter(|source| source.path != "server/src/draw/palette.rs")
        .flat_map(|source| {
            let found = strings(without_tests(&source.text))
                .into_iter()
                .filter(|(_, string)| colour(string).is_some());
            found
                .map(|(line, string)| format!("{}:{line}: {}", source.path, colour(&string).unwrap()))
                .collect::<Vec<_>>()
        })
        .collect();
    let sheets = sources(&["app/assets"], &["css"]);
    let sheets = sheets.iter().filter(|source| !source.path.ends_with("/tokens.css"));
    breaches.extend(sheets.flat_map(|source| source.lines(&declarations(&source.text), colour)));
    none(breaches, "name it in app/assets/css/tokens.css (or server/src/draw/palette.rs) and use the name");
}

/// A sheet with comments blanked out and without selectors, which may name an id.
fn declarations(css: &str) -> String {
    let mut out = String::new();
    let mut comment = false;
    for line in css.lines() {
        let mut rest = line;
        while !rest.is_empty() {
            let (end, next) = if comment { ("*/", false) } else { ("/*", true) };
            let (piece, after) =
                rest.split_once(end).map_or((rest, None), |(piece, after)| (piece, Some(after)));
            if !comment {
                out.push_str(if piece.trim_end().ends_with(['{', ',']) && !piece.contains(';') {
                    ""
                } else {
                    piece
                });
            }
            rest = after.unwrap_or_default();
            comment = if after.is_some() { next } else { comment };
        }
        out.push('\n');
    }
    out
}

/// `#fff` and the like, but no `&#039;` and no `href="#add"`.
fn colour(text: &str) -> Option<String> {
    text.match_indices('#').find_map(|(at, _)| {
        let digits: String = text[at + 1..]
            .chars()
            .take_while(|char| char.is_alphanumeric() || "_-".contains(*char))
            .collect();
        let hex =
            digits.chars().all(|char| char.is_ascii_hexdigit()) && matches!(digits.len(), 3 | 4 | 6 | 8);
        let before = text[..at].chars().next_back();
        // A string that is only `#add` is more likely an address in the page than a colour of letters alone.
        let address = at == 0 && !digits.contains(|char: char| char.is_ascii_digit()) && digits.len() != 6;
        (hex && before != Some('&') && !address && !text[..at].ends_with("href=\""))
            .then(|| format!("#{digits}"))
    })
}

#[test]
fn a_raw_colour_is_noticed() {
    for (text, found) in
        [("a #1F2A30;", true), ("#fff000", true), ("&#039;", false), ("#main", false), ("#add", false)]
    {
        assert_eq!(colour(text).is_some(), found, "{text}");
    }
    let css = "/* #123 */ #fed {\n color: #fed; /* #456\n #789 */ }\n";
    let found = Source::new("x.css", "").lines(&declarations(css), colour);
    assert_eq!(found, ["x.css:2: #fed"]);
}

#[test]
fn no_page_names_another_host() {
    let mut files = sources(&["app/src", "app/client/src", "server/src/draw"], &["rs"]);
    files.extend(sources(&["app/assets"], &["css", "js", "mjs", "svg", "html", "json", "webmanifest"]));
    none(files.iter().flat_map(hosts).collect(), "serve it ourselves: a child's browser asks nobody else");
}

fn hosts(source: &Source) -> Vec<String> {
    let plain =
        if source.path.ends_with(".rs") { code(without_tests(&source.text)) } else { source.text.clone() };
    // Names of vocabularies, never fetched; and this machine.
    let known = ["www.w3.org/", "127.0.0.1", "localhost", "[::1]", "{"];
    source.lines(&plain, |line| {
        let address = |start: &str| {
            line.match_indices(start).find_map(|(at, _)| {
                let host = &line[at + start.len()..];
                let empty = host.is_empty() || host.starts_with(['"', '\'', ' ', '…']);
                (!empty && !known.iter().any(|known| host.starts_with(known)))
                    .then(|| host.split(['/', '"', '\'', ')', ' ', '<']).next().unwrap_or(host).to_owned())
            })
        };
        address("https://").or_else(|| address("http://")).or_else(|| address("url(//"))
    })
}

#[test]
fn another_host_is_noticed() {
    let bad = "// https://a.example\nlet x = \"https://fonts.example.org/a\";\nlet y = \"http://www.w3.org/2000/svg\";\nformat!(\"http://{address}\")";
    assert_eq!(hosts(&Source::new("x.rs", bad)), ["x.rs:2: fonts.example.org"]);
}
