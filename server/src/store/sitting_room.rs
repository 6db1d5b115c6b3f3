//! What a proctor must know of the room: devices that are away, children who are not there, and who has not finished.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, DistrictId, Instant, SittingId, UserId};

/// What the page of a child's device said last.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Device {
    pub child_id: ChildId,
    /// None for a device without JavaScript.
    pub beat_at: Option<Instant>,
    pub unsent: bool,
}

/// Notes that a device is there, and whether it still holds answers.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn beat(
    tx: &mut Tx,
    sitting: SittingId,
    child: ChildId,
    token_hash: Vec<u8>,
    unsent: bool,
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update sessions set beat_at = $4, unsent = $5 where token_hash = $3 and sitting_id = $1 and child_id = $2",
        args![sitting, child, token_hash, now, unsent],
    )
    .await
    .map(drop)
}

/// The devices on which children of a sitting are signed in; of two of one child the one that was there last counts.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn devices(conn: &mut Conn, sitting: SittingId) -> Result<Vec<Device>, StoreError> {
    conn.all(
        "select child_id, beat_at, unsent from sessions where sitting_id = $1 and child_id is not null \
         order by child_id, coalesce(beat_at, created_at)",
        args![sitting],
    )
    .await
}

/// Marks a child as not there today, or as there after all.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_absent(
    tx: &mut Tx,
    sitting: SittingId,
    child: ChildId,
    absent: bool,
    by: Option<UserId>,
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    if absent {
        tx.run(
            "insert into sitting_absences (sitting_id, child_id, marked_at, marked_by) values ($1, $2, $3, $4) \
             on conflict (sitting_id, child_id) do nothing",
            args![sitting, child, now, by],
        )
        .await
        .map(drop)
    } else {
        tx.run("delete from sitting_absences where sitting_id = $1 and child_id = $2", args![sitting, child])
            .await
            .map(drop)
    }
}

/// Gives an open sitting more time.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn extend(tx: &mut Tx, sitting: SittingId, ends_at: Instant) -> Result<(), StoreError> {
    tx.run("update sittings set ends_at = $2 where id = $1 and state = 'open'", args![sitting, ends_at])
        .await
        .map(drop)
}

/// Keeps why a sitting was closed although something was open.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn note_closing(tx: &mut Tx, sitting: SittingId, reason: &str) -> Result<(), StoreError> {
    tx.run("update sittings set closed_reason = $2 where id = $1", args![sitting, reason]).await.map(drop)
}

/// Marks a sitting as one for those who have not finished.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn mark_make_up(tx: &mut Tx, sitting: SittingId) -> Result<(), StoreError> {
    tx.run("update sittings set make_up = $2 where id = $1", args![sitting, true]).await.map(drop)
}

/// The newest sitting of each class that has had one and has none to come, in windows that are open, at the proctor's
/// schools.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn last_sittings(
    conn: &mut Conn,
    user: UserId,
    district: DistrictId,
) -> Result<Vec<(SittingId,)>, StoreError> {
    conn.all(
        "select t.id from sittings t join windows w on w.id = t.window_id where w.district_id = $2 \
         and w.state in ('open', 'paused') and w.consent_of is null and w.rehearsal = $3 and t.state = 'closed' \
         and not exists (select 1 from sittings x where x.window_id = t.window_id and x.class_id = t.class_id \
           and (x.state <> 'closed' or coalesce(x.closed_at, 0) > coalesce(t.closed_at, 0) \
             or (coalesce(x.closed_at, 0) = coalesce(t.closed_at, 0) and x.id > t.id))) \
         and exists (select 1 from user_roles r where r.user_id = $1 and r.role = 'proctor' \
           and (r.school_id is null or r.school_id = t.school_id)) order by t.closed_at limit 500",
        args![user, district, false],
    )
    .await
}
