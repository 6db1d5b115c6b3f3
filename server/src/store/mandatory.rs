//! Mandatory reports: their clocks, their words in versions, and who says that they were sent.

use sqlx::FromRow;
use uuid::Uuid;

use super::names::{self, named};
use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::mandatory::{ReportHow, ReportPart};
use crate::model::{ChildId, DistrictId, Instant, Private, ReferralId, UserId};
use crate::seal::field::Place;

const BODY: &str = "mandatory_words.body";
const SENDER: &str = "mandatory_sendings.sent_by_name";
const REFERENCE: &str = "mandatory_sendings.reference";

/// The rows of reports on which somebody still has to act, as [`Report::waits`] says it: the same words as their unique index.
macro_rules! waits {
    () => {
        "decided_at is null and (told_at is null or written_at is null)"
    };
}

/// A report with its clocks.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Report {
    pub id: Uuid,
    pub child_id: ChildId,
    pub referral_id: ReferralId,
    pub begun_by: UserId,
    pub begun_by_name: String,
    pub begun_at: Instant,
    pub tell_by: Instant,
    pub write_by: Instant,
    pub told_at: Option<Instant>,
    pub written_at: Option<Instant>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<Instant>,
}

impl Report {
    /// Whether somebody still has to act on it.
    pub fn waits(&self) -> bool {
        self.decided_at.is_none() && (self.told_at.is_none() || self.written_at.is_none())
    }

    /// Until when the next step is due.
    pub fn due_at(&self) -> Instant {
        if self.told_at.is_none() { self.tell_by } else { self.write_by }
    }
}

const REPORTS: &str = "select m.id, m.child_id, m.referral_id, m.begun_by, b.name as begun_by_name, m.begun_at, \
    m.tell_by, m.write_by, m.told_at, m.written_at, d.name as decided_by_name, m.decided_at from mandatory_reports m \
    join users b on b.id = m.begun_by left join users d on d.id = m.decided_by ";

/// Begins a report; false when one of this child waits already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn begin(
    tx: &mut Tx,
    id: Uuid,
    (child, referral): (ChildId, ReferralId),
    by: UserId,
    (tell_by, write_by): (Instant, Instant),
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let added = tx
        .run(
            concat!(
                "insert into mandatory_reports (id, child_id, referral_id, begun_by, begun_at, tell_by, write_by) \
                 values ($1, $2, $3, $4, $5, $6, $7) on conflict (child_id) where ",
                waits!(),
                " do nothing"
            ),
            args![id, child, referral, by, now, tell_by, write_by],
        )
        .await?;
    Ok(added == 1)
}

/// One report.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<Report>, StoreError> {
    let mut found: Vec<Report> = conn.all_scoped(REPORTS, "where m.id = $1", args![id]).await?;
    Ok(found.pop())
}

/// A child's reports, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_child(conn: &mut Conn, child: ChildId) -> Result<Vec<Report>, StoreError> {
    conn.all_scoped(REPORTS, "where m.child_id = $1 order by m.begun_at desc, m.id desc", args![child]).await
}

/// Whether a report of a child waits.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waits(conn: &mut Conn, child: ChildId) -> Result<bool, StoreError> {
    let sql = concat!("select count(*) from mandatory_reports where child_id = $1 and ", waits!());
    Ok(conn.first::<(i64,)>(sql, args![child]).await?.is_some_and(|(n,)| n > 0))
}

/// One part of a report in one version.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Words {
    pub id: Uuid,
    pub version: i64,
    pub part: ReportPart,
    pub body: Private<String>,
    pub by_name: String,
    pub written_at: Instant,
}

/// Writes the next version of a report; false when somebody wrote it in this moment.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn write(
    tx: &mut Tx,
    report: Uuid,
    child: ChildId,
    by: UserId,
    version: i64,
    parts: &[(ReportPart, Private<String>)],
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    for (part, body) in parts {
        let id = ctx.id();
        let body = sealed::seal(tx, child, Place { column: BODY, row: id }, body).await?;
        let added = tx
            .run(
                "insert into mandatory_words (id, report_id, child_id, version, part, body, written_by, written_at) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (report_id, version, part) do nothing",
                args![id, report, child, version, *part, body, by, ctx.now],
            )
            .await?;
        if added == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Everything that was written in a report, newest version first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn words(conn: &mut Conn, report: Uuid) -> Result<Vec<Words>, StoreError> {
    let mut words: Vec<Words> = conn
        .all(
            "select w.id, w.version, w.part, w.body, u.name as by_name, w.written_at from mandatory_words w \
             join users u on u.id = w.written_by where w.report_id = $1 order by w.version desc, w.id",
            args![report],
        )
        .await?;
    for word in &mut words {
        sealed::open(conn, Place { column: BODY, row: word.id }, &mut word.body).await?;
    }
    Ok(words)
}

/// Whether somebody wrote a part of a report.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn wrote(conn: &mut Conn, report: Uuid, user: UserId) -> Result<bool, StoreError> {
    let sql = "select count(*) from mandatory_words where report_id = $1 and written_by = $2";
    Ok(conn.first::<(i64,)>(sql, args![report, user]).await?.is_some_and(|(n,)| n > 0))
}

