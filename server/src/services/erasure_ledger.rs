//! The file that names erased children by id, outside the database: a backup from before an erasure holds the child and no
//! tombstone, and only something outside it can tell. One line for each, only ever added to.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Services;
use crate::ctx::Ctx;
use crate::model::ChildId;
use crate::store::tombstones;
use crate::{Error, Result};

/// How many tombstones are read at once.
const PAGE: i64 = 500;

#[derive(Serialize, Deserialize)]
struct Line {
    child: Uuid,
    /// Milliseconds since 1970.
    at: i64,
}

/// Every child that the file names. A line that broke off when the machine stopped is left out: its tombstone is in the
/// database, and the line is added again.
///
/// # Errors
/// [`Error::Conflict`] when the file cannot be read.
pub(super) fn read(services: &Services) -> Result<BTreeSet<ChildId>> {
    let path = &services.config.retention.erasures;
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(Error::Conflict(format!("cannot read {}: {error}", path.display()))),
    };
    Ok(text
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
        .map(|l| ChildId(l.child))
        .collect())
}

/// Adds every tombstone that the file does not name yet.
///
/// # Errors
/// [`Error::Conflict`] when the file cannot be read or written; [`Error::Store`].
pub(super) async fn bring_up(services: &Services, ctx: &Ctx) -> Result<()> {
    let known = read(services)?;
    let mut after = ChildId(Uuid::nil());
    let mut lines = String::new();
    let mut conn = services.store.read(ctx).await?;
    loop {
        let page = tombstones::erased(&mut conn, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (child, at) in page.iter().filter(|(child, _)| !known.contains(child)) {
            let line = serde_json::to_string(&Line { child: child.0, at: at.millis() });
            lines.push_str(&line.map_err(|e| Error::Conflict(e.to_string()))?);
            lines.push('\n');
        }
    }
    drop(conn);
    if lines.is_empty() {
        return Ok(());
    }
    let path = services.config.retention.erasures.clone();
    let added = tokio::task::spawn_blocking(move || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        // A line that broke off must not swallow the next one.
        let ends_well = std::fs::read(&path)?.last().is_none_or(|byte| *byte == b'\n');
        let text = if ends_well { lines } else { format!("\n{lines}") };
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    added
        .await
        .map_err(|e| Error::Conflict(e.to_string()))?
        .map_err(|e| Error::Conflict(format!("the file of erasures cannot be written: {e}")))
}
