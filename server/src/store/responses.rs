//! Answers, scores and flags.

use sqlx::FromRow;
use uuid::Uuid;

use super::types::{padded, places};
use super::{Conn, StoreError, Tx, args};
use crate::model::{AdministrationId, ChildId, Instant, WindowId};

/// One answer as it was given; a changed answer is a later row.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Response {
    pub administration_id: AdministrationId,
    pub item: String,
    pub seq: i64,
    pub code: Option<i64>,
    pub declined: bool,
    pub answered_at: Instant,
}

/// Adds an answer after the earlier ones to the same item.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, response: &Response, language: &str) -> Result<(), StoreError> {
    tx.run(
        "insert into responses (administration_id, item, seq, code, declined, language, answered_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            response.administration_id,
            &response.item,
            response.seq,
            response.code,
            response.declined,
            language,
            response.answered_at
        ],
    )
    .await
    .map(drop)
}

/// What a device says of an answer that it kept itself.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Kept {
    pub client: Uuid,
    pub sequence: u32,
    pub seconds: u32,
}

/// The latest answer to one item.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn latest(
    conn: &mut Conn,
    administration: AdministrationId,
    item: &str,
) -> Result<Option<Response>, StoreError> {
    conn.first(
        "select administration_id, item, seq, code, declined, answered_at from responses \
         where administration_id = $1 and item = $2 order by seq desc limit 1",
        args![administration, item],
    )
    .await
}

/// The latest answers to these items in these administrations, as many of each as there are.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn latest_of(
    conn: &mut Conn,
    administrations: &[AdministrationId],
    items: &[&str],
) -> Result<Vec<Response>, StoreError> {
    let (mut args, items) = (padded(administrations), padded(items));
    let sql = format!(
        "select r.administration_id, r.item, r.seq, r.code, r.declined, r.answered_at from responses r \
         where r.administration_id in ({}) and r.item in ({}) and r.seq = (select max(n.seq) from responses n \
         where n.administration_id = r.administration_id and n.item = r.item)",
        places(1, args.len()),
        places(args.len() + 1, items.len())
    );
    args.extend(items);
    conn.all_of(sql, args).await
}

/// An answer that a device kept, in the language it was read in.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the table")]
pub struct KeptResponse {
    pub response: Response,
    pub language: String,
    pub kept: Kept,
}

/// Adds answers that devices kept, except those that are there already, in one statement; gives those that were new, by
/// administration and item. No two may be to the same item.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_all_once(
    tx: &mut Tx,
    rows: &[KeptResponse],
) -> Result<Vec<(AdministrationId, String)>, StoreError> {
    const COLUMNS: usize = 10;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let groups: Vec<String> =
        (0..rows.len()).map(|at| format!("({})", places(at * COLUMNS + 1, COLUMNS))).collect();
    let sql = format!(
        "insert into responses (administration_id, item, seq, code, declined, language, answered_at, client, \
         client_seq, seconds) values {} on conflict (administration_id, item, client, client_seq) \
         where client is not null do nothing returning administration_id, item",
        groups.join(", ")
    );
    let mut all = Vec::with_capacity(rows.len() * COLUMNS);
    for KeptResponse { response, language, kept } in rows {
        all.extend(args![
            response.administration_id,
            &response.item,
            response.seq,
            response.code,
            response.declined,
            language,
            response.answered_at,
            kept.client,
            kept.sequence,
            kept.seconds
        ]);
    }
    tx.all_of(sql, all).await
}

/// The latest answer to every item of an administration.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn current(conn: &mut Conn, administration: AdministrationId) -> Result<Vec<Response>, StoreError> {
    conn.all(
        "select r.administration_id, r.item, r.seq, r.code, r.declined, r.answered_at from responses r \
         where r.administration_id = $1 and r.seq = (select max(n.seq) from responses n \
         where n.administration_id = r.administration_id and n.item = r.item)",
        args![administration],
    )
    .await
}

