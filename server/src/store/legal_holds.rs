//! Legal holds: while one stands, nothing about its child, or about any child of its district, is removed.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, DistrictId, Instant, UserId, WindowId};

/// A hold as the administrator's page shows it: no name of a child.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct LegalHold {
    pub id: Uuid,
    pub child_id: Option<ChildId>,
    /// The district's own number of the child.
    pub number: Option<String>,
    pub reason: String,
    pub set_by_name: Option<String>,
    pub set_at: Instant,
    pub released_by_name: Option<String>,
    pub released_at: Option<Instant>,
}

/// Adds a hold.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    district: DistrictId,
    child: Option<ChildId>,
    reason: &str,
    by: Option<UserId>,
) -> Result<Uuid, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    tx.run(
        "insert into legal_holds (id, district_id, child_id, reason, set_by, set_at) values ($1, $2, $3, $4, $5, $6)",
        args![id, district, child, reason, by, ctx.now],
    )
    .await?;
    Ok(id)
}

/// Releases a hold of a district that stands; tells whether there was one.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn release(
    tx: &mut Tx,
    district: DistrictId,
    id: Uuid,
    by: Option<UserId>,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update legal_holds set released_by = $3, released_at = $4 \
               where id = $1 and district_id = $2 and released_at is null";
    Ok(tx.run(sql, args![id, district, by, now]).await? > 0)
}

/// Every hold of a district: those that stand first, then the newest.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<LegalHold>, StoreError> {
    conn.all(
        "select h.id, h.child_id, c.number, h.reason, u.name as set_by_name, h.set_at, r.name as released_by_name, \
         h.released_at from legal_holds h left join children c on c.id = h.child_id left join users u on u.id = h.set_by \
         left join users r on r.id = h.released_by where h.district_id = $1 \
         order by case when h.released_at is null then 0 else 1 end, h.set_at desc, h.id limit 200",
        args![district],
    )
    .await
}

/// The reason of a hold that stands for a child, if there is one.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn standing(conn: &mut Conn, child: ChildId) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = conn
        .first(
            "select h.reason from legal_holds h join children c on c.id = $1 where h.released_at is null \
             and h.district_id = c.district_id and (h.child_id is null or h.child_id = c.id) \
             order by h.set_at limit 1",
            args![child],
        )
        .await?;
    Ok(found.map(|(reason,)| reason))
}

/// Remembers that what a window collected about a child is to go when its hold is released.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn wait(tx: &mut Tx, child: ChildId, window: WindowId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into deletions_waiting (child_id, window_id, asked_at) values ($1, $2, $3) \
         on conflict (child_id, window_id) do nothing",
        args![child, window, now],
    )
    .await
    .map(drop)
}

/// Deletions that waited for a hold which stands no more.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waiting_no_more(conn: &mut Conn, limit: i64) -> Result<Vec<(ChildId, WindowId)>, StoreError> {
    conn.all(
        "select d.child_id, d.window_id from deletions_waiting d join children c on c.id = d.child_id \
         where not exists (select 1 from legal_holds h where h.released_at is null and h.district_id = c.district_id \
         and (h.child_id is null or h.child_id = c.id)) order by d.asked_at, d.child_id, d.window_id limit $1",
        args![limit],
    )
    .await
}

/// Takes a deletion off the list.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn done_waiting(tx: &mut Tx, child: ChildId, window: WindowId) -> Result<(), StoreError> {
    let sql = "delete from deletions_waiting where child_id = $1 and window_id = $2";
    tx.run(sql, args![child, window]).await.map(drop)
}
