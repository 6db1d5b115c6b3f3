//! What is over: how much of each kind of data goes on which day, and what is due now. Every query leaves out what a legal
//! hold keeps.

use std::collections::BTreeMap;

use sqlx::FromRow;
use uuid::Uuid;

use super::backend::Reference;
use super::{Conn, StoreError, Tx, args};
use crate::model::retention::DataClass;
use crate::model::{AdministrationId, ChildId, Day, DistrictId, Instant, ReferralId, UserId, WindowId};

/// The children and rows of one kind of data whose period begins on one day.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Batch {
    pub begins_on: Day,
    pub children: i64,
    pub rows_due: i64,
}

/// Referrals closed on one day (in days since 1970) that windows up to one day had opened.
#[derive(FromRow)]
struct Closed {
    closed_on: i64,
    /// Empty where no screening that is still kept opened them.
    last_window: String,
    children: i64,
    rows_due: i64,
}

/// No hold stands for the child `c`.
macro_rules! free {
    () => {
        "not exists (select 1 from legal_holds h where h.released_at is null and h.district_id = c.district_id and \
         (h.child_id is null or h.child_id = c.id))"
    };
}

/// Nothing else of the child `c` is kept, and nobody is at school any more.
macro_rules! gone {
    () => {
        "not exists (select 1 from enrollments n where n.child_id = c.id and n.to_date is null) \
         and not exists (select 1 from administrations a where a.child_id = c.id) \
         and not exists (select 1 from referrals f where f.child_id = c.id) \
         and not exists (select 1 from consents k where k.child_id = c.id) \
         and not exists (select 1 from notes m where m.child_id = c.id)"
    };
}

/// How much of one kind of data a district has, by the day on which its period begins, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn batches(
    conn: &mut Conn,
    district: DistrictId,
    class: DataClass,
) -> Result<Vec<Batch>, StoreError> {
    let sql = match class {
        DataClass::Answers => {
            concat!(
                "select w.closes_on as begins_on, count(distinct a.child_id) as children, count(*) as rows_due \
                 from responses r join administrations a on a.id = r.administration_id join children c on c.id = a.child_id \
                 join windows w on w.id = a.window_id where w.district_id = $1 and ",
                free!(),
                " group by w.closes_on order by w.closes_on"
            )
        }
        DataClass::Results => {
            concat!(
                "select w.closes_on as begins_on, count(distinct a.child_id) as children, count(*) as rows_due \
                 from administrations a join children c on c.id = a.child_id join windows w on w.id = a.window_id \
                 where w.district_id = $1 and ",
                free!(),
                " group by w.closes_on order by w.closes_on"
            )
        }
        DataClass::Consents => {
            let said = said(conn).await?;
            let sql = format!(
                "select w.closes_on as begins_on, count(distinct k.child_id) as children, count(*) as rows_due from ({said}) k \
                 join children c on c.id = k.child_id join windows w on w.id = k.window_id where w.district_id = $1 and {} \
                 group by w.closes_on order by w.closes_on",
                free!()
            );
            return conn.all_of(sql, args![district]).await;
        }
        DataClass::Leavers => {
            concat!(
                "select e.left_on as begins_on, count(*) as children, count(*) as rows_due from children c \
                 join (select child_id, max(to_date) as left_on from enrollments group by child_id) e on e.child_id = c.id \
                 where c.district_id = $1 and e.left_on is not null and ",
                gone!(),
                " and ",
                free!(),
                " group by e.left_on order by e.left_on"
            )
        }
        DataClass::Casework => {
            let sql = concat!(
                "select x.closed_on, x.last_window, count(distinct x.child_id) as children, count(*) as rows_due from (select \
                 f.child_id, f.closed_at / 86400000 as closed_on, coalesce((select max(w.closes_on) from referral_reasons m \
                 join administrations a on a.id = m.administration_id join windows w on w.id = a.window_id \
                 where m.referral_id = f.id), '') as last_window from referrals f join children c on c.id = f.child_id \
                 where c.district_id = $1 and f.closed_at is not null and ",
                free!(),
                ") x group by x.closed_on, x.last_window"
            );
            return Ok(by_day(conn.all(sql, args![district]).await?));
        }
    };
    conn.all(sql, args![district]).await
}

