//! Releases: computed once, then only read.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::release::ReleaseStep;
use crate::model::{DistrictId, Instant, ReleaseId, SchoolId, UserId, WindowId};

/// A release.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Release {
    pub id: ReleaseId,
    pub district_id: DistrictId,
    pub window_id: WindowId,
    pub window_name: String,
    pub number: i64,
    pub built_at: Instant,
    pub built_by: String,
    /// None while only those see it who publish it.
    pub published_at: Option<Instant>,
}

const COLUMNS: &str = "select r.id, r.district_id, r.window_id, w.name as window_name, r.number, r.built_at, \
    r.built_by, r.published_at from releases r join windows w on w.id = r.window_id ";

/// Adds a release as the next of its window and tells its number.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    id: ReleaseId,
    district: DistrictId,
    window: WindowId,
    built_by: &str,
) -> Result<i64, StoreError> {
    let now = tx.ctx().now;
    let last: Option<(i64,)> = tx
        .first(
            "select coalesce(max(number), 0) from releases where district_id = $1 and window_id = $2",
            args![district, window],
        )
        .await?;
    let number = last.map_or(1, |(n,)| n + 1);
    tx.run(
        "insert into releases (id, district_id, window_id, number, built_at, built_by) values ($1, $2, $3, $4, $5, $6)",
        args![id, district, window, number, now, built_by],
    )
    .await?;
    Ok(number)
}

/// Whether a window has a release.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn is_released(conn: &mut Conn, window: WindowId) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = conn
        .first("select number from releases where window_id = $1 order by number limit 1", args![window])
        .await?;
    Ok(found.is_some())
}

/// Adds a finished figure.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_figure(
    tx: &mut Tx,
    release: ReleaseId,
    position: i64,
    chart: &str,
    body: &str,
) -> Result<(), StoreError> {
    tx.run(
        "insert into release_figures (release_id, position, chart, body) values ($1, $2, $3, $4)",
        args![release, position, chart, body],
    )
    .await
    .map(drop)
}

/// A district's releases, newest window and number first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<Release>, StoreError> {
    conn.all_scoped(
        COLUMNS,
        "where r.district_id = $1 order by w.opens_on desc, r.number desc",
        args![district],
    )
    .await
}

/// One release.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: ReleaseId) -> Result<Option<Release>, StoreError> {
    conn.all_scoped(COLUMNS, "where r.id = $1", args![id]).await.map(|mut rows: Vec<Release>| rows.pop())
}

/// A release's figures in order: chart name and finished body.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn figures(conn: &mut Conn, release: ReleaseId) -> Result<Vec<(String, String)>, StoreError> {
    conn.all(
        "select chart, body from release_figures where release_id = $1 order by position",
        args![release],
    )
    .await
}

/// Adds the protected counts of a release.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_tables(tx: &mut Tx, release: ReleaseId, body: &str) -> Result<(), StoreError> {
    tx.run("insert into release_tables (release_id, body) values ($1, $2)", args![release, body])
        .await
        .map(drop)
}

/// The protected counts of a release; none where it was built before they were kept.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn tables(conn: &mut Conn, release: ReleaseId) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> =
        conn.first("select body from release_tables where release_id = $1", args![release]).await?;
    Ok(found.map(|(body,)| body))
}

/// The release of the last window before this one, if it has its counts.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn before(conn: &mut Conn, window: WindowId) -> Result<Option<Release>, StoreError> {
    conn.all_scoped(
        COLUMNS,
        "join windows v on v.district_id = w.district_id and v.id = $1 and w.opens_on < v.opens_on \
         join release_tables t on t.release_id = r.id order by w.opens_on desc, r.number desc limit 1",
        args![window],
    )
    .await
    .map(|mut rows: Vec<Release>| rows.pop())
}

/// Gives a release to its readers; false when it was published before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn publish(tx: &mut Tx, id: ReleaseId) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update releases set published_at = $2 where id = $1 and published_at is null";
    Ok(tx.run(sql, args![id, now]).await? == 1)
}

/// One step of a release.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct StepRow {
    pub at: Instant,
    pub by_name: String,
    pub school_id: Option<SchoolId>,
    pub school_name: Option<String>,
    pub step: ReleaseStep,
    pub note: String,
}

/// What is added to the steps of a release.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewStep {
    pub user: Option<UserId>,
    pub by_name: String,
    pub school: Option<SchoolId>,
    pub step: ReleaseStep,
    pub note: String,
}

/// Adds a step.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_step(tx: &mut Tx, release: ReleaseId, new: &NewStep) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into release_steps (id, release_id, at, user_id, by_name, school_id, step, note) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![ctx.id(), release, ctx.now, new.user, &new.by_name, new.school, new.step, &new.note],
    )
    .await
    .map(drop)
}

/// The steps of a release, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn steps(conn: &mut Conn, release: ReleaseId) -> Result<Vec<StepRow>, StoreError> {
    conn.all(
        "select p.at, p.by_name, p.school_id, s.name as school_name, p.step, p.note from release_steps p \
         left join schools s on s.id = p.school_id where p.release_id = $1 order by p.at, p.id",
        args![release],
    )
    .await
}

/// The schools that a release speaks of, by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools(conn: &mut Conn, release: ReleaseId) -> Result<Vec<(SchoolId, String)>, StoreError> {
    conn.all(
        "select s.id, s.name from releases r join window_schools v on v.window_id = r.window_id \
         join schools s on s.id = v.school_id where r.id = $1 order by s.name, s.id",
        args![release],
    )
    .await
}
