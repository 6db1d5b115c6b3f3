//! Removing a child, a closed referral, a consent or what one window collected, and looking for what is left.

use uuid::Uuid;

use super::lineage::{self, Plan};
use super::names::{self, named};
use super::{Conn, StoreError, Tx, args, retention};
use crate::model::{ChildId, DistrictId, Private, ReferralId, WindowId};

/// How many rows of each table went, those with none left out.
pub type Counts = Vec<(String, u64)>;

/// Removes a child and every row that hangs on it. Its key goes with its row: what is left of it anywhere in this database
/// opens no more.
///
/// # Errors
/// [`StoreError::Constraint`] when somebody adds a row about the child in this moment; nothing is removed then.
pub async fn remove_child(tx: &mut Tx, child: ChildId) -> Result<Counts, StoreError> {
    // A changed key makes whoever adds a row about the child wait for the end of this, and then fail.
    tx.run("update children set number = $2 where id = $1", args![child, child.to_string()]).await?;
    let plan = lineage::plan(&tx.lineage().await?, "children", "id = $1")?;
    let counts = perform(tx, &plan, &[child.0]).await?;
    tx.sealer().forget_child(child.0);
    Ok(counts)
}

/// Removes everything in a practice's district. The district itself stays as an empty shelf, because the trail, which
/// is only added to, names it.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn empty_district(tx: &mut Tx, district: DistrictId) -> Result<(), StoreError> {
    for root in ["children", "windows", "schools"] {
        let plan = lineage::plan(&tx.references().await?, root, "district_id = $1")?;
        perform(tx, &plan, &[district.0]).await?;
    }
    Ok(())
}

/// Removes a referral with everything that belongs to it.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_referral(tx: &mut Tx, referral: ReferralId) -> Result<Counts, StoreError> {
    let plan = lineage::plan(&tx.lineage().await?, "referrals", "id = $1")?;
    perform(tx, &plan, &[referral.0]).await
}

/// Removes what was said for a child and a window, in every table that holds it.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_consent(tx: &mut Tx, child: ChildId, window: WindowId) -> Result<Counts, StoreError> {
    let mut counts = Counts::new();
    for table in retention::said_tables(&tx.lineage().await?) {
        let plan = lineage::plan(&tx.lineage().await?, &table, "child_id = $1 and window_id = $2")?;
        counts.extend(perform(tx, &plan, &[child.0, window.0]).await?);
    }
    Ok(counts)
}

/// Tables with what a window collected about a child, besides screenings and what hangs on them: the statement for each.
const COLLECTED: [(&str, &str); 2] = [
    ("talk_requests", "delete from talk_requests where child_id = $1 and window_id = $2"),
    (
        "hands",
        "delete from hands where child_id = $1 and sitting_id in (select id from sittings where window_id = $2)",
    ),
];

/// Removes what one window collected about a child. Referrals stay: their reasons lose the reference to the screening.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_window_data(tx: &mut Tx, child: ChildId, window: WindowId) -> Result<Counts, StoreError> {
    // The referral stays, because somebody may be helping; what a reason quotes of the answers goes with them. Without its screening two
    // reasons of one rule may read the same.
    tx.run(
        "update referral_reasons set why = 'The answers behind it have been removed', item = '', administration_id = null \
         where administration_id in (select id from administrations where child_id = $1 and window_id = $2)",
        args![child, window],
    )
    .await?;
    let plan = lineage::plan(&tx.lineage().await?, "administrations", "child_id = $1 and window_id = $2")?;
    let mut counts = perform(tx, &plan, &[child.0, window.0]).await?;
    for (table, sql) in COLLECTED {
        note(&mut counts, table, tx.run(sql, args![child, window]).await?);
    }
    Ok(counts)
}

/// Removes the cards of a child for a window.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_cards(tx: &mut Tx, child: ChildId, window: WindowId) -> Result<u64, StoreError> {
    let plan = lineage::plan(&tx.lineage().await?, "cards", "child_id = $1 and window_id = $2")?;
    Ok(perform(tx, &plan, &[child.0, window.0]).await?.iter().map(|(_, rows)| rows).sum())
}

