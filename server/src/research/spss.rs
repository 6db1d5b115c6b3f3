//! Syntax by which SPSS (and its free twin PSPP) reads a CSV file with labels, codes and missing values.

use super::files::{Column, Kind, MISSING};

/// A name that SPSS allows: a letter first, then letters, digits and underlines, at most 64 bytes.
pub(super) fn name(parts: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = parts.join("_").chars().map(plain).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("v{name}") };
    name.chars().take(64).collect()
}

/// A text between apostrophes, on one line and not longer than SPSS takes (120 bytes of a label, 255 of a variable's).
fn quoted(text: &str, longest: usize) -> String {
    let mut short = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if short.len() + c.len_utf8() > longest {
            break;
        }
        short.push(c);
    }
    format!("'{}'", short.replace('\'', "''"))
}

/// The whole syntax of one file.
pub(super) fn syntax(file: &str, columns: &[Column]) -> String {
    let mut text = format!(
        "* Encoding: UTF-8.\n* Set the working folder to where the files are, with CD, then run all of this.\n\
         GET DATA /TYPE=TXT /FILE='{file}.csv' /ENCODING='UTF8' /ARRANGEMENT=DELIMITED /DELIMITERS=\",\"\n  \
         /QUALIFIER='\"' /FIRSTCASE=2 /VARIABLES="
    );
    for column in columns {
        let format = match column.kind {
            Kind::Text(width) => format!("A{width}"),
            Kind::Number(decimals) => format!("F8.{decimals}"),
        };
        text.push_str(&format!("\n  {} {format}", column.name));
    }
    text.push_str(".\nVARIABLE LABELS");
    for column in columns {
        text.push_str(&format!("\n  {} {}", column.name, quoted(&column.label, 255)));
    }
    text.push_str(".\n");
    let numbers = columns.iter().filter(|c| matches!(c.kind, Kind::Number(_)));
    for column in numbers {
        text.push_str(&format!("VALUE LABELS {}", column.name));
        let own = column.values.iter().map(|(code, words)| (*code, words.as_str()));
        for (code, words) in own.chain(MISSING) {
            text.push_str(&format!("\n  {code} {}", quoted(words, 120)));
        }
        let codes = MISSING.map(|(code, _)| code.to_string()).join(", ");
        text.push_str(&format!(".\nMISSING VALUES {} ({codes}).\n", column.name));
    }
    text.push_str("EXECUTE.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{name, quoted};

    #[test]
    fn a_name_begins_with_a_letter_and_a_label_keeps_its_apostrophe_e6() {
        assert_eq!(name(&["4dsq", "item 1"]), "v4dsq_item_1");
        assert_eq!(name(&[&"x".repeat(90)]).len(), 64);
        assert_eq!(quoted("I don’t\nlike 'it'", 120), "'I don’t like ''it'''");
        assert_eq!(quoted("ééé", 5), "'éé'");
    }
}
