//! The counselor's queue: lines, counts, saved views, and bulk acts with their undo.

use sqlx::FromRow;
use uuid::Uuid;

use super::names::{self, named};
use super::referrals::REASON_WHY;
use super::types::{padded, places};
use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::{Priority, ReferralState};
use crate::model::{ChildId, DistrictId, Instant, Private, ReferralId, SchoolId, UserId};
use crate::seal::field::Place;

/// Referrals with a re-screen that nobody has answered, due on a day at the latest.
macro_rules! waiting_rescreens {
    ($day:literal) => {
        concat!(
            "select v.referral_id from rescreens v where v.withdrawn_at is null and v.answered_at is null and v.due_on <= ",
            $day,
            " and not exists (select 1 from administrations d where d.window_id = v.window_id and d.state = 'declined')"
        )
    };
}

/// One line of the queue.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct QueueRow {
    pub id: ReferralId,
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub grade: i64,
    pub class_name: String,
    pub school_name: String,
    pub time_zone: String,
    pub priority: Priority,
    pub state: ReferralState,
    pub owner_id: UserId,
    pub owner_name: String,
    pub opened_at: Instant,
    pub due_at: Instant,
    pub last_contact_at: Option<Instant>,
    /// The most urgent and newest reason.
    pub reason_id: Option<Uuid>,
    pub why: Option<Private<String>>,
}

named!(QueueRow, child_id, given_name, family_name);

/// Which lines: an empty word or a none takes all.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as named")]
pub struct Filter {
    pub owner: Option<UserId>,
    pub rank: Option<i64>,
    pub state: Option<ReferralState>,
    pub school: Option<SchoolId>,
    /// `critical`, `overdue`, `today`, `unclaimed`, `waiting`, `talk`, `rescreen`, or empty.
    pub show: &'static str,
    /// A part of a name, in lower case.
    pub name: String,
}

/// What the clock says to a query: now, when today ends, and which day it is.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Today {
    pub now: Instant,
    pub ends: Instant,
    pub day: crate::model::Day,
    /// The last day of which a re-screen is shown.
    pub soon: crate::model::Day,
}

/// The open referrals that a filter takes, in the order of the queue: what of them, what is joined to them, and how many.
macro_rules! lines {
    ($what:literal, $joined:literal, $some:literal) => {
        concat!(
            "select ",
            $what,
            " from schools z join referrals q on q.school_id = z.id and q.closed_at is null ",
            $joined,
            " where z.district_id = $1 and exists (select 1 from user_roles x where x.user_id = $2 and \
         x.role = 'counselor' and (x.school_id is null or x.school_id = z.id)) \
         and ($3 is null or q.owner_id = $3) and ($4 is null or q.rank = $4) and ($5 is null or q.state = $5) \
         and ($6 is null or q.school_id = $6) and (($7 = '' and (q.snoozed_until is null or q.snoozed_until <= $10 \
         or $11 <> '')) or ($7 = 'critical' and q.rank = 1) or ($7 = 'overdue' and q.due_at < $8) or \
         ($7 = 'today' and q.due_at >= $8 and q.due_at < $9) or ($7 = 'unclaimed' and q.state in ('open', 'reopened')) \
         or ($7 = 'waiting' and (q.snoozed_until > $10 or q.state = 'referred_outside' or exists (select 1 from \
         closings w where w.referral_id = q.id and w.answered_at is null) or exists (select 1 from hand_overs w where \
         w.referral_id = q.id and w.answered_at is null))) or ($7 = 'talk' and exists (select 1 from referral_reasons w \
         where w.referral_id = q.id and w.rule = 'asked_to_talk')) \
         or ($7 = 'rescreen' and q.id in (",
            waiting_rescreens!("$12"),
            "))) order by case when q.rank = 1 then 0 else 1 end, q.due_at, q.opened_at, q.id",
            $some
        )
    };
}

/// A line in full, up to where its id comes from.
macro_rules! line {
    () => {
        "select r.id, r.child_id, c.given_name, c.family_name, k.grade, k.name as class_name, s.name as school_name, \
         s.time_zone, r.priority, r.state, r.owner_id, u.name as owner_name, r.opened_at, r.due_at, r.last_contact_at, \
         f.id as reason_id, f.why from "
    };
}

