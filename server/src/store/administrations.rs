//! Administrations: what is offered to a child, how far it is, and its receipt.

use sqlx::FromRow;
use uuid::Uuid;

use super::names::{self, named};
use super::types::{distinct, padded, places};
use super::{Conn, StoreError, Tx, args};
use crate::model::administration::{AdministrationState, TalkWish};
use crate::model::window::{ConsentMode, ConsentStatus, SittingState, WindowState};
use crate::model::{
    AdministrationId, ChildId, ClassId, Day, Instant, Private, SchoolId, SittingId, WindowId,
};

/// An administration.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Administration {
    pub id: AdministrationId,
    pub window_id: WindowId,
    pub child_id: ChildId,
    pub school_id: SchoolId,
    pub class_id: ClassId,
    pub informant: String,
    pub instrument: String,
    pub version: i64,
    pub position: i64,
    pub language: String,
    pub state: AdministrationState,
    pub submitted_at: Option<Instant>,
    pub receipt: Option<String>,
}

const COLUMNS: &str = "select id, window_id, child_id, school_id, class_id, informant, instrument, version, position, \
    language, state, submitted_at, receipt from administrations ";

/// Offers administrations in one statement; an offer that stands already stays as it is.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn offer(tx: &mut Tx, offered: &[Administration]) -> Result<(), StoreError> {
    const COLUMNS: usize = 12;
    if offered.is_empty() {
        return Ok(());
    }
    let now = tx.ctx().now;
    let rows: Vec<String> =
        (0..offered.len()).map(|at| format!("({})", places(at * COLUMNS + 1, COLUMNS))).collect();
    let sql = format!(
        "insert into administrations (id, window_id, child_id, school_id, class_id, informant, instrument, version, \
         position, language, state, offered_at) values {} \
         on conflict (window_id, child_id, informant, instrument) do nothing",
        rows.join(", ")
    );
    let mut all = Vec::with_capacity(offered.len() * COLUMNS);
    for one in offered {
        all.extend(args![
            one.id,
            one.window_id,
            one.child_id,
            one.school_id,
            one.class_id,
            &one.informant,
            &one.instrument,
            one.version,
            one.position,
            &one.language,
            one.state,
            now
        ]);
    }
    tx.run_of(sql, all).await.map(drop)
}

/// A child's own administrations in a window, in the order they are asked.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn battery(
    conn: &mut Conn,
    window: WindowId,
    child: ChildId,
) -> Result<Vec<Administration>, StoreError> {
    battery_of(conn, window, child, "student").await
}

/// The same of any informant.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn battery_of(
    conn: &mut Conn,
    window: WindowId,
    child: ChildId,
    informant: &str,
) -> Result<Vec<Administration>, StoreError> {
    conn.all_scoped(
        COLUMNS,
        "where window_id = $1 and child_id = $2 and informant = $3 order by position",
        args![window, child, informant],
    )
    .await
}

/// A child's administration with how its window and consent stand now.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Standing {
    #[sqlx(flatten)]
    pub administration: Administration,
    pub opens_on: Day,
    pub window_state: WindowState,
    pub consent_mode: ConsentMode,
    pub rehearsal: bool,
    pub consent: Option<ConsentStatus>,
}

/// The same with the sitting that the child is in.
#[derive(Clone, Debug, FromRow)]
struct Here {
    #[sqlx(flatten)]
    standing: Standing,
    sitting_state: SittingState,
}

/// A child's own battery in a window with how window, sitting and consent stand, in one look: every write of a child asks for
/// it. Empty where nothing is asked of it.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn standing(
    conn: &mut Conn,
    window: WindowId,
    child: ChildId,
    sitting: SittingId,
) -> Result<Vec<(Administration, super::windows::Standing)>, StoreError> {
    let rows: Vec<Here> = conn
        .all(
            "select a.id, a.window_id, a.child_id, a.school_id, a.class_id, a.informant, a.instrument, a.version, \
             a.position, a.language, a.state, a.submitted_at, a.receipt, w.opens_on, w.state as window_state, \
             w.consent_mode, w.rehearsal, k.status as consent, t.state as sitting_state from administrations a \
             join windows w on w.id = a.window_id join sittings t on t.id = $3 \
             left join consents k on k.window_id = coalesce(w.consent_of, w.id) and k.child_id = a.child_id \
             where a.window_id = $1 and a.child_id = $2 and a.informant = 'student' order by a.position",
            args![window, child, sitting],
        )
        .await?;
    let standing = |row: &Here| row.standing.with_sitting(row.sitting_state);
    Ok(rows.into_iter().map(|row| (row.standing.administration.clone(), standing(&row))).collect())
}

impl Standing {
    /// The same with the state of a child's sitting.
    pub fn with_sitting(&self, sitting_state: SittingState) -> super::windows::Standing {
        super::windows::Standing {
            opens_on: self.opens_on,
            window_state: self.window_state,
            consent_mode: self.consent_mode,
            rehearsal: self.rehearsal,
            sitting_state,
            consent: self.consent,
        }
    }
}

