//! Keys that never enter the database.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Keys derived from the master key: one each for a purpose, so that one's use never weakens another.
#[derive(Clone)]
pub struct Keys {
    cards: [u8; 32],
    forms: [u8; 32],
    recovery: [u8; 32],
    wrapping: [u8; 32],
    trail: [u8; 32],
    checkpoints: ed25519_dalek::SigningKey,
    devices: [u8; 32],
    erased: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(•••)")
    }
}

impl Keys {
    /// Reads the master key's file, or makes it with fresh random bytes, readable by its owner alone.
    ///
    /// # Errors
    /// A sentence that names the file and says what to do.
    pub fn open(file: &Path) -> Result<Self, String> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(file).map_err(|e| format!("cannot make the key file {}: {e}", file.display()))?
            }
            Err(error) => return Err(format!("cannot read the key file {}: {error}", file.display())),
        };
        let master = from_hex(text.trim())
            .ok_or_else(|| format!("the key file {} must hold 64 hex digits", file.display()))?;
        Ok(Self::derive(&master))
    }

    /// Keys from given master bytes.
    pub fn derive(master: &[u8; 32]) -> Self {
        let key = |purpose: &str| mac(master, purpose.as_bytes());
        Self {
            cards: key("firstlight cards 1"),
            forms: key("firstlight forms 1"),
            recovery: key("firstlight recovery codes 1"),
            wrapping: key("firstlight data keys 1"),
            trail: key("firstlight trail 1"),
            checkpoints: ed25519_dalek::SigningKey::from_bytes(&key("firstlight checkpoints 1")),
            devices: key("firstlight devices 1"),
            erased: key("firstlight erased 1"),
        }
    }

    /// What is stored of a recovery code.
    pub(crate) fn recovery_hash(&self, code: &str) -> Vec<u8> {
        mac(&self.recovery, code.as_bytes()).to_vec()
    }

    /// The sealer of single values, whose data keys are wrapped by a key that is not in the database.
    pub fn sealer(&self) -> crate::seal::field::Sealer {
        crate::seal::field::Sealer::new(self.wrapping)
    }

    /// The code of one link of the trail's chain.
    pub(crate) fn link_code(&self, message: &[u8]) -> Vec<u8> {
        mac(&self.trail, message).to_vec()
    }

    /// The key that signs checkpoints of the trail; its public half may be given to an auditor.
    pub(crate) fn checkpoints(&self) -> &ed25519_dalek::SigningKey {
        &self.checkpoints
    }

    /// What is stored of a card's code.
    pub fn card_hash(&self, code: &str) -> Vec<u8> {
        mac(&self.cards, code.as_bytes()).to_vec()
    }

    /// What is stored of the random part of a card's link.
    pub fn link_hash(&self, link: &str) -> Vec<u8> {
        mac(&self.cards, format!("link {link}").as_bytes()).to_vec()
    }

    /// The key for what a child's device could not send yet, as hex.
    pub fn device_key(&self, child: Uuid, window: Uuid) -> String {
        hex(&mac(&self.devices, format!("{child} {window}").as_bytes()))
    }

    /// What is kept of an erased child's number: enough to ask about a number, not enough to read it off.
    pub(crate) fn erased_hash(&self, district: Uuid, number: &str) -> Vec<u8> {
        mac(&self.erased, format!("{district} {number}").as_bytes()).to_vec()
    }

    /// The token that a form carries to show that it came from a page of this visitor.
    pub fn form_token(&self, visitor: &str) -> String {
        hex(&mac(&self.forms, visitor.as_bytes())[..16])
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // A 32-byte key always fits; the fallback keeps this free of panics.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

fn create(file: &Path) -> io::Result<String> {
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| io::Error::other(e.to_string()))?;
    let text = hex(&bytes);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut made) => {
            made.write_all(text.as_bytes())?;
            made.sync_all()?;
            Ok(text)
        }
        // Another node made it in this moment: its key is the one.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => std::fs::read_to_string(file),
        Err(error) => Err(error),
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(bytes)
}
