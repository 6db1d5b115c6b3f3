//! Help outside the school: the directory, what was sent, what came back, and the service's own way in.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::outside::{Consent, OutsideState, System};
use crate::model::referral::Priority;
use crate::model::{ChildId, DistrictId, Instant, Private, ReferralId, SchoolId, UserId};
use crate::seal::field::Place;

/// A service of the directory.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct HelpService {
    pub id: Uuid,
    pub district_id: DistrictId,
    pub system: System,
    pub name: String,
    pub contact: String,
    pub hours: String,
    pub capacity: String,
    /// The least urgent level that it accepts.
    pub accepts: Priority,
}

/// Adds a service to the directory.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_service(tx: &mut Tx, by: Option<UserId>, new: &HelpService) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into help_services (id, district_id, system, name, contact, hours, capacity, accepts, added_by, \
         added_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.id, new.district_id, new.system, &new.name, &new.contact, &new.hours, &new.capacity, new.accepts, by,
            now
        ],
    )
    .await
    .map(drop)
}

/// A district's directory by system and name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn services(conn: &mut Conn, district: DistrictId) -> Result<Vec<HelpService>, StoreError> {
    conn.all(
        "select id, district_id, system, name, contact, hours, capacity, accepts from help_services \
         where district_id = $1 and retired_at is null order by system, name, id",
        args![district],
    )
    .await
}

/// Takes a service off the directory; referrals to it stay.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn retire_service(tx: &mut Tx, district: DistrictId, id: Uuid) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql =
        "update help_services set retired_at = $3 where id = $1 and district_id = $2 and retired_at is null";
    Ok(tx.run(sql, args![id, district, now]).await? == 1)
}

/// A referral to a service outside.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Outside {
    pub id: Uuid,
    pub referral_id: ReferralId,
    pub child_id: ChildId,
    pub school_id: SchoolId,
    pub service_name: String,
    pub service_contact: String,
    pub system: System,
    pub state: OutsideState,
    pub consent: Consent,
    pub consent_words: Private<String>,
    pub letter: Private<String>,
    pub by_name: String,
    pub sent_at: Instant,
    pub news_at: Instant,
    pub version: i64,
}

const CONSENT: &str = "outside_referrals.consent_words";
const LETTER: &str = "outside_referrals.letter";
const SOURCE: &str = "outside_events.source";
const NOTE: &str = "outside_events.note";

const COLUMNS: &str = "select o.id, o.referral_id, o.child_id, r.school_id, h.name as service_name, \
    h.contact as service_contact, h.system, o.state, o.consent, o.consent_words, o.letter, u.name as by_name, \
    o.sent_at, o.news_at, o.version from outside_referrals o join referrals r on r.id = o.referral_id \
    join help_services h on h.id = o.service_id join users u on u.id = o.sent_by ";

/// What is sent.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewOutside {
    pub id: Uuid,
    pub referral: ReferralId,
    pub child: ChildId,
    pub service: Uuid,
    pub consent: Consent,
    pub consent_words: Private<String>,
    pub letter: Private<String>,
}

/// Adds a referral to a service.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, by: UserId, new: &NewOutside) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    let words =
        sealed::seal(tx, new.child, Place { column: CONSENT, row: new.id }, &new.consent_words).await?;
    let letter = sealed::seal(tx, new.child, Place { column: LETTER, row: new.id }, &new.letter).await?;
    tx.run(
        "insert into outside_referrals (id, referral_id, child_id, service_id, state, consent, consent_words, letter, \
         sent_by, sent_at, news_at) values ($1, $2, $3, $4, 'sent', $5, $6, $7, $8, $9, $9)",
        args![
            new.id, new.referral, new.child, new.service, new.consent, words, letter, by, now
        ],
    )
    .await
    .map(drop)
}

/// Rows with their texts opened.
async fn readable(
    conn: &mut Conn,
    condition: &'static str,
    args: Vec<super::Val>,
) -> Result<Vec<Outside>, StoreError> {
    let mut rows: Vec<Outside> = conn.all_scoped(COLUMNS, condition, args).await?;
    for row in &mut rows {
        sealed::open(conn, Place { column: CONSENT, row: row.id }, &mut row.consent_words).await?;
        sealed::open(conn, Place { column: LETTER, row: row.id }, &mut row.letter).await?;
    }
    Ok(rows)
}

