//! Single values in the database that nobody reads without the key: notes, contacts, whom one may call (KEY-01).
//!
//! A sealed value is `s1.<key>.<nonce and text>` in base64. The data key belongs to one district and lies in the database
//! wrapped by a key that does not. The place (table, column, row) and the key's own id are bound in: a value that was
//! moved to another row, column or district does not open.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;

use crate::config::{KeySource, Master};

const MARK: &str = "s1.";
const NONCE: usize = 24;

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The table and the column, `contacts.note`.
    pub column: &'static str,
    /// The row's id.
    pub row: Uuid,
}

/// A sealed value that does not open: moved, changed, or under a key that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open: it was moved or changed, or its key is missing")]
pub struct Unopened;

/// The data keys in use, shared by all connections.
#[derive(Clone)]
pub struct Sealer {
    masters: Arc<RwLock<Vec<Master>>>,
    /// Where they are read again when the database needs one that is not known yet.
    source: Option<KeySource>,
    keys: Arc<RwLock<HashMap<Uuid, XChaCha20Poly1305>>>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(•••)")
    }
}

impl Sealer {
    /// A sealer with one master key that never changes.
    pub fn new(master: [u8; 32]) -> Self {
        Self::of(vec![master.into()], None)
    }

    /// A sealer with these master keys, which are read again where one is missing.
    pub(crate) fn of(masters: Vec<Master>, source: Option<KeySource>) -> Self {
        Self { masters: Arc::new(RwLock::new(masters)), source, keys: Arc::default() }
    }

    /// The master keys known, oldest first.
    pub fn masters(&self) -> Vec<Master> {
        self.masters.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The master key of this fingerprint, if it is known.
    pub(crate) fn master(&self, fingerprint: &[u8]) -> Option<Master> {
        self.masters().into_iter().find(|master| master.fingerprint() == fingerprint)
    }

    /// Reads the master keys again: another node, or a person at the terminal, has changed them. May wait for a program.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub(crate) fn read_again(&self) -> Result<(), String> {
        let Some(source) = &self.source else { return Ok(()) };
        let masters = source.read()?;
        *self.masters.write().unwrap_or_else(std::sync::PoisonError::into_inner) = masters;
        Ok(())
    }

    /// Takes a wrapped data key into use.
    ///
    /// # Errors
    /// [`Unopened`] when it was wrapped by another key: the key file is not this database's.
    pub fn learn(&self, master: &Master, id: Uuid, district: Uuid, wrapped: &[u8]) -> Result<(), Unopened> {
        let key = unwrap(master, &wrapped_as(id, district), wrapped)?;
        let mut keys = self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        keys.insert(id, XChaCha20Poly1305::new(&key.into()));
        Ok(())
    }

    /// Seals a text under a known key.
    ///
    /// # Errors
    /// [`Unopened`] when the key is not known.
    pub fn seal(&self, key: Uuid, place: Place, text: &str) -> Result<String, Unopened> {
        let keys = self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let sealed = encrypt(keys.get(&key).ok_or(Unopened)?, text.as_bytes(), &bound(key, place))?;
        Ok(format!("{}{}", Self::begins(key), BASE64.encode(sealed)))
    }

    /// How every value begins that this key has sealed.
    pub fn begins(key: Uuid) -> String {
        format!("{MARK}{}.", BASE64.encode(key.as_bytes()))
    }

    /// The key that a stored value names, if it is a sealed one.
    pub fn key_of(stored: &str) -> Option<Uuid> {
        let (key, _) = stored.strip_prefix(MARK)?.split_once('.')?;
        Uuid::from_slice(&BASE64.decode(key).ok()?).ok()
    }

    /// Whether the key of this id is known.
    pub fn knows(&self, key: Uuid) -> bool {
        self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner).contains_key(&key)
    }

    /// Opens a stored value at its place.
    ///
    /// # Errors
    /// [`Unopened`] when it was moved, changed, or never sealed.
    pub fn open(&self, place: Place, stored: &str) -> Result<String, Unopened> {
        let id = Self::key_of(stored).ok_or(Unopened)?;
        let sealed = stored.rsplit('.').next().and_then(|text| BASE64.decode(text).ok()).ok_or(Unopened)?;
        let keys = self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = decrypt(keys.get(&id).ok_or(Unopened)?, &sealed, &bound(id, place))?;
        String::from_utf8(text).map_err(|_| Unopened)
    }
}

/// What is bound to a value: the key (and with it the district), the column and the row.
fn bound(key: Uuid, place: Place) -> Vec<u8> {
    [key.as_bytes().as_slice(), place.row.as_bytes(), place.column.as_bytes()].concat()
}

