//! What is left of a child that was erased.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::retention::EraseWhy;
use crate::model::{ChildId, DistrictId, Instant, UserId};

/// A tombstone: no name and no number.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Tombstone {
    pub child_id: ChildId,
    pub district_id: DistrictId,
    pub erased_at: Instant,
    pub why: EraseWhy,
    pub note: String,
    pub by_name: Option<String>,
    /// `children 1, enrollments 2`.
    pub counts: String,
}

impl Tombstone {
    /// How many rows went in all, and from how many tables.
    pub fn total(&self) -> (u64, usize) {
        let rows = self.counts.split(", ").filter_map(|part| part.rsplit_once(' ')?.1.parse::<u64>().ok());
        rows.fold((0, 0), |(sum, tables), rows| (sum + rows, tables + 1))
    }
}

/// A tombstone to put up.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewTombstone {
    pub child_id: ChildId,
    pub district_id: DistrictId,
    pub number_hash: Vec<u8>,
    pub why: EraseWhy,
    pub note: String,
    pub by: Option<UserId>,
    pub counts: String,
}

/// Puts up a tombstone.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, stone: &NewTombstone) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into tombstones (child_id, district_id, number_hash, erased_at, why, note, erased_by, counts) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (child_id) do nothing",
        args![
            stone.child_id, stone.district_id, stone.number_hash.clone(), now, stone.why, &stone.note, stone.by,
            &stone.counts
        ],
    )
    .await
    .map(drop)
}

const COLUMNS: &str = "select t.child_id, t.district_id, t.erased_at, t.why, t.note, u.name as by_name, t.counts from tombstones t \
                       left join users u on u.id = t.erased_by";

/// A district's tombstones, the newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId, limit: i64) -> Result<Vec<Tombstone>, StoreError> {
    let sql = format!("{COLUMNS} where t.district_id = $1 order by t.erased_at desc, t.child_id limit $2");
    conn.all_of(sql, args![district, limit]).await
}

/// The tombstone of a child.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, child: ChildId) -> Result<Option<Tombstone>, StoreError> {
    Ok(conn.all_of(format!("{COLUMNS} where t.child_id = $1"), args![child]).await?.pop())
}

/// The newest tombstone of a number, by what is kept of the number.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_number(conn: &mut Conn, number_hash: Vec<u8>) -> Result<Option<Tombstone>, StoreError> {
    let sql = format!("{COLUMNS} where t.number_hash = $1 order by t.erased_at limit 100");
    Ok(conn.all_of(sql, args![number_hash]).await?.pop())
}

/// Every erased child with the instant, after an id, in order of ids.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn erased(
    conn: &mut Conn,
    after: ChildId,
    limit: i64,
) -> Result<Vec<(ChildId, Instant)>, StoreError> {
    conn.all(
        "select child_id, erased_at from tombstones where child_id > $1 order by child_id limit $2",
        args![after, limit],
    )
    .await
}
