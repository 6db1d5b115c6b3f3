//! Sealed values on their way into a column and out of it, and the data keys behind them. To seal one more column: bind
//! [`seal`]'s text instead of the value, call [`open`] on what comes back, and add the column to `COLUMNS`. Names of
//! children are opened by `names`, answers by `responses`.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, child_keys, master_key};
use crate::config::Master;
use crate::model::{ChildId, DistrictId, Instant, Private, ReferralId};
use crate::seal::field::{self, Place, Sealer, Unopened};

/// The text to store for a value about a child. An empty one stays empty: there is nothing to hide in it.
///
/// # Errors
/// [`StoreError::Sealed`] when its district has no key.
pub async fn seal(
    tx: &mut Tx,
    child: ChildId,
    place: Place,
    value: &Private<String>,
) -> Result<String, StoreError> {
    if value.reveal().is_empty() {
        return Ok(String::new());
    }
    Ok(child_keys::key_to_seal(tx, child).await?.seal(place, value.reveal())?)
}

/// The same for a value about the child of a referral.
///
/// # Errors
/// [`StoreError::Sealed`] when its district has no key.
pub async fn seal_in(
    tx: &mut Tx,
    referral: ReferralId,
    place: Place,
    value: &Private<String>,
) -> Result<String, StoreError> {
    if value.reveal().is_empty() {
        return Ok(String::new());
    }
    let child: Option<(ChildId,)> =
        tx.first("select child_id from referrals where id = $1", args![referral]).await?;
    seal(tx, child.ok_or(Unopened)?.0, place, value).await
}

/// Puts the readable value in place of the stored one. A value from before there were keys is shown as it is.
///
/// # Errors
/// [`StoreError::Sealed`] when it was moved or changed.
pub async fn open(conn: &mut Conn, place: Place, value: &mut Private<String>) -> Result<(), StoreError> {
    if let Some(child) = Sealer::child_of(value.reveal()) {
        let key = child_keys::key(conn, ChildId(child)).await?;
        *value = key.open(place, value.reveal())?.into();
    } else if let Some(key) = Sealer::key_of(value.reveal()) {
        know(conn, key).await?;
        *value = conn.sealer().open(place, value.reveal())?.into();
    }
    Ok(())
}

#[derive(FromRow)]
struct DataKey {
    id: Uuid,
    district_id: DistrictId,
    wrapped: Vec<u8>,
    fingerprint: Vec<u8>,
}

/// Reads the data keys where this one is not known yet.
///
/// # Errors
/// As [`learn`].
pub(super) async fn know(conn: &mut Conn, key: Uuid) -> Result<(), StoreError> {
    if conn.sealer().knows(key) { Ok(()) } else { learn(conn).await }
}

/// Reads every data key.
///
/// # Errors
/// [`StoreError::Sealed`] when the key file is not this database's.
pub async fn learn(conn: &mut Conn) -> Result<(), StoreError> {
    // In one statement: between two, the master key may be changed.
    let sql = "select k.id, k.district_id, k.wrapped, m.fingerprint from data_keys k cross join master_key m";
    let keys: Vec<DataKey> = conn.all(sql, args![]).await?;
    for key in keys {
        let master = master_of(conn, &key.fingerprint).await?;
        conn.sealer().learn(&master, key.id, key.district_id.0, &key.wrapped)?;
    }
    Ok(())
}

/// The master key of a fingerprint; where it is not known, the keys' place is asked again.
///
/// # Errors
/// [`StoreError::Sealed`] when it is not there either.
pub(super) async fn master_of(conn: &mut Conn, fingerprint: &[u8]) -> Result<Master, StoreError> {
    if let Some(master) = conn.sealer().master(fingerprint) {
        return Ok(master);
    }
    let sealer = conn.sealer().clone();
    let read = tokio::task::spawn_blocking(move || sealer.read_again()).await;
    if let Err(error) = read.map_err(|_| StoreError::Panicked)? {
        tracing::error!(%error, "the master key could not be read again");
    }
    Ok(conn.sealer().master(fingerprint).ok_or(Unopened)?)
}

/// Gives a district its next data key; from the commit on it seals with that one.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_key(tx: &mut Tx, district: DistrictId) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let master = master_key::in_force(tx).await?;
    let wrapped = field::wrap(&master, &field::wrapped_as(id, district.0), &field::fresh_key()?)?;
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

/// A sealed column: its name, how those of its rows that lie open are listed with their child, how one is written, and how
/// those are counted that an older version sealed under one data key.
#[derive(Debug)]
pub struct Column {
    name: &'static str,
    open: &'static str,
    write: &'static str,
    count: &'static str,
}

