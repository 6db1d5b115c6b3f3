//! What the rules looked at in the past: who answered what, and which totals came of it. Only read.

use sqlx::FromRow;

use super::responses::{self, Response, answer_columns};
use super::types::{padded, places};
use super::{Conn, StoreError, args};
use crate::model::administration::{AdministrationState, TalkWish};
use crate::model::{AdministrationId, ChildId, Instant, SchoolId, WindowId};

/// How many children a window has of whom something was begun.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count(conn: &mut Conn, window: WindowId) -> Result<i64, StoreError> {
    let sql =
        "select count(distinct child_id) from administrations where window_id = $1 and state <> 'offered'";
    Ok(conn.first::<(i64,)>(sql, args![window]).await?.map_or(0, |(n,)| n))
}

/// Those children in the order of their ids: at most so many after one.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn children(
    conn: &mut Conn,
    window: WindowId,
    after: ChildId,
    most: i64,
) -> Result<Vec<ChildId>, StoreError> {
    let rows: Vec<(ChildId,)> = conn
        .all(
            "select distinct child_id from administrations where window_id = $1 and child_id > $2 \
             and state <> 'offered' order by child_id limit $3",
            args![window, after, most],
        )
        .await?;
    Ok(rows.into_iter().map(|(child,)| child).collect())
}

/// One administration that was begun.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Begun {
    pub id: AdministrationId,
    pub child_id: ChildId,
    pub school_id: SchoolId,
    pub informant: String,
    pub instrument: String,
    pub version: i64,
    pub state: AdministrationState,
    pub submitted_at: Option<Instant>,
}

/// What these children began in a window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn begun(
    conn: &mut Conn,
    window: WindowId,
    children: &[ChildId],
) -> Result<Vec<Begun>, StoreError> {
    let children = padded(children);
    let sql = format!(
        "select id, child_id, school_id, informant, instrument, version, state, submitted_at from administrations \
         where window_id = $1 and state <> 'offered' and child_id in ({}) order by child_id, id",
        places(2, children.len())
    );
    conn.all_of(sql, args![window].into_iter().chain(children).collect()).await
}

/// Every answer to these administrations, also those that were changed later, in the order of answering.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn answers(
    conn: &mut Conn,
    administrations: &[AdministrationId],
) -> Result<Vec<Response>, StoreError> {
    let administrations = padded(administrations);
    let sql = format!(
        "select {} from responses r \
         where r.administration_id in ({}) order by r.administration_id, r.item, r.seq",
        answer_columns!(),
        places(1, administrations.len())
    );
    let rows = conn.all_of(sql, administrations).await?;
    responses::open(conn, rows).await
}

/// One total of a child.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct TotalRow {
    pub child_id: ChildId,
    pub school_id: SchoolId,
    pub window_id: WindowId,
    pub instrument: String,
    pub version: i64,
    pub informant: String,
    pub submitted_at: Instant,
    pub value: Option<f64>,
    pub positive: Option<bool>,
}

/// Every total of these children in any window, oldest first; of several engines the newest counts.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn totals(conn: &mut Conn, children: &[ChildId]) -> Result<Vec<TotalRow>, StoreError> {
    let children = padded(children);
    let sql = format!(
        "select a.child_id, a.school_id, a.window_id, a.instrument, a.version, a.informant, a.submitted_at, s.value, \
         s.positive from administrations a join scores s on s.administration_id = a.id where a.child_id in ({}) \
         and a.state = 'submitted' and s.scale = 'total' and s.engine = (select max(n.engine) from scores n \
         where n.administration_id = s.administration_id and n.scale = s.scale) order by a.submitted_at, a.id",
        places(1, children.len())
    );
    conn.all_of(sql, children).await
}

/// Which of these children asked in a window to talk.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn wishes(
    conn: &mut Conn,
    window: WindowId,
    children: &[ChildId],
) -> Result<Vec<(ChildId, TalkWish)>, StoreError> {
    let children = padded(children);
    let sql = format!(
        "select child_id, wish from talk_requests where window_id = $1 and child_id in ({})",
        places(2, children.len())
    );
    conn.all_of(sql, args![window].into_iter().chain(children).collect()).await
}
