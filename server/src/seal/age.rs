//! The age file format (age-encryption.org/v1) with X25519 recipients: what backups are sealed in.
//!
//! Only this one corner of the format, over the same primitives as the rest of the house: the ready-made crate brings
//! eighty others with it, for languages, ssh keys and plugins. `age -d` opens what this writes, and the other way round.

use std::io::{self, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use curve25519_dalek::MontgomeryPoint;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::bech32;

const VERSION: &str = "age-encryption.org/v1";
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// A header has a line for each recipient; more than this is no header.
const LONGEST_HEADER: usize = 64 * 1024;

/// Whom a backup is for: the public half of an identity, `age1…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// The secret half, kept away from the server.
#[derive(Clone)]
pub struct Identity([u8; 32]);

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(•••)")
    }
}

impl std::str::FromStr for Recipient {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        bech32::decode("age", text.trim()).map(Self).ok_or_else(|| "is no age recipient (age1…)".to_owned())
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&bech32::encode("age", &self.0))
    }
}

impl Identity {
    /// A fresh identity.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn fresh() -> io::Result<Self> {
        Ok(Self(random()?))
    }

    /// Reads the first identity of an identity file; lines that begin with # are comments.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        line.and_then(|line| bech32::decode("age-secret-key-", &line.to_lowercase()))
            .map(Self)
            .ok_or_else(|| "holds no age identity (AGE-SECRET-KEY-1…)".to_owned())
    }

    /// Its public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(MontgomeryPoint::mul_base_clamped(self.0).to_bytes())
    }

    /// Its text, for the file that is kept away from the server.
    pub fn reveal(&self) -> String {
        bech32::encode("age-secret-key-", &self.0).to_uppercase()
    }
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| io::Error::other(e.to_string()))?;
    Ok(bytes)
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

fn derive(secret: &[u8], salt: &[u8], info: &str) -> io::Result<[u8; 32]> {
    let mut key = [0u8; 32];
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info.as_bytes(), &mut key)
        .map_err(|_| broken("no key could be derived"))?;
    Ok(key)
}

/// The key that wraps the file's key, from the shared secret of both sides.
fn wrapping_key(
    shared: &MontgomeryPoint,
    share: &[u8; 32],
    recipient: &[u8; 32],
) -> io::Result<ChaCha20Poly1305> {
    if shared.to_bytes() == [0; 32] {
        return Err(broken("the key share is of low order"));
    }
    let salt = [share.as_slice(), recipient.as_slice()].concat();
    Ok(ChaCha20Poly1305::new(&derive(shared.as_bytes(), &salt, "age-encryption.org/v1/X25519")?.into()))
}

