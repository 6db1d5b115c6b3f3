//! Looks at a child from outside its school, each with its reason and its end.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{ChildId, DistrictId, Instant, Private, SchoolId, UserId};

/// Adds one.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    user: UserId,
    child: ChildId,
    reason: &Private<String>,
    ends_at: Instant,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into break_glass (id, user_id, child_id, reason, opened_at, ends_at) values ($1, $2, $3, $4, $5, $6)",
        args![ctx.id(), user, child, reason, ctx.now, ends_at],
    )
    .await
    .map(drop)
}

/// Until when this user may look at this child, if at all.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn open_until(
    conn: &mut Conn,
    user: UserId,
    child: ChildId,
    now: Instant,
) -> Result<Option<Instant>, StoreError> {
    let row: Option<(Instant,)> = conn
        .first(
            "select ends_at from break_glass where user_id = $1 and child_id = $2 and ends_at > $3 \
             order by ends_at desc limit 1",
            args![user, child, now],
        )
        .await?;
    Ok(row.map(|(at,)| at))
}

/// The child of a district's own number, if it has a place now.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn child_of_number(
    conn: &mut Conn,
    district: DistrictId,
    number: &str,
) -> Result<Option<(ChildId, SchoolId)>, StoreError> {
    conn.first(
        "select c.id, e.school_id from children c join enrollments e on e.child_id = c.id and e.to_date is null \
         where c.district_id = $1 and c.number = $2",
        args![district, number],
    )
    .await
}

/// One look from outside, as the school is told of it: who, when and why, and no child's name.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Look {
    pub id: Uuid,
    pub school_id: SchoolId,
    pub school_name: String,
    pub by_name: String,
    pub reason: Private<String>,
    pub opened_at: Instant,
    pub ends_at: Instant,
}

/// Looks at a district's children since an instant, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId, since: Instant) -> Result<Vec<Look>, StoreError> {
    conn.all(
        "select b.id, s.id as school_id, s.name as school_name, u.name as by_name, b.reason, b.opened_at, b.ends_at \
         from break_glass b join users u on u.id = b.user_id join children c on c.id = b.child_id \
         join enrollments e on e.child_id = c.id and e.to_date is null join schools s on s.id = e.school_id \
         where c.district_id = $1 and b.opened_at >= $2 order by b.opened_at desc, b.id desc",
        args![district, since],
    )
    .await
}
