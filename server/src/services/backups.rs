//! Backups of the embedded database: consistent under load, sealed for a recipient whose identity is not on the server,
//! and checked by opening them (BKP-01 to BKP-03).
//!
//! A backup does not hold the master key: whoever steals it, even with its identity, reads no sealed value. Keep the key
//! file in another safe; a restore checks that it is the right one.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Services, erasure, reconciling, trail};
use crate::config::{Config, KeySource, hex};
use crate::ctx::Ctx;
use crate::seal::age::{self, Identity};
use crate::store::{Act, Store, backups};

const MARK: &str = "firstlight backup 1";

/// What a backup says of itself, and a restore checks.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Manifest {
    pub program: String,
    /// Milliseconds since 1970.
    pub made_at: i64,
    pub bytes: u64,
    pub sha256: String,
    /// Rows of each table.
    pub rows: Vec<(String, i64)>,
}

/// What a restore found.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Restored {
    pub manifest: Manifest,
    pub trail: trail::Verdict,
    pub repaired: reconciling::Repaired,
    /// Children that had been erased since the backup was made, and were erased again.
    pub forgotten: usize,
}

/// A file that is removed with this value: plain data must not lie around.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(suffix);
            // A file that was never made, or was moved to its place, is not there.
            let _ = std::fs::remove_file(name);
        }
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a backup while everything goes on.
///
/// # Errors
/// A sentence for the terminal.
pub async fn backup(services: &Services, ctx: &Ctx, file: &Path) -> Result<Manifest, String> {
    let recipient = services.config.backup_recipient.clone().ok_or(
        "set backup.recipient to an age recipient first; 'firstlight backup-key' makes a pair, whose secret half is kept \
         away from this server",
    )?;
    if file.exists() {
        return Err(format!("{} exists; a backup never writes over another", file.display()));
    }
    // What is committed until now is sealed, so that the copy's trail can be checked by itself.
    trail::seal(services, ctx).await.map_err(|e| e.to_string())?;
    let noted = services.store.write(ctx, Act::new("backup.make"), |_| Box::pin(async { Ok(()) })).await;
    noted.map_err(|e| e.to_string())?;
    let copy = Passing(beside(&services.config.data_dir.join("backup"), &format!("-{}.part", ctx.id())));
    services.store.copy_to(&copy.0).await.map_err(|e| e.to_string())?;
    let (rows, faults) = Store::examine(&copy.0).await.map_err(|e| e.to_string())?;
    if let Some(fault) = faults.first() {
        return Err(format!(
            "the copy is not sound ({fault}); check the disk, and keep the last good backup"
        ));
    }
    let made_at = ctx.now.millis();
    let place = file.to_path_buf();
    let file = place.clone();
    let sealed = tokio::task::spawn_blocking(move || -> io::Result<Manifest> {
        let (bytes, sha256) = digest(&copy.0)?;
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let manifest = Manifest { program, made_at, bytes, sha256, rows };
        let head = format!("{MARK}\n{}\n", serde_json::to_string(&manifest)?);
        let part = Passing(beside(&file, ".part"));
        let mut to = BufWriter::new(private_file(&part.0)?);
        age::seal(&recipient, &mut head.as_bytes().chain(File::open(&copy.0)?), &mut to)?;
        to.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part.0, &file)?;
        Ok(manifest)
    });
    let manifest = sealed
        .await
        .map_err(|e| e.to_string())?
        .map_err(|e| format!("the backup could not be written: {e}"))?;
    note(services, ctx, &place).await.map_err(|e| {
        format!("the backup was made, but could not be noted, so it will not be removed by itself: {e}")
    })?;
    Ok(manifest)
}

/// Notes a backup, so that it goes when its days are over.
async fn note(services: &Services, ctx: &Ctx, file: &Path) -> Result<(), String> {
    let file = std::fs::canonicalize(file).map_err(|e| e.to_string())?;
    let name = file.display().to_string();
    let (_, sha256) = tokio::task::spawn_blocking(move || digest(&file))
        .await
        .map_err(|e| e.to_string())?
        .map_err(|e| e.to_string())?;
    let made_at = ctx.now;
    let noted = services.store.write(ctx, Act::recorded_in_itself("backup.note"), move |tx| {
        let (name, sha256) = (name.clone(), sha256.clone());
        Box::pin(async move { Ok(backups::add(tx, made_at, &name, &sha256).await?) })
    });
    noted.await.map_err(|e| e.to_string())
}

