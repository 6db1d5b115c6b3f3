//! Answers, scores and flags. An answer is sealed under its child's key; scores stay readable, because figures are made of
//! them.

use questionnaires::response::Answer;
use sqlx::FromRow;
use uuid::Uuid;

use super::types::{padded, places};
use super::{Conn, StoreError, Tx, args, child_keys};
use crate::model::{AdministrationId, ChildId, Instant, WindowId};
use crate::seal::field::{Answered, ChildKey, Place, Unopened};

const ANSWER: &str = "responses.answer";

/// What a statement reads of an answer, of `responses r`. The child is looked up row by row: joined, a planner without
/// statistics might read every form there is.
macro_rules! answer_columns {
    () => {
        "r.administration_id, (select y.child_id from administrations y where y.id = r.administration_id) as child_id, \
         r.item, r.seq, r.code, r.declined, r.answer, r.answered_at"
    };
}
pub(crate) use answer_columns;

/// An answer as its row holds it: sealed, or open from a time before answers were.
#[derive(Debug, FromRow)]
pub(crate) struct Stored {
    administration_id: AdministrationId,
    child_id: ChildId,
    item: String,
    seq: i64,
    code: Option<i64>,
    declined: bool,
    answer: Option<Vec<u8>>,
    answered_at: Instant,
}

/// The readable answers of rows, in their order.
///
/// # Errors
/// [`StoreError::Sealed`] when one was moved or changed.
pub(crate) async fn open(conn: &mut Conn, rows: Vec<Stored>) -> Result<Vec<Response>, StoreError> {
    let children: Vec<ChildId> = rows.iter().filter(|r| r.answer.is_some()).map(|r| r.child_id).collect();
    let keys = child_keys::keys(conn, &children).await?;
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        let Answered { code, declined } = match &row.answer {
            None => Answered { code: row.code, declined: row.declined },
            Some(sealed) => {
                let key = keys.get(&row.child_id.0).ok_or(Unopened)?;
                key.open_answer(place(row.administration_id), &part(&row.item, row.seq), sealed)?
            }
        };
        let Stored { administration_id, item, seq, answered_at, .. } = row;
        answers.push(Response { administration_id, item, seq, code, declined, answered_at });
    }
    Ok(answers)
}

fn place(administration: AdministrationId) -> Place {
    Place { column: ANSWER, row: administration.0 }
}

/// What tells an answer apart from the others of its form.
fn part(item: &str, seq: i64) -> String {
    format!("{seq} {item}")
}

fn seal(key: &ChildKey, response: &Response) -> Result<Vec<u8>, StoreError> {
    let answered = Answered { code: response.code, declined: response.declined };
    let part = part(&response.item, response.seq);
    Ok(key.seal_answer(place(response.administration_id), &part, answered)?)
}

/// Whether an answer lies open, itself or on a flag, from a time before answers were sealed.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn lie_open(conn: &mut Conn) -> Result<bool, StoreError> {
    let sql = "select cast(1 as bigint) from responses where answer is null union all \
               select 1 from flags where answer is null and code is not null limit 1";
    Ok(conn.first::<(i64,)>(sql, args![]).await?.is_some())
}

/// Seals the next answers that lie open; tells how many.
///
/// # Errors
/// [`StoreError::Sealed`] when the key file is not this database's.
pub async fn seal_open(tx: &mut Tx, limit: i64) -> Result<u64, StoreError> {
    const OPEN: &str = concat!(
        "select ",
        answer_columns!(),
        " from responses r where r.answer is null \
         order by r.administration_id limit $1"
    );
    let rows: Vec<Stored> = tx.all(OPEN, args![limit]).await?;
    let mut done = 0;
    for row in rows {
        let key = child_keys::key_to_seal(tx, row.child_id).await?;
        for response in open(tx, vec![row]).await? {
            let sealed = seal(&key, &response)?;
            let sql = "update responses set answer = $4, code = null, declined = $5 \
                       where administration_id = $1 and item = $2 and seq = $3 and answer is null";
            let values = args![response.administration_id, &response.item, response.seq, sealed, false];
            done += tx.run(sql, values).await?;
        }
    }
    let sql =
        "select id, child_id, code from flags where answer is null and code is not null order by id limit $1";
    let flags: Vec<(Uuid, ChildId, i64)> = tx.all(sql, args![limit]).await?;
    for (id, child, code) in flags {
        let answer = seal_flag(&child_keys::key_to_seal(tx, child).await?, id, Some(code))?;
        let sql = "update flags set answer = $2, code = null where id = $1 and answer is null";
        done += tx.run(sql, args![id, answer]).await?;
    }
    Ok(done)
}

/// One answer as it was given; a changed answer is a later row.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the table")]
pub struct Response {
    pub administration_id: AdministrationId,
    pub item: String,
    pub seq: i64,
    pub code: Option<i64>,
    pub declined: bool,
    pub answered_at: Instant,
}

impl Response {
    /// What it says to an instrument: a choice, or that the child did not want to.
    pub fn answer(&self) -> Answer {
        self.code.and_then(|code| i32::try_from(code).ok()).map_or(Answer::Declined, Answer::Code)
    }
}