async fn perform(tx: &mut Tx, plan: &Plan, ids: &[Uuid]) -> Result<Counts, StoreError> {
    let values = || ids.iter().map(|id| (*id).into()).collect();
    for sql in &plan.let_go {
        tx.run_of(sql.clone(), values()).await?;
    }
    let mut counts = Counts::new();
    for (table, sql) in &plan.removals {
        note(&mut counts, table, tx.run_of(sql.clone(), values()).await?);
    }
    Ok(counts)
}

fn note(counts: &mut Counts, table: &str, rows: u64) {
    if rows > 0 {
        counts.push((table.to_owned(), rows));
    }
}

/// What must be known of a child before it is erased.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Subject {
    pub id: ChildId,
    pub district_id: DistrictId,
    pub number: String,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
}

named!(Subject, id, given_name, family_name);

/// A child by its id, wherever it is enrolled, or whether it is at all.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn subject(conn: &mut Conn, child: ChildId) -> Result<Option<Subject>, StoreError> {
    let sql = "select id, district_id, number, given_name, family_name from children where id = $1";
    let row = conn.first(sql, args![child]).await?;
    names::open_one(conn, row).await
}

/// A child by the district's own number.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn subject_of_number(
    conn: &mut Conn,
    district: DistrictId,
    number: &str,
) -> Result<Option<Subject>, StoreError> {
    let sql = "select id, district_id, number, given_name, family_name from children where district_id = $1 and \
               number = $2";
    let row = conn.first(sql, args![district, number]).await?;
    names::open_one(conn, row).await
}

/// How many referrals of a child somebody still works on.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn open_referrals(conn: &mut Conn, child: ChildId) -> Result<i64, StoreError> {
    let sql = "select count(*) from referrals where child_id = $1 and closed_at is null";
    Ok(conn.first::<(i64,)>(sql, args![child]).await?.map_or(0, |(n,)| n))
}

/// A place in the database where an id still stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Trace {
    pub table: String,
    pub column: String,
    pub rows: i64,
}

/// What a search through the whole database looked at, and what it found.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// How many tables.
    pub tables: usize,
    /// How many columns.
    pub columns: usize,
    /// Where the id stands.
    pub traces: Vec<Trace>,
    /// How many rows point to one that is not there.
    pub loose_ends: i64,
}

/// Looks for an id in every column of every table, as an id and inside texts.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn search(conn: &mut Conn, id: Uuid) -> Result<Search, StoreError> {
    let columns = conn.columns().await?;
    let mut found = Search { columns: columns.len(), ..Search::default() };
    let test = |column: &str, is_text: bool| {
        // A text in any writing of it; an id is compared as one.
        if is_text { format!("lower(\"{column}\") like $2") } else { format!("\"{column}\" = $1") }
    };
    let values = || args![id, format!("%{id}%")];
    for of_table in columns.chunk_by(|a, b| a.table_name == b.table_name) {
        let Some(first) = of_table.first() else { continue };
        found.tables += 1;
        let table = &first.table_name;
        let tests: Vec<String> = of_table.iter().map(|c| test(&c.column_name, c.is_text)).collect();
        // One reading of the table for all of its columns; each by itself only where there is something.
        if count(conn, table, &tests.join(" or "), values()).await? == 0 {
            continue;
        }
        for (column, test) in of_table.iter().zip(&tests) {
            let rows = count(conn, table, test, values()).await?;
            if rows > 0 {
                found.traces.push(Trace { table: table.clone(), column: column.column_name.clone(), rows });
            }
        }
    }
    found.loose_ends = conn.loose_ends().await?;
    Ok(found)
}

async fn count(conn: &mut Conn, table: &str, test: &str, values: Vec<super::Val>) -> Result<i64, StoreError> {
    // The names come from the database's own list, never from a person. Both values are named, so that a database which
    // counts them finds as many as it is given.
    let sql = format!(
        "select count(*) from \"{table}\" where ({test}) and $1 = $1 and cast($2 as text) is not null"
    );
    let rows: Vec<(i64,)> = conn.all_of(sql, values).await?;
    Ok(rows.first().map_or(0, |(n,)| *n))
}
