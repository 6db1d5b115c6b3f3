//! Districts, schools, classes and their free days.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::{ClassId, Day, DistrictId, SchoolId, UserId, WindowId};

/// A school.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct School {
    pub id: SchoolId,
    pub district_id: DistrictId,
    pub name: String,
    pub time_zone: String,
    /// A practice with made-up children: nothing in it becomes a referral.
    pub rehearsal: bool,
}

/// Adds a district.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_district(tx: &mut Tx, id: DistrictId, name: &str) -> Result<(), StoreError> {
    add_district_of(tx, id, name, None).await
}

/// Adds a district for the rehearsals of another.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_practice(tx: &mut Tx, id: DistrictId, home: DistrictId) -> Result<(), StoreError> {
    add_district_of(tx, id, "Rehearsal", Some(home)).await
}

async fn add_district_of(
    tx: &mut Tx,
    id: DistrictId,
    name: &str,
    home: Option<DistrictId>,
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into districts (id, name, practice_of, created_at) values ($1, $2, $3, $4)",
        args![id, name, home, now],
    )
    .await?;
    super::sealed::add_key(tx, id).await
}

/// The only or oldest district.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn first_district(conn: &mut Conn) -> Result<Option<(DistrictId, String)>, StoreError> {
    conn.first("select id, name from districts order by created_at, id limit 1", args![]).await
}

/// A district's name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn district_name(conn: &mut Conn, id: DistrictId) -> Result<Option<String>, StoreError> {
    Ok(conn
        .first::<(String,)>("select name from districts where id = $1", args![id])
        .await?
        .map(|(name,)| name))
}

/// Adds a school.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_school(tx: &mut Tx, school: &School) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into schools (id, district_id, name, time_zone, rehearsal, created_at) values ($1, $2, $3, $4, $5, $6)",
        args![school.id, school.district_id, &school.name, &school.time_zone, school.rehearsal, now],
    )
    .await
    .map(drop)
}

/// One school.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get_school(conn: &mut Conn, id: SchoolId) -> Result<Option<School>, StoreError> {
    conn.first("select id, district_id, name, time_zone, rehearsal from schools where id = $1", args![id])
        .await
}

/// A district's schools by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list_schools(conn: &mut Conn, district: DistrictId) -> Result<Vec<School>, StoreError> {
    conn.all(
        "select id, district_id, name, time_zone, rehearsal from schools where district_id = $1 order by name, id",
        args![district],
    )
    .await
}

/// The schools of a window by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools_of_window(conn: &mut Conn, window: WindowId) -> Result<Vec<School>, StoreError> {
    conn.all(
        "select s.id, s.district_id, s.name, s.time_zone, s.rehearsal from schools s join window_schools w on w.school_id = s.id \
         where w.window_id = $1 order by s.name, s.id",
        args![window],
    )
    .await
}

/// Adds a class.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_class(
    tx: &mut Tx,
    id: ClassId,
    school: SchoolId,
    name: &str,
    grade: i64,
) -> Result<(), StoreError> {
    tx.run(
        "insert into classes (id, school_id, name, grade) values ($1, $2, $3, $4)",
        args![id, school, name, grade],
    )
    .await
    .map(drop)
}

/// The days from `from` on (at most `limit`) on which a school has no lessons.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn holidays(
    conn: &mut Conn,
    school: SchoolId,
    from: Day,
    limit: i64,
) -> Result<Vec<Day>, StoreError> {
    let rows: Vec<(Day,)> = conn
        .all(
            "select on_date from holidays where school_id = $1 and on_date >= $2 order by on_date limit $3",
            args![school, from, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|(day,)| day).collect())
}

/// A free day with its name.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Holiday {
    pub on_date: Day,
    pub name: String,
}

/// A school's free days from a day on, with their names.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn named_holidays(
    conn: &mut Conn,
    school: SchoolId,
    from: Day,
) -> Result<Vec<Holiday>, StoreError> {
    conn.all(
        "select on_date, name from holidays where school_id = $1 and on_date >= $2 order by on_date",
        args![school, from],
    )
    .await
}

/// Adds a free day, or gives it another name.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_holiday(tx: &mut Tx, school: SchoolId, on: Day, name: &str) -> Result<(), StoreError> {
    tx.run(
        "insert into holidays (school_id, on_date, name) values ($1, $2, $3) on conflict (school_id, on_date) \
         do update set name = excluded.name",
        args![school, on, name],
    )
    .await
    .map(drop)
}

/// Takes free days away.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_holidays(tx: &mut Tx, school: SchoolId, from: Day, to: Day) -> Result<u64, StoreError> {
    tx.run(
        "delete from holidays where school_id = $1 and on_date >= $2 and on_date <= $3",
        args![school, from, to],
    )
    .await
}

/// Puts somebody on duty for a school; rank 1 is first, 2 the backup.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_duty(tx: &mut Tx, school: SchoolId, rank: i64, user: UserId) -> Result<(), StoreError> {
    tx.run("insert into duties (school_id, rank, user_id) values ($1, $2, $3)", args![school, rank, user])
        .await
        .map(drop)
}

/// Who owns a new referral of a school: the person on duty, else a counselor there, else somebody of the district.
/// A referral without an owner is a lost referral, so the search ends only where the district has no staff at all.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn owner_for(conn: &mut Conn, school: SchoolId) -> Result<Option<UserId>, StoreError> {
    let row: Option<(UserId,)> = conn
        .first(
            "select u.id from users u join schools s on s.id = $1 and s.district_id = u.district_id \
             left join duties d on d.user_id = u.id and d.school_id = s.id \
             left join user_roles r on r.user_id = u.id and (r.school_id is null or r.school_id = s.id) \
             where u.disabled_at is null \
             order by coalesce(d.rank, 10), case coalesce(r.role, '') when 'counselor' then 1 when 'school_lead' then 2 \
             when 'administrator' then 3 else 4 end, u.id limit 1",
            args![school],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The names of the people on duty at a school, first in rank first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn duty_names(conn: &mut Conn, school: SchoolId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = conn
        .all(
            "select u.name from duties d join users u on u.id = d.user_id where d.school_id = $1 and \
             u.disabled_at is null order by d.rank",
            args![school],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}
