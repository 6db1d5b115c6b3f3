//! Windows, what they ask, whom they cover, consent, and sittings.

use sqlx::FromRow;

use super::types::{distinct, padded, places};
use super::{Conn, StoreError, Tx, args};
use crate::model::window::{ConsentMode, ConsentStatus, SittingState, WindowState};
use crate::model::{ChildId, ClassId, Day, DistrictId, Instant, SchoolId, SittingId, UserId, WindowId};

/// A window.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Window {
    pub id: WindowId,
    pub district_id: DistrictId,
    pub name: String,
    pub opens_on: Day,
    pub closes_on: Day,
    pub state: WindowState,
    pub consent_mode: ConsentMode,
    /// Tags with blanks between them.
    pub languages: String,
    /// A practice with made-up children: nothing of it counts.
    pub rehearsal: bool,
    /// Set where one child is screened again: what was said about this other window counts here too.
    pub consent_of: Option<WindowId>,
    /// So many days after a positive screen a child is screened again; none: not by itself.
    pub rescreen_days: Option<i64>,
}

impl Window {
    /// Whether it is a screening of a cohort, and neither a practice nor the re-screen of one child.
    pub fn is_of_cohort(&self) -> bool {
        !self.rehearsal && self.consent_of.is_none()
    }
}

/// One instrument a window asks.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct WindowInstrument {
    pub position: i64,
    pub instrument: String,
    pub version: i64,
    pub informant: String,
    pub min_age: i64,
    pub max_age: i64,
}

/// A sitting with the names a proctor needs.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Sitting {
    pub id: SittingId,
    pub window_id: WindowId,
    pub window_name: String,
    pub window_state: WindowState,
    pub school_id: SchoolId,
    pub school_name: String,
    pub time_zone: String,
    pub class_id: ClassId,
    pub class_name: String,
    pub state: SittingState,
    pub opened_at: Option<Instant>,
    pub ends_at: Option<Instant>,
    pub consent_mode: ConsentMode,
    /// For those who have not finished yet.
    pub make_up: bool,
}

/// Adds a window with what it asks and the schools it covers.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    window: &Window,
    instruments: &[WindowInstrument],
    schools: &[SchoolId],
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into windows (id, district_id, name, opens_on, closes_on, state, consent_mode, languages, rehearsal, \
         consent_of, rescreen_days, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            window.id,
            window.district_id,
            &window.name,
            window.opens_on,
            window.closes_on,
            window.state,
            window.consent_mode,
            &window.languages,
            window.rehearsal,
            window.consent_of,
            window.rescreen_days,
            now
        ],
    )
    .await?;
    ask(tx, window.id, instruments, schools).await
}

/// Writes down what a window asks and in which schools.
pub(super) async fn ask(
    tx: &mut Tx,
    window: WindowId,
    instruments: &[WindowInstrument],
    schools: &[SchoolId],
) -> Result<(), StoreError> {
    for asked in instruments {
        tx.run(
            "insert into window_instruments (window_id, position, instrument, version, informant, min_age, max_age) \
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                window, asked.position, &asked.instrument, asked.version, &asked.informant, asked.min_age,
                asked.max_age
            ],
        )
        .await?;
    }
    for school in schools {
        tx.run("insert into window_schools (window_id, school_id) values ($1, $2)", args![window, *school])
            .await?;
    }
    Ok(())
}

/// One window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: WindowId) -> Result<Option<Window>, StoreError> {
    conn.first(
        "select id, district_id, name, opens_on, closes_on, state, consent_mode, languages, rehearsal, consent_of, \
         rescreen_days from windows where id = $1",
        args![id],
    )
    .await
}

/// A district's windows, newest first, without its rehearsals and the re-screens of single children.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<Window>, StoreError> {
    conn.all(
        "select id, district_id, name, opens_on, closes_on, state, consent_mode, languages, rehearsal, consent_of, \
         rescreen_days from windows where district_id = $1 and rehearsal = $2 and consent_of is null order by opens_on desc, id",
        args![district, false],
    )
    .await
}

/// Moves a window to another state; false when it was not in the state it was thought to be in.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_state(
    tx: &mut Tx,
    id: WindowId,
    from: WindowState,
    to: WindowState,
) -> Result<bool, StoreError> {
    Ok(tx.run("update windows set state = $3 where id = $1 and state = $2", args![id, from, to]).await? == 1)
}

/// What a window asks one informant about a child of this age, in order.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn asked(
    conn: &mut Conn,
    window: WindowId,
    informant: &str,
    age: u8,
) -> Result<Vec<WindowInstrument>, StoreError> {
    conn.all(
        "select position, instrument, version, informant, min_age, max_age from window_instruments \
         where window_id = $1 and informant = $2 and min_age <= $3 and max_age >= $3 order by position",
        args![window, informant, age],
    )
    .await
}

/// A window with one of the instruments that it asks, if it asks any.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct Asks {
    pub opens_on: Day,
    pub rehearsal: bool,
    position: Option<i64>,
    instrument: Option<String>,
    version: Option<i64>,
    informant: Option<String>,
    min_age: Option<i64>,
    max_age: Option<i64>,
}

