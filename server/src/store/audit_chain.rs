//! The links that make the trail tamper-evident: one chain for each district, sealed after the commit.

use sqlx::FromRow;
use uuid::Uuid;

use super::types::places;
use super::{Conn, StoreError, Tx, Val, args};
use crate::model::{ChildId, DistrictId, Instant};

/// The columns of an audit row, all absent where the row is gone.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the audit table")]
pub struct Line {
    pub at: Option<Instant>,
    pub district_id: Option<DistrictId>,
    pub request_id: Option<Uuid>,
    pub actor_kind: Option<String>,
    pub actor_id: Option<Uuid>,
    pub action: Option<String>,
    pub subject_kind: Option<String>,
    pub subject_id: Option<Uuid>,
    pub detail: Option<String>,
}

/// A committed act that waits for its seal.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Waiting {
    pub audit_id: Uuid,
    #[sqlx(flatten)]
    pub line: Line,
}

/// One link with the row it seals.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Link {
    pub seq: i64,
    pub audit_id: Uuid,
    pub code: Vec<u8>,
    #[sqlx(flatten)]
    pub line: Line,
}

/// The last link of a chain.
#[derive(Clone, Debug, FromRow, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Head {
    pub chain: Uuid,
    pub seq: i64,
    pub code: Vec<u8>,
}

/// The number of this work, for a lock: "seal" in letters.
const SEALING: i64 = 0x7365_616c;

/// Whether this transaction may seal; false at once where another node does. Each link holds the one before it, so two nodes
/// that took different acts would still have to wait for each other: a chain is made by one at a time.
///
/// # Errors
/// [`StoreError`] when the database cannot say.
pub async fn may_seal(tx: &mut Tx) -> Result<bool, StoreError> {
    tx.is_alone_at(SEALING).await
}

/// Acts that wait for their seal, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    conn.all(
        "select q.audit_id, a.at, a.district_id, a.request_id, a.actor_kind, a.actor_id, a.action, a.subject_kind, \
         a.subject_id, a.detail from audit_queue q left join audit a on a.id = q.audit_id order by q.audit_id limit $1",
        args![limit],
    )
    .await
}

/// The last link of a chain, if it has one.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn head(conn: &mut Conn, chain: Uuid) -> Result<Option<Head>, StoreError> {
    conn.first(
        "select chain, seq, code from audit_seals where chain = $1 order by seq desc limit 1",
        args![chain],
    )
    .await
}

/// The last link of every chain.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn heads(conn: &mut Conn) -> Result<Vec<Head>, StoreError> {
    conn.all(
        "select s.chain, s.seq, s.code from audit_seals s join (select chain, max(seq) as seq from audit_seals \
         group by chain) m on m.chain = s.chain and m.seq = s.seq order by s.chain",
        args![],
    )
    .await
}

/// A link that is about to be added.
#[derive(Clone, Debug)]
pub struct Added {
    /// The last of its chain from now on.
    pub head: Head,
    /// The act that it seals.
    pub audit_id: Uuid,
}

/// Adds links and takes their acts off the queue.
///
/// # Errors
/// [`StoreError::Constraint`] when another node has sealed in this moment.
pub async fn add(tx: &mut Tx, links: Vec<Added>) -> Result<(), StoreError> {
    let mut rest = links.into_iter();
    // As many at once as fit, always a power of two, so that few different texts of the statements exist.
    while let Some(most) = rest.len().checked_ilog2() {
        let some: Vec<Added> = rest.by_ref().take(1 << most).collect();
        let acts: Vec<Val> = some.iter().map(|link| link.audit_id.into()).collect();
        let rows = some
            .into_iter()
            .map(|Added { head, audit_id }| args![head.chain, head.seq, audit_id, head.code])
            .collect();
        tx.run_rows("insert into audit_seals (chain, seq, audit_id, code) values", rows).await?;
        let gone = format!("delete from audit_queue where audit_id in ({})", places(1, acts.len()));
        tx.run_of(gone, acts).await?;
    }
    Ok(())
}

/// The links of a chain after a number, in order, with their rows.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn links(conn: &mut Conn, chain: Uuid, after: i64, limit: i64) -> Result<Vec<Link>, StoreError> {
    conn.all(
        "select s.seq, s.audit_id, s.code, a.at, a.district_id, a.request_id, a.actor_kind, a.actor_id, a.action, \
         a.subject_kind, a.subject_id, a.detail from audit_seals s left join audit a on a.id = s.audit_id \
         where s.chain = $1 and s.seq > $2 order by s.seq limit $3",
        args![chain, after, limit],
    )
    .await
}

/// Rows that are neither sealed nor wait for it: nobody but a stranger can have put them there.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn strays(conn: &mut Conn, limit: i64) -> Result<Vec<(Uuid,)>, StoreError> {
    conn.all(
        "select a.id from audit a where not exists (select 1 from audit_seals s where s.audit_id = a.id) \
         and not exists (select 1 from audit_queue q where q.audit_id = a.id) order by a.id limit $1",
        args![limit],
    )
    .await
}

/// How many acts wait for their seal.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count_waiting(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(conn.first::<(i64,)>("select count(*) from audit_queue", args![]).await?.map_or(0, |(n,)| n))
}

/// One disclosure of a child's record: who had it before them or changed it, when and what for.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Disclosure {
    pub at: Instant,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: Option<String>,
    pub action: String,
    pub subject_kind: String,
    pub detail: String,
    pub request_id: Uuid,
}

/// Every act of a person about a child, its screenings and its referrals, oldest first; its own are left out.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn disclosures(conn: &mut Conn, child: ChildId) -> Result<Vec<Disclosure>, StoreError> {
    conn.all(
        "select a.at, a.actor_kind, a.actor_id, u.name as actor_name, a.action, a.subject_kind, a.detail, a.request_id \
         from audit a left join users u on u.id = a.actor_id where a.actor_kind <> 'student' and a.subject_id in \
         (select id from children where id = $1 union all select id from administrations where child_id = $1 \
         union all select id from referrals where child_id = $1) order by a.at, a.id",
        args![child],
    )
    .await
}