/// What is bound to a wrapped data key.
pub(crate) fn wrapped_as(id: Uuid, district: Uuid) -> Vec<u8> {
    [b"data key".as_slice(), id.as_bytes(), district.as_bytes()].concat()
}

/// A fresh random key.
///
/// # Errors
/// [`Unopened`] when the system has no randomness to give.
pub(crate) fn fresh_key() -> Result<[u8; 32], Unopened> {
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|_| Unopened)?;
    Ok(key)
}

/// Wraps a key for its row.
///
/// # Errors
/// [`Unopened`] when the system has no randomness to give.
pub(crate) fn wrap(master: &Master, bound: &[u8], key: &[u8; 32]) -> Result<Vec<u8>, Unopened> {
    encrypt(&XChaCha20Poly1305::new(&master.wrapping().into()), key, bound)
}

/// The key in a wrapped one.
///
/// # Errors
/// [`Unopened`] when it was wrapped by another master key, or for another row.
pub(crate) fn unwrap(master: &Master, bound: &[u8], wrapped: &[u8]) -> Result<[u8; 32], Unopened> {
    let key = decrypt(&XChaCha20Poly1305::new(&master.wrapping().into()), wrapped, bound)?;
    key.try_into().map_err(|_| Unopened)
}

fn encrypt(cipher: &XChaCha20Poly1305, text: &[u8], aad: &[u8]) -> Result<Vec<u8>, Unopened> {
    let mut nonce = [0u8; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| Unopened)?;
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: text, aad }).map_err(|_| Unopened)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(cipher: &XChaCha20Poly1305, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, Unopened> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(Unopened)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Unopened)?;
    cipher.decrypt(&XNonce::from(nonce), Payload { msg: text, aad }).map_err(|_| Unopened)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Place, Sealer};

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);

    const KEYS: [Uuid; 2] = [Uuid::from_u128(100), Uuid::from_u128(101)];

    fn wrapped(master: u8, id: Uuid, district: Uuid) -> Vec<u8> {
        super::wrap(&[master; 32].into(), &super::wrapped_as(id, district), &super::fresh_key().unwrap())
            .unwrap()
    }

    fn sealer() -> Sealer {
        let sealer = Sealer::new([7; 32]);
        for (n, district) in [ONE, TWO].into_iter().enumerate() {
            let wrapped = wrapped(7, KEYS[n], district);
            sealer.learn(&[7; 32].into(), KEYS[n], district, &wrapped).unwrap();
        }
        sealer
    }

    #[test]
    fn of_ten_thousand_swaps_none_opens_key_01() {
        let sealer = sealer();
        let columns = ["contacts.note", "notes.body", "guardians.name", "guardians.phone"];
        let mut stored = Vec::new();
        for n in 0..101u128 {
            let place = Place { column: columns[n as usize % 4], row: Uuid::from_u128(1000 + n / 4) };
            stored.push((
                place,
                sealer.seal(KEYS[usize::from(n % 3 == 0)], place, &format!("text {n}")).unwrap(),
            ));
        }
        let mut refused = 0;
        for (at, (place, own)) in stored.iter().enumerate() {
            assert_eq!(sealer.open(*place, own).unwrap(), format!("text {at}"));
            for (other, (_, text)) in stored.iter().enumerate().filter(|(other, _)| *other != at) {
                assert!(sealer.open(*place, text).is_err(), "{other} opens in the place of {at}");
                refused += 1;
            }
        }
        println!("{refused} swaps, {refused} refused");
        assert!(refused >= 10_000);
    }

    #[test]
    fn a_changed_letter_and_another_key_file_open_nothing() {
        let sealer = sealer();
        let place = Place { column: "notes.body", row: ONE };
        let stored = sealer.seal(KEYS[0], place, "a note").unwrap();
        for at in 3..stored.len() {
            let mut wrong = stored.clone().into_bytes();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            assert!(sealer.open(place, std::str::from_utf8(&wrong).unwrap()).is_err(), "letter {at}");
        }
        let wrapped = wrapped(7, KEYS[0], ONE);
        assert!(sealer.learn(&[8; 32].into(), KEYS[0], ONE, &wrapped).is_err());
        // A key wrapped for one district is no key of another.
        assert!(sealer.learn(&[7; 32].into(), KEYS[0], TWO, &wrapped).is_err());
        assert!(Sealer::new([7; 32]).seal(KEYS[0], place, "no key yet").is_err());
    }
}
