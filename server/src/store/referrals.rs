//! Referrals, their reasons and events, and the queue.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::{Outcome, Priority, ReferralState};
use crate::model::{
    AdministrationId, ChildId, DistrictId, Instant, Private, ReferralId, SchoolId, UserId, WindowId,
};
use crate::seal::field::Place;

/// A referral.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Referral {
    pub id: ReferralId,
    pub child_id: ChildId,
    pub school_id: SchoolId,
    pub district_id: DistrictId,
    pub priority: Priority,
    pub state: ReferralState,
    pub owner_id: UserId,
    pub owner_name: String,
    pub opened_at: Instant,
    pub due_at: Instant,
    pub acknowledged_at: Option<Instant>,
    pub last_contact_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub outcome: Option<Outcome>,
    pub snoozed_until: Option<crate::model::Day>,
    pub level_confirmed_at: Option<Instant>,
    pub version: i64,
}

const COLUMNS: &str = "select r.id, r.child_id, r.school_id, s.district_id, r.priority, r.state, r.owner_id, \
    u.name as owner_name, r.opened_at, r.due_at, r.acknowledged_at, r.last_contact_at, r.closed_at, r.outcome, \
    r.snoozed_until, r.level_confirmed_at, r.version from referrals r join schools s on s.id = r.school_id join users u on u.id = r.owner_id ";

/// What opens a referral.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct NewReferral {
    pub id: ReferralId,
    pub child: ChildId,
    pub school: SchoolId,
    pub window: Option<WindowId>,
    pub priority: Priority,
    pub owner: UserId,
    pub due_at: Instant,
}

/// Opens a referral unless the child has an open one at this school; the database itself decides (never two).
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn open(tx: &mut Tx, new: &NewReferral) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let added = tx
        .run(
            "insert into referrals (id, child_id, school_id, window_id, priority, rank, state, owner_id, opened_at, \
             due_at, opened_school_id) values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $3) \
             on conflict (child_id, school_id) where closed_at is null do nothing",
            args![
                new.id, new.child, new.school, new.window, new.priority, new.priority.rank(), new.owner, now,
                new.due_at
            ],
        )
        .await?;
    Ok(added == 1)
}

/// The child's open referral at a school.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get_open(
    conn: &mut Conn,
    child: ChildId,
    school: SchoolId,
) -> Result<Option<Referral>, StoreError> {
    conn.all_scoped(
        COLUMNS,
        "where r.child_id = $1 and r.school_id = $2 and r.closed_at is null",
        args![child, school],
    )
    .await
    .map(|mut rows: Vec<Referral>| rows.pop())
}

/// One referral.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: ReferralId) -> Result<Option<Referral>, StoreError> {
    conn.all_scoped(COLUMNS, "where r.id = $1", args![id]).await.map(|mut rows: Vec<Referral>| rows.pop())
}

/// A child's referrals, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_child(conn: &mut Conn, child: ChildId) -> Result<Vec<Referral>, StoreError> {
    conn.all_scoped(COLUMNS, "where r.child_id = $1 order by r.opened_at desc", args![child]).await
}

/// Raises an open referral's priority and brings its due time forward; never lowers it.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn raise(
    tx: &mut Tx,
    id: ReferralId,
    priority: Priority,
    due_at: Instant,
) -> Result<bool, StoreError> {
    let changed = tx
        .run(
            "update referrals set priority = $2, rank = $3, due_at = case when due_at < $4 then due_at else $4 end, \
             snoozed_until = null, version = version + 1 where id = $1 and rank > $3",
            args![id, priority, priority.rank(), due_at],
        )
        .await?;
    Ok(changed == 1)
}

/// A reason on a referral.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Reason {
    pub rule: String,
    pub item: String,
    pub priority: Priority,
    pub why: Private<String>,
    pub found_at: Instant,
}

/// A reason's row, whose id the sealed words are bound to.
#[derive(FromRow)]
struct StoredReason {
    id: Uuid,
    #[sqlx(flatten)]
    reason: Reason,
}

pub(super) const REASON_WHY: &str = "referral_reasons.why";