/// Removes the backups of this program whose days are over and that lie where they were made; tells how many. Of one that
/// was moved away, or in whose place another file lies, it is only noted that it is no more here.
pub(super) async fn remove_old(services: &Services, ctx: &Ctx) -> crate::Result<u64> {
    let before = ctx.now.plus_seconds(-services.config.retention.backup_days * 86_400);
    let old = {
        let mut conn = services.store.read(ctx).await?;
        backups::kept(&mut conn, before).await?
    };
    let mut removed = 0;
    for backup in old {
        let (file, sha256) = (PathBuf::from(&backup.file), backup.sha256.clone());
        let gone = tokio::task::spawn_blocking(move || match digest(&file) {
            Ok((_, found)) if found == sha256 => std::fs::remove_file(&file).map(|()| true),
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        });
        let state = match gone.await {
            Ok(Ok(true)) => "removed",
            Ok(Ok(false)) => "moved_away",
            Ok(Err(error)) => {
                tracing::error!(file = backup.file, %error, "an old backup could not be removed; it is tried again");
                continue;
            }
            Err(_) => continue,
        };
        let write = services.store.write(ctx, Act::new("backup.remove"), move |tx| {
            Box::pin(async move {
                tx.about("backup", backup.id);
                tx.detail(state);
                Ok(backups::set_state(tx, backup.id, state).await?)
            })
        });
        write.await?;
        removed += u64::from(state == "removed");
    }
    Ok(removed)
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut from = File::open(path)?;
    let mut chunk = vec![0u8; 256 * 1024];
    let mut bytes = 0;
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok((bytes, hex(&hash.finalize()))),
            n => {
                hash.update(chunk.get(..n).unwrap_or_default());
                bytes += n as u64;
            }
        }
    }
}

/// Puts a backup in the place of a database that is not there yet, and runs every check on it: checksum, soundness, row
/// counts, the trail's chain, and the reconciler.
///
/// # Errors
/// A sentence for the terminal; then no database was put in place.
pub async fn restore(
    config: Config,
    ctx: &Ctx,
    file: &Path,
    identity: &Identity,
) -> Result<Restored, String> {
    let place = Store::file_of(&config.database_url)
        .ok_or("a database server is restored with its own tools: a dump, or a base backup with its log")?;
    if place.exists() {
        return Err(format!("{} exists; a restore never writes over a database", place.display()));
    }
    if let KeySource::File(file) = &config.keys
        && !file.exists()
    {
        return Err(format!(
            "the key file {} is missing; put the one in place that the backup's server had",
            file.display()
        ));
    }
    let part = Passing(beside(&place, ".restoring"));
    let manifest = {
        let (file, part, identity) = (file.to_path_buf(), part.0.clone(), identity.clone());
        let opening = tokio::task::spawn_blocking(move || unpack(&file, &part, &identity));
        opening.await.map_err(|e| e.to_string())?.map_err(|e| format!("the backup cannot be opened: {e}"))?
    };
    let (rows, faults) = Store::examine(&part.0).await.map_err(|e| e.to_string())?;
    if let Some(fault) = faults.first() {
        return Err(format!("the restored database is not sound: {fault}"));
    }
    if rows != manifest.rows {
        return Err("the restored database has other row counts than its backup says".to_owned());
    }
    let checked = Config { database_url: Store::url_of(&part.0), ..config.clone() };
    let services = Services::open(checked).await?;
    let found = async {
        trail::seal(&services, ctx).await?;
        let trail = trail::verify(&services, ctx).await?;
        let repaired = reconciling::run(&services, ctx, reconciling::Span::Everything).await?;
        let forgotten = erasure::forget_again(&services, ctx).await?;
        Ok::<_, crate::Error>((trail, repaired, forgotten))
    }
    .await;
    // What was written since must stand in the file itself: its log of writes stays behind when it is put in place.
    let whole = written_back(&services.store).await;
    services.close().await;
    whole?;
    let (mut trail, repaired, forgotten) = found.map_err(|e| e.to_string())?;
    // Checkpoints younger than the backup vouch for lines that it cannot have; they tell what is missing since.
    trail.faults.retain(|fault| !matches!(fault, trail::Fault::Cut(..)));
    if let Some(fault) = trail.faults.first() {
        return Err(format!("the trail does not fit this key file, or was meddled with: {fault}"));
    }
    std::fs::rename(&part.0, &place).map_err(|e| format!("cannot put {} in place: {e}", place.display()))?;
    Ok(Restored { manifest, trail, repaired, forgotten })
}

/// Writes the log of writes back into the file, waiting for connections that are just being closed.
async fn written_back(store: &Store) -> Result<(), String> {
    for _ in 0..50 {
        if store.scrub().await.map_err(|e| e.to_string())? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err("the restored database is in use by another program; try again when it is not".to_owned())
}

fn unpack(file: &Path, part: &Path, identity: &Identity) -> io::Result<Manifest> {
    let whole = Passing(beside(part, ".whole"));
    if let Some(folder) = part.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut plain = BufWriter::new(private_file(&whole.0)?);
    age::open(identity, &mut BufReader::new(File::open(file)?), &mut plain)?;
    drop(plain);
    let bad = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    let mut from = BufReader::new(File::open(&whole.0)?);
    let (mut mark, mut line) = (String::new(), String::new());
    from.read_line(&mut mark)?;
    if mark.trim_end() != MARK {
        return Err(bad("this is no backup of Firstlight"));
    }
    from.read_line(&mut line)?;
    let manifest: Manifest = serde_json::from_str(&line)?;
    let mut to = private_file(part)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()?;
    if digest(part)? != (manifest.bytes, manifest.sha256.clone()) {
        return Err(bad("its checksum is another"));
    }
    Ok(manifest)
}
