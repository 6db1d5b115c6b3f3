//! The link in a card's QR code: `/c/` and 26 symbols for 128 random bits (AUT-01).
//!
//! Crockford's base 32 in capitals, because a QR code packs capitals and digits closer than anything else.

use crate::config::Keys;
use crate::{Error, Result};

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

/// A link for one card, made when the card is printed. It is shown on the card and kept nowhere.
#[derive(Clone)]
pub struct CardLink {
    secret: String,
}

impl std::fmt::Debug for CardLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardLink(•••)")
    }
}

impl CardLink {
    /// A link from 128 random bits.
    pub fn of(bits: u128) -> Self {
        let secret = (0..LENGTH)
            .rev()
            .map(|place| {
                let value = usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0);
                char::from(SYMBOLS[value])
            })
            .collect();
        Self { secret }
    }

    /// A fresh link from the system's randomness.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the system has no randomness to give.
    pub fn fresh() -> Result<Self> {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(|_| Error::TooMany(1))?;
        Ok(Self::of(u128::from_le_bytes(bytes)))
    }

    /// The path that the QR code points to, below the site's public address.
    pub fn path(&self) -> String {
        format!("/c/{}", self.secret)
    }

    /// What is stored of it, in `cards.link_hash`.
    pub fn hash(&self, keys: &Keys) -> Vec<u8> {
        keys.link_hash(&self.secret)
    }
}

/// The random part of a link as it came back; `None` for what no card carries.
pub fn parse(secret: &str) -> Option<String> {
    let secret = secret.to_ascii_uppercase();
    (secret.len() == LENGTH && secret.bytes().all(|sign| SYMBOLS.contains(&sign))).then_some(secret)
}

#[cfg(test)]
mod tests {
    use super::{CardLink, parse};

    #[test]
    fn a_link_carries_all_128_bits_and_reads_back_aut_01() {
        assert_eq!(CardLink::of(0).path(), format!("/c/{}", "0".repeat(26)));
        assert_eq!(CardLink::of(u128::MAX).path(), format!("/c/7{}", "Z".repeat(25)));
        for bit in 0..128 {
            let path = CardLink::of(1 << bit).path();
            assert_ne!(path, CardLink::of(0).path(), "bit {bit} is lost");
            let secret = path.strip_prefix("/c/").unwrap();
            assert_eq!(parse(&secret.to_lowercase()).as_deref(), Some(secret));
        }
    }

    #[test]
    fn what_is_no_link_is_none() {
        for text in ["", "0", "7ZZZZZZZZZZZZZZZZZZZZZZZZU", "/c/7ZZZZZZZZZZZZZZZZZZZZZZZ", "７ＺＺ"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn two_fresh_links_differ_and_neither_shows_itself_in_a_log() {
        let (one, two) = (CardLink::fresh().unwrap(), CardLink::fresh().unwrap());
        assert_ne!(one.path(), two.path());
        assert!(!format!("{one:?}").contains(&one.secret));
    }
}
