//! What teachers noticed.

use sqlx::FromRow;
use uuid::Uuid;

use super::names::{self, named};
use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::{ReferralState, Urgency};
use crate::model::{ChildId, DistrictId, Instant, Private, ReferralId, SchoolId, UserId};
use crate::seal::field::Place;

const SEEN: &str = "concerns.seen";
const SINCE: &str = "concerns.since";

/// A child as a teacher may see it: a name and a class.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Pupil {
    pub id: ChildId,
    pub school_id: SchoolId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub class_name: String,
}

named!(Pupil, id, given_name, family_name);

/// The children enrolled where the user is a teacher, by class and name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn pupils(conn: &mut Conn, district: DistrictId, user: UserId) -> Result<Vec<Pupil>, StoreError> {
    let rows = conn.all(
        "select c.id, s.id as school_id, c.given_name, c.family_name, k.name as class_name from schools s \
         join enrollments e on e.school_id = s.id and e.to_date is null join children c on c.id = e.child_id \
         join classes k on k.id = e.class_id where s.district_id = $1 and exists (select 1 from user_roles x where \
         x.user_id = $2 and x.role = 'teacher' and (x.school_id is null or x.school_id = s.id)) \
         order by k.grade, k.name",
        args![district, user],
    );
    let rows = rows.await?;
    names::by_name(conn, rows, |a: &Pupil, b| a.class_name == b.class_name).await
}

/// What makes a concern.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct NewConcern {
    pub child: ChildId,
    pub seen: Private<String>,
    pub since: Private<String>,
    pub urgency: Urgency,
}

/// Adds a concern.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    by: UserId,
    school: SchoolId,
    referral: ReferralId,
    new: &NewConcern,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let seen = sealed::seal(tx, new.child, Place { column: SEEN, row: id }, &new.seen).await?;
    let since = sealed::seal(tx, new.child, Place { column: SINCE, row: id }, &new.since).await?;
    tx.run(
        "insert into concerns (id, child_id, school_id, user_id, referral_id, seen, since, urgency, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, new.child, school, by, referral, seen, since, new.urgency, ctx.now],
    )
    .await
    .map(drop)
}

/// A concern as its teacher sees it again: that it arrived, and whether somebody is on it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct OwnConcern {
    pub child_id: ChildId,
    pub at: Instant,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub class_name: String,
    pub state: ReferralState,
}

named!(OwnConcern, child_id, given_name, family_name);

/// A teacher's own concerns about children who are still at that school, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn own(conn: &mut Conn, user: UserId) -> Result<Vec<OwnConcern>, StoreError> {
    let rows = conn.all(
        "select n.child_id, n.at, c.given_name, c.family_name, k.name as class_name, r.state from concerns n \
         join children c on c.id = n.child_id join referrals r on r.id = n.referral_id \
         join enrollments e on e.child_id = c.id and e.to_date is null and e.school_id = n.school_id \
         join classes k on k.id = e.class_id where n.user_id = $1 order by n.at desc, n.id desc limit 50",
        args![user],
    );
    let rows = rows.await?;
    names::open(conn, rows).await
}

/// A concern as a counselor reads it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Concern {
    pub id: Uuid,
    pub at: Instant,
    pub by_name: String,
    pub seen: Private<String>,
    pub since: Private<String>,
    pub urgency: Urgency,
}

/// Concerns about a child, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn of_child(conn: &mut Conn, child: ChildId) -> Result<Vec<Concern>, StoreError> {
    let mut concerns: Vec<Concern> = conn.all(
        "select n.id, n.at, u.name as by_name, n.seen, n.since, n.urgency from concerns n join users u on u.id = n.user_id \
         where n.child_id = $1 order by n.at desc, n.id desc",
        args![child],
    )
    .await?;
    for concern in &mut concerns {
        sealed::open(conn, Place { column: SEEN, row: concern.id }, &mut concern.seen).await?;
        sealed::open(conn, Place { column: SINCE, row: concern.id }, &mut concern.since).await?;
    }
    Ok(concerns)
}
