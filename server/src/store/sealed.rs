//! Sealed values on their way into a column and out of it, and the data keys behind them. To seal one more column: bind
//! [`seal`]'s text instead of the value, call [`open`] on what comes back, and add the column to `COLUMNS`.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, DistrictId, Instant, Private};
use crate::seal::field::{Place, Sealer, Unopened};

/// The text to store for a value about a child.
///
/// # Errors
/// [`StoreError::Sealed`] when its district has no key.
pub async fn seal(
    conn: &mut Conn,
    child: ChildId,
    place: Place,
    value: &Private<String>,
) -> Result<String, StoreError> {
    // Asked each time: the moment a key is replaced, every node seals with the new one.
    let sql = "select k.id from children c join data_keys k on k.district_id = c.district_id where c.id = $1 \
               order by k.number desc limit 1";
    let (key,): (Uuid,) = conn.first(sql, args![child]).await?.ok_or(Unopened)?;
    if !conn.sealer().knows(key) {
        learn(conn).await?;
    }
    Ok(conn.sealer().seal(key, place, value.reveal())?)
}

/// Puts the readable value in place of the stored one. A value from before there were keys is shown as it is.
///
/// # Errors
/// [`StoreError::Sealed`] when it was moved or changed.
pub async fn open(conn: &mut Conn, place: Place, value: &mut Private<String>) -> Result<(), StoreError> {
    let Some(key) = Sealer::key_of(value.reveal()) else { return Ok(()) };
    if !conn.sealer().knows(key) {
        learn(conn).await?;
    }
    *value = conn.sealer().open(place, value.reveal())?.into();
    Ok(())
}

#[derive(FromRow)]
struct DataKey {
    id: Uuid,
    district_id: DistrictId,
    wrapped: Vec<u8>,
}

/// Reads every data key.
///
/// # Errors
/// [`StoreError::Sealed`] when the key file is not this database's.
pub async fn learn(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = "select id, district_id, wrapped from data_keys";
    let keys: Vec<DataKey> = conn.all(sql, args![]).await?;
    for key in keys {
        conn.sealer().learn(key.id, key.district_id.0, &key.wrapped)?;
    }
    Ok(())
}

/// Gives a district its next data key; from the commit on it seals with that one.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_key(tx: &mut Tx, district: DistrictId) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let wrapped = tx.sealer().fresh_key(id, district.0)?;
    let last: Option<(i64,)> = tx
        .first(
            "select number from data_keys where district_id = $1 order by number desc limit 1",
            args![district],
        )
        .await?;
    let number = last.map_or(1, |(n,)| n + 1);
    tx.run(
        "insert into data_keys (id, district_id, number, wrapped, created_at) values ($1, $2, $3, $4, $5)",
        args![id, district, number, wrapped, ctx.now],
    )
    .await
    .map(drop)
}

/// Districts without a key: from before there were any.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn without_key(conn: &mut Conn) -> Result<Vec<(DistrictId,)>, StoreError> {
    let sql = "select d.id from districts d where not exists (select 1 from data_keys k where k.district_id = d.id)";
    conn.all(sql, args![]).await
}

/// Every district.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn districts(conn: &mut Conn) -> Result<Vec<(DistrictId,)>, StoreError> {
    conn.all("select id from districts order by id", args![]).await
}

/// A sealed column: its name, how its rows are listed with their child, how one is written, and how those of one key are counted.
#[derive(Debug)]
pub struct Column {
    name: &'static str,
    list: &'static str,
    write: &'static str,
    count: &'static str,
}

