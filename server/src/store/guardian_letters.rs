//! Letters to guardians: made, then read by a counselor, and only then seen or printed.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::{ChildId, Instant, Private, ReferralId, UserId};
use crate::seal::field::Place;

/// A letter to a guardian.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct GuardianLetter {
    pub id: Uuid,
    pub child_id: ChildId,
    pub referral_id: ReferralId,
    pub guardian_id: Uuid,
    pub template: String,
    pub language: String,
    /// The whole letter, its heading in the first line.
    pub body: Private<String>,
    pub made_by_name: String,
    pub made_at: Instant,
    pub reviewed_by_name: Option<String>,
    pub reviewed_at: Option<Instant>,
    pub discarded_at: Option<Instant>,
}

impl GuardianLetter {
    /// Whether it waits for its review.
    pub fn waits(&self) -> bool {
        self.reviewed_at.is_none() && self.discarded_at.is_none()
    }
}

const PLACE: &str = "guardian_letters.body";

const LETTERS: &str = "select l.id, l.child_id, l.referral_id, l.guardian_id, l.template, l.language, l.body, \
    m.name as made_by_name, l.made_at, r.name as reviewed_by_name, l.reviewed_at, l.discarded_at \
    from guardian_letters l join users m on m.id = l.made_by left join users r on r.id = l.reviewed_by ";

/// Adds a letter that waits for its review.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, letter: &GuardianLetter, by: UserId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    let place = Place { column: PLACE, row: letter.id };
    let body = sealed::seal(tx, letter.child_id, place, &letter.body).await?;
    tx.run(
        "insert into guardian_letters (id, child_id, referral_id, guardian_id, template, language, body, made_by, \
         made_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            letter.id, letter.child_id, letter.referral_id, letter.guardian_id, &letter.template,
            &letter.language, body, by, now
        ],
    )
    .await
    .map(drop)
}

/// One letter.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<GuardianLetter>, StoreError> {
    let mut found: Vec<GuardianLetter> = conn.all_scoped(LETTERS, "where l.id = $1", args![id]).await?;
    let Some(mut letter) = found.pop() else { return Ok(None) };
    sealed::open(conn, Place { column: PLACE, row: id }, &mut letter.body).await?;
    Ok(Some(letter))
}

/// A child's letters without their text, newest first; those thrown away are left out.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_child(conn: &mut Conn, child: ChildId) -> Result<Vec<GuardianLetter>, StoreError> {
    let mut letters: Vec<GuardianLetter> = conn
        .all_scoped(
            LETTERS,
            "where l.child_id = $1 and l.discarded_at is null order by l.made_at desc, l.id desc",
            args![child],
        )
        .await?;
    for letter in &mut letters {
        letter.body = Private::default();
    }
    Ok(letters)
}

/// Notes that a counselor has read a letter; false when it does not wait any more.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn release(tx: &mut Tx, id: Uuid, by: UserId) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update guardian_letters set reviewed_by = $2, reviewed_at = $3 where id = $1 and reviewed_at is null \
               and discarded_at is null";
    Ok(tx.run(sql, args![id, by, now]).await? == 1)
}

/// Throws a letter away that nobody has released; false when somebody has.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn discard(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update guardian_letters set discarded_at = $2 where id = $1 and reviewed_at is null and discarded_at is null";
    Ok(tx.run(sql, args![id, now]).await? == 1)
}
