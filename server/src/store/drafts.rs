//! What somebody has typed about a child and not saved yet: one row for a person, a child and a form.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::draft::DraftForm;
use crate::model::{ChildId, Instant, Private, UserId};
use crate::seal::field::Place;

const BODY: &str = "drafts.body";

/// Words that were not saved.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Draft {
    pub id: Uuid,
    pub form: DraftForm,
    pub body: Private<String>,
    pub kept_at: Instant,
}

/// The row of a form, made when there is none.
async fn row(
    tx: &mut Tx,
    user: UserId,
    child: ChildId,
    form: DraftForm,
) -> Result<(Uuid, Instant), StoreError> {
    let ctx = tx.ctx();
    let sql = "insert into drafts (id, user_id, child_id, form, body, kept_at) values ($1, $2, $3, $4, '', $5) \
               on conflict (user_id, child_id, form) do update set form = excluded.form returning id, settled_at";
    let row: Option<(Uuid, Instant)> = tx.first(sql, args![ctx.id(), user, child, form, ctx.now]).await?;
    row.ok_or(StoreError::NotCommitted)
}

/// Keeps what a page that was rendered at `page_at` holds now; false when the form was saved since then.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn keep(
    tx: &mut Tx,
    (user, child, form): (UserId, ChildId, DraftForm),
    body: &Private<String>,
    page_at: Instant,
) -> Result<bool, StoreError> {
    let (id, settled_at) = row(tx, user, child, form).await?;
    if settled_at > page_at {
        return Ok(false);
    }
    let now = tx.ctx().now;
    let body = sealed::seal(tx, child, Place { column: BODY, row: id }, body).await?;
    tx.run("update drafts set body = $2, kept_at = $3 where id = $1", args![id, body, now]).await?;
    Ok(true)
}

/// Empties a draft: the form is saved, or its words are thrown away.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn settle(tx: &mut Tx, user: UserId, child: ChildId, form: DraftForm) -> Result<(), StoreError> {
    let (id, _) = row(tx, user, child, form).await?;
    let now = tx.ctx().now;
    let sql = "update drafts set body = '', kept_at = $2, settled_at = $2 where id = $1";
    tx.run(sql, args![id, now]).await.map(drop)
}

/// What a person has typed about a child and not saved.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, user: UserId, child: ChildId) -> Result<Vec<Draft>, StoreError> {
    let mut drafts: Vec<Draft> = conn
        .all(
            "select id, form, body, kept_at from drafts where user_id = $1 and child_id = $2 and body <> '' order by form",
            args![user, child],
        )
        .await?;
    for draft in &mut drafts {
        sealed::open(conn, Place { column: BODY, row: draft.id }, &mut draft.body).await?;
    }
    Ok(drafts)
}

/// Removes what nobody has touched since an instant.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_old(tx: &mut Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run("delete from drafts where kept_at < $1", args![before]).await
}
