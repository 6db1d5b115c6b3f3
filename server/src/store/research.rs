//! Exports for research: who asked, who approved, and the answers as they leave.

use sqlx::FromRow;
use uuid::Uuid;

use super::responses::{self, Response, answer_columns};
use super::types::{padded, places};
use super::{Conn, StoreError, Tx, args};
use crate::model::people::Sex;
use crate::model::{AdministrationId, ChildId, DistrictId, Instant, SchoolId, UserId, WindowId};

/// An export, asked for or decided on.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Export {
    pub id: Uuid,
    pub district_id: DistrictId,
    pub asked_at: Instant,
    pub asked_by: UserId,
    pub asked_by_name: String,
    pub recipient: String,
    pub purpose: String,
    pub basis: String,
    pub decided_at: Option<Instant>,
    pub decided_by_name: Option<String>,
    pub approved: Option<bool>,
    pub note: String,
    /// None once it can be taken no longer.
    pub secret: Option<Vec<u8>>,
    pub ends_at: Option<Instant>,
    pub taken_at: Option<Instant>,
    pub digest: Option<Vec<u8>>,
}

const COLUMNS: &str = "select e.id, e.district_id, e.asked_at, e.asked_by, a.name as asked_by_name, e.recipient, e.purpose, \
    e.basis, e.decided_at, d.name as decided_by_name, e.approved, e.note, e.secret, e.ends_at, e.taken_at, e.digest \
    from research_exports e join users a on a.id = e.asked_by left join users d on d.id = e.decided_by ";

/// One export.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<Export>, StoreError> {
    conn.all_scoped(COLUMNS, "where e.id = $1", args![id]).await.map(|mut rows: Vec<Export>| rows.pop())
}

/// A district's exports, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<Export>, StoreError> {
    conn.all_scoped(COLUMNS, "where e.district_id = $1 order by e.asked_at desc, e.id desc", args![district])
        .await
}

/// The windows of a district's exports: export, window, name and the day it opened, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn windows(
    conn: &mut Conn,
    district: DistrictId,
) -> Result<Vec<(Uuid, WindowId, String, crate::model::Day)>, StoreError> {
    conn.all(
        "select x.export_id, w.id, w.name, w.opens_on from research_windows x join windows w on w.id = x.window_id \
         where w.district_id = $1 order by w.opens_on, w.id",
        args![district],
    )
    .await
}

/// What somebody asks for.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewExport {
    pub recipient: String,
    pub purpose: String,
    pub basis: String,
    pub windows: Vec<WindowId>,
}

/// Adds a request with its windows.
///
/// # Errors
/// [`StoreError`] when the database refuses it, a constraint when one of the windows is asked for already.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    district: DistrictId,
    by: UserId,
    new: &NewExport,
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into research_exports (id, district_id, asked_at, asked_by, recipient, purpose, basis, note) \
         values ($1, $2, $3, $4, $5, $6, $7, '')",
        args![id, district, now, by, &new.recipient, &new.purpose, &new.basis],
    )
    .await?;
    for window in &new.windows {
        tx.run("insert into research_windows (window_id, export_id) values ($1, $2)", args![*window, id])
            .await?;
    }
    Ok(())
}

/// A second person's yes, with what ids are made from and until when it can be taken; false when it was decided before.
///
/// # Errors
/// [`StoreError`] when the database refuses it, a constraint when it is the one who asked.
pub async fn approve(
    tx: &mut Tx,
    id: Uuid,
    by: UserId,
    note: &str,
    secret: Vec<u8>,
    ends_at: Instant,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update research_exports set decided_at = $2, decided_by = $3, approved = $4, note = $5, secret = $6, \
               ends_at = $7 where id = $1 and decided_at is null";
    Ok(tx.run(sql, args![id, now, by, true, note, secret, ends_at]).await? == 1)
}

/// A second person's no, which frees the windows; false when it was decided before.
///
/// # Errors
/// [`StoreError`] when the database refuses it, a constraint when it is the one who asked.
pub async fn refuse(tx: &mut Tx, id: Uuid, by: UserId, note: &str) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update research_exports set decided_at = $2, decided_by = $3, approved = $4, note = $5 \
               where id = $1 and decided_at is null";
    let done = tx.run(sql, args![id, now, by, false, note]).await? == 1;
    if done {
        tx.run("delete from research_windows where export_id = $1", args![id]).await?;
    }
    Ok(done)
}

