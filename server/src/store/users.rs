//! Accounts of staff, their roles, and duty.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::people::Role;
use crate::model::{DistrictId, Instant, SchoolId, UserId};

/// An account.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct User {
    pub id: UserId,
    pub district_id: DistrictId,
    pub name: String,
    pub email: String,
    pub password_hash: String,
    pub totp_secret: String,
    pub disabled_at: Option<Instant>,
}

/// One role of an account.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct UserRole {
    pub user_id: UserId,
    pub role: Role,
    pub school_id: Option<SchoolId>,
}

const COLUMNS: &str =
    "select id, district_id, name, email, password_hash, totp_secret, disabled_at from users where ";

/// Adds an account.
///
/// # Errors
/// [`StoreError::Constraint`] when the e-mail address is taken.
pub async fn add(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into users (id, district_id, name, email, password_hash, totp_secret, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            user.id,
            user.district_id,
            &user.name,
            &user.email,
            &user.password_hash,
            &user.totp_secret,
            now
        ],
    )
    .await
    .map(drop)
}

/// Gives an account a role.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_role(tx: &mut Tx, role: &UserRole) -> Result<(), StoreError> {
    tx.run(
        "insert into user_roles (user_id, role, school_id) values ($1, $2, $3) \
         on conflict (user_id, role, school_id) do update set area_id = null",
        args![role.user_id, role.role, role.school_id],
    )
    .await
    .map(drop)
}

/// The account of an id.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: UserId) -> Result<Option<User>, StoreError> {
    conn.all_scoped(COLUMNS, "id = $1", args![id]).await.map(|mut rows: Vec<User>| rows.pop())
}

/// The account of an e-mail address, which is kept in lower case.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>, StoreError> {
    conn.all_scoped(COLUMNS, "email = $1", args![email]).await.map(|mut rows: Vec<User>| rows.pop())
}

/// The roles of an account, as they hold now.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn roles(conn: &mut Conn, user: UserId) -> Result<Vec<UserRole>, StoreError> {
    conn.all("select user_id, role, school_id from user_roles where user_id = $1", args![user]).await
}

/// The roles that were given for a school or the district itself, not for an area.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn own_roles(conn: &mut Conn, user: UserId) -> Result<Vec<UserRole>, StoreError> {
    conn.all(
        "select user_id, role, school_id from user_roles where user_id = $1 and area_id is null",
        args![user],
    )
    .await
}

/// An account on the administrator's page.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct UserLine {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub school_name: Option<String>,
    pub disabled_at: Option<Instant>,
}

/// A district's accounts with their roles, by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<UserLine>, StoreError> {
    conn.all(
        "select u.name, u.email, r.role, s.name as school_name, u.disabled_at from users u \
         join user_roles r on r.user_id = u.id left join schools s on s.id = r.school_id \
         where u.district_id = $1 order by u.name, r.role, s.name",
        args![district],
    )
    .await
}

/// Takes a one-time code's time step for this account; false when that step, or a later one, was used before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take_totp_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool, StoreError> {
    Ok(tx.run("update users set totp_step = $2 where id = $1 and totp_step < $2", args![user, step]).await?
        == 1)
}