/// The period of a referral begins when it is closed and the window that opened it is over, whichever comes later.
fn by_day(found: Vec<Closed>) -> Vec<Batch> {
    let mut days: BTreeMap<Day, (i64, i64)> = BTreeMap::new();
    for one in found {
        let closed = Instant::from_millis(one.closed_on * 86_400_000).day_in(&jiff::tz::TimeZone::UTC);
        let begins_on = one.last_window.parse().map_or(closed, |window: Day| window.max(closed));
        let sum = days.entry(begins_on).or_default();
        *sum = (sum.0 + one.children, sum.1 + one.rows_due);
    }
    days.into_iter()
        .map(|(begins_on, (children, rows_due))| Batch { begins_on, children, rows_due })
        .collect()
}

/// Screenings with answers of windows that closed before a day.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn answers_due(
    conn: &mut Conn,
    district: DistrictId,
    before: Day,
    limit: i64,
) -> Result<Vec<(AdministrationId, ChildId)>, StoreError> {
    conn.all(
        concat!(
            "select a.id, a.child_id from windows w join administrations a on a.window_id = w.id \
             join children c on c.id = a.child_id where w.district_id = $1 and w.closes_on < $2 and exists (select 1 \
             from responses r where r.administration_id = a.id) and ",
            free!(),
            " order by a.id limit $3"
        ),
        args![district, before, limit],
    )
    .await
}

/// Removes the answers of a screening.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_answers(tx: &mut Tx, administration: AdministrationId) -> Result<u64, StoreError> {
    tx.run("delete from responses where administration_id = $1", args![administration]).await
}

/// Children with screenings in windows that closed before a day, with the window.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn results_due(
    conn: &mut Conn,
    district: DistrictId,
    before: Day,
    limit: i64,
) -> Result<Vec<(ChildId, WindowId)>, StoreError> {
    conn.all(
        concat!(
            "select distinct x.child_id, x.window_id from (select a.child_id, a.window_id from windows w \
             join administrations a on a.window_id = w.id where w.district_id = $1 and w.closes_on < $2 union all \
             select k.child_id, k.window_id from windows w join cards k on k.window_id = w.id \
             where w.district_id = $1 and w.closes_on < $2 union all select t.child_id, t.window_id from windows w \
             join talk_requests t on t.window_id = w.id where w.district_id = $1 and w.closes_on < $2) x \
             join children c on c.id = x.child_id where ",
            free!(),
            " order by x.window_id, x.child_id limit $3"
        ),
        args![district, before, limit],
    )
    .await
}

/// Referrals that were closed before an instant and whose screenings are gone: from a screening that is kept the
/// reconciler would open them again.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn referrals_due(
    conn: &mut Conn,
    district: DistrictId,
    before: Instant,
    limit: i64,
) -> Result<Vec<(ReferralId, ChildId)>, StoreError> {
    conn.all(
        concat!(
            "select f.id, f.child_id from referrals f join children c on c.id = f.child_id \
             where c.district_id = $1 and f.closed_at < $2 and not exists (select 1 from referral_reasons m \
             where m.referral_id = f.id and m.administration_id is not null) and ",
            free!(),
            " order by f.closed_at, f.id limit $3"
        ),
        args![district, before, limit],
    )
    .await
}

/// Notes and withdrawn marks from before an instant, of children on whom nobody works any more.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn notes_due(
    conn: &mut Conn,
    district: DistrictId,
    before: Instant,
    limit: i64,
) -> Result<Vec<(Uuid, ChildId)>, StoreError> {
    conn.all(
        concat!(
            "select n.id, n.child_id from (select id, child_id, written_at as at from notes union all \
             select id, child_id, removed_at as at from child_tags where removed_at is not null) n \
             join children c on c.id = n.child_id where c.district_id = $1 and n.at < $2 and not exists (select 1 \
             from referrals f where f.child_id = c.id and (f.closed_at is null or f.closed_at >= $2)) and ",
            free!(),
            " order by n.at, n.id limit $3"
        ),
        args![district, before, limit],
    )
    .await
}

