//! Single values in the database that nobody reads without the key: names, answers, notes, contacts, whom one may call
//! (KEY-01).
//!
//! Three keys, one inside the other. The master key lies outside the database. The data key belongs to one district and lies
//! in the database, wrapped by the master key. Each child has a key of its own, wrapped by its district's data key, and all
//! that is about the child is sealed under it: when the child's row goes, what is left of its words in pages of the
//! database that are not written over yet, or in an older copy of a single table, is noise for good.
//!
//! A sealed text is `s2.<child>.<nonce and text>` in base64, an answer the nonce and text alone. The place (table, column,
//! row) and the child are bound in: a value that was moved to another row, column or child does not open. Texts from a
//! time before children had keys are `s1.<data key>.<nonce and text>`; they open still and are sealed anew.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;

use crate::config::{KeySource, Master};

const MARK: &str = "s1.";
const CHILDS: &str = "s2.";
const NONCE: usize = 24;
/// How many children's keys are kept in memory, of about a hundred bytes each; when there are more, all are read anew.
const CHILDREN: usize = 65_536;

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
pub struct Sealer(Arc<Held>);

struct Held {
    masters: RwLock<Vec<Master>>,
    /// Where they are read again when the database needs one that is not known yet.
    source: Option<KeySource>,
    keys: RwLock<HashMap<Uuid, XChaCha20Poly1305>>,
    /// Keys of children that were committed: they never change.
    children: RwLock<HashMap<Uuid, ChildKey>>,
}

/// A child's own key.
#[derive(Clone)]
pub struct ChildKey {
    child: Uuid,
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for ChildKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChildKey(•••)")
    }
}

impl ChildKey {
    /// Seals a text at its place.
    ///
    /// # Errors
    /// [`Unopened`] when the system has no randomness to give.
    pub fn seal(&self, place: Place, text: &str) -> Result<String, Unopened> {
        let sealed = encrypt(&self.cipher, text.as_bytes(), &bound(self.child, place))?;
        Ok(format!("{CHILDS}{}.{}", BASE64.encode(self.child.as_bytes()), BASE64.encode(sealed)))
    }

    /// Opens a text at its place.
    ///
    /// # Errors
    /// [`Unopened`] when it was moved or changed, or is another child's.
    pub fn open(&self, place: Place, stored: &str) -> Result<String, Unopened> {
        let sealed = stored.rsplit('.').next().and_then(|text| BASE64.decode(text).ok()).ok_or(Unopened)?;
        String::from_utf8(decrypt(&self.cipher, &sealed, &bound(self.child, place))?).map_err(|_| Unopened)
    }

    /// Seals an answer at its place; `part` tells apart what the row's id does not.
    ///
    /// # Errors
    /// [`Unopened`] when the system has no randomness to give.
    pub fn seal_answer(&self, place: Place, part: &str, answer: Answered) -> Result<Vec<u8>, Unopened> {
        let mut text = [0u8; ANSWER];
        text[0] = u8::from(answer.declined) | u8::from(answer.code.is_some()) << 1;
        text[1..].copy_from_slice(&answer.code.unwrap_or_default().to_be_bytes());
        encrypt(&self.cipher, &text, &[&bound(self.child, place), part.as_bytes()].concat())
    }

    /// Opens an answer at its place.
    ///
    /// # Errors
    /// [`Unopened`] when it was moved or changed, or is another child's.
    pub fn open_answer(&self, place: Place, part: &str, sealed: &[u8]) -> Result<Answered, Unopened> {
        let text = decrypt(&self.cipher, sealed, &[&bound(self.child, place), part.as_bytes()].concat())?;
        let [marks, code @ ..]: [u8; ANSWER] = text.try_into().map_err(|_| Unopened)?;
        let code = (marks & 2 != 0).then_some(i64::from_be_bytes(code));
        Ok(Answered { code, declined: marks & 1 != 0 })
    }
}

