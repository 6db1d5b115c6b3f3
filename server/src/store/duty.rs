//! The duty rota, absences, and what the ladder needs to know of people.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{Day, DistrictId, Instant, SchoolId, UserId};

/// A shift of the rota.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Shift {
    pub id: Uuid,
    pub user_id: UserId,
    pub user_name: String,
    pub rank: i64,
    pub weekday: Option<i64>,
    pub on_date: Option<Day>,
    pub from_minute: i64,
    pub to_minute: i64,
}

/// The shifts of a school by day, hour and rank. Accounts that are closed have none.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn shifts(conn: &mut Conn, school: SchoolId) -> Result<Vec<Shift>, StoreError> {
    conn.all(
        "select d.id, d.user_id, u.name as user_name, d.rank, d.weekday, d.on_date, d.from_minute, d.to_minute \
         from duty_shifts d join users u on u.id = d.user_id where d.school_id = $1 and d.removed_at is null \
         and u.disabled_at is null order by coalesce(d.weekday, 0), d.on_date, d.from_minute, d.rank, u.name",
        args![school],
    )
    .await
}

/// What makes a shift.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewShift {
    pub school: SchoolId,
    pub user: UserId,
    pub rank: i64,
    pub weekday: Option<i64>,
    pub on_date: Option<Day>,
    pub from_minute: i64,
    pub to_minute: i64,
}

/// Adds a shift.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_shift(tx: &mut Tx, by: Option<UserId>, new: &NewShift) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into duty_shifts (id, school_id, user_id, rank, weekday, on_date, from_minute, to_minute, set_by, \
         set_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            ctx.id(), new.school, new.user, new.rank, new.weekday, new.on_date, new.from_minute, new.to_minute, by,
            ctx.now
        ],
    )
    .await
    .map(drop)
}

/// Takes a shift off a school's rota; the row stays.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_shift(tx: &mut Tx, school: SchoolId, id: Uuid) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql =
        "update duty_shifts set removed_at = $3 where id = $1 and school_id = $2 and removed_at is null";
    Ok(tx.run(sql, args![id, school, now]).await? == 1)
}

/// Somebody on the fixed list of a school: who answers when the rota says nothing.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Standing {
    pub user_id: UserId,
    pub user_name: String,
    pub rank: i64,
}

/// The fixed list of a school, first in rank first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn standing(conn: &mut Conn, school: SchoolId) -> Result<Vec<Standing>, StoreError> {
    conn.all(
        "select d.user_id, u.name as user_name, d.rank from duties d join users u on u.id = d.user_id \
         where d.school_id = $1 and u.disabled_at is null order by d.rank",
        args![school],
    )
    .await
}

/// Somebody's time away.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Absence {
    pub id: Uuid,
    pub user_id: UserId,
    pub user_name: String,
    pub from_date: Day,
    pub to_date: Day,
}

/// Absences of a school's people that are not over on a day.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn absences(conn: &mut Conn, school: SchoolId, from: Day) -> Result<Vec<Absence>, StoreError> {
    conn.all(
        "select a.id, a.user_id, u.name as user_name, a.from_date, a.to_date from absences a \
         join users u on u.id = a.user_id join schools s on s.id = $1 where a.ended_at is null and a.to_date >= $2 \
         and u.district_id = s.district_id and exists (select 1 from user_roles r where r.user_id = u.id and \
         (r.school_id is null or r.school_id = s.id)) order by a.from_date, u.name",
        args![school, from],
    )
    .await
}

/// Adds an absence.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_absence(
    tx: &mut Tx,
    by: UserId,
    user: UserId,
    from: Day,
    to: Day,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into absences (id, user_id, from_date, to_date, set_by, set_at) values ($1, $2, $3, $4, $5, $6)",
        args![ctx.id(), user, from, to, by, ctx.now],
    )
    .await
    .map(drop)
}

/// Whose absence it is.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn absence_of(conn: &mut Conn, id: Uuid) -> Result<Option<UserId>, StoreError> {
    let row: Option<(UserId,)> =
        conn.first("select user_id from absences where id = $1 and ended_at is null", args![id]).await?;
    Ok(row.map(|(user,)| user))
}

/// Ends an absence early; the row stays.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn end_absence(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("update absences set ended_at = $2 where id = $1 and ended_at is null", args![id, now])
        .await
        .map(drop)
}

/// A member of staff with a role at a school.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Colleague {
    pub user_id: UserId,
    pub user_name: String,
    pub role: crate::model::people::Role,
    /// Whether the role holds at this school alone.
    pub here: bool,
}

/// Everybody with a role at a school or in its whole district, by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn colleagues(conn: &mut Conn, school: SchoolId) -> Result<Vec<Colleague>, StoreError> {
    conn.all(
        "select u.id as user_id, u.name as user_name, r.role, r.school_id is not null as here from users u \
         join schools s on s.id = $1 join user_roles r on r.user_id = u.id and (r.school_id is null or \
         r.school_id = s.id) where u.district_id = s.district_id and u.disabled_at is null order by u.name, u.id",
        args![school],
    )
    .await
}

/// Schools at which a member of staff has one of the roles that answer for referrals.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools_of(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
) -> Result<Vec<super::places::School>, StoreError> {
    conn.all(
        "select distinct s.id, s.district_id, s.name, s.time_zone, s.rehearsal from schools s join user_roles r on r.user_id = $2 \
         and (r.school_id is null or r.school_id = s.id) where s.district_id = $1 and r.role in ('counselor', \
         'school_lead', 'administrator') order by s.name, s.id",
        args![district, user],
    )
    .await
}

/// A critical referral that nobody has taken, with when its alert went out.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Ringing {
    pub referral_id: crate::model::ReferralId,
    pub school_id: SchoolId,
    pub owner_id: UserId,
    /// The alert's reason: what the calls above it are named after.
    pub reason: String,
    pub alerted_at: Instant,
}

/// Every critical referral that nobody has taken, longest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn ringing(conn: &mut Conn) -> Result<Vec<Ringing>, StoreError> {
    conn.all(
        "select r.id as referral_id, r.school_id, r.owner_id, o.reason, o.created_at as alerted_at from referrals r \
         join outbox o on o.referral_id = r.id and o.reason like 'critical%' and o.acknowledged_at is null \
         where r.closed_at is null and r.rank = 1 and r.state in ('open', 'reopened') order by o.created_at, r.id",
        args![],
    )
    .await
}

/// An open referral whose owner may not be there.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Owned {
    pub referral_id: crate::model::ReferralId,
    pub school_id: SchoolId,
    pub owner_id: UserId,
    pub owner_name: String,
    pub state: crate::model::referral::ReferralState,
    pub opened_at: Instant,
    /// The account is closed.
    pub gone: bool,
}

/// Open referrals whose owner has left or is away around a day (the school's own zone decides which day it is), and
/// those that nobody has taken since `before`.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn owner_in_doubt(conn: &mut Conn, today: Day, before: Instant) -> Result<Vec<Owned>, StoreError> {
    conn.all(
        "select r.id as referral_id, r.school_id, r.owner_id, u.name as owner_name, r.state, r.opened_at, \
         u.disabled_at is not null as gone from referrals r join users u on u.id = r.owner_id \
         where r.closed_at is null and (u.disabled_at is not null or exists (select 1 from absences a where \
         a.user_id = r.owner_id and a.ended_at is null and a.from_date <= $2 and a.to_date >= $1) or \
         (r.state in ('open', 'reopened') and r.rank > 1 and r.opened_at <= $3)) order by r.id",
        args![today.plus_days(-1), today.plus_days(1), before],
    )
    .await
}
