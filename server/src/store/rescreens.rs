//! Re-screens: one child asked again, behind a card of its own (C-29).

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::window::{ConsentMode, ConsentStatus};
use crate::model::{ChildId, Day, Instant, ReferralId, SittingId, UserId, WindowId};

/// A re-screen with how far it is.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Rescreen {
    pub id: Uuid,
    pub referral_id: ReferralId,
    pub child_id: ChildId,
    pub instrument: String,
    /// The day until which it is to be answered.
    pub due_on: Day,
    /// None where a window or the follow-up plan asks for it.
    pub planned_by_name: Option<String>,
    /// Its own window, once a card has been made.
    pub window_id: Option<WindowId>,
    /// Until when its card opens the door.
    pub ends_at: Option<Instant>,
    pub withdrawn_at: Option<Instant>,
    pub answered_at: Option<Instant>,
    /// Whether the child said no thanks.
    pub declined: bool,
}

const COLUMNS: &str = "select x.id, x.referral_id, x.child_id, x.instrument, x.due_on, u.name as planned_by_name, \
    x.window_id, x.withdrawn_at, x.answered_at, (select max(t.ends_at) from sittings t where t.window_id = x.window_id) as ends_at, \
    exists (select 1 from administrations a where a.window_id = x.window_id and a.state = 'declined') as declined \
    from rescreens x left join users u on u.id = x.planned_by ";

/// Plans a re-screen; false when the same is planned already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    referral: ReferralId,
    child: ChildId,
    instrument: &str,
    due_on: Day,
    by: Option<UserId>,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let added = tx
        .run(
            "insert into rescreens (id, referral_id, child_id, instrument, due_on, planned_by, planned_at) \
             values ($1, $2, $3, $4, $5, $6, $7) \
             on conflict (child_id, instrument) where window_id is null and withdrawn_at is null do nothing",
            args![ctx.id(), referral, child, instrument, due_on, by, ctx.now],
        )
        .await?;
    Ok(added == 1)
}

/// One re-screen.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<Rescreen>, StoreError> {
    conn.all_scoped(COLUMNS, "where x.id = $1", args![id]).await.map(|mut rows: Vec<Rescreen>| rows.pop())
}

/// A child's re-screens, the latest day first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_child(conn: &mut Conn, child: ChildId) -> Result<Vec<Rescreen>, StoreError> {
    conn.all_scoped(COLUMNS, "where x.child_id = $1 order by x.due_on desc, x.id desc", args![child]).await
}

/// Gives a re-screen the window in which it is answered.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_window(tx: &mut Tx, id: Uuid, window: WindowId) -> Result<(), StoreError> {
    tx.run("update rescreens set window_id = $2 where id = $1", args![id, window]).await.map(drop)
}

/// Notes that the form of a window's re-screen was handed in.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_answered(tx: &mut Tx, window: WindowId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("update rescreens set answered_at = $2 where window_id = $1", args![window, now]).await.map(drop)
}

/// Takes a re-screen back; false when it was taken back before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn withdraw(tx: &mut Tx, id: Uuid, by: UserId) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql =
        "update rescreens set withdrawn_at = $2, withdrawn_by = $3 where id = $1 and withdrawn_at is null";
    Ok(tx.run(sql, args![id, now, by]).await? == 1)
}

/// The last day of a re-screen's window.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_last_day(tx: &mut Tx, window: WindowId, closes_on: Day) -> Result<(), StoreError> {
    tx.run("update windows set closes_on = $2 where id = $1", args![window, closes_on]).await.map(drop)
}

/// The sitting of a re-screen's window that is open, if one is.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn open_sitting(conn: &mut Conn, window: WindowId) -> Result<Option<SittingId>, StoreError> {
    let row: Option<(SittingId,)> =
        conn.first("select id from sittings where window_id = $1 and state = 'open'", args![window]).await?;
    Ok(row.map(|(id,)| id))
}

/// An instrument that a child has answered, with the window whose consent would hold for asking again.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Answered {
    pub instrument: String,
    pub window_id: WindowId,
    pub window_name: String,
    pub languages: String,
    pub consent_mode: ConsentMode,
    pub consent: Option<ConsentStatus>,
    /// When it was answered last, in a re-screen or not.
    pub last_at: Option<Instant>,
}

/// What a child itself has been asked, each instrument with the newest window that asked it.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn answered(conn: &mut Conn, child: ChildId) -> Result<Vec<Answered>, StoreError> {
    let mut rows: Vec<Answered> = conn
        .all(
            "select a.instrument, w.id as window_id, w.name as window_name, w.languages, w.consent_mode, \
             k.status as consent, (select max(n.submitted_at) from administrations n where n.child_id = a.child_id \
             and n.instrument = a.instrument and n.informant = 'student') as last_at \
             from administrations a join windows w on w.id = a.window_id and w.consent_of is null \
             left join consents k on k.window_id = w.id and k.child_id = a.child_id \
             where a.child_id = $1 and a.informant = 'student' and a.state = 'submitted' \
             order by w.opens_on desc, w.id desc, a.position",
            args![child],
        )
        .await?;
    let mut known: Vec<String> = Vec::new();
    rows.retain(|row| {
        let new = !known.contains(&row.instrument);
        if new {
            known.push(row.instrument.clone());
        }
        new
    });
    Ok(rows)
}

/// What a handed-in form's window says about asking again.
#[derive(Clone, Debug, FromRow)]
pub struct Again {
    /// The referral whose re-screen this window is.
    pub referral_id: Option<ReferralId>,
    /// After how many days a positive screen of the window is asked again.
    pub rescreen_days: Option<i64>,
}

/// Whether a window is a re-screen, or asks for re-screens.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_window(conn: &mut Conn, window: WindowId) -> Result<Option<Again>, StoreError> {
    conn.first(
        "select x.referral_id, w.rescreen_days from windows w left join rescreens x on x.window_id = w.id \
         where w.id = $1",
        args![window],
    )
    .await
}

/// The instrument of a child's newest positive screen.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn last_positive(conn: &mut Conn, child: ChildId) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = conn
        .first(
            "select a.instrument from administrations a join scores s on s.administration_id = a.id \
             where a.child_id = $1 and a.informant = 'student' and a.state = 'submitted' and s.positive = $2 \
             order by a.submitted_at desc, a.position limit 1",
            args![child, true],
        )
        .await?;
    Ok(row.map(|(instrument,)| instrument))
}

/// The windows of a child's re-screens that live by what was said about a window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn living_by(
    conn: &mut Conn,
    child: ChildId,
    window: WindowId,
) -> Result<Vec<(WindowId,)>, StoreError> {
    conn.all(
        "select w.id from rescreens x join windows w on w.id = x.window_id where x.child_id = $1 and w.consent_of = $2",
        args![child, window],
    )
    .await
}
