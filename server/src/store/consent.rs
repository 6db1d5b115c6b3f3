//! Consent: the notice to guardians, what was said for each child, and the letters by which it is said.

use sqlx::FromRow;

use super::names::{self, named};
use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::window::{ConsentBy, ConsentMode, ConsentStatus, WindowState};
use crate::model::{ChildId, ClassId, Day, DistrictId, Instant, Private, SchoolId, UserId, WindowId};
use crate::seal::field::Place;

/// A version of the notice.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Notice {
    pub version: i64,
    pub body: String,
    pub instruments: String,
    pub published_at: Instant,
}

/// What somebody said for a child.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Said {
    pub status: ConsentStatus,
    pub method: String,
    pub by_role: ConsentBy,
    pub by_name: Private<String>,
    pub said_on: Day,
    pub proof: String,
}

const NAME: &str = "consent_events.by_name";
const PROOF: &str = "consent_events.proof";

/// Publishes the next version of a window's notice.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_notice(
    tx: &mut Tx,
    window: WindowId,
    body: &str,
    instruments: &str,
    by: Option<UserId>,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let version = newest_notice(tx, window).await?.map_or(1, |notice| notice.version + 1);
    tx.run(
        "insert into notices (id, window_id, version, body, instruments, published_at, published_by) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![ctx.id(), window, version, body, instruments, ctx.now, by],
    )
    .await
    .map(drop)
}

/// The newest version of a window's notice.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn newest_notice(conn: &mut Conn, window: WindowId) -> Result<Option<Notice>, StoreError> {
    conn.first(
        "select version, body, instruments, published_at from notices where window_id = $1 \
         order by version desc limit 1",
        args![window],
    )
    .await
}

/// Records what was said for a child. What was said before stays in the history.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set(tx: &mut Tx, child: ChildId, window: WindowId, said: &Said) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let by = match &ctx.actor {
        crate::ctx::Actor::Staff(staff) => Some(staff.user),
        _ => None,
    };
    let notice = newest_notice(tx, window).await?.map(|notice| notice.version);
    let id = ctx.id();
    let name = sealed::seal(tx, child, Place { column: NAME, row: id }, &said.by_name).await?;
    let proof = said.proof.clone().into();
    let proof = sealed::seal(tx, child, Place { column: PROOF, row: id }, &proof).await?;
    tx.run(
        "insert into consent_events (id, child_id, window_id, status, method, by_role, by_name, said_on, proof, \
         notice_version, recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            id, child, window, said.status, &said.method, said.by_role, name, said.said_on, proof, notice, ctx.now, by
        ],
    )
    .await?;
    // Who said it stands with what was said.
    tx.run(
        "insert into consents (id, child_id, window_id, status, method, by_name, recorded_at) \
         values ($1, $2, $3, $4, $5, '', $6) on conflict (child_id, window_id) do update set \
         status = excluded.status, method = excluded.method, by_name = '', recorded_at = excluded.recorded_at",
        args![ctx.id(), child, window, said.status, &said.method, ctx.now],
    )
    .await
    .map(drop)
}

/// What counts now for a child and a window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(
    conn: &mut Conn,
    child: ChildId,
    window: WindowId,
) -> Result<Option<ConsentStatus>, StoreError> {
    let row: Option<(ConsentStatus,)> = conn
        .first("select status from consents where child_id = $1 and window_id = $2", args![child, window])
        .await?;
    Ok(row.map(|(status,)| status))
}

/// A child of a class with what was said for it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct ClassConsent {
    pub child_id: ChildId,
    pub number: String,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub status: Option<ConsentStatus>,
    pub method: Option<String>,
    pub recorded_at: Option<Instant>,
}

named!(ClassConsent, child_id, given_name, family_name);

/// The children of a class with what was said for each.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_class(
    conn: &mut Conn,
    window: WindowId,
    class: ClassId,
) -> Result<Vec<ClassConsent>, StoreError> {
    some_of_class(conn, window, class, None).await
}