/// How long an answer is before it is sealed: always the same, so that its length tells nothing.
const ANSWER: usize = 9;

/// What is sealed of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the table")]
pub struct Answered {
    pub code: Option<i64>,
    pub declined: bool,
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
        Self(Arc::new(Held {
            masters: RwLock::new(masters),
            source,
            keys: RwLock::default(),
            children: RwLock::default(),
        }))
    }

    /// The master keys known, oldest first.
    pub fn masters(&self) -> Vec<Master> {
        self.0.masters.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
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
        let Some(source) = &self.0.source else { return Ok(()) };
        let masters = source.read()?;
        *self.0.masters.write().unwrap_or_else(std::sync::PoisonError::into_inner) = masters;
        Ok(())
    }

    /// Takes a wrapped data key into use.
    ///
    /// # Errors
    /// [`Unopened`] when it was wrapped by another key: the key file is not this database's.
    pub fn learn(&self, master: &Master, id: Uuid, district: Uuid, wrapped: &[u8]) -> Result<(), Unopened> {
        let key = unwrap(master, &wrapped_as(id, district), wrapped)?;
        let mut keys = self.0.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        keys.insert(id, XChaCha20Poly1305::new(&key.into()));
        Ok(())
    }

    /// A key for a child that has none, and the same wrapped under a known data key.
    ///
    /// # Errors
    /// [`Unopened`] when the data key is not known, or the system has no randomness to give.
    pub fn new_child(&self, data_key: Uuid, child: Uuid) -> Result<(ChildKey, Vec<u8>), Unopened> {
        let key = fresh_key()?;
        let wrapped = self.with(data_key, |cipher| encrypt(cipher, &key, &childs(data_key, child)))?;
        Ok((ChildKey { child, cipher: XChaCha20Poly1305::new(&key.into()) }, wrapped))
    }

    /// The key of a child as its row holds it.
    ///
    /// # Errors
    /// [`Unopened`] when it is another child's, or its data key is not known.
    pub fn unwrap_child(&self, data_key: Uuid, child: Uuid, wrapped: &[u8]) -> Result<ChildKey, Unopened> {
        let key = self.with(data_key, |cipher| decrypt(cipher, wrapped, &childs(data_key, child)))?;
        let key: [u8; 32] = key.try_into().map_err(|_| Unopened)?;
        Ok(ChildKey { child, cipher: XChaCha20Poly1305::new(&key.into()) })
    }

    /// The key of a child wrapped under another data key.
    ///
    /// # Errors
    /// [`Unopened`] when it is another child's, or one of the data keys is not known.
    pub fn rewrap_child(
        &self,
        (from, to): (Uuid, Uuid),
        child: Uuid,
        wrapped: &[u8],
    ) -> Result<Vec<u8>, Unopened> {
        let key = self.with(from, |cipher| decrypt(cipher, wrapped, &childs(from, child)))?;
        self.with(to, |cipher| encrypt(cipher, &key, &childs(to, child)))
    }

    /// The key of a child, if it is in memory.
    pub fn child(&self, child: Uuid) -> Option<ChildKey> {
        self.0.children.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&child).cloned()
    }

    /// Keeps the key of a child in memory. Only for one that is committed: another one could be made for the same child.
    pub fn keep_child(&self, key: ChildKey) {
        let mut children = self.0.children.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if children.len() >= CHILDREN {
            children.clear();
        }
        children.insert(key.child, key);
    }

    /// Drops the key of a child from memory.
    pub fn forget_child(&self, child: Uuid) {
        self.0.children.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&child);
    }

    /// Seals bytes that belong to a district and no child, under a known data key.
    ///
    /// # Errors
    /// [`Unopened`] when the key is not known.
    pub fn seal_bytes(&self, key: Uuid, place: Place, bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
        self.with(key, |cipher| encrypt(cipher, bytes, &bound(key, place)))
    }

    /// Opens such bytes.
    ///
    /// # Errors
    /// [`Unopened`] when they were moved or changed, or the key is not known.
    pub fn open_bytes(&self, key: Uuid, place: Place, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        self.with(key, |cipher| decrypt(cipher, sealed, &bound(key, place)))
    }

    fn with<T>(
        &self,
        key: Uuid,
        work: impl FnOnce(&XChaCha20Poly1305) -> Result<T, Unopened>,
    ) -> Result<T, Unopened> {
        let keys = self.0.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        work(keys.get(&key).ok_or(Unopened)?)
    }

    /// How every value begins that this key has sealed.
    pub fn begins(key: Uuid) -> String {
        format!("{MARK}{}.", BASE64.encode(key.as_bytes()))
    }

    /// The child under whose key a stored text is sealed, if it is.
    pub fn child_of(stored: &str) -> Option<Uuid> {
        let (child, _) = stored.strip_prefix(CHILDS)?.split_once('.')?;
        Uuid::from_slice(&BASE64.decode(child).ok()?).ok()
    }

    /// The data key that a stored text of an older version names, if it is sealed under one.
    pub fn key_of(stored: &str) -> Option<Uuid> {
        let (key, _) = stored.strip_prefix(MARK)?.split_once('.')?;
        Uuid::from_slice(&BASE64.decode(key).ok()?).ok()
    }

    /// Whether the key of this id is known.
    pub fn knows(&self, key: Uuid) -> bool {
        self.0.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner).contains_key(&key)
    }

    /// Opens a text of an older version at its place.
    ///
    /// # Errors
    /// [`Unopened`] when it was moved, changed, or never sealed.
    pub fn open(&self, place: Place, stored: &str) -> Result<String, Unopened> {
        let id = Self::key_of(stored).ok_or(Unopened)?;
        let sealed = stored.rsplit('.').next().and_then(|text| BASE64.decode(text).ok()).ok_or(Unopened)?;
        let keys = self.0.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = decrypt(keys.get(&id).ok_or(Unopened)?, &sealed, &bound(id, place))?;
        String::from_utf8(text).map_err(|_| Unopened)
    }
}