fn header_code(file_key: &[u8; 16], header: &str) -> io::Result<[u8; 32]> {
    let key = derive(file_key, &[], "header")?;
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key).map_err(|_| broken("no header key"))?;
    mac.update(header.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

/// Seals everything from `from` for one recipient, in chunks: a large database never stands in memory.
///
/// # Errors
/// Whatever reading and writing gives.
pub fn seal(recipient: &Recipient, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let (file_key, ephemeral, salt): ([u8; 16], [u8; 32], [u8; 16]) = (random()?, random()?, random()?);
    let share = MontgomeryPoint::mul_base_clamped(ephemeral).to_bytes();
    let shared = MontgomeryPoint(recipient.0).mul_clamped(ephemeral);
    let wrapped = wrapping_key(&shared, &share, &recipient.0)?
        .encrypt(&Nonce::default(), file_key.as_slice())
        .map_err(|_| broken("the file key could not be wrapped"))?;
    let header = format!("{VERSION}\n-> X25519 {}\n{}\n---", BASE64.encode(share), BASE64.encode(&wrapped));
    writeln!(to, "{header} {}", BASE64.encode(header_code(&file_key, &header)?))?;
    to.write_all(&salt)?;
    let cipher = ChaCha20Poly1305::new(&derive(&file_key, &salt, "payload")?.into());
    let mut chunk = read_chunk(from, CHUNK)?;
    for number in 0u64.. {
        // The last chunk is marked, so that a cut is noticed.
        let next = read_chunk(from, CHUNK)?;
        let sealed = cipher
            .encrypt(&chunk_nonce(number, next.is_empty()), chunk.as_slice())
            .map_err(|_| broken("a chunk could not be sealed"))?;
        to.write_all(&sealed)?;
        if next.is_empty() {
            break;
        }
        chunk = next;
    }
    to.flush()
}

/// Opens what [`seal`], or any other age program, has sealed for this identity.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when it is for somebody else, or was changed or cut anywhere.
pub fn open(identity: &Identity, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let (lines, header, code) = read_header(from)?;
    let own = identity.recipient();
    let mut file_key = None;
    for pair in lines.windows(2) {
        let [stanza, body] = pair else { continue };
        let Some(share) = stanza.strip_prefix("-> X25519 ").and_then(|s| BASE64.decode(s).ok()) else {
            continue;
        };
        let (Ok(share), Some(wrapped)) = (<[u8; 32]>::try_from(share), BASE64.decode(body).ok()) else {
            return Err(broken("a recipient's line cannot be read"));
        };
        let shared = MontgomeryPoint(share).mul_clamped(identity.0);
        let key = wrapping_key(&shared, &share, &own.0)?;
        if let Ok(found) = key.decrypt(&Nonce::default(), wrapped.as_slice()) {
            file_key = <[u8; 16]>::try_from(found).ok();
        }
    }
    let file_key = file_key.ok_or_else(|| broken("it was sealed for another identity"))?;
    if !bool::from(subtle::ConstantTimeEq::ct_eq(
        header_code(&file_key, &header)?.as_slice(),
        code.as_slice(),
    )) {
        return Err(broken("its header was changed"));
    }
    let mut salt = [0u8; 16];
    from.read_exact(&mut salt).map_err(|_| broken("it was cut"))?;
    let cipher = ChaCha20Poly1305::new(&derive(&file_key, &salt, "payload")?.into());
    let mut chunk = read_chunk(from, CHUNK + TAG)?;
    for number in 0u64.. {
        let next = read_chunk(from, CHUNK + TAG)?;
        let payload = Payload { msg: &chunk, aad: &[] };
        let plain = cipher
            .decrypt(&chunk_nonce(number, next.is_empty()), payload)
            .map_err(|_| broken("it was changed or cut"))?;
        to.write_all(&plain)?;
        if next.is_empty() {
            break;
        }
        chunk = next;
    }
    to.flush()
}

/// The header's lines, the text its code covers, and the code.
fn read_header(from: &mut impl Read) -> io::Result<(Vec<String>, String, Vec<u8>)> {
    let mut text = Vec::new();
    let mut byte = [0u8; 1];
    loop {
        from.read_exact(&mut byte).map_err(|_| broken("it is no age file"))?;
        text.push(byte[0]);
        let line_from = text.iter().rev().skip(1).position(|b| *b == b'\n').map_or(0, |n| text.len() - 1 - n);
        let is_last = text.get(line_from..).is_some_and(|line| line.starts_with(b"--- "));
        if byte[0] == b'\n' && is_last {
            break;
        }
        if text.len() > LONGEST_HEADER {
            return Err(broken("it is no age file"));
        }
    }
    let text = String::from_utf8(text).map_err(|_| broken("it is no age file"))?;
    let (header, code) = text.trim_end().rsplit_once(' ').ok_or_else(|| broken("it is no age file"))?;
    let lines: Vec<String> = header.lines().map(str::to_owned).collect();
    if lines.first().map(String::as_str) != Some(VERSION) {
        return Err(broken("it is no age file"));
    }
    let code = BASE64.decode(code).map_err(|_| broken("its header was changed"))?;
    Ok((lines, header.to_owned(), code))
}

fn chunk_nonce(number: u64, is_last: bool) -> Nonce {
    let mut nonce = [0u8; 12];
    if let Some(place) = nonce.get_mut(3..11) {
        place.copy_from_slice(&number.to_be_bytes());
    }
    nonce[11] = u8::from(is_last);
    nonce.into()
}

fn read_chunk(from: &mut impl Read, size: usize) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(size);
    from.take(size as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

#[cfg(test)]
mod tests {
    use super::{Identity, open, seal};

    #[test]
    fn what_is_sealed_opens_for_its_identity_alone_and_any_change_is_noticed_bkp_01() {
        let (own, other) = (Identity::fresh().unwrap(), Identity::fresh().unwrap());
        assert_eq!(Identity::read(&own.reveal()).unwrap().recipient(), own.recipient());
        assert_eq!(own.recipient().to_string().parse(), Ok(own.recipient()));
        for size in [0usize, 1, 65_535, 65_536, 65_537, 200_000] {
            let plain: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let mut sealed = Vec::new();
            seal(&own.recipient(), &mut plain.as_slice(), &mut sealed).unwrap();
            let mut opened = Vec::new();
            open(&own, &mut sealed.as_slice(), &mut opened).unwrap();
            assert_eq!(opened, plain);
            assert!(open(&other, &mut sealed.as_slice(), &mut Vec::new()).is_err());
            for at in (0..sealed.len()).step_by(sealed.len() / 40 + 1) {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert!(open(&own, &mut changed.as_slice(), &mut Vec::new()).is_err(), "byte {at} of {size}");
            }
            for cut in [1, 16, 17] {
                let cut = &sealed[..sealed.len() - cut];
                assert!(open(&own, &mut &cut[..], &mut Vec::new()).is_err());
            }
        }
    }
}