/// One of them.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<Outside>, StoreError> {
    Ok(readable(conn, "where o.id = $1", args![id]).await?.pop())
}

/// A child's, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_child(conn: &mut Conn, child: ChildId) -> Result<Vec<Outside>, StoreError> {
    readable(conn, "where o.child_id = $1 order by o.sent_at desc, o.id desc", args![child]).await
}

/// Those without news since `before` for which nobody was reminded, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn silent(conn: &mut Conn, before: Instant) -> Result<Vec<Outside>, StoreError> {
    readable(
        conn,
        "where o.news_at <= $1 and o.state in ('sent', 'received', 'accepted', 'attended', 'no_show') and \
         (o.reminded_at is null or o.reminded_at < o.news_at) and r.closed_at is null order by o.news_at, o.id",
        args![before],
    )
    .await
}

/// Notes that somebody was reminded of the silence; false when another node did.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remind(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update outside_referrals set reminded_at = $2 where id = $1 and (reminded_at is null or \
        reminded_at < news_at)";
    Ok(tx.run(sql, args![id, now]).await? == 1)
}

/// Moves one that is still at `version` on; false when somebody was faster.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn advance(tx: &mut Tx, id: Uuid, version: i64, to: OutsideState) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let changed = tx
        .run(
            "update outside_referrals set state = $3, news_at = $4, version = version + 1 where id = $1 and \
             version = $2",
            args![id, version, to, now],
        )
        .await?;
    Ok(changed == 1)
}

/// A step of its history.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct OutsideEvent {
    pub id: Uuid,
    pub outside_id: Uuid,
    pub at: Instant,
    /// None when the service itself answered.
    pub by_name: Option<String>,
    pub to_state: OutsideState,
    pub source: Private<String>,
    pub note: Private<String>,
}

/// Adds a step.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_event(
    tx: &mut Tx,
    outside: Uuid,
    by: Option<UserId>,
    to: OutsideState,
    source: &Private<String>,
    note: &Private<String>,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let child = "select child_id from outside_referrals where id = $1";
    let (child,): (ChildId,) = tx.first(child, args![outside]).await?.ok_or(crate::seal::field::Unopened)?;
    let source = sealed::seal(tx, child, Place { column: SOURCE, row: id }, source).await?;
    let note = sealed::seal(tx, child, Place { column: NOTE, row: id }, note).await?;
    tx.run(
        "insert into outside_events (id, outside_id, at, user_id, to_state, source, note) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, outside, ctx.now, by, to, source, note],
    )
    .await
    .map(drop)
}

/// The steps of all of a child's, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn events(conn: &mut Conn, child: ChildId) -> Result<Vec<OutsideEvent>, StoreError> {
    let mut events: Vec<OutsideEvent> = conn.all(
        "select e.id, e.outside_id, e.at, u.name as by_name, e.to_state, e.source, e.note from outside_events e \
         join outside_referrals o on o.id = e.outside_id left join users u on u.id = e.user_id \
         where o.child_id = $1 order by e.at desc, e.id desc",
        args![child],
    )
    .await?;
    for event in &mut events {
        sealed::open(conn, Place { column: SOURCE, row: event.id }, &mut event.source).await?;
        sealed::open(conn, Place { column: NOTE, row: event.id }, &mut event.note).await?;
    }
    Ok(events)
}

/// Makes a way in for the service; earlier ones end.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_link(
    tx: &mut Tx,
    outside: Uuid,
    token_hash: Vec<u8>,
    expires: Instant,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    end_links(tx, outside).await?;
    tx.run(
        "insert into service_links (id, outside_id, token_hash, made_at, expires_at) values ($1, $2, $3, $4, $5)",
        args![ctx.id(), outside, token_hash, ctx.now, expires],
    )
    .await
    .map(drop)
}

/// Ends every way in.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn end_links(tx: &mut Tx, outside: Uuid) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update service_links set ended_at = $2 where outside_id = $1 and ended_at is null",
        args![outside, now],
    )
    .await
    .map(drop)
}

/// What a way in leads to, while it holds.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn by_link(
    conn: &mut Conn,
    token_hash: Vec<u8>,
    now: Instant,
) -> Result<Option<Outside>, StoreError> {
    readable(
        conn,
        "join service_links l on l.outside_id = o.id where l.token_hash = $1 and l.ended_at is null and \
         l.expires_at > $2",
        args![token_hash, now],
    )
    .await
    .map(|mut rows| rows.pop())
}
