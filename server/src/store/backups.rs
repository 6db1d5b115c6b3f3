//! Backups that this program made, as long as it knows of them.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::Instant;

/// A backup.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Backup {
    pub id: Uuid,
    pub made_at: Instant,
    pub file: String,
    pub sha256: String,
    /// `kept`, `removed` or `moved_away`.
    pub state: String,
}

/// Notes a backup that was made.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, made_at: Instant, file: &str, sha256: &str) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into backups (id, made_at, file, sha256, state, state_at) values ($1, $2, $3, $4, 'kept', $2)",
        args![ctx.id(), made_at, file, sha256],
    )
    .await
    .map(drop)
}

/// Says where a backup is now.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_state(tx: &mut Tx, id: Uuid, state: &str) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("update backups set state = $2, state_at = $3 where id = $1", args![id, state, now])
        .await
        .map(drop)
}

/// Backups made before an instant that nobody has removed yet, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn kept(conn: &mut Conn, before: Instant) -> Result<Vec<Backup>, StoreError> {
    conn.all(
        "select id, made_at, file, sha256, state from backups where state = 'kept' and made_at < $1 order by made_at, id",
        args![before],
    )
    .await
}

/// Backups made in a span that the program cannot vouch for: it did not remove them, so they may lie somewhere.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn not_removed(conn: &mut Conn, from: Instant, before: Instant) -> Result<Vec<Backup>, StoreError> {
    conn.all(
        "select id, made_at, file, sha256, state from backups where state <> 'removed' and made_at >= $1 and made_at < $2 \
         order by made_at, id",
        args![from, before],
    )
    .await
}
