//! Passkeys of staff, and what browsers were asked to sign with them.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::{Instant, PasskeyId, UserId};

/// A passkey.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Passkey {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub credential_id: Vec<u8>,
    pub name: String,
    pub credential: String,
    pub created_at: Instant,
    pub used_at: Option<Instant>,
}

/// Adds a passkey.
///
/// # Errors
/// [`StoreError::Constraint`] when an account has it already.
pub async fn add(tx: &mut Tx, passkey: &Passkey) -> Result<(), StoreError> {
    tx.run(
        "insert into passkeys (id, user_id, credential_id, name, credential, counter, created_at) \
         values ($1, $2, $3, $4, $5, 0, $6)",
        args![
            passkey.id,
            passkey.user_id,
            passkey.credential_id.clone(),
            &passkey.name,
            &passkey.credential,
            passkey.created_at
        ],
    )
    .await
    .map(drop)
}

/// The passkeys of an account, the oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, user: UserId) -> Result<Vec<Passkey>, StoreError> {
    conn.all(
        "select id, user_id, credential_id, name, credential, created_at, used_at from passkeys \
         where user_id = $1 order by created_at, id",
        args![user],
    )
    .await
}

/// How many passkeys an account has.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count(conn: &mut Conn, user: UserId) -> Result<i64, StoreError> {
    let row: Option<(i64,)> =
        conn.first("select count(*) from passkeys where user_id = $1", args![user]).await?;
    Ok(row.map_or(0, |(n,)| n))
}

/// Notes that a passkey was used and how far it has counted; false when it is gone or its count has not gone on, as that
/// of a copy has not. An authenticator that counts nothing says 0 each time.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn note_use(
    tx: &mut Tx,
    id: PasskeyId,
    user: UserId,
    credential: &str,
    counter: i64,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let noted = tx
        .run(
            "update passkeys set credential = $3, counter = $4, used_at = $5 where id = $1 and user_id = $2 and \
             (counter < $4 or (counter = 0 and $4 = 0))",
            args![id, user, credential, counter, now],
        )
        .await?;
    Ok(noted == 1)
}

/// Removes a passkey of an account; false when it is none of its.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove(tx: &mut Tx, user: UserId, id: PasskeyId) -> Result<bool, StoreError> {
    Ok(tx.run("delete from passkeys where id = $1 and user_id = $2", args![id, user]).await? == 1)
}

/// Removes every passkey of an account and tells how many there were.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_all(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.run("delete from passkeys where user_id = $1", args![user]).await
}

/// Keeps what a browser is asked to sign, in place of what this sign-in was asked before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn put_challenge(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: &str,
    state: &str,
    expires_at: Instant,
) -> Result<(), StoreError> {
    tx.run(
        "insert into passkey_challenges (token_hash, purpose, state, expires_at) values ($1, $2, $3, $4) \
         on conflict (token_hash) do update set purpose = excluded.purpose, state = excluded.state, \
         expires_at = excluded.expires_at",
        args![token_hash, purpose, state, expires_at],
    )
    .await
    .map(drop)
}

/// Takes what a sign-in was asked to sign for a purpose; none when it was taken, is too old, or never was.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take_challenge(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: &str,
) -> Result<Option<String>, StoreError> {
    let now = tx.ctx().now;
    let taken: Option<(String, Instant)> = tx
        .first(
            "delete from passkey_challenges where token_hash = $1 and purpose = $2 returning state, expires_at",
            args![token_hash, purpose],
        )
        .await?;
    Ok(taken.filter(|(_, expires_at)| now < *expires_at).map(|(state, _)| state))
}

/// Removes what nobody signed in time.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_expired(tx: &mut Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run("delete from passkey_challenges where expires_at < $1", args![before]).await
}
