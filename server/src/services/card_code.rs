//! The code on a card: nine random symbols and a check symbol, `XXXXX-XXXXX`, without look-alikes (AUT-01).
//!
//! Nine symbols of 32 are 45 bits. The check symbol is a weighted sum over GF(32) with a different weight at each
//! place, so every single wrong symbol and every swap of two different symbols is caught before the database is asked.

/// Crockford's base 32: no I, L, O or U.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;
/// Codes that would read as a word nobody wants on a child's card.
const UNWANTED: &[&str] =
    &["ASS", "FCK", "SEX", "KKK", "NAZ", "HATE", "DEAD", "DAMN", "HE11", "CRAP", "GAY", "FAT"];

/// What is wrong with a typed code. It never reached the database, so it counts as a slip and not as a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Not ten symbols long.
    Length,
    /// A sign that is on no card.
    Sign,
    /// The check symbol does not fit: a symbol is wrong or two are swapped.
    Check,
}

/// A fresh code from random bytes given by `random`.
pub fn generate(mut random: impl FnMut() -> u64) -> String {
    loop {
        let bits = random();
        let mut values = [0u8; LENGTH];
        for (i, value) in values.iter_mut().take(LENGTH - 1).enumerate() {
            *value = ((bits >> (5 * i)) & 31) as u8;
        }
        values[LENGTH - 1] = check(&values);
        let code: String = values.iter().map(|v| char::from(SYMBOLS[usize::from(*v)])).collect();
        if !UNWANTED.iter().any(|word| code.contains(word)) {
            return code;
        }
    }
}

/// A code as it is printed: `XXXXX-XXXXX`.
pub fn printed(code: &str) -> String {
    code.split_at_checked(5).map_or_else(|| code.to_owned(), |(left, right)| format!("{left}-{right}"))
}

/// Reads what somebody typed: any case, with or without separators, look-alikes taken for what was meant.
///
/// # Errors
/// A [`Slip`] that says what is wrong.
pub fn parse(typed: &str) -> Result<String, Slip> {
    let mut code = String::with_capacity(LENGTH);
    for sign in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '‐' | '_' | '.'))
    {
        let sign = match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !SYMBOLS.iter().any(|s| char::from(*s) == sign) {
            return Err(Slip::Sign);
        }
        if code.len() == LENGTH {
            return Err(Slip::Length);
        }
        code.push(sign);
    }
    if code.len() != LENGTH {
        return Err(Slip::Length);
    }
    let mut values = [0u8; LENGTH];
    for (value, sign) in values.iter_mut().zip(code.bytes()) {
        *value = SYMBOLS.iter().position(|s| *s == sign).and_then(|p| u8::try_from(p).ok()).unwrap_or(0);
    }
    if check(&values) == values[LENGTH - 1] { Ok(code) } else { Err(Slip::Check) }
}

/// The check symbol's value: the sum of the first nine, each times its own power of the field's generator.
fn check(values: &[u8; LENGTH]) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..LENGTH - 1] {
        weight = times(weight, 2);
        sum ^= times(weight, *value);
    }
    sum
}

/// Multiplication in GF(32) modulo x⁵ + x² + 1.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 32 == 32 {
            a ^= 0b10_0101;
        }
        b >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, SYMBOLS, Slip, generate, parse, printed};

    fn codes(count: u64) -> Vec<String> {
        let mut state = 7u64;
        (0..count)
            .map(|_| {
                generate(|| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    state >> 13
                })
            })
            .collect()
    }

    #[test]
    fn a_code_reads_back_however_a_child_types_it() {
        for code in codes(200) {
            let shown = printed(&code);
            assert_eq!(parse(&shown), Ok(code.clone()));
            assert_eq!(parse(&format!("  {} ", shown.to_lowercase())), Ok(code.clone()));
            assert_eq!(parse(&code.replace('0', "o").replace('1', "l")), Ok(code));
        }
    }

    #[test]
    fn every_single_wrong_symbol_and_every_swap_is_caught_before_the_database_aut_01() {
        for code in codes(50) {
            let signs: Vec<u8> = code.bytes().collect();
            for place in 0..LENGTH {
                for symbol in SYMBOLS {
                    let mut wrong = signs.clone();
                    wrong[place] = *symbol;
                    let wrong = String::from_utf8(wrong).unwrap();
                    assert_eq!(parse(&wrong).is_ok(), wrong == code, "{wrong}");
                }
                for other in 0..place {
                    let mut swapped = signs.clone();
                    swapped.swap(place, other);
                    let swapped = String::from_utf8(swapped).unwrap();
                    assert_eq!(parse(&swapped).is_ok(), swapped == code, "{swapped}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_is_told_apart_kindly() {
        assert_eq!(parse(""), Err(Slip::Length));
        assert_eq!(parse("ABC"), Err(Slip::Length));
        assert_eq!(parse("ABCDE-FGHJK-M"), Err(Slip::Length));
        assert_eq!(parse("ABCDE-FGH!K"), Err(Slip::Sign));
        assert_eq!(parse("ÄBCDE-FGHJK"), Err(Slip::Sign));
    }
}
