//! Messages that must leave, written in the transaction of the act.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{Instant, ReferralId, UserId};

/// An alert for a person. It names nobody: the reader signs in to see more (C-42).
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Alert {
    pub id: Uuid,
    pub referral_id: ReferralId,
    pub user_id: UserId,
    pub reason: String,
    pub created_at: Instant,
}

/// Adds an alert, once for a referral and reason (C-41); tells whether it is new.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, referral: ReferralId, user: UserId, reason: &str) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let added = tx
        .run(
            "insert into outbox (id, referral_id, user_id, reason, created_at) values ($1, $2, $3, $4, $5) \
         on conflict (referral_id, reason) do nothing",
            args![ctx.id(), referral, user, reason, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// Marks a referral's alerts as seen by a person.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn acknowledge(tx: &mut Tx, referral: ReferralId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update outbox set acknowledged_at = $2, delivered_at = coalesce(delivered_at, $2) \
         where referral_id = $1 and acknowledged_at is null",
        args![referral, now],
    )
    .await
    .map(drop)
}

/// Alerts of a user that nobody has acknowledged yet, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waiting(conn: &mut Conn, user: UserId) -> Result<Vec<Alert>, StoreError> {
    conn.all(
        "select o.id, o.referral_id, o.user_id, o.reason, o.created_at from outbox o join referrals r on \
         r.id = o.referral_id and r.closed_at is null where o.user_id = $1 and o.acknowledged_at is null \
         order by o.created_at, o.id",
        args![user],
    )
    .await
}

/// Whether there is an alert for a referral and reason.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn exists(conn: &mut Conn, referral: ReferralId, reason: &str) -> Result<bool, StoreError> {
    let sql = "select count(*) from outbox where referral_id = $1 and reason = $2";
    Ok(conn.first::<(i64,)>(sql, args![referral, reason]).await?.is_some_and(|(n,)| n > 0))
}

/// Who was called about a referral and has not been heard of.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn called(conn: &mut Conn, referral: ReferralId) -> Result<Vec<UserId>, StoreError> {
    let rows: Vec<(UserId,)> = conn
        .all(
            "select distinct user_id from outbox where referral_id = $1 and acknowledged_at is null",
            args![referral],
        )
        .await?;
    Ok(rows.into_iter().map(|(user,)| user).collect())
}

/// When an urgent alert was given, and when a person took it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Given {
    pub created_at: Instant,
    pub acknowledged_at: Option<Instant>,
    /// What became of the referral, where it is closed.
    pub outcome: Option<crate::model::referral::Outcome>,
    /// A call above the first responder.
    pub above: bool,
}

/// A district's urgent alerts since an instant, oldest first; no child in them.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn given(
    conn: &mut Conn,
    district: crate::model::DistrictId,
    since: Instant,
) -> Result<Vec<Given>, StoreError> {
    conn.all(
        "select o.created_at, o.acknowledged_at, r.outcome, o.reason not like 'critical%' as above from outbox o \
         join referrals r on r.id = o.referral_id join schools s on s.id = r.school_id where s.district_id = $1 and \
         o.created_at >= $2 and (o.reason like 'critical%' or o.reason like 'backup:%' or o.reason like 'lead:%' or \
         o.reason like 'district:%') order by o.created_at, o.id",
        args![district, since],
    )
    .await
}