/// The latest answer to every item of several administrations.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn current_of_all(
    conn: &mut Conn,
    administrations: &[AdministrationId],
) -> Result<Vec<Response>, StoreError> {
    if administrations.is_empty() {
        return Ok(Vec::new());
    }
    let administrations = padded(administrations);
    let sql = format!(
        "select r.administration_id, r.item, r.seq, r.code, r.declined, r.answered_at from responses r \
         where r.administration_id in ({}) and r.seq = (select max(n.seq) from responses n \
         where n.administration_id = r.administration_id and n.item = r.item)",
        places(1, administrations.len())
    );
    conn.all_of(sql, administrations).await
}

/// Every answer to an administration with the ones it replaced, in the order given.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn history(conn: &mut Conn, administration: AdministrationId) -> Result<Vec<Response>, StoreError> {
    conn.all(
        "select administration_id, item, seq, code, declined, answered_at from responses \
         where administration_id = $1 order by answered_at, item, seq",
        args![administration],
    )
    .await
}

/// One scale's score.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewScore<'a> {
    pub administration: AdministrationId,
    pub scale: &'a str,
    pub engine: i64,
    pub value: Option<f64>,
    pub not_scored: Option<&'a str>,
    pub prorated: bool,
    pub band: Option<&'a str>,
    pub positive: Option<bool>,
}

/// Adds a score; the same scale under the same engine stays as it was.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_score(tx: &mut Tx, score: &NewScore<'_>) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into scores (id, administration_id, scale, engine, value, not_scored, prorated, band, positive, \
         scored_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         on conflict (administration_id, scale, engine) do nothing",
        args![
            ctx.id(), score.administration, score.scale, score.engine, score.value, score.not_scored, score.prorated,
            score.band, score.positive, ctx.now
        ],
    )
    .await
    .map(drop)
}

/// A raised flag.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Flag {
    pub administration_id: AdministrationId,
    pub instrument: String,
    pub kind: String,
    pub item: String,
    pub code: Option<i64>,
    pub flagged_at: Instant,
}

/// Raises a flag once; a changed answer later does not take it back (K-42).
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_flag(
    tx: &mut Tx,
    administration: AdministrationId,
    child: ChildId,
    kind: &str,
    item: &str,
    code: Option<i64>,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let added = tx
        .run(
            "insert into flags (id, administration_id, child_id, kind, item, code, flagged_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (administration_id, item, kind) do nothing",
            args![ctx.id(), administration, child, kind, item, code, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// A child's flags, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn flags(conn: &mut Conn, child: ChildId) -> Result<Vec<Flag>, StoreError> {
    conn.all(
        "select f.administration_id, a.instrument, f.kind, f.item, f.code, f.flagged_at from flags f \
         join administrations a on a.id = f.administration_id where f.child_id = $1 \
         order by f.flagged_at desc, f.item",
        args![child],
    )
    .await
}

/// An earlier total of the same instrument, for change over time.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Earlier {
    pub submitted_at: Instant,
    pub value: f64,
    pub version: i64,
    pub positive: Option<bool>,
}

/// A child's earlier scores on one scale of one instrument by one informant, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn earlier(
    conn: &mut Conn,
    child: ChildId,
    instrument: &str,
    informant: &str,
    except: WindowId,
) -> Result<Vec<Earlier>, StoreError> {
    conn.all(
        "select a.submitted_at, s.value, a.version, s.positive from administrations a join scores s on s.administration_id = a.id \
         where a.child_id = $1 and a.instrument = $2 and a.informant = $3 and a.window_id <> $4 and \
         a.state = 'submitted' and s.scale = 'total' and s.value is not null and s.engine = (select max(n.engine) \
         from scores n where n.administration_id = s.administration_id and n.scale = s.scale) order by a.submitted_at",
        args![child, instrument, informant, except],
    )
    .await
}

/// Other informants' instruments with a raised total for a child in one window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn raised_by_others(
    conn: &mut Conn,
    child: ChildId,
    window: WindowId,
    informant: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    conn.all(
        "select distinct a.informant, a.instrument from administrations a join scores s on s.administration_id = a.id \
         where a.child_id = $1 and a.window_id = $2 and a.informant <> $3 and a.state = 'submitted' and \
         s.scale = 'total' and s.positive = $4 order by a.informant, a.instrument",
        args![child, window, informant, true],
    )
    .await
}