/// Adds a reason to a referral of a child, once for a screening, rule and item (REL-06).
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_reason(
    tx: &mut Tx,
    (referral, child): (ReferralId, ChildId),
    administration: Option<AdministrationId>,
    reason: &Reason,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let why = sealed::seal(tx, child, Place { column: REASON_WHY, row: id }, &reason.why).await?;
    let added = tx
        .run(
            "insert into referral_reasons (id, referral_id, administration_id, rule, item, priority, why, found_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (administration_id, rule, item) do nothing",
            args![
                id, referral, administration, &reason.rule, &reason.item, reason.priority, why, reason.found_at
            ],
        )
        .await?;
    Ok(added == 1)
}

/// The reasons of a referral, most urgent and newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn reasons(conn: &mut Conn, referral: ReferralId) -> Result<Vec<Reason>, StoreError> {
    let rows: Vec<StoredReason> = conn
        .all(
            "select id, rule, item, priority, why, found_at from referral_reasons where referral_id = $1 \
             order by case priority when 'critical' then 1 when 'high' then 2 when 'moderate' then 3 else 4 end, \
             found_at desc",
            args![referral],
        )
        .await?;
    let mut reasons = Vec::with_capacity(rows.len());
    for StoredReason { id, mut reason } in rows {
        sealed::open(conn, Place { column: REASON_WHY, row: id }, &mut reason.why).await?;
        reasons.push(reason);
    }
    Ok(reasons)
}

const EVENT_REASON: &str = "referral_events.reason";

/// A step in a referral's history.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Event {
    pub id: Uuid,
    pub at: Instant,
    pub by_name: Option<String>,
    pub verb: String,
    pub to_state: ReferralState,
    pub reason: Private<String>,
}

/// Adds a step to the history.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_event(
    tx: &mut Tx,
    referral: ReferralId,
    user: Option<UserId>,
    verb: &str,
    from: Option<ReferralState>,
    to: ReferralState,
    reason: &Private<String>,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let reason = sealed::seal_in(tx, referral, Place { column: EVENT_REASON, row: id }, reason).await?;
    tx.run(
        "insert into referral_events (id, referral_id, at, user_id, verb, from_state, to_state, reason) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![id, referral, ctx.now, user, verb, from, to, reason],
    )
    .await
    .map(drop)
}

/// A referral's history, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn events(conn: &mut Conn, referral: ReferralId) -> Result<Vec<Event>, StoreError> {
    let mut events: Vec<Event> = conn
        .all(
            "select e.id, e.at, u.name as by_name, e.verb, e.to_state, e.reason from referral_events e \
             left join users u on u.id = e.user_id where e.referral_id = $1 order by e.at desc, e.id desc",
            args![referral],
        )
        .await?;
    for event in &mut events {
        sealed::open(conn, Place { column: EVENT_REASON, row: event.id }, &mut event.reason).await?;
    }
    Ok(events)
}

/// Takes an open referral for `user`, if nobody was faster: the database decides, not a read before it (REL-09).
/// With `due`, that is when the next step is due.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn claim(
    tx: &mut Tx,
    id: ReferralId,
    user: UserId,
    due: Option<Instant>,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let changed = tx
        .run(
            "update referrals set state = 'acknowledged', owner_id = $2, acknowledged_at = coalesce(acknowledged_at, \
             $3), due_at = coalesce($4, due_at), version = version + 1 where id = $1 and state in ('open', 'reopened')",
            args![id, user, now, due],
        )
        .await?;
    Ok(changed == 1)
}

/// Gives an open referral from one owner to another; false when it has another owner by now.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_owner(tx: &mut Tx, id: ReferralId, from: UserId, to: UserId) -> Result<bool, StoreError> {
    let changed = tx
        .run(
            "update referrals set owner_id = $3, version = version + 1 where id = $1 and owner_id = $2 and \
             owner_id <> $3 and closed_at is null",
            args![id, from, to],
        )
        .await?;
    Ok(changed == 1)
}

