//! Sign-ins: opaque tokens, stored hashed.

use std::collections::HashMap;

use sqlx::FromRow;

use super::types::{padded, places};
use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, DistrictId, Instant, SittingId, UserId, WindowId};

/// One sign-in.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Session {
    /// `student`, `staff`, or `half` (password given, second factor still owed).
    pub kind: String,
    pub user_id: Option<UserId>,
    pub child_id: Option<ChildId>,
    pub window_id: Option<WindowId>,
    pub sitting_id: Option<SittingId>,
    /// The district of a child's window; it comes from the window and is not stored here.
    pub district_id: Option<DistrictId>,
    pub created_at: Instant,
    pub seen_at: Instant,
    pub expires_at: Instant,
    /// When the second factor was last given.
    pub factor_at: Option<Instant>,
    /// What the browser calls itself, in a few words.
    pub device: String,
}

/// Adds a sign-in under the hash of its token.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, token_hash: Vec<u8>, session: &Session) -> Result<(), StoreError> {
    tx.run(
        "insert into sessions (token_hash, kind, user_id, child_id, window_id, sitting_id, created_at, seen_at, \
         expires_at, factor_at, device) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            token_hash, &session.kind, session.user_id, session.child_id, session.window_id, session.sitting_id,
            session.created_at, session.seen_at, session.expires_at, session.factor_at, &session.device
        ],
    )
    .await
    .map(drop)
}

const SESSION: &str = "select s.kind, s.user_id, s.child_id, s.window_id, s.sitting_id, w.district_id, s.created_at, \
    s.seen_at, s.expires_at, s.factor_at, s.device, s.token_hash from sessions s left join windows w on w.id = s.window_id";

/// A sign-in with the hash it stands under.
#[derive(FromRow)]
struct Found {
    token_hash: Vec<u8>,
    #[sqlx(flatten)]
    session: Session,
}

/// The sign-in of a token's hash.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, token_hash: Vec<u8>) -> Result<Option<Session>, StoreError> {
    let found: Vec<Session> = conn.all_scoped(SESSION, "where s.token_hash = $1", args![token_hash]).await?;
    Ok(found.into_iter().next())
}

/// The sign-ins of many tokens' hashes.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get_all(conn: &mut Conn, hashes: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, Session>, StoreError> {
    let hashes = padded(hashes);
    let sql = format!("{SESSION} where s.token_hash in ({})", places(1, hashes.len()));
    let rows: Vec<Found> = conn.all_of(sql, hashes).await?;
    Ok(rows.into_iter().map(|found| (found.token_hash, found.session)).collect())
}

/// Notes that a sign-in was used.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn touch(tx: &mut Tx, token_hash: Vec<u8>) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("update sessions set seen_at = $2 where token_hash = $1", args![token_hash, now]).await.map(drop)
}

/// Ends a sign-in.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove(tx: &mut Tx, token_hash: Vec<u8>) -> Result<(), StoreError> {
    tx.run("delete from sessions where token_hash = $1", args![token_hash]).await.map(drop)
}

/// Ends every sign-in of an account but this one.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_others(tx: &mut Tx, user: UserId, token_hash: Vec<u8>) -> Result<(), StoreError> {
    tx.run("delete from sessions where user_id = $1 and token_hash <> $2", args![user, token_hash])
        .await
        .map(drop)
}

/// Puts a fresh token, and a fresh instant of the second factor, in place of a sign-in's old ones; its end stays.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn rotate(tx: &mut Tx, old: Vec<u8>, new: Vec<u8>) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let moved = tx
        .run(
            "update sessions set token_hash = $2, factor_at = $3, seen_at = $3 where token_hash = $1",
            args![old, new, now],
        )
        .await?;
    Ok(moved == 1)
}

/// Ends every sign-in of a sitting: when it closes, its devices are signed out.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_sitting(tx: &mut Tx, sitting: SittingId) -> Result<(), StoreError> {
    tx.run("delete from sessions where sitting_id = $1", args![sitting]).await.map(drop)
}

/// Removes sign-ins that ended before an instant.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_expired(tx: &mut Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run("delete from sessions where expires_at < $1", args![before]).await
}