/// A column by its table and name; where the table knows no child, with the table that does and the column that points there.
macro_rules! column {
    ($table:literal, $column:literal) => {
        column!(@ $table, $column, "t.child_id", [""])
    };
    (children: $column:literal) => {
        column!(@ "children", $column, "t.id", [""])
    };
    ($table:literal, $column:literal, $parent:literal, $key:literal) => {
        column!(@ $table, $column, "p.child_id", [" join ", $parent, " p on p.id = t.", $key])
    };
    (@ $table:literal, $column:literal, $child:literal, [$($join:literal),+]) => {
        Column {
            name: concat!($table, ".", $column),
            open: concat!(
                "select t.id, ", $child, ", t.", $column, " from ", $table, " t", $($join,)+ " where t.id > $1 and t.",
                $column, " <> '' and t.", $column, " not like 's2.%' order by t.id limit $2"
            ),
            write: concat!("update ", $table, " set ", $column, " = $2 where id = $1 and ", $column, " = $3"),
            count: concat!("select count(*) from ", $table, " where ", $column, " like $1"),
        }
    };
}

/// Every sealed column there is.
pub const COLUMNS: [Column; 35] = [
    column!(children: "given_name"),
    column!(children: "family_name"),
    column!("consents", "by_name"),
    column!("consent_events", "by_name"),
    column!("consent_events", "proof"),
    column!("referral_reasons", "why", "referrals", "referral_id"),
    column!("contacts", "note"),
    column!("notes", "body"),
    column!("drafts", "body"),
    column!("guardians", "name"),
    column!("guardians", "phone"),
    column!("guardian_letters", "body"),
    column!("mandatory_words", "body"),
    column!("mandatory_sendings", "sent_by_name"),
    column!("mandatory_sendings", "reference"),
    column!("plans", "warning_signs"),
    column!("plans", "own_coping"),
    column!("plans", "people_and_places"),
    column!("plans", "people_to_ask"),
    column!("plans", "professionals"),
    column!("plans", "safer_place"),
    column!("plans", "gap_reason"),
    column!("assessments", "summary"),
    column!("assessments", "strengths"),
    column!("outside_referrals", "consent_words"),
    column!("outside_referrals", "letter"),
    column!("concerns", "seen"),
    column!("concerns", "since"),
    column!("outside_events", "source", "outside_referrals", "outside_id"),
    column!("outside_events", "note", "outside_referrals", "outside_id"),
    column!("follow_ups", "what", "referrals", "referral_id"),
    column!("referral_events", "reason", "referrals", "referral_id"),
    column!("closings", "seen_by", "referrals", "referral_id"),
    column!("closings", "reason", "referrals", "referral_id"),
    column!("hand_overs", "next_step", "referrals", "referral_id"),
];

/// Whether a column has a row that lies open.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn lies_open(conn: &mut Conn, column: &'static Column) -> Result<bool, StoreError> {
    let rows: Vec<(Uuid, ChildId, Private<String>)> =
        conn.all(column.open, args![Uuid::nil(), 1_i64]).await?;
    Ok(!rows.is_empty())
}

/// Seals the next rows of a column that lie open after an id, and those sealed under a data key by an older version; tells
/// the last id and how many there were, nothing when there are no more. A row that somebody changes in this moment is
/// sealed by that change.
///
/// # Errors
/// [`StoreError::Sealed`] when a value does not open.
pub async fn reseal(
    tx: &mut Tx,
    column: &'static Column,
    after: Uuid,
    limit: i64,
) -> Result<Option<(Uuid, u64)>, StoreError> {
    let rows: Vec<(Uuid, ChildId, Private<String>)> = tx.all(column.open, args![after, limit]).await?;
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

/// Removes the data keys that were replaced before an instant and that nothing is sealed or wrapped under any more; tells
/// how many were removed, and how many are still needed.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_old_keys(tx: &mut Tx, before: Instant) -> Result<(u64, u64), StoreError> {
    let sql = "select k.id from data_keys k where exists (select 1 from data_keys n where n.district_id = k.district_id \
               and n.number > k.number and n.created_at < $1)";
    let old: Vec<(Uuid,)> = tx.all(sql, args![before]).await?;
    let (mut removed, mut needed) = (0, 0);
    for (key,) in old {
        let under = "select (select count(*) from children where data_key_id = $1) + \
                     (select count(*) from roster_uploads where data_key_id = $1)";
        let mut values = tx.first::<(i64,)>(under, args![key]).await?.map_or(0, |(n,)| n);
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
