//! Letters to guardians: templates of the clinical settings, in plain words, by language. A letter says what happens next
//! and never what was found.

use std::collections::BTreeMap;

use questionnaires::library;
use serde::Deserialize;

/// A letter that a counselor may make for a guardian.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianLetter {
    /// Its word, kept with each letter made from it.
    pub id: String,
    /// What a counselor chooses it by.
    pub name: String,
    /// Its text by language tag.
    pub texts: BTreeMap<String, LetterText>,
}

/// A letter's text. `{guardian}`, `{child}`, `{school}`, `{counselor}` and `{emergency}` are filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as shown")]
pub struct LetterText {
    pub title: String,
    pub greeting: String,
    pub paragraphs: Vec<String>,
    pub closing: String,
}

impl LetterText {
    /// Heading, greeting, paragraphs and closing, one a line, with what a counselor adds before the closing.
    pub fn lines(&self, added: &str) -> Vec<String> {
        let added = added.lines().map(str::trim).filter(|line| !line.is_empty());
        [&self.title, &self.greeting]
            .into_iter()
            .chain(&self.paragraphs)
            .cloned()
            .chain(added.map(str::to_owned))
            .chain([self.closing.clone()])
            .collect()
    }
}

/// Words that tell a result, in the languages of the shipped templates.
const RESULTS: [&str; 20] = [
    "score",
    "scores",
    "scored",
    "scoring",
    "cut-off",
    "cutoff",
    "severe",
    "severely",
    "moderate",
    "moderately",
    "mild",
    "clinical range",
    "puntuación",
    "puntaje",
    "得分",
    "分数",
    "重度",
    "中度",
    "轻度",
    "الدرجات",
];

/// What in a text tells a result or names an instrument, which no letter to a guardian does; none in a plain one.
pub fn result_named_in(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let told = RESULTS.iter().find(|word| stands_in(&lower, word)).map(|word| (*word).to_owned());
    told.or_else(|| {
        library::known().into_iter().find_map(|instrument| {
            let short = &instrument.short_title;
            // "Loneliness" is a word like any other, "PHQ" is none.
            let plain = short.chars().skip(1).all(|c| c.is_lowercase());
            let names = [&instrument.title, short].into_iter().filter(|name| !plain || *name != short);
            let letters: String = short.chars().take_while(char::is_ascii_uppercase).collect();
            names
                .into_iter()
                .find(|name| stands_in(&lower, &name.to_lowercase()))
                .cloned()
                .or_else(|| (letters.len() > 2 && stands_in(text, &letters)).then_some(letters))
        })
    })
}

/// Whether a word stands in a text as a word of its own; in scripts without blanks, whether it stands there at all.
fn stands_in(text: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && (c as u32) < 0x2E80);
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            !joins(text[..at].chars().next_back()) && !joins(text[at + word.len()..].chars().next())
        })
}

/// Whether the templates can be used.
pub(super) fn check(letters: &[GuardianLetter]) -> Result<(), String> {
    for letter in letters {
        if letters.iter().filter(|other| other.id == letter.id).count() > 1 {
            return Err(format!("guardian_letters: '{}' stands there twice", letter.id));
        }
        for (language, text) in &letter.texts {
            let all = text.lines("").join("\n");
            let place = format!("guardian_letters '{}' in {language}", letter.id);
            for needed in ["{guardian}", "{child}", "{school}", "{counselor}"] {
                if !all.contains(needed) {
                    return Err(format!("{place}: it must say {needed}"));
                }
            }
            if let Some(word) = result_named_in(&all) {
                return Err(format!("{place}: leave out '{word}', a letter tells no result"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check, result_named_in};
    use crate::config::Clinical;

    #[test]
    fn a_letter_that_names_a_result_or_an_instrument_is_found_whatever_the_letters_c_26() {
        for told in [
            "A SCORE of 16",
            "on the PHQ-A",
            "the GAD-7 tells",
            "moderately severe",
            "她的得分是16分",
            "her Cut-Off",
        ] {
            assert!(result_named_in(told).is_some(), "{told}");
        }
        for plain in
            ["We can meet on 3 May at 14:00 in room 12.", "Underscored, mildly put", "我们想和您谈谈"]
        {
            assert_eq!(result_named_in(plain), None, "{plain}");
        }
    }

    #[test]
    fn the_shipped_letters_are_plain_and_there_in_every_language() {
        let shipped = Clinical::shipped().unwrap().guardian_letters;
        assert!(shipped.len() >= 2);
        check(&shipped).unwrap();
        for letter in &shipped {
            for tag in ["en", "zh-CN", "es", "ar"] {
                let text = &letter.texts[tag];
                assert!(text.lines("").join(" ").contains("{emergency}"), "{} {tag}", letter.id);
                assert_eq!(text.paragraphs.len(), letter.texts["en"].paragraphs.len());
            }
        }
    }
}
