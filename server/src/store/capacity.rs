//! What a capacity plan counts: children still to be asked, past screens, and the counselors who will see them.

use sqlx::FromRow;

use super::{Conn, StoreError, args};
use crate::model::{ClassId, Day, DistrictId, SchoolId, UserId, WindowId};

/// Children of one class who were born on one day.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct BirthRow {
    pub school_id: SchoolId,
    pub class_id: ClassId,
    pub class_name: String,
    pub grade: i64,
    pub birth_date: Day,
    pub children: i64,
}

/// The children of a window who are still to be asked, by class and birthday, the lowest grade first: who has handed in or
/// said no, and for whom it was said, is not among them.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn to_be_asked(conn: &mut Conn, window: WindowId) -> Result<Vec<BirthRow>, StoreError> {
    conn.all(
        "select k.school_id, k.id as class_id, k.name as class_name, k.grade, c.birth_date, count(*) as children \
         from window_schools v join classes k on k.school_id = v.school_id \
         and (exists (select 1 from window_grades g where g.window_id = $1 and g.grade = k.grade) \
           or not exists (select 1 from window_grades g where g.window_id = $1)) \
         and (exists (select 1 from window_classes x where x.window_id = $1 and x.class_id = k.id) \
           or not exists (select 1 from window_classes x where x.window_id = $1)) \
         join enrollments e on e.class_id = k.id and e.to_date is null join children c on c.id = e.child_id \
         where v.window_id = $1 and not exists (select 1 from consents n where n.child_id = c.id \
         and n.window_id = $1 and n.status in ('refused', 'withdrawn')) and not exists (select 1 from administrations a \
         where a.window_id = $1 and a.child_id = c.id and a.informant = 'student' and a.state in ('submitted', 'declined', 'expired')) \
         group by k.school_id, k.id, k.name, k.grade, c.birth_date order by k.school_id, k.grade, k.name, k.id",
        args![window],
    )
    .await
}

/// How a district's past screens with one instrument ended.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct HistoryRow {
    pub instrument: String,
    pub informant: String,
    pub screened: i64,
    pub positive: i64,
}

/// Screens handed in within closed windows of a district, and how many were at or above the cut-off or had a critical
/// answer. Open windows are left out: a live share would give away the newest child.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn history(conn: &mut Conn, district: DistrictId) -> Result<Vec<HistoryRow>, StoreError> {
    conn.all(
        "select a.instrument, a.informant, count(*) as screened, cast(sum(case when exists (select 1 from flags f \
         where f.administration_id = a.id and f.kind = 'critical_item') or exists (select 1 from scores s \
         where s.administration_id = a.id and s.positive = $2 and (s.scale = 'total' or not exists (select 1 \
         from scores t where t.administration_id = a.id and t.scale = 'total'))) then 1 else 0 end) as bigint) as positive \
         from windows w join administrations a on a.window_id = w.id where w.district_id = $1 and w.consent_of is null \
         and w.state in ('closed', 'archived') and a.state = 'submitted' group by a.instrument, a.informant",
        args![district, true],
    )
    .await
}

/// Who is counselor where in a district; without a school, in all of it. Closed accounts are left out.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn counselors(
    conn: &mut Conn,
    district: DistrictId,
) -> Result<Vec<(UserId, Option<SchoolId>)>, StoreError> {
    conn.all(
        "select distinct u.id, r.school_id from users u join user_roles r on r.user_id = u.id \
         where u.district_id = $1 and r.role = 'counselor' and u.disabled_at is null",
        args![district],
    )
    .await
}

/// Times away of a district's people that are not over on a day: who, from, to.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn absences(
    conn: &mut Conn,
    district: DistrictId,
    from: Day,
) -> Result<Vec<(UserId, Day, Day)>, StoreError> {
    conn.all(
        "select a.user_id, a.from_date, a.to_date from absences a join users u on u.id = a.user_id \
         where u.district_id = $1 and a.ended_at is null and a.to_date >= $2",
        args![district, from],
    )
    .await
}