/// Sets the priority that a person chose, and when it is due; false when somebody was faster.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_priority(
    tx: &mut Tx,
    id: ReferralId,
    version: i64,
    priority: Priority,
    due: Instant,
) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let changed = tx
        .run(
            "update referrals set priority = $3, rank = $4, due_at = $5, level_confirmed_at = $6, \
             version = version + 1 where id = $1 and version = $2 and closed_at is null",
            args![id, version, priority, priority.rank(), due, now],
        )
        .await?;
    Ok(changed == 1)
}

/// Puts an open referral aside until a day.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn snooze(
    tx: &mut Tx,
    id: ReferralId,
    until: crate::model::Day,
    due: Instant,
) -> Result<(), StoreError> {
    tx.run(
        "update referrals set snoozed_until = $2, due_at = $3, version = version + 1 where id = $1 and rank > 1 and \
         closed_at is null",
        args![id, until, due],
    )
    .await
    .map(drop)
}

/// Moves the clock of an open referral to when its next step is due.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_due(tx: &mut Tx, id: ReferralId, due: Instant) -> Result<(), StoreError> {
    tx.run("update referrals set due_at = $2 where id = $1 and closed_at is null", args![id, due])
        .await
        .map(drop)
}

/// Moves a referral that is still at `version` to another state; false when somebody was faster.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn advance(
    tx: &mut Tx,
    id: ReferralId,
    version: i64,
    to: ReferralState,
    outcome: Option<Outcome>,
) -> Result<bool, StoreError> {
    let closed = (to == ReferralState::Closed).then(|| tx.ctx().now);
    let changed = tx
        .run(
            "update referrals set state = $3, closed_at = $4, outcome = $5, version = version + 1 \
             where id = $1 and version = $2",
            args![id, version, to, closed, outcome],
        )
        .await?;
    Ok(changed == 1)
}

/// How many open referrals the user may work on, and the sum of their versions: both together change with every line.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn mark(conn: &mut Conn, district: DistrictId, user: UserId) -> Result<(i64, i64), StoreError> {
    Ok(conn
        .first(
            "select count(*), cast(coalesce(sum(r.version), 0) as bigint) from referrals r join schools s on \
             s.id = r.school_id where r.closed_at is null and s.district_id = $1 and exists (select 1 from user_roles x \
             where x.user_id = $2 and x.role = 'counselor' and (x.school_id is null or x.school_id = s.id))",
            args![district, user],
        )
        .await?
        .unwrap_or((0, 0)))
}

/// Open, critical, overdue and unclaimed counts of one school; no child in it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct SchoolCounts {
    pub school_name: String,
    pub open: i64,
    pub critical: i64,
    pub overdue: i64,
    pub unclaimed: i64,
    /// Mandatory reports whose clock has run out.
    pub reports_overdue: i64,
}

/// The counts of each school where the user is lead.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn school_counts(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
    now: Instant,
) -> Result<Vec<SchoolCounts>, StoreError> {
    conn.all(
        "select s.name as school_name, count(r.id) as open, \
         cast(coalesce(sum(case when r.rank = 1 then 1 else 0 end), 0) as bigint) as critical, \
         cast(coalesce(sum(case when r.due_at < $3 then 1 else 0 end), 0) as bigint) as overdue, \
         cast(coalesce(sum(case when r.state in ('open', 'reopened') then 1 else 0 end), 0) as bigint) as unclaimed, \
         (select count(*) from mandatory_reports m join referrals q on q.id = m.referral_id where q.school_id = s.id and \
         m.decided_at is null and ((m.told_at is null and m.tell_by < $3) or (m.told_at is not null and \
         m.written_at is null and m.write_by < $3))) as reports_overdue from schools s left join referrals r on r.school_id = s.id and r.closed_at is null \
         where s.district_id = $1 and exists (select 1 from user_roles x where x.user_id = $2 and \
         x.role = 'school_lead' and (x.school_id is null or x.school_id = s.id)) group by s.id, s.name order by s.name",
        args![district, user, now],
    )
    .await
}

/// Every open referral of a district, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list_open(conn: &mut Conn, district: DistrictId) -> Result<Vec<Referral>, StoreError> {
    conn.all_scoped(
        COLUMNS,
        "where s.district_id = $1 and r.closed_at is null order by r.opened_at, r.id",
        args![district],
    )
    .await
}
