//! The trail: who did what to whom, when, under which request. Only ever added to.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, args};
use crate::ctx::{Actor, Ctx};
use crate::model::{DistrictId, Instant};

/// Adds the row of one act, in the transaction of that act.
pub(super) async fn add(
    conn: &mut Conn,
    ctx: &Ctx,
    action: &str,
    subject: Option<(&'static str, Uuid)>,
    detail: &str,
) -> Result<(), StoreError> {
    let (kind, actor, district): (&str, Option<Uuid>, Option<DistrictId>) = match &ctx.actor {
        Actor::Nobody => ("nobody", None, None),
        Actor::Student(student) => ("student", Some(student.child.0), Some(student.district)),
        Actor::Staff(staff) => ("staff", Some(staff.user.0), Some(staff.district)),
        Actor::Job(_) => ("job", None, None),
        Actor::Console => ("console", None, None),
    };
    let id = ctx.id();
    let (subject_kind, subject_id) = subject.map_or(("", None), |(kind, id)| (kind, Some(id)));
    // Its link of the chain is made after the commit (see `audit_chain`), from a queue.
    conn.add_and_queue(
        "insert into audit (id, at, district_id, request_id, actor_kind, actor_id, action, subject_kind, subject_id, \
         detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        "insert into audit_queue (audit_id)",
        args![
            id, ctx.now, district, ctx.request_id, kind, actor, action, subject_kind, subject_id, detail
        ],
    )
    .await
}

/// One line of the trail as an auditor reads it: no name of a child, no answer, no score.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the audit table")]
pub struct AuditRow {
    pub at: Instant,
    pub actor_kind: String,
    pub actor_name: Option<String>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    pub detail: String,
    pub request_id: Uuid,
}

/// The newest `limit` rows of a district before an instant, newest first. Rows of jobs and commands, which carry no
/// district, are shown where there is only one.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(
    conn: &mut Conn,
    district: DistrictId,
    before: Instant,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    conn.all(
        "select a.at, a.actor_kind, u.name as actor_name, a.action, a.subject_kind, a.subject_id, a.detail, \
         a.request_id from audit a left join users u on u.id = a.actor_id and a.actor_kind = 'staff' \
         where (a.district_id = $1 or (a.district_id is null and (select count(*) from districts where practice_of is null) = 1)) and a.at < $2 \
         order by a.at desc, a.id desc limit $3",
        args![district, before, limit],
    )
    .await
}

/// How many acts of one kind are on the trail about one subject.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count(conn: &mut Conn, action: &str, subject: Uuid) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = conn
        .first("select count(*) from audit where action = $1 and subject_id = $2", args![action, subject])
        .await?;
    Ok(row.map_or(0, |(n,)| n))
}

/// One person who opened a child's file, with how often and when last.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Look {
    pub by_name: String,
    pub times: i64,
    pub last_at: Instant,
}

/// When a member of staff opened a child's file.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Opening {
    pub at: Instant,
    pub by_name: String,
}

/// The newest openings of a child's file.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn openings(conn: &mut Conn, child: Uuid, limit: i64) -> Result<Vec<Opening>, StoreError> {
    conn.all(
        "select a.at, u.name as by_name from audit a join users u on u.id = a.actor_id where a.subject_id = $1 \
         and a.action = 'child.view' and a.actor_kind = 'staff' order by a.at desc limit $2",
        args![child, limit],
    )
    .await
}

/// Who has opened a child's file or printed of it, the last one first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn looks(conn: &mut Conn, child: Uuid) -> Result<Vec<Look>, StoreError> {
    conn.all(
        "select u.name as by_name, count(*) as times, max(a.at) as last_at from audit a join users u on \
         u.id = a.actor_id where a.subject_id = $1 and a.action in ('child.view', 'plan.print', 'hand_over.print') and a.actor_kind = 'staff' \
         group by u.id, u.name order by max(a.at) desc, u.name",
        args![child],
    )
    .await
}