/// Every sealed column there is.
pub const COLUMNS: [Column; 8] = [
    Column {
        name: "contacts.note",
        list: "select id, child_id, note from contacts where id > $1 order by id limit $2",
        write: "update contacts set note = $2 where id = $1 and note = $3",
        count: "select count(*) from contacts where note like $1",
    },
    Column {
        name: "notes.body",
        list: "select id, child_id, body from notes where id > $1 order by id limit $2",
        write: "update notes set body = $2 where id = $1 and body = $3",
        count: "select count(*) from notes where body like $1",
    },
    Column {
        name: "guardians.name",
        list: "select id, child_id, name from guardians where id > $1 order by id limit $2",
        write: "update guardians set name = $2 where id = $1 and name = $3",
        count: "select count(*) from guardians where name like $1",
    },
    Column {
        name: "guardians.phone",
        list: "select id, child_id, phone from guardians where id > $1 order by id limit $2",
        write: "update guardians set phone = $2 where id = $1 and phone = $3",
        count: "select count(*) from guardians where phone like $1",
    },
    Column {
        name: "guardian_letters.body",
        list: "select id, child_id, body from guardian_letters where id > $1 order by id limit $2",
        write: "update guardian_letters set body = $2 where id = $1 and body = $3",
        count: "select count(*) from guardian_letters where body like $1",
    },
    Column {
        name: "mandatory_words.body",
        list: "select id, child_id, body from mandatory_words where id > $1 order by id limit $2",
        write: "update mandatory_words set body = $2 where id = $1 and body = $3",
        count: "select count(*) from mandatory_words where body like $1",
    },
    Column {
        name: "mandatory_sendings.sent_by_name",
        list: "select id, child_id, sent_by_name from mandatory_sendings where id > $1 order by id limit $2",
        write: "update mandatory_sendings set sent_by_name = $2 where id = $1 and sent_by_name = $3",
        count: "select count(*) from mandatory_sendings where sent_by_name like $1",
    },
    Column {
        name: "mandatory_sendings.reference",
        list: "select id, child_id, reference from mandatory_sendings where id > $1 order by id limit $2",
        write: "update mandatory_sendings set reference = $2 where id = $1 and reference = $3",
        count: "select count(*) from mandatory_sendings where reference like $1",
    },
];

/// Seals the next rows of a column after an id under the newest keys, and tells the last id and how many there were;
/// nothing when there are no more. A row that somebody changes in this moment is sealed by that change.
///
/// # Errors
/// [`StoreError::Sealed`] when a value does not open.
pub async fn reseal(
    tx: &mut Tx,
    column: &'static Column,
    after: Uuid,
    limit: i64,
) -> Result<Option<(Uuid, u64)>, StoreError> {
    let rows: Vec<(Uuid, ChildId, Private<String>)> = tx.all(column.list, args![after, limit]).await?;
    let Some(last) = rows.last().map(|(id, ..)| *id) else { return Ok(None) };
    let mut done = 0;
    for (row, child, stored) in rows {
        let place = Place { column: column.name, row };
        let mut value = stored.clone();
        open(tx, place, &mut value).await?;
        let sealed = seal(tx, child, place, &value).await?;
        done += tx.run(column.write, args![row, sealed, &stored]).await?;
    }
    Ok(Some((last, done)))
}

/// Removes the data keys that were replaced before an instant and that no value names any more; tells how many were
/// removed, and how many are still needed.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_old_keys(tx: &mut Tx, before: Instant) -> Result<(u64, u64), StoreError> {
    let sql = "select k.id from data_keys k where exists (select 1 from data_keys n where n.district_id = k.district_id \
               and n.number > k.number and n.created_at < $1)";
    let old: Vec<(Uuid,)> = tx.all(sql, args![before]).await?;
    let (mut removed, mut needed) = (0, 0);
    for (key,) in old {
        let mut values = 0;
        for column in &COLUMNS {
            let counted: Option<(i64,)> =
                tx.first(column.count, args![format!("{}%", Sealer::begins(key))]).await?;
            values += counted.map_or(0, |(n,)| n);
        }
        if values == 0 {
            removed += tx.run("delete from data_keys where id = $1", args![key]).await?;
        } else {
            needed += 1;
        }
    }
    Ok((removed, needed))
}
