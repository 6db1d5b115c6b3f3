//! Keys that never enter the database.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// The master key: it wraps the keys in the database and is never in it.
#[derive(Clone)]
pub struct Master([u8; 32]);

impl std::fmt::Debug for Master {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Master(•••)")
    }
}

impl From<[u8; 32]> for Master {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Master {
    fn fresh() -> io::Result<Self> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|e| io::Error::other(e.to_string()))?;
        Ok(Self(bytes))
    }

    /// What the database notes of it: enough to tell which key it needs, nothing to work it out from.
    pub fn fingerprint(&self) -> Vec<u8> {
        mac(&self.0, b"firstlight fingerprint 1").get(..16).unwrap_or_default().to_vec()
    }

    /// The key that wraps others.
    pub(crate) fn wrapping(&self) -> [u8; 32] {
        mac(&self.0, b"firstlight data keys 1")
    }
}

/// Where the master key comes from. While it is being changed there are two of them, the new one last; the database says
/// which one is in force.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file of 64 hex digits a line.
    File(PathBuf),
    /// A program that prints such lines, with its arguments: the way to a key service.
    Command(Vec<String>),
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => write!(f, "the key file {}", file.display()),
            Self::Command(words) => {
                write!(f, "the key command {}", words.first().map_or("", String::as_str))
            }
        }
    }
}

impl KeySource {
    /// The master keys there are, oldest first; a file that is not there is made with a fresh one, readable by its owner
    /// alone.
    ///
    /// # Errors
    /// A sentence that names the place and says what to do.
    pub fn read(&self) -> Result<Vec<Master>, String> {
        let text = match self {
            Self::File(file) => match std::fs::read_to_string(file) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    create(file).map_err(|e| format!("cannot make {self}: {e}"))?
                }
                Err(error) => return Err(format!("cannot read {self}: {error}")),
            },
            Self::Command(words) => self.run(words)?,
        };
        let masters: Option<Vec<Master>> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|l| from_hex(l).map(Master))
            .collect();
        masters
            .filter(|masters| !masters.is_empty())
            .ok_or_else(|| format!("{self} must hold 64 hex digits a line"))
    }

    fn run(&self, words: &[String]) -> Result<String, String> {
        let (program, arguments) = words.split_first().ok_or("keys.command is empty")?;
        let ran = std::process::Command::new(program)
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::inherit())
            .output()
            .map_err(|e| format!("cannot run {self}: {e}"))?;
        if !ran.status.success() {
            return Err(format!("{self} failed ({})", ran.status));
        }
        String::from_utf8(ran.stdout).map_err(|_| format!("{self} must print 64 hex digits a line"))
    }

    /// A sealer of single values whose keys are wrapped by this master key.
    ///
    /// # Errors
    /// As [`KeySource::read`].
    pub fn sealer(&self) -> Result<crate::seal::field::Sealer, String> {
        Ok(crate::seal::field::Sealer::of(self.read()?, Some(self.clone())))
    }

    /// Puts a fresh key behind the ones there are and tells it.
    ///
    /// # Errors
    /// A sentence for the terminal; then the file is as it was.
    pub fn add_fresh(&self) -> Result<Master, String> {
        let Self::File(file) = self else {
            return Err(
                "keys.command must print the new key on a line after the present one; change the command first"
                    .to_owned(),
            );
        };
        let mut masters = self.read()?;
        let fresh = Master::fresh().map_err(|e| e.to_string())?;
        masters.push(fresh.clone());
        replace(file, &masters).map_err(|e| format!("cannot write {self}: {e}"))?;
        Ok(fresh)
    }

    /// Leaves only this key in the file; each other one is put into a file of its own beside it, whose names are told.
    ///
    /// # Errors
    /// A sentence for the terminal; then every key is still there.
    pub fn keep_only(&self, kept: &Master) -> Result<Vec<PathBuf>, String> {
        let Self::File(file) = self else { return Ok(Vec::new()) };
        let mut aside = Vec::new();
        let told = |e: io::Error| format!("cannot write {self}: {e}");
        for old in self.read()?.iter().filter(|master| master.0 != kept.0) {
            let name = hex(old.fingerprint().get(..4).unwrap_or_default());
            let mut path = file.clone().into_os_string();
            path.push(format!(".old-{name}"));
            let path = PathBuf::from(path);
            replace(&path, std::slice::from_ref(old)).map_err(told)?;
            aside.push(path);
        }
        if !aside.is_empty() {
            replace(file, std::slice::from_ref(kept)).map_err(told)?;
        }
        Ok(aside)
    }
}

/// Puts a file of keys in place of another in one step: at no instant is there half a file, or none.
fn replace(file: &Path, masters: &[Master]) -> io::Result<()> {
    let mut part = file.to_path_buf().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(&part)?;
    for master in masters {
        writeln!(made, "{}", hex(&master.0))?;
    }
    made.sync_all()?;
    std::fs::rename(&part, file)?;
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

/// Keys for a purpose each, so that one's use never weakens another. They lie in the database wrapped by the master key, and
/// stay what they are when that is changed: open cards, recovery codes, the trail and its checkpoints go on.
#[derive(Clone)]
pub struct Keys {
    cards: [u8; 32],
    forms: [u8; 32],
    recovery: [u8; 32],
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

/// What there are keys for, as the database names it.
pub(crate) const PURPOSES: [&str; 7] = [
    "firstlight cards 1",
    "firstlight forms 1",
    "firstlight recovery codes 1",
    "firstlight trail 1",
    "firstlight checkpoints 1",
    "firstlight devices 1",
    "firstlight erased 1",
];

impl Keys {
    /// The keys, in the order of [`PURPOSES`].
    pub(crate) fn of([cards, forms, recovery, trail, checkpoints, devices, erased]: [[u8; 32]; 7]) -> Self {
        let checkpoints = ed25519_dalek::SigningKey::from_bytes(&checkpoints);
        Self { cards, forms, recovery, trail, checkpoints, devices, erased }
    }

    /// What a database from before they were kept in it has used: keys derived from its master key.
    pub(crate) fn derived(master: &Master) -> [[u8; 32]; 7] {
        PURPOSES.map(|purpose| mac(&master.0, purpose.as_bytes()))
    }

    /// What is stored of a recovery code.
    pub(crate) fn recovery_hash(&self, code: &str) -> Vec<u8> {
        mac(&self.recovery, code.as_bytes()).to_vec()
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

    /// What the ids of one export for research are made from. Whoever has the database alone cannot make them again.
    pub(crate) fn research_key(&self, secret: &[u8]) -> [u8; 32] {
        mac(&self.devices, &[b"research ", secret].concat())
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

/// HMAC-SHA-256.
pub(crate) fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
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
    let text = hex(&Master::fresh()?.0);
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