/// The rest of it.
macro_rules! joined {
    () => {
        "join referrals r on r.id = p.id join schools s on s.id = r.school_id join users u on u.id = r.owner_id \
         join children c on c.id = r.child_id left join enrollments e on e.child_id = c.id and e.to_date is null \
         join classes k on k.id = e.class_id left join referral_reasons f on f.id = (select m.id from referral_reasons m \
         where m.referral_id = r.id order by case m.priority when 'critical' then 1 when 'high' then 2 \
         when 'moderate' then 3 else 4 end, m.found_at desc, m.id limit 1) \
         order by case when r.rank = 1 then 0 else 1 end, r.due_at, r.opened_at, r.id"
    };
}

/// A referral with the names that a filter looks at.
#[derive(FromRow)]
struct NamedLine {
    id: ReferralId,
    child_id: ChildId,
    given_name: Private<String>,
    family_name: Private<String>,
}

named!(NamedLine, child_id, given_name, family_name);

/// Open referrals of the schools where `user` is a counselor: critical first, then earliest due, then oldest; never by
/// a raw score (C-03). The page is chosen first and only its lines are read in full. Names are sealed, so a part of a name
/// is looked for here, among those of every line that the rest of the filter takes.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
    filter: &Filter,
    today: &Today,
    limit: i64,
    offset: i64,
) -> Result<Vec<QueueRow>, StoreError> {
    let mut values = args![
        district,
        user,
        filter.owner,
        filter.rank,
        filter.state,
        filter.school,
        filter.show,
        today.now,
        today.ends,
        today.day,
        &filter.name,
        today.soon
    ];
    let rows: Vec<QueueRow> = if filter.name.is_empty() {
        values.extend(args![limit, offset]);
        conn.all(
            concat!(line!(), "(", lines!("q.id", "", " limit $13 offset $14"), ") p ", joined!()),
            values,
        )
        .await?
    } else {
        let sql = lines!(
            "q.id, q.child_id, n.given_name, n.family_name",
            "join children n on n.id = q.child_id",
            ""
        );
        let all: Vec<NamedLine> = conn.all(sql, values).await?;
        let ids: Vec<ReferralId> = names::open(conn, all)
            .await?
            .into_iter()
            .filter(|line| {
                let name = format!("{} {}", line.given_name.reveal(), line.family_name.reveal());
                name.to_lowercase().contains(&filter.name)
            })
            .skip(usize::try_from(offset).unwrap_or(usize::MAX))
            .take(usize::try_from(limit).unwrap_or_default())
            .map(|line| line.id)
            .collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = padded(&ids);
        let chosen = format!("(select id from referrals where id in ({}))", places(1, ids.len()));
        conn.all_of(format!("{}{chosen} p {}", line!(), joined!()), ids).await?
    };
    let mut rows = names::open(conn, rows).await?;
    for row in &mut rows {
        if let (Some(id), Some(why)) = (row.reason_id, &mut row.why) {
            sealed::open(conn, Place { column: REASON_WHY, row: id }, why).await?;
        }
    }
    Ok(rows)
}

/// The queue in numbers: each equals the length of its list (C-01).
#[derive(Clone, Copy, Debug, Default, FromRow, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Counts {
    pub open: i64,
    /// The sum of the versions of all of them: with how many there are it changes with every line.
    pub changes: i64,
    pub critical: i64,
    pub unseen: i64,
    pub overdue: i64,
    pub today: i64,
    pub unclaimed: i64,
    pub waiting: i64,
    pub talk: i64,
    pub rescreen: i64,
}

/// How many open referrals of the schools where `$2` is a counselor, or of those that `$3` owns, meet a condition too.
macro_rules! count_of {
    ($what:literal, $also:literal) => {
        concat!(
            "(select ",
            $what,
            " from schools z join referrals q on q.school_id = z.id and q.closed_at is null where z.district_id = $1 and \
             ($3 is null or q.owner_id = $3) and exists (select 1 from user_roles x where x.user_id = $2 and \
             x.role = 'counselor' and (x.school_id is null or x.school_id = z.id))",
            $also,
            ")"
        )
    };
}

