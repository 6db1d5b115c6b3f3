//! Who opened whose file when, and what there was to open it for: for the auditor's report (AZ-09).

use sqlx::FromRow;
use uuid::Uuid;

use super::types::{padded, places};
use super::{Conn, StoreError, args};
use crate::model::{ChildId, Day, DistrictId, Instant, SchoolId, UserId};

/// Children or people asked about in one statement.
const AT_ONCE: usize = 512;

/// One look of a member of staff at a child's file.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Look {
    pub at: Instant,
    pub user_id: UserId,
    pub user_name: String,
    pub child_id: ChildId,
    /// Opened with a reason, as a child of another school.
    pub broken_glass: bool,
}

/// The looks of a district's staff at files that are still there, by person and time.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(
    conn: &mut Conn,
    district: DistrictId,
    from: Instant,
    to: Instant,
) -> Result<Vec<Look>, StoreError> {
    conn.all(
        "select a.at, u.id as user_id, u.name as user_name, c.id as child_id, a.action = 'break_glass.open' as broken_glass \
         from audit a join users u on u.id = a.actor_id left join administrations m on m.id = a.subject_id \
         join children c on c.id = coalesce(m.child_id, a.subject_id) \
         where a.district_id = $1 and a.at >= $2 and a.at < $3 and a.actor_kind = 'staff' \
         and a.action in ('child.view', 'answers.view', 'break_glass.open') order by u.name, u.id, a.at, a.id",
        args![district, from, to],
    )
    .await
}

/// A referral of a child: what a file is opened for.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Case {
    pub child_id: ChildId,
    pub owner_id: UserId,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    pub urgent: bool,
}

/// The referrals of children.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn cases(conn: &mut Conn, children: &[ChildId]) -> Result<Vec<Case>, StoreError> {
    let mut cases = Vec::new();
    for children in children.chunks(AT_ONCE) {
        let ids = padded(children);
        let sql = format!(
            "select child_id, owner_id, opened_at, closed_at, priority = 'critical' as urgent from referrals \
             where child_id in ({})",
            places(1, ids.len())
        );
        cases.extend(conn.all_of::<Case>(sql, ids).await?);
    }
    Ok(cases)
}

/// A shift that somebody had, also one that was taken off since.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Shift {
    pub user_id: UserId,
    pub weekday: Option<i64>,
    pub on_date: Option<Day>,
    pub from_minute: i64,
    pub to_minute: i64,
    pub set_at: Instant,
    pub removed_at: Option<Instant>,
}

/// Every shift of people.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn shifts(conn: &mut Conn, people: &[UserId]) -> Result<Vec<Shift>, StoreError> {
    let mut shifts = Vec::new();
    for people in people.chunks(AT_ONCE) {
        let ids = padded(people);
        let sql = format!(
            "select user_id, weekday, on_date, from_minute, to_minute, set_at, removed_at from duty_shifts \
             where user_id in ({})",
            places(1, ids.len())
        );
        shifts.extend(conn.all_of::<Shift>(sql, ids).await?);
    }
    Ok(shifts)
}

/// Every child that is enrolled at a school now.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn pupils(conn: &mut Conn, school: SchoolId) -> Result<Vec<ChildId>, StoreError> {
    let rows: Vec<(Uuid,)> = conn
        .all("select child_id from enrollments where school_id = $1 and to_date is null", args![school])
        .await?;
    Ok(rows.into_iter().map(|(id,)| ChildId(id)).collect())
}