/// Adds an answer after the earlier ones to the same item.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, child: ChildId, response: &Response, language: &str) -> Result<(), StoreError> {
    let sealed = seal(&child_keys::key_to_seal(tx, child).await?, response)?;
    tx.run(
        "insert into responses (administration_id, item, seq, declined, answer, language, answered_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            response.administration_id,
            &response.item,
            response.seq,
            false,
            sealed,
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
    const LATEST: &str = concat!(
        "select ",
        answer_columns!(),
        " from responses r where r.administration_id = $1 and r.item = $2 order by r.seq desc limit 1"
    );
    let row: Option<Stored> = conn.first(LATEST, args![administration, item]).await?;
    Ok(open(conn, row.into_iter().collect()).await?.pop())
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
        "select {} from responses r where r.administration_id in ({}) and r.item in ({}) and r.seq = (select max(n.seq) from responses n \
         where n.administration_id = r.administration_id and n.item = r.item)",
        answer_columns!(),
        places(1, args.len()),
        places(args.len() + 1, items.len())
    );
    args.extend(items);
    let rows = conn.all_of(sql, args).await?;
    open(conn, rows).await
}

/// An answer that a device kept, in the language it was read in.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the table")]
pub struct KeptResponse {
    pub child: ChildId,
    pub response: Response,
    pub language: String,
    pub kept: Kept,
}

/// Adds answers that devices kept, except those that are there already, in one statement; gives those that were new, by
/// administration and item. No two may be to the same item.
///
/// The last one is repeated up to a power of two, for the sake of few texts: a repetition is there already.
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
    let count = rows.len().next_power_of_two();
    let groups: Vec<String> =
        (0..count).map(|at| format!("({})", places(at * COLUMNS + 1, COLUMNS))).collect();
    let sql = format!(
        "insert into responses (administration_id, item, seq, declined, answer, language, answered_at, client, \
         client_seq, seconds) values {} on conflict (administration_id, item, client, client_seq) \
         where client is not null do nothing returning administration_id, item",
        groups.join(", ")
    );
    let mut all = Vec::with_capacity(count * COLUMNS);
    for KeptResponse { child, response, language, kept } in rows {
        let sealed = seal(&child_keys::key_to_seal(tx, *child).await?, response)?;
        all.extend(args![
            response.administration_id,
            &response.item,
            response.seq,
            false,
            sealed,
            language,
            response.answered_at,
            kept.client,
            kept.sequence,
            kept.seconds
        ]);
    }
    // As it was sealed: a repetition is not sealed anew.
    let last = all.len() - COLUMNS..all.len();
    for _ in rows.len()..count {
        all.extend_from_within(last.clone());
    }
    tx.all_of(sql, all).await
}

/// The latest answer to every item of an administration.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn current(conn: &mut Conn, administration: AdministrationId) -> Result<Vec<Response>, StoreError> {
    current_of_all(conn, &[administration]).await
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
        "select {} from responses r where r.administration_id in ({}) and r.seq = (select max(n.seq) from responses n \
         where n.administration_id = r.administration_id and n.item = r.item)",
        answer_columns!(),
        places(1, administrations.len())
    );
    let rows = conn.all_of(sql, administrations).await?;
    open(conn, rows).await
}

/// Every answer to an administration with the ones it replaced, in the order given.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn history(conn: &mut Conn, administration: AdministrationId) -> Result<Vec<Response>, StoreError> {
    const HISTORY: &str = concat!(
        "select ",
        answer_columns!(),
        " from responses r where r.administration_id = $1 order by r.answered_at, r.item, r.seq"
    );
    let rows = conn.all(HISTORY, args![administration]).await?;
    open(conn, rows).await
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

/// A raised flag, with what was answered then.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the table")]
pub struct Flag {
    pub administration_id: AdministrationId,
    pub instrument: String,
    pub kind: String,
    pub item: String,
    pub code: Option<i64>,
    pub flagged_at: Instant,
}

/// The same as its row holds it.
#[derive(FromRow)]
struct StoredFlag {
    id: Uuid,
    administration_id: AdministrationId,
    instrument: String,
    kind: String,
    item: String,
    code: Option<i64>,
    answer: Option<Vec<u8>>,
    flagged_at: Instant,
}

fn flag(id: Uuid) -> Place {
    Place { column: "flags.answer", row: id }
}

/// An answer that was none has nothing to seal.
fn seal_flag(key: &ChildKey, id: Uuid, code: Option<i64>) -> Result<Option<Vec<u8>>, StoreError> {
    let answered = code.map(|code| Answered { code: Some(code), declined: false });
    Ok(answered.map(|answered| key.seal_answer(flag(id), "", answered)).transpose()?)
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
    let id = ctx.id();
    let answer = seal_flag(&child_keys::key_to_seal(tx, child).await?, id, code)?;
    let added = tx
        .run(
            "insert into flags (id, administration_id, child_id, kind, item, answer, flagged_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (administration_id, item, kind) do nothing",
            args![id, administration, child, kind, item, answer, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// A child's flags, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn flags(conn: &mut Conn, child: ChildId) -> Result<Vec<Flag>, StoreError> {
    let rows: Vec<StoredFlag> = conn
        .all(
            "select f.id, f.administration_id, a.instrument, f.kind, f.item, f.code, f.answer, f.flagged_at from flags f \
             join administrations a on a.id = f.administration_id where f.child_id = $1 \
             order by f.flagged_at desc, f.item",
            args![child],
        )
        .await?;
    let mut flags = Vec::with_capacity(rows.len());
    for row in rows {
        let code = match &row.answer {
            None => row.code,
            Some(sealed) => child_keys::key(conn, child).await?.open_answer(flag(row.id), "", sealed)?.code,
        };
        let StoredFlag { administration_id, instrument, kind, item, flagged_at, .. } = row;
        flags.push(Flag { administration_id, instrument, kind, item, code, flagged_at });
    }
    Ok(flags)
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
