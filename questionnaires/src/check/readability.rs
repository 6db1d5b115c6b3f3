//! How hard an English sentence is to read. A ranking aid, not a verdict.

/// Flesch–Kincaid grade level (Kincaid et al. 1975): 0.39 · words per sentence + 11.8 · syllables per word − 15.59,
/// in US school grades, not below 0. Syllables are counted by vowel groups, which is right for most English words.
/// Nothing for a text without words.
///
/// ```
/// let easy = questionnaires::check::grade_level("I felt sad.");
/// let hard = questionnaires::check::grade_level("Visits doctor with doctor finding nothing wrong");
/// assert!(easy < hard);
/// ```
pub fn grade_level(text: &str) -> Option<f64> {
    let words = words(text).count();
    if words == 0 {
        return None;
    }
    let syllables: usize = self::words(text).map(syllables).sum();
    let sentences =
        text.split(['.', '!', '?']).filter(|part| part.contains(char::is_alphanumeric)).count().max(1);
    let (words, syllables, sentences) = (words as f64, syllables as f64, sentences as f64);
    Some((0.39 * words / sentences + 11.8 * syllables / words - 15.59).max(0.0))
}

/// Words as a reader counts them: "it's" and "over-reacting" are one each.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '—' | '–' | '/' | '…'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let is_vowel = |c: char| "aeiouyáéíóúü".contains(c);
    let mut groups = 0;
    let mut after_vowel = false;
    for c in word.chars() {
        groups += usize::from(is_vowel(c) && !after_vowel);
        after_vowel = is_vowel(c);
    }
    let silent_e = word.ends_with('e') && !word.ends_with("le") && groups > 1;
    let silent_ed = word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded") && groups > 1;
    (groups - usize::from(silent_e || silent_ed)).max(1)
}

#[cfg(test)]
mod tests {
    use super::{grade_level, syllables, words};

    #[test]
    fn syllables_of_common_words() {
        for (word, expected) in
            [("sad", 1), ("bothered", 2), ("little", 2), ("have", 1), ("irritable", 4), ("wanted", 2)]
        {
            assert_eq!(syllables(word), expected, "{word}");
        }
    }

    #[test]
    fn short_plain_sentences_are_early_grades() {
        assert!(grade_level("I felt sad.").is_some_and(|grade| grade <= 2.0));
        assert_eq!(grade_level("…"), None);
        assert_eq!(words("over-reacting, I’ve — been").count(), 3);
    }
}
