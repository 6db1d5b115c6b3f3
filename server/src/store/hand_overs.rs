//! Offers of a referral from one counselor to another: nothing moves until it is accepted (C-31).

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::{Instant, Private, ReferralId, UserId};
use crate::seal::field::Place;

const NEXT_STEP: &str = "hand_overs.next_step";

/// An offer that waits for its answer.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct HandOver {
    pub id: Uuid,
    pub from_user: UserId,
    pub from_name: String,
    pub to_user: UserId,
    pub to_name: String,
    pub next_step: Private<String>,
    pub offered_at: Instant,
}

/// Offers a referral; false when an offer waits already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn offer(
    tx: &mut Tx,
    referral: ReferralId,
    from: UserId,
    to: UserId,
    next_step: &Private<String>,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let next_step = sealed::seal_in(tx, referral, Place { column: NEXT_STEP, row: id }, next_step).await?;
    let added = tx
        .run(
            "insert into hand_overs (id, referral_id, from_user, to_user, next_step, offered_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict (referral_id) where answered_at is null do nothing",
            args![id, referral, from, to, next_step, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// The offer of a referral that waits.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waiting(conn: &mut Conn, referral: ReferralId) -> Result<Option<HandOver>, StoreError> {
    let found: Option<HandOver> = conn.first(
        "select h.id, h.from_user, f.name as from_name, h.to_user, t.name as to_name, h.next_step, h.offered_at \
         from hand_overs h join users f on f.id = h.from_user join users t on t.id = h.to_user \
         where h.referral_id = $1 and h.answered_at is null",
        args![referral],
    )
    .await?;
    let Some(mut offer) = found else { return Ok(None) };
    sealed::open(conn, Place { column: NEXT_STEP, row: offer.id }, &mut offer.next_step).await?;
    Ok(Some(offer))
}

/// Answers an offer; false when it was answered meanwhile.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn answer(tx: &mut Tx, id: Uuid, answer: &'static str) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update hand_overs set answered_at = $2, answer = $3 where id = $1 and answered_at is null";
    Ok(tx.run(sql, args![id, now, answer]).await? == 1)
}
