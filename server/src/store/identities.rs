//! Whose account a person of an OpenID provider is, and what browsers went there for.

use super::{Conn, StoreError, Tx, args};
use crate::model::{Instant, UserId};

/// The account of a provider's person.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<UserId>, StoreError> {
    let row: Option<(UserId,)> = conn
        .first("select user_id from identities where issuer = $1 and subject = $2", args![issuer, subject])
        .await?;
    Ok(row.map(|(user,)| user))
}

/// Whether an account belongs to a person of this provider already.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn is_linked(conn: &mut Conn, issuer: &str, user: UserId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = conn
        .first("select count(*) from identities where issuer = $1 and user_id = $2", args![issuer, user])
        .await?;
    Ok(row.is_some_and(|(n,)| n > 0))
}

/// Links a provider's person to an account.
///
/// # Errors
/// [`StoreError::Constraint`] when either is linked already.
pub async fn add(tx: &mut Tx, issuer: &str, subject: &str, user: UserId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into identities (issuer, subject, user_id, created_at) values ($1, $2, $3, $4)",
        args![issuer, subject, user, now],
    )
    .await
    .map(drop)
}

/// Removes the links of an account: whoever signs in next is looked up by the address again.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_all(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.run("delete from identities where user_id = $1", args![user]).await
}

/// Notes that a browser goes to the provider.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_request(
    tx: &mut Tx,
    state_hash: Vec<u8>,
    browser_hash: Vec<u8>,
    expires_at: Instant,
) -> Result<(), StoreError> {
    tx.run(
        "insert into oidc_requests (state_hash, browser_hash, expires_at) values ($1, $2, $3)",
        args![state_hash, browser_hash, expires_at],
    )
    .await
    .map(drop)
}

/// Takes what a browser went there for; false when it was taken, is too old, is another browser's, or never was.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take_request(
    tx: &mut Tx,
    state_hash: Vec<u8>,
    browser_hash: Vec<u8>,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let until: Option<(Instant,)> = tx
        .first(
            "delete from oidc_requests where state_hash = $1 and browser_hash = $2 returning expires_at",
            args![state_hash, browser_hash],
        )
        .await?;
    Ok(until.is_some_and(|(until,)| now < until))
}

/// Removes ways that nobody came back by.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_expired(tx: &mut Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run("delete from oidc_requests where expires_at < $1", args![before]).await
}
