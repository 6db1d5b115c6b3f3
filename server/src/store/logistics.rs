//! How windows go across the schools of a district: sittings, and how much waits. No child, no priority, no result.

use sqlx::FromRow;

use super::{Conn, StoreError, args};
use crate::model::{Day, DistrictId, Instant, SchoolId, WindowId};

/// One school in one window.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct SchoolInWindow {
    pub window_id: WindowId,
    pub window_name: String,
    pub closes_on: Day,
    pub school_id: SchoolId,
    pub school_name: String,
    /// Sittings that are planned, open or held.
    pub sittings: i64,
    /// Those that were opened.
    pub opened: i64,
}

/// Every school of the windows that are ready, open or paused.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools_in_windows(
    conn: &mut Conn,
    district: DistrictId,
) -> Result<Vec<SchoolInWindow>, StoreError> {
    conn.all(
        "select w.id as window_id, w.name as window_name, w.closes_on, s.id as school_id, s.name as school_name, \
         (select count(*) from sittings t where t.window_id = w.id and t.school_id = s.id) as sittings, \
         (select count(*) from sittings t where t.window_id = w.id and t.school_id = s.id and t.state <> 'planned') \
         as opened from windows w join window_schools v on v.window_id = w.id join schools s on s.id = v.school_id \
         where w.district_id = $1 and w.state in ('ready', 'open', 'paused') \
         order by w.opens_on desc, w.id, s.name, s.id",
        args![district],
    )
    .await
}

/// How many referrals of each school of a district are overdue, whatever they are about.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn overdue(
    conn: &mut Conn,
    district: DistrictId,
    now: Instant,
) -> Result<Vec<(SchoolId, String, i64)>, StoreError> {
    conn.all(
        "select s.id, s.name, (select count(*) from referrals r where r.school_id = s.id and r.state <> 'closed' \
         and r.due_at < $2) as overdue from schools s where s.district_id = $1 order by s.name, s.id",
        args![district, now],
    )
    .await
}
