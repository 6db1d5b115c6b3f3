//! What parents and teachers are asked about a child: letters with a link, and the ratings of a class.

use sqlx::FromRow;

use super::names::{self, named};
use super::responses::{self, Response, answer_columns};
use super::{Conn, StoreError, Tx, args};
use crate::model::administration::AdministrationState;
use crate::model::window::{ConsentMode, ConsentStatus, WindowState};
use crate::model::{
    AdministrationId, ChildId, ClassId, Day, DistrictId, Instant, Private, SchoolId, UserId, WindowId,
};

/// What a letter's link to a parent's form leads to.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct FamilyDoor {
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
    pub school_id: SchoolId,
    pub class_id: ClassId,
    pub school_name: String,
    pub time_zone: String,
    pub consent: Option<ConsentStatus>,
}

named!(FamilyDoor, child_id, given_name);

/// What a letter's link leads to, as long as it is not withdrawn and the child is at a school.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn door(conn: &mut Conn, token_hash: Vec<u8>) -> Result<Option<FamilyDoor>, StoreError> {
    let door = conn.first(
        "select w.id as window_id, w.district_id, w.name as window_name, w.state as window_state, w.consent_mode, \
         w.opens_on, w.closes_on, c.id as child_id, c.given_name, c.birth_date, s.id as school_id, e.class_id, \
         s.name as school_name, s.time_zone, k.status as consent from family_letters l \
         join windows w on w.id = l.window_id join children c on c.id = l.child_id \
         join enrollments e on e.child_id = c.id and e.to_date is null join schools s on s.id = e.school_id \
         left join consents k on k.child_id = c.id and k.window_id = w.id \
         where l.token_hash = $1 and l.withdrawn_at is null",
        args![token_hash],
    );
    let door = door.await?;
    names::open_one(conn, door).await
}

/// Withdraws the letters of a child in a window; gives how many there were.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn withdraw_letters(tx: &mut Tx, window: WindowId, child: ChildId) -> Result<u64, StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update family_letters set withdrawn_at = $3 where window_id = $1 and child_id = $2 and withdrawn_at is null",
        args![window, child, now],
    )
    .await
}

/// Keeps the hash of a new letter's link.
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
    let by = match &ctx.actor {
        crate::ctx::Actor::Staff(staff) => Some(staff.user),
        _ => None,
    };
    tx.run(
        "insert into family_letters (id, window_id, child_id, token_hash, made_at, made_by) \
         values ($1, $2, $3, $4, $5, $6)",
        args![ctx.id(), window, child, token_hash, ctx.now, by],
    )
    .await
    .map(drop)
}

/// A child of a class with how far its parent's form is.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct FamilyRow {
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub consent: Option<ConsentStatus>,
    /// When the letter that is good was made.
    pub letter_at: Option<Instant>,
    pub started: i64,
    pub submitted: i64,
}

named!(FamilyRow, child_id, given_name, family_name);

/// The children of a class with how far each parent's form is.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn family_rows(
    conn: &mut Conn,
    window: WindowId,
    class: ClassId,
) -> Result<Vec<FamilyRow>, StoreError> {
    let rows = conn.all(
        "select c.id as child_id, c.given_name, c.family_name, c.birth_date, k.status as consent, \
         (select max(l.made_at) from family_letters l where l.child_id = c.id and l.window_id = $1 \
         and l.withdrawn_at is null) as letter_at, \
         (select count(*) from administrations a where a.child_id = c.id and a.window_id = $1 \
         and a.informant = 'parent' and a.state = 'started') as started, \
         (select count(*) from administrations a where a.child_id = c.id and a.window_id = $1 \
         and a.informant = 'parent' and a.state = 'submitted') as submitted \
         from enrollments e join children c on c.id = e.child_id \
         left join consents k on k.child_id = c.id and k.window_id = $1 \
         where e.class_id = $2 and e.to_date is null",
        args![window, class],
    );
    let rows = rows.await?;
    names::by_name(conn, rows, |_, _| true).await
}

/// A child's row of a teacher's grid, once somebody has begun it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Rated {
    pub administration_id: AdministrationId,
    pub child_id: ChildId,
    pub state: AdministrationState,
    pub rated_by: Option<UserId>,
}

/// The ratings of a class with an instrument.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn ratings(
    conn: &mut Conn,
    window: WindowId,
    class: ClassId,
    instrument: &str,
) -> Result<Vec<Rated>, StoreError> {
    conn.all(
        "select a.id as administration_id, a.child_id, a.state, a.rated_by from enrollments e \
         join administrations a on a.child_id = e.child_id and a.window_id = $1 and a.informant = 'teacher' \
         and a.instrument = $3 where e.class_id = $2 and e.to_date is null",
        args![window, class, instrument],
    )
    .await
}

/// The newest rating in each cell that one teacher has filled, of the class or of one child in it.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn cells(
    conn: &mut Conn,
    window: WindowId,
    class: ClassId,
    instrument: &str,
    by: UserId,
    only: Option<ChildId>,
) -> Result<Vec<Response>, StoreError> {
    const CELLS: &str = concat!(
        "select ",
        answer_columns!(),
        " from enrollments e join administrations a \
         on a.child_id = e.child_id and a.window_id = $1 and a.informant = 'teacher' and a.instrument = $3 \
         and a.rated_by = $4 join responses r on r.administration_id = a.id where e.class_id = $2 \
         and e.to_date is null and ($5 is null or e.child_id = $5) and r.seq = (select max(n.seq) from responses n \
         where n.administration_id = r.administration_id and n.item = r.item)"
    );
    let rows = conn.all(CELLS, args![window, class, instrument, by, only]).await?;
    responses::open(conn, rows).await
}

/// Makes a rating a teacher's own and marks it as begun; false when it is another one's, or handed in.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn claim_rating(tx: &mut Tx, id: AdministrationId, user: UserId) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let changed = tx
        .run(
            "update administrations set rated_by = $2, state = 'started', started_at = coalesce(started_at, $3) \
             where id = $1 and (rated_by is null or rated_by = $2) and state in ('offered', 'started')",
            args![id, user, now],
        )
        .await?;
    Ok(changed == 1)
}

/// Marks a parent's form as begun.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn begin(tx: &mut Tx, id: AdministrationId) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update administrations set state = 'started', started_at = coalesce(started_at, $2) \
         where id = $1 and state = 'offered'",
        args![id, now],
    )
    .await
    .map(drop)
}
