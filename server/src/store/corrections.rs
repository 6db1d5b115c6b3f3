//! Corrections: a new row at the instant of the old one, which stays as it was (C-21).

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::{ContactHow, ContactWith, Danger};
use crate::model::{ChildId, Day, Instant, Private, UserId};
use crate::seal::field::Place;

/// Which row is corrected, about whom, and by whom.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Of {
    pub row: Uuid,
    pub child: ChildId,
    pub by: UserId,
}

/// Corrects a contact; false when somebody has corrected it already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn contact(
    tx: &mut Tx,
    of: Of,
    (with, how, reached): (ContactWith, ContactHow, bool),
    note: &Private<String>,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let note = sealed::seal(tx, of.child, Place { column: "contacts.note", row: id }, note).await?;
    let added = tx
        .run(
            "insert into contacts (id, referral_id, child_id, user_id, at, with_whom, how, reached, note, corrects, \
             corrected_at) select $1, o.referral_id, o.child_id, $3, o.at, $4, $5, $6, $7, o.id, $8 from contacts o \
             where o.id = $2 on conflict (corrects) where corrects is not null do nothing",
            args![id, of.row, of.by, with, how, reached, note, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// Corrects a note; false when somebody has corrected it already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn note(tx: &mut Tx, of: Of, body: &Private<String>) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let body = sealed::seal(tx, of.child, Place { column: "notes.body", row: id }, body).await?;
    let added = tx
        .run(
            "insert into notes (id, child_id, user_id, visibility, body, written_at, corrects, corrected_at) \
             select $1, o.child_id, $3, o.visibility, $4, o.written_at, o.id, $5 from notes o where o.id = $2 \
             on conflict (corrects) where corrects is not null do nothing",
            args![id, of.row, of.by, body, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// Corrects a second look; its level stays. False when somebody has corrected it already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn second_look(
    tx: &mut Tx,
    of: Of,
    danger: Danger,
    (summary, strengths): (&Private<String>, &Private<String>),
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let place = |column| Place { column, row: id };
    let summary = sealed::seal(tx, of.child, place("assessments.summary"), summary).await?;
    let strengths = sealed::seal(tx, of.child, place("assessments.strengths"), strengths).await?;
    let added = tx
        .run(
            "insert into assessments (id, referral_id, child_id, user_id, at, level, danger, summary, strengths, \
             corrects, corrected_at) select $1, o.referral_id, o.child_id, $3, o.at, o.level, $4, $5, $6, o.id, $7 \
             from assessments o where o.id = $2 on conflict (corrects) where corrects is not null do nothing",
            args![id, of.row, of.by, danger, summary, strengths, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// Corrects a follow-up that is still to do; false when somebody has corrected it already or it is done.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn follow_up(tx: &mut Tx, of: Of, due_on: Day, what: &Private<String>) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let what = sealed::seal(tx, of.child, Place { column: "follow_ups.what", row: id }, what).await?;
    let added = tx
        .run(
            "insert into follow_ups (id, referral_id, due_on, what, created_at, corrects, corrected_at, corrected_by) \
             select $1, o.referral_id, $3, $4, o.created_at, o.id, $5, $6 from follow_ups o where o.id = $2 and \
             o.done_at is null on conflict (corrects) where corrects is not null do nothing",
            args![id, of.row, due_on, what, ctx.now, of.by],
        )
        .await?;
    Ok(added == 1)
}

/// A follow-up of a child with what it corrects.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Task {
    pub id: Uuid,
    pub referral_id: crate::model::ReferralId,
    pub due_on: Day,
    pub what: Private<String>,
    pub created_at: Instant,
    pub done_at: Option<Instant>,
    pub corrects: Option<Uuid>,
    pub corrected_at: Option<Instant>,
    pub corrected_by_name: Option<String>,
}

/// Every follow-up of a child, newest first, those that were corrected too.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn tasks(conn: &mut Conn, child: ChildId) -> Result<Vec<Task>, StoreError> {
    let mut tasks: Vec<Task> = conn
        .all(
            "select f.id, f.referral_id, f.due_on, f.what, f.created_at, f.done_at, f.corrects, f.corrected_at, \
             u.name as corrected_by_name from referrals r join follow_ups f on f.referral_id = r.id \
             left join users u on u.id = f.corrected_by where r.child_id = $1 order by f.created_at desc, f.id desc",
            args![child],
        )
        .await?;
    for task in &mut tasks {
        sealed::open(conn, Place { column: "follow_ups.what", row: task.id }, &mut task.what).await?;
    }
    Ok(tasks)
}
