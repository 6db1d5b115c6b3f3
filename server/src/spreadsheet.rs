//! Cells for files that people open in spreadsheets, where a text can turn into a formula (INP-05).

use std::borrow::Cow;

const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// The text, with an apostrophe in front where a spreadsheet would take it for a formula.
pub fn guarded(text: &str) -> Cow<'_, str> {
    // Spreadsheets skip blanks before a formula, so these do not hide one.
    let begins = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    if begins.starts_with(FORMULA) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The guarded text as a cell of a CSV file, in quotation marks where it must be (RFC 4180).
pub fn cell(text: &str) -> String {
    let safe = guarded(text);
    if safe.contains([',', '"', '\r', '\n']) || safe != safe.trim() {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe.into_owned()
    }
}

/// The guarded text in quotation marks, as a cell of a CSV file (RFC 4180).
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", guarded(text).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{guarded, quoted};

    #[test]
    fn a_formula_behind_blanks_is_guarded_like_a_plain_one_inp_05() {
        for start in ["=1+1", " =1+1", "\u{feff}=1+1", "\u{a0}-1", "\n+1", "＠SUM(A1)"] {
            assert!(guarded(start).starts_with('\''), "{start:?}");
            assert!(quoted(start).starts_with("\"'"), "{start:?}");
        }
        assert_eq!(quoted("Say \"hi\""), "\"Say \"\"hi\"\"\"");
    }
}
