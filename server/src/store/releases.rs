//! Releases: computed once, then only read.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::{DistrictId, Instant, ReleaseId, WindowId};

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
}

const COLUMNS: &str = "select r.id, r.district_id, r.window_id, w.name as window_name, r.number, r.built_at, \
    r.built_by from releases r join windows w on w.id = r.window_id ";

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