impl Asks {
    /// The instrument, where it is asked at this age.
    pub fn instrument_at(self, age: i64) -> Option<WindowInstrument> {
        let (min_age, max_age) = (self.min_age?, self.max_age?);
        (min_age..=max_age).contains(&age).then_some(WindowInstrument {
            position: self.position?,
            instrument: self.instrument?,
            version: self.version?,
            informant: self.informant?,
            min_age,
            max_age,
        })
    }
}

/// A window and what it asks one informant about children of any age, in order; one row where it asks nothing, none where
/// there is no such window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn asks(conn: &mut Conn, window: WindowId, informant: &str) -> Result<Vec<Asks>, StoreError> {
    conn.all(
        "select w.opens_on, w.rehearsal, i.position, i.instrument, i.version, i.informant, i.min_age, i.max_age \
         from windows w left join window_instruments i on i.window_id = w.id and i.informant = $2 where w.id = $1 \
         order by i.position",
        args![window, informant],
    )
    .await
}

/// Everything a window asks, in order.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn instruments(conn: &mut Conn, window: WindowId) -> Result<Vec<WindowInstrument>, StoreError> {
    conn.all(
        "select position, instrument, version, informant, min_age, max_age from window_instruments \
         where window_id = $1 order by position",
        args![window],
    )
    .await
}

/// How a child's window, sitting and consent stand now, in one look: every answer asks for it.
#[derive(Clone, Copy, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Standing {
    pub opens_on: Day,
    pub window_state: WindowState,
    pub consent_mode: ConsentMode,
    pub rehearsal: bool,
    pub sitting_state: SittingState,
    pub consent: Option<ConsentStatus>,
}

impl Standing {
    /// Whether answers are taken. A paused window, a closed sitting or a withdrawn consent ends a check-in the same
    /// minute, kindly.
    pub fn takes_answers(&self) -> bool {
        self.window_state == WindowState::Open
            && self.sitting_state == SittingState::Open
            && self.consent_mode.allows(self.consent)
    }
}

/// How they stand; `None` when the window or the sitting is gone.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn standing(
    conn: &mut Conn,
    child: ChildId,
    window: WindowId,
    sitting: SittingId,
) -> Result<Option<Standing>, StoreError> {
    conn.first(
        "select w.opens_on, w.state as window_state, w.consent_mode, w.rehearsal, t.state as sitting_state, k.status as consent \
         from windows w join sittings t on t.id = $3 left join consents k on k.window_id = coalesce(w.consent_of, w.id) \
         and k.child_id = $1 \
         where w.id = $2",
        args![child, window, sitting],
    )
    .await
}

/// Plans a sitting of a class.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_sitting(
    tx: &mut Tx,
    id: SittingId,
    window: WindowId,
    school: SchoolId,
    class: ClassId,
    proctor: Option<UserId>,
) -> Result<(), StoreError> {
    tx.run(
        "insert into sittings (id, window_id, school_id, class_id, proctor_id, state) \
         values ($1, $2, $3, $4, $5, 'planned')",
        args![id, window, school, class, proctor],
    )
    .await
    .map(drop)
}

/// Opens a sitting until `ends_at`.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn open_sitting(tx: &mut Tx, id: SittingId, ends_at: Instant) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update sittings set state = 'open', opened_at = coalesce(opened_at, $2), ends_at = $3, closed_at = null \
         where id = $1",
        args![id, now, ends_at],
    )
    .await
    .map(drop)
}

/// Closes a sitting.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn close_sitting(tx: &mut Tx, id: SittingId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("update sittings set state = 'closed', closed_at = $2 where id = $1", args![id, now])
        .await
        .map(drop)
}

const SITTINGS: &str = "select t.id, t.window_id, w.name as window_name, w.state as window_state, t.school_id, \
    s.name as school_name, s.time_zone, t.class_id, k.name as class_name, t.state, t.opened_at, t.ends_at, w.consent_mode, t.make_up \
    from sittings t join windows w on w.id = t.window_id join schools s on s.id = t.school_id \
    join classes k on k.id = t.class_id ";

/// One sitting.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get_sitting(conn: &mut Conn, id: SittingId) -> Result<Option<Sitting>, StoreError> {
    conn.all_scoped(SITTINGS, "where t.id = $1", args![id]).await.map(|mut rows: Vec<Sitting>| rows.pop())
}

/// How sittings stand.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn sitting_states(
    conn: &mut Conn,
    sittings: &[SittingId],
) -> Result<Vec<(SittingId, SittingState)>, StoreError> {
    let sittings = padded(&distinct(sittings));
    let sql = format!("select id, state from sittings where id in ({})", places(1, sittings.len()));
    conn.all_of(sql, sittings).await
}

/// The sittings of windows that run, at the schools where the user is proctor.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list_sittings(
    conn: &mut Conn,
    user: UserId,
    district: DistrictId,
) -> Result<Vec<Sitting>, StoreError> {
    conn.all_scoped(
        SITTINGS,
        "where w.district_id = $2 and w.consent_of is null and w.state in ('ready', 'open', 'paused') and exists (select 1 from user_roles r where \
         r.user_id = $1 and r.role = 'proctor' and (r.school_id is null or r.school_id = t.school_id)) \
         order by case t.state when 'open' then 0 when 'planned' then 1 else 2 end, s.name, k.name, t.id limit 500",
        args![user, district],
    )
    .await
}
