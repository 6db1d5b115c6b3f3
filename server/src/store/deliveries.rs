//! Ways out for alerts: what is to be sent, what was, what could not be; and the worker's sign of life.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{Instant, UserId};

/// An alert that has no row yet for a channel.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Unsent {
    pub id: Uuid,
    pub reason: String,
    pub created_at: Instant,
    pub time_zone: String,
    pub school_id: crate::model::SchoolId,
}

/// Alerts younger than `since` without a row for this channel that nobody has acknowledged, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn unsent(
    conn: &mut Conn,
    channel: &'static str,
    since: Instant,
    limit: i64,
) -> Result<Vec<Unsent>, StoreError> {
    conn.all(
        "select o.id, o.reason, o.created_at, s.time_zone, s.id as school_id from outbox o \
         join referrals r on r.id = o.referral_id join schools s on s.id = r.school_id \
         where o.delivered_at is null and o.acknowledged_at is null and o.created_at >= $2 and not exists (select 1 \
         from deliveries d where d.alert_id = o.id and d.channel = $1) order by o.created_at, o.id limit $3",
        args![channel, since, limit],
    )
    .await
}

/// Adds a way out for an alert; another node may have been faster.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    alert: Uuid,
    channel: &'static str,
    urgent: bool,
    due: Instant,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into deliveries (id, alert_id, channel, urgent, due_at) values ($1, $2, $3, $4, $5) \
         on conflict (alert_id, channel) do nothing",
        args![ctx.id(), alert, channel, urgent, due],
    )
    .await
    .map(drop)
}

/// Whether anything is due that no node holds.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn any_due(conn: &mut Conn, now: Instant) -> Result<bool, StoreError> {
    let row: Option<(Uuid,)> = conn
        .first(
            "select id from deliveries where delivered_at is null and given_up_at is null and due_at <= $1 and \
             (claimed_until is null or claimed_until <= $1) limit 1",
            args![now],
        )
        .await?;
    Ok(row.is_some())
}

/// A delivery that this worker holds.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Claimed {
    pub id: Uuid,
    pub channel: String,
    pub urgent: bool,
    pub attempts: i64,
    pub user_id: UserId,
    pub email: String,
    pub created_at: Instant,
}

/// Takes what is due, so that no other node sends it too: the row itself is the lock, until `until`.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn claim(tx: &mut Tx, until: Instant, limit: i64) -> Result<Vec<Claimed>, StoreError> {
    let now = tx.ctx().now;
    let sql = format!(
        "with free as (select id from deliveries where delivered_at is null and given_up_at is null and due_at <= $1 and \
         (claimed_until is null or claimed_until <= $1) order by urgent desc, due_at, id limit $3{}) \
         update deliveries set claimed_until = $2, attempts = attempts + 1 where id in (select id from free) returning id",
        tx.passing_over_taken()
    );
    let taken: Vec<(Uuid,)> = tx.all_of(sql, args![now, until, limit]).await?;
    let mut claimed: Vec<Claimed> = Vec::with_capacity(taken.len());
    for (id,) in taken {
        claimed.extend(
            tx.first::<Claimed>(
                "select d.id, d.channel, d.urgent, d.attempts, o.user_id, u.email, o.created_at from deliveries d \
                 join outbox o on o.id = d.alert_id join users u on u.id = o.user_id where d.id = $1",
                args![id],
            )
            .await?,
        );
    }
    Ok(claimed)
}

/// It was delivered: the receipt of this channel, and of the alert.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn delivered(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update deliveries set delivered_at = $2, claimed_until = null, failure = null where id = $1",
        args![id, now],
    )
    .await?;
    tx.run(
        "update outbox set delivered_at = coalesce(delivered_at, $2), attempts = attempts + 1 where id = (select \
         alert_id from deliveries where id = $1)",
        args![id, now],
    )
    .await
    .map(drop)
}

/// It failed: try again then, or never.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn failed(
    tx: &mut Tx,
    id: Uuid,
    failure: &'static str,
    again: Option<Instant>,
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    let given_up = again.is_none().then_some(now);
    tx.run(
        "update deliveries set claimed_until = null, failure = $2, due_at = coalesce($3, due_at), given_up_at = $4 \
         where id = $1",
        args![id, failure, again, given_up],
    )
    .await
    .map(drop)
}

/// Since when urgent messages cannot leave, and how many wait: those tried at least once without success.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn stuck(
    conn: &mut Conn,
    district: crate::model::DistrictId,
) -> Result<(i64, Option<Instant>), StoreError> {
    Ok(conn
        .first(
            "select count(*), min(o.created_at) from deliveries d join outbox o on o.id = d.alert_id \
             join users u on u.id = o.user_id where d.delivered_at is null and d.failure is not null and d.urgent = $2 \
             and o.acknowledged_at is null and u.district_id = $1",
            args![district, true],
        )
        .await?
        .unwrap_or((0, None)))
}

/// How many urgent messages cannot leave, in all districts.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn stuck_in_all(conn: &mut Conn) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = conn
        .first(
            "select count(*) from deliveries d join outbox o on o.id = d.alert_id where d.delivered_at is null and \
             d.failure is not null and d.urgent = $1 and o.acknowledged_at is null",
            args![true],
        )
        .await?;
    Ok(row.map_or(0, |(n,)| n))
}

/// A worker's sign of life.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn beat(tx: &mut Tx, worker: &'static str) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into heartbeats (worker, at) values ($1, $2) on conflict (worker) do update set at = case when \
         heartbeats.at > excluded.at then heartbeats.at else excluded.at end",
        args![worker, now],
    )
    .await
    .map(drop)
}

/// The last sign of life of the worker that has been silent for longest.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn oldest_beat(conn: &mut Conn) -> Result<Option<Instant>, StoreError> {
    let row: Option<(Option<Instant>,)> = conn.first("select min(at) from heartbeats", args![]).await?;
    Ok(row.and_then(|(at,)| at))
}
