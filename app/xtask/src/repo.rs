//! Where things are. Every path comes from the repository's root, so any folder is a good place to call from.

use std::fs;
use std::path::{Path, PathBuf};

use crate::say::{Doing, Fault, Result};

pub struct Repo {
    pub root: PathBuf,
    /// Cargo's folder for the server and the tests; `CARGO_TARGET_DIR` moves it.
    pub target: PathBuf,
}

impl Repo {
    pub fn find() -> Result<Self> {
        // `cargo run` says where this package is now; the compiled-in path would be wrong after a move.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .ancestors()
            .nth(2)
            .filter(|root| root.join("Cargo.lock").is_file())
            .ok_or_else(|| Fault::new("the repository was not found; call `cargo xtask` from inside it"))?
            .to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            // Cargo takes a relative folder from where it was called, and so do we.
            Some(moved) => std::path::absolute(moved).doing("reading CARGO_TARGET_DIR")?,
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    pub fn assets(&self) -> PathBuf {
        self.root.join("app/assets")
    }

    pub fn dist(&self) -> PathBuf {
        self.root.join("app/dist")
    }

    /// Where xtask keeps what is its own.
    pub fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }
}

/// Every file under `folder`, sorted, as a path relative to it. A folder that is not there has none.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).doing(format!("reading {}", next.display())),
        };
        for entry in entries {
            let path = entry.doing(format!("reading {}", next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                found.push(relative.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).doing(format!("reading {}", path.display()))
}

/// Leaves an equal file untouched: its time stamp decides whether cargo embeds everything again.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    let doing = || format!("writing {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).doing(doing())?;
    }
    fs::write(path, content).doing(doing())
}

/// A program by name: on the path, or at one of the further places.
pub fn program(name: &str, further: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(further.iter().cloned())
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
