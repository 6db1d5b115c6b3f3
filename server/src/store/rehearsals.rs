//! Rehearsals: which runs, and removing all of one.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, erasure};
use crate::model::{DistrictId, Instant, SittingId, UserId, WindowId};

/// A rehearsal that runs.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Rehearsal {
    pub id: Uuid,
    pub window_id: WindowId,
    pub practice_district_id: DistrictId,
    pub sitting_id: SittingId,
    pub started_by: UserId,
    pub started_at: Instant,
}

/// Notes that a rehearsal has begun.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    window: WindowId,
    practice: DistrictId,
    sitting: SittingId,
    by: UserId,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into rehearsals (id, window_id, practice_district_id, sitting_id, started_by, started_at) \
         values ($1, $2, $3, $4, $5, $6)",
        args![ctx.id(), window, practice, sitting, by, ctx.now],
    )
    .await
    .map(drop)
}

/// The rehearsal of a window that runs.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn running(conn: &mut Conn, window: WindowId) -> Result<Option<Rehearsal>, StoreError> {
    conn.first(
        "select id, window_id, practice_district_id, sitting_id, started_by, started_at from rehearsals \
         where window_id = $1 and ended_at is null order by started_at desc limit 1",
        args![window],
    )
    .await
}

/// The newest rehearsal of a district, running or over: its practice's district is used again.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn newest(conn: &mut Conn, district: DistrictId) -> Result<Option<Rehearsal>, StoreError> {
    conn.first(
        "select r.id, r.window_id, r.practice_district_id, r.sitting_id, r.started_by, r.started_at from rehearsals r \
         join windows w on w.id = r.window_id where w.district_id = $1 order by r.started_at desc, r.id desc limit 1",
        args![district],
    )
    .await
}

/// Whether a sitting is one of a rehearsal that this person runs.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn is_run_by(conn: &mut Conn, sitting: SittingId, user: UserId) -> Result<bool, StoreError> {
    let row: Option<(Uuid,)> = conn
        .first(
            "select id from rehearsals where sitting_id = $1 and started_by = $2 and ended_at is null",
            args![sitting, user],
        )
        .await?;
    Ok(row.is_some())
}

/// Rehearsals that began before an instant and run still.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn begun_before(conn: &mut Conn, before: Instant) -> Result<Vec<Rehearsal>, StoreError> {
    conn.all(
        "select id, window_id, practice_district_id, sitting_id, started_by, started_at from rehearsals \
         where ended_at is null and started_at < $1",
        args![before],
    )
    .await
}

/// Removes everything of a practice, and notes that the rehearsal has ended.
///
/// # Errors
/// [`StoreError`] when the database refuses it; then nothing is removed.
pub async fn remove(tx: &mut Tx, rehearsal: &Rehearsal) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    erasure::empty_district(tx, rehearsal.practice_district_id).await?;
    tx.run("update rehearsals set ended_at = coalesce(ended_at, $2) where id = $1", args![rehearsal.id, now])
        .await
        .map(drop)
}
