//! The closing of a critical referral: one person proposes, another one confirms (C-30).

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::Outcome;
use crate::model::{Instant, Private, ReferralId, UserId};
use crate::seal::field::Place;

const SEEN_BY: &str = "closings.seen_by";
const REASON: &str = "closings.reason";

/// A closing that waits for a second person.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Closing {
    pub id: Uuid,
    pub outcome: Outcome,
    pub seen_by: Private<String>,
    pub reason: Private<String>,
    pub proposed_by: UserId,
    pub by_name: String,
    pub proposed_at: Instant,
}

/// Proposes a closing; false when one waits already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn propose(
    tx: &mut Tx,
    referral: ReferralId,
    by: UserId,
    outcome: Outcome,
    seen_by: &Private<String>,
    reason: &Private<String>,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let seen_by = sealed::seal_in(tx, referral, Place { column: SEEN_BY, row: id }, seen_by).await?;
    let reason = sealed::seal_in(tx, referral, Place { column: REASON, row: id }, reason).await?;
    let added = tx
        .run(
            "insert into closings (id, referral_id, outcome, seen_by, reason, proposed_by, proposed_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (referral_id) where answered_at is null do nothing",
            args![id, referral, outcome, seen_by, reason, by, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// The closing of a referral that waits.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waiting(conn: &mut Conn, referral: ReferralId) -> Result<Option<Closing>, StoreError> {
    let found: Option<Closing> = conn.first(
        "select c.id, c.outcome, c.seen_by, c.reason, c.proposed_by, u.name as by_name, c.proposed_at from closings c \
         join users u on u.id = c.proposed_by where c.referral_id = $1 and c.answered_at is null",
        args![referral],
    )
    .await?;
    let Some(mut closing) = found else { return Ok(None) };
    sealed::open(conn, Place { column: SEEN_BY, row: closing.id }, &mut closing.seen_by).await?;
    sealed::open(conn, Place { column: REASON, row: closing.id }, &mut closing.reason).await?;
    Ok(Some(closing))
}

/// The second person's answer; false when it was answered meanwhile or the same person answers.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn answer(tx: &mut Tx, id: Uuid, by: UserId, answer: &'static str) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let changed = tx
        .run(
            "update closings set answered_by = $2, answered_at = $3, answer = $4 where id = $1 and \
             answered_at is null and proposed_by <> $2",
            args![id, by, now, answer],
        )
        .await?;
    Ok(changed == 1)
}

/// Ends a closing that waits for a second person who is no longer asked; false when none waits.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn end_waiting(tx: &mut Tx, referral: ReferralId) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update closings set answered_at = $2, answer = 'returned' where referral_id = $1 and answered_at is null";
    Ok(tx.run(sql, args![referral, now]).await? == 1)
}
