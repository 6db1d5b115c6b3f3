//! Raised hands: a child in the room asks for an adult (K-27).

use sqlx::FromRow;

use super::names::{self, named};
use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, Instant, Private, SittingId, UserId};

/// A hand that is up.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Hand {
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub raised_at: Instant,
}

named!(Hand, child_id, given_name, family_name);

/// Raises a child's hand; one that is up stays up since its first instant.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn raise(tx: &mut Tx, sitting: SittingId, child: ChildId) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into hands (id, sitting_id, child_id, raised_at) values ($1, $2, $3, $4) \
         on conflict (sitting_id, child_id) where lowered_at is null do nothing",
        args![ctx.id(), sitting, child, ctx.now],
    )
    .await
    .map(drop)
}

/// The hands that are up in a sitting, longest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn up(conn: &mut Conn, sitting: SittingId) -> Result<Vec<Hand>, StoreError> {
    let rows = conn.all(
        "select h.child_id, c.given_name, c.family_name, h.raised_at from hands h \
         join children c on c.id = h.child_id where h.sitting_id = $1 and h.lowered_at is null \
         order by h.raised_at, h.id",
        args![sitting],
    );
    let rows = rows.await?;
    names::open(conn, rows).await
}

/// Whether a proctor sees the hands of a sitting: nobody sits with a class around a re-screen.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn are_seen(conn: &mut Conn, sitting: SittingId) -> Result<bool, StoreError> {
    let row: Option<(SittingId,)> = conn
        .first(
            "select t.id from sittings t join windows w on w.id = t.window_id where t.id = $1 \
             and w.consent_of is null",
            args![sitting],
        )
        .await?;
    Ok(row.is_some())
}

/// Lowers a child's hand; false when it is not up.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn lower(tx: &mut Tx, sitting: SittingId, child: ChildId, by: UserId) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let lowered = tx
        .run(
            "update hands set lowered_at = $3, lowered_by = $4 \
             where sitting_id = $1 and child_id = $2 and lowered_at is null",
            args![sitting, child, ctx.now, by],
        )
        .await?;
    Ok(lowered > 0)
}

/// Lowers every hand of a sitting: when it closes, the class goes.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn lower_all(tx: &mut Tx, sitting: SittingId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update hands set lowered_at = $2 where sitting_id = $1 and lowered_at is null",
        args![sitting, now],
    )
    .await
    .map(drop)
}