/// One way in which a report reached the authority.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Sent {
    pub id: Uuid,
    pub how: ReportHow,
    pub sent_at: Instant,
    pub sent_by_name: Private<String>,
    pub reference: Private<String>,
    pub noted_by_name: String,
    pub noted_at: Instant,
}

/// Notes that a report was sent; its clocks stop. False when it does not wait any more.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn note_sent(
    tx: &mut Tx,
    report: &Report,
    by: UserId,
    (how, sent_at): (ReportHow, Instant),
    sender: &Private<String>,
    reference: &Private<String>,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let written = how.is_written().then_some(sent_at);
    let changed = tx
        .run(
            concat!(
                "update mandatory_reports set told_at = coalesce(told_at, $2), written_at = coalesce(written_at, $3) \
                 where id = $1 and ",
                waits!()
            ),
            args![report.id, sent_at, written],
        )
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    let (id, child) = (ctx.id(), report.child_id);
    let sender = sealed::seal(tx, child, Place { column: SENDER, row: id }, sender).await?;
    let reference = sealed::seal(tx, child, Place { column: REFERENCE, row: id }, reference).await?;
    tx.run(
        "insert into mandatory_sendings (id, report_id, child_id, how, sent_at, sent_by_name, reference, noted_by, \
         noted_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, report.id, child, how, sent_at, sender, reference, by, ctx.now],
    )
    .await?;
    Ok(true)
}

/// How a report reached the authority, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn sendings(conn: &mut Conn, report: Uuid) -> Result<Vec<Sent>, StoreError> {
    let mut sent: Vec<Sent> = conn
        .all(
            "select s.id, s.how, s.sent_at, s.sent_by_name, s.reference, u.name as noted_by_name, s.noted_at \
             from mandatory_sendings s join users u on u.id = s.noted_by where s.report_id = $1 \
             order by s.sent_at, s.id",
            args![report],
        )
        .await?;
    for one in &mut sent {
        sealed::open(conn, Place { column: SENDER, row: one.id }, &mut one.sent_by_name).await?;
        sealed::open(conn, Place { column: REFERENCE, row: one.id }, &mut one.reference).await?;
    }
    Ok(sent)
}

/// Notes that a report is not sent; false when it was sent, decided, or begun by the same person.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn decide_against(tx: &mut Tx, id: Uuid, by: UserId) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update mandatory_reports set decided_by = $2, decided_at = $3 where id = $1 and decided_at is null and \
               told_at is null and begun_by <> $2";
    Ok(tx.run(sql, args![id, by, now]).await? == 1)
}

/// A report that waits, as a line of somebody's work.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Waiting {
    pub id: Uuid,
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub class_name: String,
    pub time_zone: String,
    pub owner_name: String,
    pub begun_at: Instant,
    pub told_at: Option<Instant>,
    pub due_at: Instant,
}

named!(Waiting, child_id, given_name, family_name);

/// The reports that wait at the schools where `user` is a counselor, most urgent first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn waiting(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
) -> Result<Vec<Waiting>, StoreError> {
    let rows = conn.all(
        "select m.id, m.child_id, c.given_name, c.family_name, k.name as class_name, s.time_zone, o.name as owner_name, m.begun_at, m.told_at, \
         case when m.told_at is null then m.tell_by else m.write_by end as due_at from mandatory_reports m \
         join referrals r on r.id = m.referral_id join schools s on s.id = r.school_id and s.district_id = $1 \
         join users o on o.id = r.owner_id join children c on c.id = m.child_id \
         join enrollments e on e.child_id = c.id and e.to_date is null join classes k on k.id = e.class_id \
         where m.decided_at is null and (m.told_at is null or m.written_at is null) and exists (select 1 \
         from user_roles x where x.user_id = $2 and x.role = 'counselor' and (x.school_id is null or \
         x.school_id = s.id)) order by due_at, m.id",
        args![district, user],
    );
    let rows = rows.await?;
    names::open(conn, rows).await
}

/// Reports whose clock has run out.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn late(conn: &mut Conn, now: Instant) -> Result<Vec<Report>, StoreError> {
    conn.all_scoped(
        REPORTS,
        "where m.decided_at is null and ((m.told_at is null and m.tell_by <= $1) or (m.told_at is not null and \
         m.written_at is null and m.write_by <= $1)) order by m.begun_at, m.id",
        args![now],
    )
    .await
}

/// Reports whose clock has run out and of which nobody was reminded since.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn overdue(conn: &mut Conn, now: Instant) -> Result<Vec<Report>, StoreError> {
    conn.all_scoped(
        REPORTS,
        "where m.decided_at is null and ((m.told_at is null and m.tell_by <= $1 and m.reminded_at is null) or \
         (m.told_at is not null and m.written_at is null and m.write_by <= $1 and (m.reminded_at is null or \
         m.reminded_at < m.write_by))) order by m.begun_at, m.id",
        args![now],
    )
    .await
}

/// Notes that its owner was reminded; false when another node did.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remind(tx: &mut Tx, report: &Report) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update mandatory_reports set reminded_at = $2 where id = $1 and decided_at is null and \
               (reminded_at is null or reminded_at < $3)";
    Ok(tx.run(sql, args![report.id, now, report.due_at()]).await? == 1)
}