/// What is bound to a value: whose key it is (a child's, or a data key and with it the district), the column and the row.
fn bound(key: Uuid, place: Place) -> Vec<u8> {
    [key.as_bytes().as_slice(), place.row.as_bytes(), place.column.as_bytes()].concat()
}

/// What is bound to a wrapped key of a child.
fn childs(data_key: Uuid, child: Uuid) -> Vec<u8> {
    [b"child key".as_slice(), data_key.as_bytes(), child.as_bytes()].concat()
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
    use base64::Engine as _;
    use uuid::Uuid;

    use super::{Answered, Place, Sealer};

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

    /// Two children of one district and one of another.
    fn children(sealer: &Sealer) -> Vec<super::ChildKey> {
        let of = |(n, key): (u128, Uuid)| sealer.new_child(key, Uuid::from_u128(500 + n)).unwrap().0;
        [(0, KEYS[0]), (1, KEYS[0]), (2, KEYS[1])].into_iter().map(of).collect()
    }

    #[test]
    fn of_ten_thousand_swaps_none_opens_key_01() {
        let sealer = sealer();
        let children = children(&sealer);
        let columns = ["contacts.note", "notes.body", "guardians.name", "children.given_name"];
        let mut stored = Vec::new();
        for n in 0..101u128 {
            let place = Place { column: columns[n as usize % 4], row: Uuid::from_u128(1000 + n / 4) };
            let child = &children[n as usize % 3];
            stored.push((place, child, child.seal(place, &format!("text {n}")).unwrap()));
        }
        let mut refused = 0;
        for (at, (place, child, own)) in stored.iter().enumerate() {
            assert_eq!(child.open(*place, own).unwrap(), format!("text {at}"));
            for (other, (.., text)) in stored.iter().enumerate().filter(|(other, _)| *other != at) {
                assert!(child.open(*place, text).is_err(), "{other} opens in the place of {at}");
                refused += 1;
            }
        }
        println!("{refused} swaps, {refused} refused");
        assert!(refused >= 10_000);
    }

    #[test]
    fn of_ten_thousand_swapped_answers_none_opens_and_all_are_of_one_length_key_01() {
        let sealer = sealer();
        let children = children(&sealer);
        let mut stored = Vec::new();
        for n in 0..102u128 {
            let place = Place { column: "responses.answer", row: Uuid::from_u128(1000 + n / 6) };
            let part = format!("{} 1", n % 6 / 3);
            let answer = Answered { code: (n % 7 != 0).then_some(n as i64 - 3), declined: n % 7 == 0 };
            let child = &children[n as usize % 3];
            let sealed = child.seal_answer(place, &part, answer).unwrap();
            stored.push((place, part, child, answer, sealed));
        }
        let mut refused = 0;
        for (at, (place, part, child, answer, own)) in stored.iter().enumerate() {
            assert_eq!(child.open_answer(*place, part, own), Ok(*answer));
            assert_eq!(own.len(), stored[0].4.len());
            for (other, (.., sealed)) in stored.iter().enumerate().filter(|(other, _)| *other != at) {
                assert!(
                    child.open_answer(*place, part, sealed).is_err(),
                    "{other} opens in the place of {at}"
                );
                refused += 1;
            }
        }
        println!("{refused} swapped answers, {refused} refused");
        assert!(refused >= 10_000);
    }

    #[test]
    fn a_childs_key_opens_for_that_child_alone_and_under_a_new_data_key_too_key_02() {
        let sealer = sealer();
        let (first, wrapped) = sealer.new_child(KEYS[0], ONE).unwrap();
        let place = Place { column: "notes.body", row: ONE };
        let note = first.seal(place, "a note").unwrap();
        assert_eq!(Sealer::child_of(&note), Some(ONE));
        assert!(sealer.unwrap_child(KEYS[0], TWO, &wrapped).is_err());
        assert!(sealer.unwrap_child(KEYS[1], ONE, &wrapped).is_err());
        let again = sealer.rewrap_child((KEYS[0], KEYS[1]), ONE, &wrapped).unwrap();
        assert!(sealer.unwrap_child(KEYS[0], ONE, &again).is_err());
        assert_eq!(sealer.unwrap_child(KEYS[1], ONE, &again).unwrap().open(place, &note).unwrap(), "a note");
    }

    #[test]
    fn a_changed_letter_and_another_key_file_open_nothing() {
        let sealer = sealer();
        let place = Place { column: "notes.body", row: ONE };
        let child = &children(&sealer)[0];
        let stored = child.seal(place, "a note").unwrap();
        for at in stored.rfind('.').unwrap() + 1..stored.len() {
            let mut wrong = stored.clone().into_bytes();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            assert!(child.open(place, std::str::from_utf8(&wrong).unwrap()).is_err(), "letter {at}");
        }
        let wrapped = wrapped(7, KEYS[0], ONE);
        assert!(sealer.learn(&[8; 32].into(), KEYS[0], ONE, &wrapped).is_err());
        // A key wrapped for one district is no key of another.
        assert!(sealer.learn(&[7; 32].into(), KEYS[0], TWO, &wrapped).is_err());
        assert!(Sealer::new([7; 32]).new_child(KEYS[0], ONE).is_err());
    }

    /// Written by the version before children had keys of their own.
    #[test]
    fn a_text_of_an_older_version_opens_still() {
        let sealer = sealer();
        let place = Place { column: "notes.body", row: ONE };
        let sealed = sealer.seal_bytes(KEYS[0], place, b"a note").unwrap();
        let stored = format!("{}{}", Sealer::begins(KEYS[0]), super::BASE64.encode(sealed));
        assert_eq!(sealer.open(place, &stored).unwrap(), "a note");
        assert!(sealer.open(Place { row: TWO, ..place }, &stored).is_err());
    }
}