/// The same as [`battery`] for many children at once, each in one of these windows or several.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn batteries(
    conn: &mut Conn,
    children: &[ChildId],
    windows: &[WindowId],
) -> Result<Vec<Standing>, StoreError> {
    let (mut children, windows) = (padded(children), padded(&distinct(windows)));
    let sql = format!(
        "select a.id, a.window_id, a.child_id, a.school_id, a.class_id, a.informant, a.instrument, a.version, \
         a.position, a.language, a.state, a.submitted_at, a.receipt, w.opens_on, w.state as window_state, w.consent_mode, \
         w.rehearsal, k.status as consent from administrations a join windows w on w.id = a.window_id \
         left join consents k on k.window_id = coalesce(w.consent_of, w.id) and k.child_id = a.child_id \
         where a.informant = 'student' and a.child_id in ({}) and a.window_id in ({}) order by a.position",
        places(1, children.len()),
        places(children.len() + 1, windows.len())
    );
    children.extend(windows);
    conn.all_of(sql, children).await
}

/// One administration.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: AdministrationId) -> Result<Option<Administration>, StoreError> {
    conn.all_scoped(COLUMNS, "where id = $1", args![id]).await.map(|mut rows: Vec<Administration>| rows.pop())
}

/// Words an administration in another language from now on.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_language(tx: &mut Tx, id: AdministrationId, language: &str) -> Result<(), StoreError> {
    tx.run("update administrations set language = $2 where id = $1", args![id, language]).await.map(drop)
}

/// Marks every offered administration of a child in a window as started.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn start(tx: &mut Tx, window: WindowId, child: ChildId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update administrations set state = 'started', started_at = $3 where window_id = $1 and child_id = $2 and \
         informant = 'student' and state in ('offered', 'declined')",
        args![window, child, now],
    )
    .await
    .map(drop)
}

/// Marks what a child has not handed in as declined: it said no thanks.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn decline(tx: &mut Tx, window: WindowId, child: ChildId) -> Result<(), StoreError> {
    tx.run(
        "update administrations set state = 'declined' where window_id = $1 and child_id = $2 and \
         informant = 'student' and state in ('offered', 'started')",
        args![window, child],
    )
    .await
    .map(drop)
}

/// Hands an administration in, once: false when it was handed in before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn submit(tx: &mut Tx, id: AdministrationId, key: Uuid, receipt: &str) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let changed = tx
        .run(
            "update administrations set state = 'submitted', submitted_at = $2, submit_key = $3, receipt = $4 \
             where id = $1 and state <> 'submitted'",
            args![id, now, key, receipt],
        )
        .await?;
    Ok(changed == 1)
}

/// Records what a child wished for on the last page; the latest wish counts.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_talk_wish(
    tx: &mut Tx,
    child: ChildId,
    window: WindowId,
    wish: TalkWish,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into talk_requests (id, child_id, window_id, wish, asked_at) values ($1, $2, $3, $4, $5) \
         on conflict (child_id, window_id) do update set wish = excluded.wish, asked_at = excluded.asked_at",
        args![ctx.id(), child, window, wish, ctx.now],
    )
    .await
    .map(drop)
}

/// One child on the proctor's board: state words only, never a time, an order or an answer.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct BoardRow {
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub offered: i64,
    pub started: i64,
    pub submitted: i64,
    pub declined: i64,
    pub refused: i64,
    pub given: i64,
    /// Whether it was marked as not there today.
    pub absent: i64,
}

named!(BoardRow, child_id, given_name, family_name);

/// The children of a class with how far each is in a window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn board(
    conn: &mut Conn,
    window: WindowId,
    class: ClassId,
    sitting: SittingId,
) -> Result<Vec<BoardRow>, StoreError> {
    let rows = conn.all(
        "select c.id as child_id, c.given_name, c.family_name, \
         cast(coalesce(sum(case when a.state = 'offered' then 1 else 0 end), 0) as bigint) as offered, \
         cast(coalesce(sum(case when a.state = 'started' then 1 else 0 end), 0) as bigint) as started, \
         cast(coalesce(sum(case when a.state = 'submitted' then 1 else 0 end), 0) as bigint) as submitted, \
         cast(coalesce(sum(case when a.state = 'declined' then 1 else 0 end), 0) as bigint) as declined, \
         cast(coalesce(max(case when k.status in ('refused', 'withdrawn') then 1 else 0 end), 0) as bigint) as refused, \
         cast(coalesce(max(case when k.status = 'given' then 1 else 0 end), 0) as bigint) as given, \
         cast(coalesce(max(case when n.child_id is null then 0 else 1 end), 0) as bigint) as absent \
         from enrollments e join children c on c.id = e.child_id \
         left join administrations a on a.child_id = c.id and a.window_id = $1 and a.informant = 'student' \
         left join consents k on k.child_id = c.id and k.window_id = $1 \
         left join sitting_absences n on n.child_id = c.id and n.sitting_id = $3 \
         where e.class_id = $2 and e.to_date is null group by c.id, c.given_name, c.family_name",
        args![window, class, sitting],
    );
    let rows = rows.await?;
    names::by_name(conn, rows, |_, _| true).await
}
