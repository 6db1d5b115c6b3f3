//! Rust text as code, comments and strings: enough to tell a word in a comment from one in a query.

/// A file with its comments blanked out; lines keep their numbers.
pub fn code(text: &str) -> String {
    render(text, |piece| piece != Piece::Comment)
}

/// A file with comments and the insides of strings blanked out.
pub fn skeleton(text: &str) -> String {
    render(text, |piece| piece == Piece::Code)
}

/// Each string with the number of its line.
pub fn strings(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let (mut line, mut inside) = (1, false);
    for (char, piece) in pieces(text) {
        match (piece, inside) {
            (Piece::String, true) => found.last_mut().unwrap().1.push(char),
            (Piece::String, false) => found.push((line, char.to_string())),
            _ => {}
        }
        inside = piece == Piece::String;
        line += usize::from(char == '\n');
    }
    found
}

/// Without `#[cfg(test)]` and what follows it: test modules stand at the end of a file here.
pub fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Code,
    Comment,
    String,
}

fn render(text: &str, keep: impl Fn(Piece) -> bool) -> String {
    pieces(text)
        .into_iter()
        .map(|(char, piece)| if char == '\n' || keep(piece) { char } else { ' ' })
        .collect()
}

/// Each character and what it belongs to. Quotes count as code, so that two strings never grow together.
fn pieces(text: &str) -> Vec<(char, Piece)> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let end = match rest {
            ['/', '/', ..] => take(&mut out, rest, Piece::Comment, line_comment(rest)),
            ['/', '*', ..] => take(&mut out, rest, Piece::Comment, block_comment(rest)),
            ['r', '"' | '#', ..] if !word_before(&chars, at) && raw_hashes(rest).is_some() => {
                let hashes = raw_hashes(rest).unwrap();
                string(&mut out, rest, hashes + 2, raw_end(rest, hashes), hashes + 1)
            }
            ['"', ..] => string(&mut out, rest, 1, quoted_end(rest, '"'), 1),
            // A character, not a lifetime: '"' and '\'' would upset everything after them.
            ['\'', '\\', ..] => take(&mut out, rest, Piece::Code, quoted_end(rest, '\'')),
            ['\'', _, '\'', ..] => take(&mut out, rest, Piece::Code, 3),
            _ => take(&mut out, rest, Piece::Code, 1),
        };
        at += end;
    }
    out
}

fn take(out: &mut Vec<(char, Piece)>, rest: &[char], piece: Piece, length: usize) -> usize {
    out.extend(rest[..length].iter().map(|&char| (char, piece)));
    length
}

fn string(out: &mut Vec<(char, Piece)>, rest: &[char], open: usize, end: usize, close: usize) -> usize {
    let inside = end.saturating_sub(close).max(open);
    take(out, &rest[..open], Piece::Code, open);
    take(out, &rest[open..inside], Piece::String, inside - open);
    take(out, &rest[inside..end], Piece::Code, end - inside);
    end
}

fn line_comment(rest: &[char]) -> usize {
    rest.iter().position(|&char| char == '\n').unwrap_or(rest.len())
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] if depth == 1 => return at + 2,
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

fn word_before(chars: &[char], at: usize) -> bool {
    // `br"…"` is a raw string too.
    at > 0 && (chars[at - 1].is_alphanumeric() && chars[at - 1] != 'b' || chars[at - 1] == '_')
}

fn raw_hashes(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|&&char| char == '#').count();
    (rest.get(hashes + 1) == Some(&'"')).then_some(hashes)
}

fn raw_end(rest: &[char], hashes: usize) -> usize {
    let closes =
        |at: &usize| rest[*at] == '"' && rest[at + 1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    (hashes + 2..rest.len()).find(closes).map_or(rest.len(), |at| at + 1 + hashes)
}

fn quoted_end(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            char if char == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

#[test]
fn comments_strings_and_code_are_told_apart() {
    let text = "let a = \"x // \\\" y\"; // select \"b\"\n/* /* c */ d */ let q = '\"'; r#\"e \" f\"#; fn g<'a>() {}\n";
    let found: Vec<String> = strings(text).into_iter().map(|(_, string)| string).collect();
    assert_eq!(found, ["x // \\\" y", "e \" f"]);
    assert!(!code(text).contains("select") && code(text).contains("e \" f"));
    assert!(!skeleton(text).contains('e') || !skeleton(text).contains("e \" f"));
    assert!(skeleton(text).contains("fn g<'a>() {}") && skeleton(text).lines().count() == 2);
    assert_eq!(strings("let a =\n\n \"b\nc\"; \"d\"").iter().map(|s| s.0).collect::<Vec<_>>(), [3, 4]);
}
