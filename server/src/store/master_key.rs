//! The master key as the database knows it: its fingerprint, and the keys that lie here wrapped by it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::config::{Keys, Master, PURPOSES};
use crate::model::DistrictId;
use crate::seal::field::{self, Unopened};

/// The fingerprint of the master key in force; none in a database from before it was noted.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn fingerprint(conn: &mut Conn) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> = conn.first("select fingerprint from master_key", args![]).await?;
    Ok(row.map(|(fingerprint,)| fingerprint))
}

/// The master key in force, held until the end of this transaction: whoever changes it waits.
///
/// # Errors
/// [`StoreError::Sealed`] when it is nowhere to be found.
pub(super) async fn in_force(tx: &mut Tx) -> Result<Master, StoreError> {
    let row: Option<(Vec<u8>,)> =
        tx.first("update master_key set one = 1 returning fingerprint", args![]).await?;
    let (fingerprint,) = row.ok_or(Unopened)?;
    sealed::master_of(tx, &fingerprint).await
}

fn kept_as(purpose: &str) -> Vec<u8> {
    [b"kept key".as_slice(), purpose.as_bytes()].concat()
}

/// Notes the master key of a database that has none noted, with the keys it keeps; two nodes may do it at once.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn note(tx: &mut Tx, master: &Master, kept: &[[u8; 32]; 7]) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let noted = tx
        .run(
            "insert into master_key (one, fingerprint, changed_at) values (1, $1, $2) on conflict (one) do nothing",
            args![master.fingerprint(), ctx.now],
        )
        .await?;
    if noted == 0 {
        return Ok(());
    }
    for (purpose, key) in PURPOSES.iter().zip(kept) {
        let wrapped = field::wrap(master, &kept_as(purpose), key)?;
        let sql = "insert into kept_keys (purpose, wrapped) values ($1, $2)";
        tx.run(sql, args![*purpose, wrapped]).await?;
    }
    Ok(())
}

/// Which of these master keys has wrapped the data keys of a database that does not say so; the last one where there are
/// none.
///
/// # Errors
/// [`StoreError::Sealed`] when it is none of them.
pub async fn of_before(conn: &mut Conn, masters: &[Master]) -> Result<Master, StoreError> {
    let keys = data_keys(conn).await?;
    let opens =
        |master: &&Master| keys.iter().all(|key| field::unwrap(master, &key.bound(), &key.wrapped).is_ok());
    Ok(masters.iter().rev().find(opens).cloned().ok_or(Unopened)?)
}

/// The keys that the database keeps.
///
/// # Errors
/// [`StoreError::Sealed`] when they do not open.
pub async fn kept(conn: &mut Conn) -> Result<Keys, StoreError> {
    let sql = "select k.purpose, k.wrapped, m.fingerprint from kept_keys k cross join master_key m";
    let rows: Vec<(String, Vec<u8>, Vec<u8>)> = conn.all(sql, args![]).await?;
    let mut keys = [[0u8; 32]; 7];
    for (purpose, key) in PURPOSES.iter().zip(&mut keys) {
        let row = rows.iter().find(|(name, ..)| name == purpose).ok_or(Unopened)?;
        let master = sealed::master_of(conn, &row.2).await?;
        *key = field::unwrap(&master, &kept_as(purpose), &row.1)?;
    }
    Ok(Keys::of(keys))
}

#[derive(FromRow)]
struct DataKey {
    id: Uuid,
    district_id: DistrictId,
    wrapped: Vec<u8>,
}

impl DataKey {
    fn bound(&self) -> Vec<u8> {
        field::wrapped_as(self.id, self.district_id.0)
    }
}

async fn data_keys(conn: &mut Conn) -> Result<Vec<DataKey>, StoreError> {
    conn.all("select id, district_id, wrapped from data_keys", args![]).await
}

/// Wraps everything that the master key has wrapped by another one, which is in force from the commit on. Tells how many
/// keys that were; none when it is in force already.
///
/// # Errors
/// [`StoreError::Sealed`] when the one in force is not known; then nothing has changed.
pub async fn change(tx: &mut Tx, to: &Master) -> Result<u64, StoreError> {
    let from = in_force(tx).await?;
    if from.fingerprint() == to.fingerprint() {
        return Ok(0);
    }
    let ctx = tx.ctx();
    let mut count = 0;
    for key in data_keys(tx).await? {
        let wrapped = field::wrap(to, &key.bound(), &field::unwrap(&from, &key.bound(), &key.wrapped)?)?;
        count += tx.run("update data_keys set wrapped = $2 where id = $1", args![key.id, wrapped]).await?;
    }
    let rows: Vec<(String, Vec<u8>)> = tx.all("select purpose, wrapped from kept_keys", args![]).await?;
    for (purpose, wrapped) in rows {
        let bound = kept_as(&purpose);
        let wrapped = field::wrap(to, &bound, &field::unwrap(&from, &bound, &wrapped)?)?;
        count +=
            tx.run("update kept_keys set wrapped = $2 where purpose = $1", args![purpose, wrapped]).await?;
    }
    tx.run("update master_key set fingerprint = $1, changed_at = $2", args![to.fingerprint(), ctx.now])
        .await?;
    Ok(count)
}