/// Notes that it was taken; false when what was taken before was another file.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take(tx: &mut Tx, id: Uuid, digest: Vec<u8>) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update research_exports set taken_at = coalesce(taken_at, $2), digest = $3 \
               where id = $1 and secret is not null and (digest is null or digest = $3)";
    Ok(tx.run(sql, args![id, now, digest]).await? == 1)
}

/// Forgets what the ids of old exports were made from.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn forget(tx: &mut Tx) -> Result<u64, StoreError> {
    let now = tx.ctx().now;
    tx.run("update research_exports set secret = null where secret is not null and ends_at <= $1", args![now])
        .await
}

/// A scale of a form that was handed in, with whose it is; a form without results stands there once.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct HandedIn {
    pub child: ChildId,
    pub sex: Sex,
    pub language: String,
    pub grade: i64,
    pub form: AdministrationId,
    pub instrument: String,
    pub version: i64,
    pub scale: Option<String>,
    pub band: Option<String>,
}

/// The schools of a window with how many students each had then.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools(conn: &mut Conn, window: WindowId) -> Result<Vec<(SchoolId, i64)>, StoreError> {
    conn.all(
        "select v.school_id, count(distinct e.child_id) as n from window_schools v join windows w on w.id = v.window_id \
         left join enrollments e on e.school_id = v.school_id and e.from_date <= w.closes_on \
           and (e.to_date is null or e.to_date >= w.opens_on) \
         where v.window_id = $1 group by v.school_id order by v.school_id",
        args![window],
    )
    .await
}

/// The forms that the students of one school handed in, of those whom nothing forbids to be in it.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn handed_in(
    conn: &mut Conn,
    window: WindowId,
    school: SchoolId,
) -> Result<Vec<HandedIn>, StoreError> {
    conn.all(
        "select c.id as child, c.sex, c.language, k.grade, a.id as form, a.instrument, a.version, t.scale, t.band \
         from windows w join administrations a on a.window_id = w.id and a.school_id = $2 \
           join children c on c.id = a.child_id join classes k on k.id = a.class_id \
           left join consents n on n.child_id = c.id and n.window_id = w.id \
           left join scores t on t.administration_id = a.id and t.engine = \
             (select max(x.engine) from scores x where x.administration_id = a.id and x.scale = t.scale) \
         where w.id = $1 and a.informant = 'student' and a.state = 'submitted' \
           and (n.status is null or n.status not in ('refused', 'withdrawn')) \
           and (w.consent_mode <> 'opt_in' or n.status = 'given') \
         order by c.id, a.id",
        args![window, school],
    )
    .await
}

/// When and in which language a form was filled in.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Filled {
    pub form: AdministrationId,
    pub language: String,
    pub started_at: Option<Instant>,
    pub submitted_at: Option<Instant>,
}

/// A scale's result.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Scored {
    pub form: AdministrationId,
    pub scale: String,
    pub value: Option<f64>,
    pub band: Option<String>,
}

/// What was filled in, answered and scored in these forms.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn contents(
    conn: &mut Conn,
    forms: &[AdministrationId],
) -> Result<(Vec<Filled>, Vec<Response>, Vec<Scored>), StoreError> {
    let forms = padded(forms);
    if forms.is_empty() {
        return Ok((Vec::new(), Vec::new(), Vec::new()));
    }
    let list = places(1, forms.len());
    let filled = conn
        .all_of(
            format!(
                "select id as form, language, started_at, submitted_at from administrations where id in ({list})"
            ),
            forms.clone(),
        )
        .await?;
    let answers = conn
        .all_of(
            format!(
                "select {} from responses r \
                 where r.administration_id in ({list}) and r.seq = (select max(x.seq) from responses x \
                 where x.administration_id = r.administration_id and x.item = r.item)",
                answer_columns!()
            ),
            forms.clone(),
        )
        .await?;
    let answered = responses::open(conn, answers).await?;
    let scored = conn
        .all_of(
            format!(
                "select t.administration_id as form, t.scale, t.value, t.band from scores t \
                 where t.administration_id in ({list}) and t.engine = (select max(x.engine) from scores x \
                 where x.administration_id = t.administration_id and x.scale = t.scale)"
            ),
            forms,
        )
        .await?;
    Ok((filled, answered, scored))
}