/// The same of those that a short list names, looked up from the list: the other way round each of ten thousand would be.
macro_rules! count_of_few {
    ($list:expr, $also:literal) => {
        concat!(
            "(select count(*) from (",
            $list,
            ") f cross join referrals q cross join schools z where q.id = f.referral_id and q.closed_at is null and \
             z.id = q.school_id and z.district_id = $1 and ($3 is null or q.owner_id = $3) and exists (select 1 from \
             user_roles x where x.user_id = $2 and x.role = 'counselor' and (x.school_id is null or x.school_id = z.id))",
            $also,
            ")"
        )
    };
}

/// Counts the open referrals of the schools where `user` is a counselor, or those that `owner` owns. Each count reads the
/// part of an index that it is about: one pass that looks at all columns of ten thousand takes three times as long.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn counts(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
    owner: Option<UserId>,
    today: &Today,
) -> Result<Counts, StoreError> {
    Ok(conn
        .first(
            concat!(
                "select o.open, o.changes, ",
                count_of!("count(*)", " and (case when q.rank = 1 then 0 else 1 end) = 0"),
                " as critical, ",
                count_of!(
                    "count(*)",
                    " and (case when q.rank = 1 then 0 else 1 end) = 0 and q.state in ('open', 'reopened')"
                ),
                " as unseen, ",
                count_of!(
                    "count(*)",
                    " and (case when q.rank = 1 then 0 else 1 end) in (0, 1) and q.due_at < $4"
                ),
                " as overdue, ",
                count_of!(
                    "count(*)",
                    " and (case when q.rank = 1 then 0 else 1 end) in (0, 1) and q.due_at >= $4 and q.due_at < $5"
                ),
                " as today, ",
                count_of!("count(*)", " and q.state in ('open', 'reopened')"),
                " as unclaimed, ",
                count_of!("count(*)", " and q.state = 'referred_outside'"),
                " + ",
                count_of!(
                    "count(*)",
                    " and q.snoozed_until is not null and q.snoozed_until > $6 and q.state <> 'referred_outside'"
                ),
                // Those few that wait for a second person or a colleague, unless they were counted just now.
                " + ",
                count_of_few!(
                    "select w.referral_id from closings w where w.answered_at is null union \
                     select h.referral_id from hand_overs h where h.answered_at is null",
                    " and q.state <> 'referred_outside' and (q.snoozed_until is null or q.snoozed_until <= $6)"
                ),
                " as waiting, ",
                count_of_few!("select distinct m.referral_id from referral_reasons m where m.rule = 'asked_to_talk'", ""),
                " as talk, ",
                count_of_few!(concat!("select distinct l.referral_id from (", waiting_rescreens!("$7"), ") l"), ""),
                " as rescreen from ",
                count_of!(
                    "count(*) as open, cast(coalesce(sum(q.version), 0) as bigint) as changes",
                    ""
                ),
                " o"
            ),
            args![district, user, owner, today.now, today.ends, today.day, today.soon],
        )
        .await?
        .unwrap_or_default())
}

/// Closed referrals of the schools where `user` is a counselor, newest first.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct ClosedRow {
    pub id: ReferralId,
    pub child_id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub class_name: String,
    pub time_zone: String,
    pub priority: Priority,
    pub outcome: Option<crate::model::referral::Outcome>,
    pub owner_name: String,
    pub closed_at: Instant,
}

named!(ClosedRow, child_id, given_name, family_name);

