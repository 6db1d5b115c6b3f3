//! What an account needs to get in and to be kept safe: invitations, recovery codes, and the sign-ins of one person.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::people::Role;
use crate::model::{DistrictId, Instant, SchoolId, UserId};

/// A one-time link by which an account gets its password and second factor.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Invitation {
    pub user_id: UserId,
    pub totp_secret: String,
    pub expires_at: Instant,
    pub used_at: Option<Instant>,
}

/// Adds an invitation; earlier ones of the same account are void.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn invite(tx: &mut Tx, token_hash: Vec<u8>, new: &Invitation) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("delete from invitations where user_id = $1", args![new.user_id]).await?;
    tx.run(
        "insert into invitations (token_hash, user_id, totp_secret, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        args![token_hash, new.user_id, &new.totp_secret, now, new.expires_at],
    )
    .await
    .map(drop)
}

/// The invitation of a token's hash.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn invitation(conn: &mut Conn, token_hash: Vec<u8>) -> Result<Option<Invitation>, StoreError> {
    conn.first(
        "select user_id, totp_secret, expires_at, used_at from invitations where token_hash = $1",
        args![token_hash],
    )
    .await
}

/// Takes an invitation; false when it was taken before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take_invitation(tx: &mut Tx, token_hash: Vec<u8>) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let taken = tx
        .run(
            "update invitations set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2",
            args![token_hash, now],
        )
        .await?;
    Ok(taken == 1)
}

/// Gives an account its name, password and second factor.
///
/// # Errors
/// [`StoreError::Constraint`] when the e-mail address is taken.
pub async fn set_factors(
    tx: &mut Tx,
    user: UserId,
    email: &str,
    password_hash: &str,
    totp_secret: &str,
) -> Result<(), StoreError> {
    tx.run(
        "update users set email = $2, password_hash = $3, totp_secret = $4, totp_step = 0 where id = $1",
        args![user, email, password_hash, totp_secret],
    )
    .await
    .map(drop)
}

/// Disables an account, or enables it again.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_disabled(tx: &mut Tx, user: UserId, at: Option<Instant>) -> Result<(), StoreError> {
    tx.run("update users set disabled_at = $2 where id = $1", args![user, at]).await.map(drop)
}

/// Takes a role away; false when it was not held.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_role(
    tx: &mut Tx,
    user: UserId,
    role: Role,
    school: Option<SchoolId>,
) -> Result<bool, StoreError> {
    let gone = tx
        .run(
            "delete from user_roles where user_id = $1 and role = $2 and area_id is null and (school_id = $3 or \
             (school_id is null and $4 = 1))",
            args![user, role, school, i64::from(school.is_none())],
        )
        .await?;
    Ok(gone > 0)
}

/// Puts fresh recovery codes in place of the old ones.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_recovery_codes(tx: &mut Tx, user: UserId, hashes: &[Vec<u8>]) -> Result<(), StoreError> {
    tx.run("delete from recovery_codes where user_id = $1", args![user]).await?;
    for hash in hashes {
        tx.run("insert into recovery_codes (user_id, code_hash) values ($1, $2)", args![user, hash.clone()])
            .await?;
    }
    Ok(())
}

/// Takes a recovery code; false when there is none such, or it was used.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take_recovery_code(tx: &mut Tx, user: UserId, hash: Vec<u8>) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let taken = tx
        .run(
            "update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
            args![user, hash, now],
        )
        .await?;
    Ok(taken == 1)
}

/// How many recovery codes an account has left.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count_recovery_codes(conn: &mut Conn, user: UserId) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = conn
        .first("select count(*) from recovery_codes where user_id = $1 and used_at is null", args![user])
        .await?;
    Ok(row.map_or(0, |(n,)| n))
}

/// How many accounts can sign in at all: none means that this is the first run.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count_usable(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(conn
        .first::<(i64,)>("select count(*) from users where password_hash <> ''", args![])
        .await?
        .map_or(0, |(n,)| n))
}

/// One sign-in of a person, for the list of their devices.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Device {
    pub token_hash: Vec<u8>,
    pub device: String,
    pub created_at: Instant,
    pub seen_at: Instant,
}

/// The sign-ins of an account that have not ended by age, newest use first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn devices(conn: &mut Conn, user: UserId, now: Instant) -> Result<Vec<Device>, StoreError> {
    conn.all(
        "select token_hash, device, created_at, seen_at from sessions where user_id = $1 and kind = 'staff' \
         and expires_at > $2 order by seen_at desc",
        args![user, now],
    )
    .await
}

/// Ends every sign-in of an account and tells how many there were.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn end_sessions(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.run("delete from sessions where user_id = $1", args![user]).await
}

/// An account with what the administrator's list shows of it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Account {
    pub id: UserId,
    pub district_id: DistrictId,
    pub name: String,
    pub email: String,
    pub disabled_at: Option<Instant>,
    /// Whether it has a password yet.
    pub ready: i64,
    /// How many sign-ins it has now.
    pub signed_in: i64,
    /// How many passkeys it has.
    pub passkeys: i64,
}

/// A district's accounts by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId, now: Instant) -> Result<Vec<Account>, StoreError> {
    conn.all(
        "select u.id, u.district_id, u.name, u.email, u.disabled_at, (select count(*) from users x where x.id = u.id and \
         x.password_hash <> '') as ready, (select count(*) from sessions s where s.user_id = u.id and s.kind = 'staff' and \
         s.expires_at > $2) as signed_in, (select count(*) from passkeys p where p.user_id = u.id) as passkeys from users u where u.district_id = $1 order by u.name, u.id",
        args![district, now],
    )
    .await
}
