//! A child's way from one school to another: what hangs on the old one and goes, ends or stays.

use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, ClassId, DistrictId, Instant, ReferralId, SchoolId, UserId};

/// A class that a child may go to.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct OpenClass {
    pub id: ClassId,
    pub name: String,
    pub grade: i64,
}

/// The classes of a school, youngest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn classes(conn: &mut Conn, school: SchoolId) -> Result<Vec<OpenClass>, StoreError> {
    let sql = "select id, name, grade from classes where school_id = $1 order by grade, name, id";
    conn.all(sql, args![school]).await
}

/// The schools of a district that a child may go to: no rehearsal.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools(conn: &mut Conn, district: DistrictId) -> Result<Vec<(SchoolId, String)>, StoreError> {
    let mut all = super::places::list_schools(conn, district).await?;
    all.retain(|school| !school.rehearsal);
    Ok(all.into_iter().map(|school| (school.id, school.name)).collect())
}

/// A referral that follows a child: its school, owner, clock and stage from now on.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Follows {
    pub id: ReferralId,
    pub school: SchoolId,
    pub owner: UserId,
    pub due_at: Instant,
}

/// Takes an open referral to another school, where nobody has taken it yet.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn move_open(tx: &mut Tx, follows: &Follows) -> Result<(), StoreError> {
    tx.run(
        "update referrals set school_id = $2, owner_id = $3, due_at = $4, state = 'open', snoozed_until = null, \
         version = version + 1 where id = $1 and closed_at is null",
        args![follows.id, follows.school, follows.owner, follows.due_at],
    )
    .await
    .map(drop)
}

/// Takes a closed referral to another school: who works on the child reads its history.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn move_closed(tx: &mut Tx, id: ReferralId, school: SchoolId) -> Result<(), StoreError> {
    tx.run(
        "update referrals set school_id = $2, version = version + 1 where id = $1 and closed_at is not null",
        args![id, school],
    )
    .await
    .map(drop)
}

/// Hangs what is still to do for one referral on another one of the same child.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn hang_on(tx: &mut Tx, from: ReferralId, to: ReferralId) -> Result<(), StoreError> {
    let hanging = [
        "update referral_reasons set referral_id = $2 where referral_id = $1",
        "update follow_ups set referral_id = $2 where referral_id = $1 and done_at is null",
        "update outside_referrals set referral_id = $2 where referral_id = $1",
        "update mandatory_reports set referral_id = $2 where referral_id = $1",
        "update concerns set referral_id = $2 where referral_id = $1",
        "update rescreens set referral_id = $2 where referral_id = $1",
    ];
    for sql in hanging {
        tx.run(sql, args![from, to]).await?;
    }
    Ok(())
}

/// Ends what a child could still do at its old school, its cards and its device's session; tells how many cards. What it was
/// asked and has not handed in goes along where the new school is in the same window, and a re-screen does anywhere.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn leave_windows(
    tx: &mut Tx,
    child: ChildId,
    school: SchoolId,
    class: ClassId,
) -> Result<u64, StoreError> {
    let now = tx.ctx().now;
    tx.run("delete from sessions where child_id = $1", args![child]).await?;
    tx.run(
        "update administrations set school_id = $2, class_id = $3 where child_id = $1 and school_id <> $2 and \
         state in ('offered', 'started') and (exists (select 1 from window_schools v where \
         v.window_id = administrations.window_id and v.school_id = $2) or exists (select 1 from rescreens x where \
         x.window_id = administrations.window_id))",
        args![child, school, class],
    )
    .await?;
    tx.run("update cards set voided_at = $2 where child_id = $1 and voided_at is null", args![child, now])
        .await
}

/// The name of the school that a child was enrolled in last.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn last_school(conn: &mut Conn, child: ChildId) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = conn
        .first(
            "select s.name from enrollments e join schools s on s.id = e.school_id where e.child_id = $1 \
             order by case when e.to_date is null then 0 else 1 end, e.to_date desc, e.id desc limit 1",
            args![child],
        )
        .await?;
    Ok(row.map(|(name,)| name))
}
