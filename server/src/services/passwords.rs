//! Which passwords are refused: known ones, patterns, and what anybody who knows the person tries first (AUT-06).

use crate::{Error, Result};

/// Passwords of twelve characters or more from public lists of leaked ones, in lower case.
const KNOWN: &str = include_str!("../../settings/known_passwords.txt");
/// Words of this program and of its places; with a number behind them they are no password.
const OURS: [&str; 10] = [
    "firstlight",
    "screening",
    "counselor",
    "counsellor",
    "administrator",
    "district",
    "password",
    "welcome",
    "school",
    "letmein",
];

/// Refuses a password that is too short, known, a pattern, or made of the person's own words.
///
/// # Errors
/// [`Error::Invalid`] that says why.
pub fn check(password: &str, about: &[&str]) -> Result<()> {
    let refuse = |why: &str| Err(Error::invalid("password", why));
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    if letters.len() < 12 {
        return refuse("A password needs at least twelve characters.");
    }
    if letters.len() > 200 {
        return refuse("A password may have at most 200 characters.");
    }
    let lower: String = letters.iter().collect();
    if KNOWN.lines().any(|known| known == lower) || is_pattern(&letters) {
        return refuse(
            "This password is one of the first that are tried. Choose another, such as four random words.",
        );
    }
    let own = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<String> = own
        .map(str::to_lowercase)
        .chain(OURS.map(str::to_owned))
        .filter(|w| w.chars().count() >= 4)
        .collect();
    let mut left = lower;
    for word in &words {
        left = left.replace(word.as_str(), "");
    }
    // What remains must still be hard to guess by itself.
    if left.chars().filter(|c| c.is_alphanumeric()).count() < 8 && left.chars().count() < letters.len() {
        return refuse(
            "This password is made of your name, address or place. Choose another, such as four random words.",
        );
    }
    Ok(())
}

/// A short piece again and again, or a row of the keyboard or the alphabet.
fn is_pattern(letters: &[char]) -> bool {
    let repeats =
        (1..=4).any(|piece| letters.iter().zip(letters.iter().skip(piece)).all(|(one, other)| one == other));
    const ROWS: [&str; 6] = [
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwertzuiop",
    ];
    let follows = |one: char, other: char| {
        ROWS.iter().any(|row| {
            let pair: String = [one, other].into_iter().collect();
            let back: String = [other, one].into_iter().collect();
            row.contains(&pair) || row.contains(&back)
        })
    };
    let in_row =
        letters.windows(2).filter(|pair| matches!(pair, [a, b] if a == b || follows(*a, *b))).count();
    repeats || in_row * 10 >= letters.len().saturating_sub(1) * 9
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_known_password_a_pattern_and_ones_own_name_are_refused_aut_06() {
        let about = ["maria.lindqvist@school.example", "Maria Lindqvist"];
        for bad in [
            "short",
            "passwordpassword",
            "123456789012",
            "abcdefghijklm",
            "qwertyuiop123",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "Firstlight2026",
            "Lindqvist2026!",
            "maria.lindqvist",
            "password12345",
            "iloveyou1234",
            "administrator1",
        ] {
            assert!(check(bad, &about).is_err(), "{bad}");
        }
        for good in
            ["correct horse battery staple", "wJ4#tz9Qp!2m", "lantern-otter-plum-sixty", "ünïcödé çhärß 東京"]
        {
            assert!(check(good, &about).is_ok(), "{good}");
        }
    }
}