/// The children of a class, or one of them where only that one is asked for.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn some_of_class(
    conn: &mut Conn,
    window: WindowId,
    class: ClassId,
    only: Option<ChildId>,
) -> Result<Vec<ClassConsent>, StoreError> {
    let rows = conn.all(
        "select c.id as child_id, c.number, c.given_name, c.family_name, c.birth_date, k.status, k.method, \
         k.recorded_at from enrollments e join children c on c.id = e.child_id \
         left join consents k on k.child_id = c.id and k.window_id = $1 \
         where e.class_id = $2 and e.to_date is null and ($3 is null or c.id = $3)",
        args![window, class, only],
    );
    let rows = rows.await?;
    names::by_name(conn, rows, |_, _| true).await
}

/// How many children of a class stand where.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct ClassCounts {
    pub class_id: ClassId,
    pub given: i64,
    pub refused: i64,
    pub withdrawn: i64,
    pub children: i64,
}

/// The counts of each class of a school.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn counts(
    conn: &mut Conn,
    window: WindowId,
    school: SchoolId,
) -> Result<Vec<ClassCounts>, StoreError> {
    conn.all(
        "select e.class_id, \
         cast(coalesce(sum(case when k.status = 'given' then 1 else 0 end), 0) as bigint) as given, \
         cast(coalesce(sum(case when k.status = 'refused' then 1 else 0 end), 0) as bigint) as refused, \
         cast(coalesce(sum(case when k.status = 'withdrawn' then 1 else 0 end), 0) as bigint) as withdrawn, \
         count(*) as children from enrollments e left join consents k on k.child_id = e.child_id and k.window_id = $1 \
         where e.school_id = $2 and e.to_date is null group by e.class_id",
        args![window, school],
    )
    .await
}

/// A child that the window may concern, by the district's own number.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Numbered {
    pub child_id: ChildId,
    pub number: String,
    pub birth_date: Day,
    pub school_id: SchoolId,
}

/// The children of a window's schools by number.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn numbered(conn: &mut Conn, window: WindowId) -> Result<Vec<Numbered>, StoreError> {
    conn.all(
        "select c.id as child_id, c.number, c.birth_date, e.school_id from window_schools v \
         join enrollments e on e.school_id = v.school_id and e.to_date is null join children c on c.id = e.child_id \
         where v.window_id = $1",
        args![window],
    )
    .await
}

/// Keeps the hash of a letter's link. Earlier letters stay good: a guardian may still hold one.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_letter(
    tx: &mut Tx,
    window: WindowId,
    child: ChildId,
    token_hash: Vec<u8>,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into consent_letters (id, window_id, child_id, token_hash, printed_at) values ($1, $2, $3, $4, $5)",
        args![ctx.id(), window, child, token_hash, ctx.now],
    )
    .await
    .map(drop)
}

/// What a letter's link leads to.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Letter {
    pub window_id: WindowId,
    pub district_id: DistrictId,
    pub window_name: String,
    pub window_state: WindowState,
    pub consent_mode: ConsentMode,
    pub opens_on: Day,
    pub closes_on: Day,
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub birth_date: Day,
    pub class_id: ClassId,
    pub school_id: SchoolId,
    pub school_name: String,
    pub status: Option<ConsentStatus>,
}

named!(Letter, child_id, given_name);

/// What a letter's link leads to, for as long as the child is at a school.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn by_letter(conn: &mut Conn, token_hash: Vec<u8>) -> Result<Option<Letter>, StoreError> {
    let letter = conn.first(
        "select w.id as window_id, w.district_id, w.name as window_name, w.state as window_state, w.consent_mode, \
         w.opens_on, w.closes_on, c.id as child_id, c.given_name, c.birth_date, e.class_id, s.id as school_id, \
         s.name as school_name, k.status from consent_letters l join windows w on w.id = l.window_id \
         join children c on c.id = l.child_id join enrollments e on e.child_id = c.id and e.to_date is null \
         join schools s on s.id = e.school_id left join consents k on k.child_id = c.id and k.window_id = w.id \
         where l.token_hash = $1",
        args![token_hash],
    );
    let letter = letter.await?;
    names::open_one(conn, letter).await
}