/// The newest closed ones.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn closed(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
    limit: i64,
) -> Result<Vec<ClosedRow>, StoreError> {
    let rows = conn.all(
        "select r.id, r.child_id, c.given_name, c.family_name, k.name as class_name, s.time_zone, r.priority, \
         r.outcome, u.name as owner_name, r.closed_at from referrals r join schools s on s.id = r.school_id \
         join users u on u.id = r.owner_id join children c on c.id = r.child_id \
         join enrollments e on e.child_id = c.id and e.to_date is null and e.school_id = r.school_id \
         join classes k on k.id = e.class_id where r.closed_at is not null and s.district_id = $1 and exists (select 1 \
         from user_roles x where x.user_id = $2 and x.role = 'counselor' and (x.school_id is null or \
         x.school_id = s.id)) order by r.closed_at desc, r.id limit $3",
        args![district, user, limit],
    );
    let rows = rows.await?;
    names::open(conn, rows).await
}

/// A filter that somebody keeps.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct SavedView {
    pub id: Uuid,
    pub name: String,
    pub query: String,
    pub shared: bool,
    pub own: bool,
}

/// A user's views, and those shared by others who work at one of the same schools.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn views(
    conn: &mut Conn,
    district: DistrictId,
    user: UserId,
) -> Result<Vec<SavedView>, StoreError> {
    conn.all(
        "select v.id, v.name, v.query, v.shared, v.user_id = $2 as own from saved_views v join users u on \
         u.id = v.user_id where v.removed_at is null and u.district_id = $1 and (v.user_id = $2 or (v.shared = $3 and \
         exists (select 1 from user_roles a join user_roles b on b.user_id = v.user_id and b.role = 'counselor' and \
         (a.school_id is null or b.school_id is null or a.school_id = b.school_id) where a.user_id = $2 and \
         a.role = 'counselor'))) order by v.name, v.id",
        args![district, user, true],
    )
    .await
}

/// Keeps a view.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_view(
    tx: &mut Tx,
    user: UserId,
    name: &str,
    query: &str,
    shared: bool,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into saved_views (id, user_id, name, query, shared, created_at) values ($1, $2, $3, $4, $5, $6)",
        args![ctx.id(), user, name, query, shared, ctx.now],
    )
    .await
    .map(drop)
}

/// Drops an own view.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_view(tx: &mut Tx, user: UserId, id: Uuid) -> Result<bool, StoreError> {
    let now = tx.ctx().now;
    let sql = "update saved_views set removed_at = $3 where id = $1 and user_id = $2 and removed_at is null";
    Ok(tx.run(sql, args![id, user, now]).await? == 1)
}

/// Starts a bulk act.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_bulk(tx: &mut Tx, id: Uuid, user: UserId, kind: &'static str) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into bulk_acts (id, user_id, kind, made_at) values ($1, $2, $3, $4)",
        args![id, user, kind, now],
    )
    .await
    .map(drop)
}

/// What a bulk act did to one referral.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct BulkItem {
    pub referral_id: ReferralId,
    pub owner_before: UserId,
    pub due_before: Instant,
    pub follow_up_id: Option<Uuid>,
    pub version_after: i64,
}

/// Notes it.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_bulk_item(tx: &mut Tx, bulk: Uuid, item: &BulkItem) -> Result<(), StoreError> {
    tx.run(
        "insert into bulk_items (bulk_id, referral_id, owner_before, due_before, follow_up_id, version_after) \
         values ($1, $2, $3, $4, $5, $6)",
        args![
            bulk,
            item.referral_id,
            item.owner_before,
            item.due_before,
            item.follow_up_id,
            item.version_after
        ],
    )
    .await
    .map(drop)
}

/// Takes a bulk act for undoing, once and only by its own user since `after`; gives what it did.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn take_bulk(
    tx: &mut Tx,
    id: Uuid,
    user: UserId,
    after: Instant,
) -> Result<Vec<BulkItem>, StoreError> {
    let now = tx.ctx().now;
    let taken = tx
        .run(
            "update bulk_acts set undone_at = $3 where id = $1 and user_id = $2 and undone_at is null and made_at >= $4",
            args![id, user, now, after],
        )
        .await?;
    if taken == 0 {
        return Ok(Vec::new());
    }
    tx.all(
        "select referral_id, owner_before, due_before, follow_up_id, version_after from bulk_items where bulk_id = $1 \
         order by referral_id",
        args![id],
    )
    .await
}
