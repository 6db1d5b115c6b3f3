//! One-time codes as an authenticator app makes them (RFC 6238: SHA-1, six digits, 30 s).
//!
//! Written here once more instead of called from `server`, so that a mistake there cannot agree with itself.

use hmac::{Hmac, KeyInit, Mac};

/// The code of this moment for a secret in base32.
pub fn now(secret: &str) -> String {
    at(secret, 0)
}

/// The code some steps of 30 s from now, for a second sign-in of the same person: a code works once.
pub fn at(secret: &str, steps: i64) -> String {
    #[allow(clippy::disallowed_methods, reason = "an authenticator reads its own clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    code(&base32(secret), (now / 30).checked_add_signed(steps).unwrap())
}

fn code(key: &[u8], counter: u64) -> String {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key).unwrap();
    mac.update(&counter.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes([digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut pending, mut bits) = (Vec::new(), 0u32, 0);
    for char in text.to_uppercase().chars().filter(|char| !" -=".contains(*char)) {
        let value = alphabet.find(char).unwrap_or_else(|| panic!("{char} is no letter of base32"));
        pending = pending << 5 | value as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((pending >> bits) as u8);
            pending &= (1 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{base32, code};

    #[test]
    fn codes_agree_with_the_examples_of_the_rfc() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let key = base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(key, b"12345678901234567890");
        for (seconds, expected) in [(59u64, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
        {
            assert_eq!(code(&key, seconds / 30), expected);
        }
    }
}
