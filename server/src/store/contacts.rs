//! Contacts, notes and follow-ups.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::{ContactHow, ContactWith};
use crate::model::{ChildId, Day, Instant, Private, ReferralId, UserId};
use crate::seal::field::Place;

/// One conversation, call or letter.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Contact {
    pub id: Uuid,
    pub at: Instant,
    pub by_name: String,
    pub with_whom: ContactWith,
    pub how: ContactHow,
    pub reached: bool,
    pub note: Private<String>,
    /// The contact that this one corrects, and since when.
    pub corrects: Option<Uuid>,
    pub corrected_at: Option<Instant>,
}

/// Adds a contact and notes its instant on the referral.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    referral: ReferralId,
    child: ChildId,
    user: UserId,
    contact: &Contact,
) -> Result<(), StoreError> {
    let place = Place { column: "contacts.note", row: contact.id };
    let note = sealed::seal(tx, child, place, &contact.note).await?;
    tx.run(
        "insert into contacts (id, referral_id, child_id, user_id, at, with_whom, how, reached, note) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            contact.id,
            referral,
            child,
            user,
            contact.at,
            contact.with_whom,
            contact.how,
            contact.reached,
            note
        ],
    )
    .await?;
    tx.run("update referrals set last_contact_at = $2 where id = $1", args![referral, contact.at])
        .await
        .map(drop)
}

/// A child's contacts, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, child: ChildId) -> Result<Vec<Contact>, StoreError> {
    let mut contacts: Vec<Contact> = conn
        .all(
            "select k.id, k.at, u.name as by_name, k.with_whom, k.how, k.reached, k.note, k.corrects, k.corrected_at from contacts k \
         join users u on u.id = k.user_id where k.child_id = $1 order by k.at desc, k.id desc",
            args![child],
        )
        .await?;
    for contact in &mut contacts {
        let place = Place { column: "contacts.note", row: contact.id };
        sealed::open(conn, place, &mut contact.note).await?;
    }
    Ok(contacts)
}

/// A note about a child.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Note {
    pub id: Uuid,
    pub written_at: Instant,
    pub by_name: String,
    pub visibility: String,
    pub body: Private<String>,
    /// The note that this one corrects, and since when.
    pub corrects: Option<Uuid>,
    pub corrected_at: Option<Instant>,
}

/// Adds a note.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_note(
    tx: &mut Tx,
    child: ChildId,
    user: UserId,
    visibility: &str,
    body: &Private<String>,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let body = sealed::seal(tx, child, Place { column: "notes.body", row: id }, body).await?;
    tx.run(
        "insert into notes (id, child_id, user_id, visibility, body, written_at) values ($1, $2, $3, $4, $5, $6)",
        args![id, child, user, visibility, body, ctx.now],
    )
    .await
    .map(drop)
}

/// The notes on a child that this user may read, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list_notes(conn: &mut Conn, child: ChildId, user: UserId) -> Result<Vec<Note>, StoreError> {
    let mut notes: Vec<Note> = conn.all(
        "select n.id, n.written_at, u.name as by_name, n.visibility, n.body, n.corrects, n.corrected_at from notes n join users u on u.id = n.user_id \
         where n.child_id = $1 and (n.visibility <> 'own' or n.user_id = $2) order by n.written_at desc, n.id desc",
        args![child, user],
    )
    .await?;
    for note in &mut notes {
        sealed::open(conn, Place { column: "notes.body", row: note.id }, &mut note.body).await?;
    }
    Ok(notes)
}

const WHAT: &str = "follow_ups.what";

/// A dated task on a referral.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct FollowUp {
    pub id: Uuid,
    pub due_on: Day,
    pub what: Private<String>,
    pub done_at: Option<Instant>,
}

/// Adds a follow-up.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_follow_up(
    tx: &mut Tx,
    referral: ReferralId,
    due_on: Day,
    what: &Private<String>,
) -> Result<Uuid, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let what = sealed::seal_in(tx, referral, Place { column: WHAT, row: id }, what).await?;
    tx.run(
        "insert into follow_ups (id, referral_id, due_on, what, created_at) values ($1, $2, $3, $4, $5)",
        args![id, referral, due_on, what, ctx.now],
    )
    .await?;
    Ok(id)
}

/// Notes that an open follow-up is done; false when there is none.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn finish_follow_up(
    tx: &mut Tx,
    referral: ReferralId,
    id: Uuid,
    by: UserId,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update follow_ups set done_at = $3, done_by = $4 where id = $1 and referral_id = $2 and done_at is null";
    Ok(tx.run(sql, args![id, referral, now, by]).await? == 1)
}

/// A referral's follow-ups by date; one that was corrected is not among them, its correction is.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn follow_ups(conn: &mut Conn, referral: ReferralId) -> Result<Vec<FollowUp>, StoreError> {
    let mut follow_ups: Vec<FollowUp> = conn
        .all(
            "select id, due_on, what, done_at from follow_ups f where referral_id = $1 and not exists (select 1 \
             from follow_ups x where x.corrects = f.id) order by due_on, id",
            args![referral],
        )
        .await?;
    for one in &mut follow_ups {
        sealed::open(conn, Place { column: WHAT, row: one.id }, &mut one.what).await?;
    }
    Ok(follow_ups)
}
