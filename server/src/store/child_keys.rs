//! The key of each child, under which all that is about it is sealed. It is made with the child's row, stands in it wrapped
//! by the district's data key, never changes, and goes with it.

use std::collections::HashMap;

use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::know;
use super::types::{padded, places};
use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, DistrictId};
use crate::seal::field::{ChildKey, Unopened};

/// How many children's keys one statement reads.
const TOGETHER: usize = 512;

/// A child's key as its row holds it.
#[derive(FromRow)]
struct Wrapped {
    id: Uuid,
    data_key_id: Uuid,
    wrapped_key: Vec<u8>,
}

/// The keys of these children, without those that have none yet.
///
/// # Errors
/// [`StoreError::Sealed`] when the key file is not this database's.
pub(super) async fn keys(
    conn: &mut Conn,
    children: &[ChildId],
) -> Result<HashMap<Uuid, ChildKey>, StoreError> {
    let mut keys = HashMap::with_capacity(children.len());
    let mut missing = Vec::new();
    for child in children {
        match conn.sealer().child(child.0) {
            Some(key) => drop(keys.insert(child.0, key)),
            None => missing.push(*child),
        }
    }
    missing.sort_unstable_by_key(|child| child.0);
    missing.dedup();
    for some in missing.chunks(TOGETHER) {
        let ids = padded(some);
        let sql = format!(
            "select id, data_key_id, wrapped_key from children where wrapped_key is not null and id in ({})",
            places(1, ids.len())
        );
        let rows: Vec<Wrapped> = conn.all_of(sql, ids).await?;
        for row in rows {
            know(conn, row.data_key_id).await?;
            let key = conn.sealer().unwrap_child(row.data_key_id, row.id, &row.wrapped_key)?;
            if !conn.has_made_key_of(row.id) {
                conn.sealer().keep_child(key.clone());
            }
            keys.insert(row.id, key);
        }
    }
    Ok(keys)
}

/// The key of a child.
///
/// # Errors
/// [`StoreError::Sealed`] when it has none.
pub(super) async fn key(conn: &mut Conn, child: ChildId) -> Result<ChildKey, StoreError> {
    match conn.sealer().child(child.0) {
        Some(key) => Ok(key),
        None => Ok(keys(conn, &[child]).await?.remove(&child.0).ok_or(Unopened)?),
    }
}

/// The key of a child for sealing; one that comes from a time before there were keys is given its own.
///
/// # Errors
/// [`StoreError::Sealed`] when there is no such child, or its district has no data key.
pub(super) async fn key_to_seal(tx: &mut Tx, child: ChildId) -> Result<ChildKey, StoreError> {
    if let Some(key) = tx.sealer().child(child.0) {
        return Ok(key);
    }
    if let Some(key) = keys(tx, &[child]).await?.remove(&child.0) {
        return Ok(key);
    }
    let district: Option<(DistrictId,)> =
        tx.first("select district_id from children where id = $1", args![child]).await?;
    let (district,) = district.ok_or(Unopened)?;
    let data_key = newest(tx, district).await?;
    let (made, wrapped) = tx.sealer().new_child(data_key, child.0)?;
    let sql = "update children set data_key_id = $2, wrapped_key = $3 where id = $1 and wrapped_key is null";
    if tx.run(sql, args![child, data_key, wrapped]).await? == 0 {
        // Somebody else gave it one while this waited for the row.
        return key(tx, child).await;
    }
    tx.made_key_of(child.0);
    Ok(made)
}

/// A key for a child whose row is about to be added, and the key wrapped for that row under a district's data key.
///
/// # Errors
/// [`StoreError::Sealed`] when the data key is not known.
pub(super) fn make(tx: &mut Tx, data_key: Uuid, child: ChildId) -> Result<(ChildKey, Vec<u8>), StoreError> {
    let made = tx.sealer().new_child(data_key, child.0)?;
    tx.made_key_of(child.0);
    Ok(made)
}

/// The newest data key of a district, known to this node.
///
/// # Errors
/// [`StoreError::Sealed`] when the district has none.
pub(super) async fn newest(conn: &mut Conn, district: DistrictId) -> Result<Uuid, StoreError> {
    // Asked each time: the moment a key is replaced, every node wraps with the new one.
    let sql = "select id from data_keys where district_id = $1 order by number desc limit 1";
    let (key,): (Uuid,) = conn.first(sql, args![district]).await?.ok_or(Unopened)?;
    know(conn, key).await?;
    Ok(key)
}

/// Wraps the keys of the next children of a district under its newest data key; gives how many, nothing when all are.
///
/// # Errors
/// [`StoreError::Sealed`] when a key does not open.
pub async fn rewrap(tx: &mut Tx, district: DistrictId, limit: i64) -> Result<u64, StoreError> {
    let newest = newest(tx, district).await?;
    let rows: Vec<Wrapped> = tx
        .all(
            "select id, data_key_id, wrapped_key from children where district_id = $1 and data_key_id <> $2 \
             order by id limit $3",
            args![district, newest, limit],
        )
        .await?;
    let mut done = 0;
    for row in rows {
        know(tx, row.data_key_id).await?;
        let wrapped = tx.sealer().rewrap_child((row.data_key_id, newest), row.id, &row.wrapped_key)?;
        let sql = "update children set data_key_id = $2, wrapped_key = $3 where id = $1 and data_key_id = $4";
        done += tx.run(sql, args![row.id, newest, wrapped, row.data_key_id]).await?;
    }
    Ok(done)
}