/// Removes a note, or a mark of a child, by its id.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_note(tx: &mut Tx, id: Uuid) -> Result<u64, StoreError> {
    Ok(tx.run("delete from notes where id = $1", args![id]).await?
        + tx.run("delete from child_tags where id = $1", args![id]).await?)
}

/// Children and windows that closed before a day of which something was said, and nothing is kept that it allowed.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn consents_due(
    conn: &mut Conn,
    district: DistrictId,
    before: Day,
    limit: i64,
) -> Result<Vec<(ChildId, WindowId)>, StoreError> {
    let said = said(conn).await?;
    let sql = format!(
        "select distinct k.child_id, k.window_id from ({said}) k join windows w on w.id = k.window_id \
         join children c on c.id = k.child_id where w.district_id = $1 and w.closes_on < $2 and not exists (select 1 \
         from administrations a where a.child_id = k.child_id and a.window_id = k.window_id) and {} \
         order by k.window_id, k.child_id limit $3",
        free!()
    );
    conn.all_of(sql, args![district, before, limit]).await
}

/// Tables whose rows about a child and a window have a period of their own.
const OTHERS: [&str; 4] = ["administrations", "cards", "talk_requests", "deletions_waiting"];

/// The tables that hold, for a child and a window, what was said about taking part: every one with both that is not known
/// to belong elsewhere, so that one which is added later is kept for the longest period and not for ever.
pub(super) fn said_tables(references: &[Reference]) -> Vec<String> {
    let points = |table: &str, column: &str, parent: &str| {
        references
            .iter()
            .any(|r| r.table_name == table && r.column_name == column && r.parent == parent && !r.optional)
    };
    let mut tables: Vec<String> = references
        .iter()
        .map(|r| r.table_name.clone())
        .filter(|t| points(t, "child_id", "children") && points(t, "window_id", "windows"))
        .filter(|t| !OTHERS.contains(&t.as_str()))
        .collect();
    tables.dedup();
    tables
}

/// Their rows as one relation of children and windows.
async fn said(conn: &mut Conn) -> Result<String, StoreError> {
    let tables = said_tables(&conn.references().await?);
    let parts = tables.iter().map(|table| format!("select child_id, window_id from \"{table}\""));
    Ok(parts.collect::<Vec<_>>().join(" union all "))
}

/// Children that left their last school before a day and of whom nothing else is kept.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn leavers_due(
    conn: &mut Conn,
    district: DistrictId,
    before: Day,
    limit: i64,
) -> Result<Vec<(ChildId,)>, StoreError> {
    conn.all(
        concat!(
            "select c.id from children c join (select child_id, max(to_date) as left_on from enrollments group by child_id) e \
             on e.child_id = c.id where c.district_id = $1 and e.left_on < $2 and ",
            gone!(),
            " and ",
            free!(),
            " order by c.id limit $3"
        ),
        args![district, before, limit],
    )
    .await
}

/// A setting of a district, with when it was set and by whom.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Chosen {
    pub value: String,
    pub set_at: Instant,
    pub by_name: Option<String>,
}

/// The profile of periods that a district has chosen.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn profile(conn: &mut Conn, district: DistrictId) -> Result<Option<Chosen>, StoreError> {
    conn.first(
        "select s.value, s.set_at, u.name as by_name from settings s left join users u on u.id = s.set_by \
         where s.district_id = $1 and s.name = 'retention.profile'",
        args![district],
    )
    .await
}

/// Sets a district's profile of periods.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_profile(
    tx: &mut Tx,
    district: DistrictId,
    profile: &str,
    by: UserId,
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into settings (district_id, name, value, set_by, set_at) values ($1, 'retention.profile', $2, $3, $4) \
         on conflict (district_id, name) do update set value = excluded.value, set_by = excluded.set_by, \
         set_at = excluded.set_at",
        args![district, profile, by, now],
    )
    .await
    .map(drop)
}
