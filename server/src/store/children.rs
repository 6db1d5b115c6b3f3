//! Children, their guardians, and where they are enrolled.

use sqlx::FromRow;
use uuid::Uuid;

use super::names::{self, named};
use super::types::{padded, places};
use super::{Conn, StoreError, Tx, Val, args, child_keys, sealed};
use crate::model::people::Sex;
use crate::model::{ChildId, ClassId, Day, DistrictId, Instant, Private, SchoolId};
use crate::seal::field::Place;

/// A child to add, with the class it is enrolled in.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct NewChild {
    pub id: ChildId,
    pub district_id: DistrictId,
    pub number: String,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub sex: Sex,
    pub language: String,
    pub school_id: SchoolId,
    pub class_id: ClassId,
    pub enrolled_on: Day,
}

/// A child with the place it is enrolled in now.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct Child {
    pub id: ChildId,
    pub district_id: DistrictId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub sex: Sex,
    pub language: String,
    pub school_id: SchoolId,
    pub school_name: String,
    pub time_zone: String,
    pub class_id: ClassId,
    pub class_name: String,
    pub grade: i64,
}

named!(Child, id, given_name, family_name);

/// A guardian of a child.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Guardian {
    pub name: Private<String>,
    pub relation: String,
    pub phone: Private<String>,
    pub do_not_contact: bool,
}

/// A guardian's row, whose id the sealed values are bound to.
#[derive(FromRow)]
struct StoredGuardian {
    id: Uuid,
    #[sqlx(flatten)]
    guardian: Guardian,
}

/// Adds a child and enrolls it.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(tx: &mut Tx, child: &NewChild) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let data_key = child_keys::newest(tx, child.district_id).await?;
    let row = new_row(tx, child, data_key)?;
    tx.run_rows(NEW_ROWS, vec![row]).await?;
    tx.run(
        "insert into enrollments (id, child_id, school_id, class_id, from_date) values ($1, $2, $3, $4, $5)",
        args![ctx.id(), child.id, child.school_id, child.class_id, child.enrolled_on],
    )
    .await
    .map(drop)
}

/// Where the rows of new children go.
pub(super) const NEW_ROWS: &str = "insert into children (id, district_id, number, given_name, family_name, birth_date, \
    sex, language, created_at, data_key_id, wrapped_key) values";

/// The row of a new child, with a key of its own and its names sealed under it.
pub(super) fn new_row(tx: &mut Tx, child: &NewChild, data_key: Uuid) -> Result<Vec<Val>, StoreError> {
    let (key, wrapped) = child_keys::make(tx, data_key, child.id)?;
    let sealed = |column: &'static str, name: &Private<String>| match name.reveal().as_str() {
        "" => Ok(String::new()),
        name => key.seal(Place { column, row: child.id.0 }, name),
    };
    let given = sealed(names::GIVEN, &child.given_name)?;
    let family = sealed(names::FAMILY, &child.family_name)?;
    let now = tx.ctx().now;
    Ok(args![
        child.id,
        child.district_id,
        &child.number,
        given,
        family,
        child.birth_date,
        child.sex,
        &child.language,
        now,
        data_key,
        wrapped
    ])
}

/// Adds a guardian.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_guardian(tx: &mut Tx, child: ChildId, guardian: &Guardian) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let name = sealed::seal(tx, child, Place { column: "guardians.name", row: id }, &guardian.name).await?;
    let phone =
        sealed::seal(tx, child, Place { column: "guardians.phone", row: id }, &guardian.phone).await?;
    tx.run(
        "insert into guardians (id, child_id, name, relation, phone, do_not_contact, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, child, name, &guardian.relation, phone, guardian.do_not_contact, ctx.now],
    )
    .await
    .map(drop)
}

/// A child with its current place.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get(conn: &mut Conn, id: ChildId) -> Result<Option<Child>, StoreError> {
    let rows = conn.all_scoped(CHILD, "where c.id = $1", args![id]).await?;
    Ok(names::open(conn, rows).await?.pop())
}

/// Many children, each with its current place. Who is enrolled nowhere is not among them.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn get_all(conn: &mut Conn, ids: &[ChildId]) -> Result<Vec<Child>, StoreError> {
    let ids = padded(ids);
    let rows = conn.all_of(format!("{CHILD} where c.id in ({})", places(1, ids.len())), ids).await?;
    names::open(conn, rows).await
}

const CHILD: &str = "select c.id, c.district_id, c.given_name, c.family_name, c.birth_date, c.sex, c.language, \
    s.id as school_id, s.name as school_name, s.time_zone, k.id as class_id, k.name as class_name, k.grade \
    from children c join enrollments e on e.child_id = c.id and e.to_date is null join schools s on s.id = e.school_id \
    join classes k on k.id = e.class_id";

/// The district of a child, wherever it is enrolled, or whether it is at all.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn district(conn: &mut Conn, id: ChildId) -> Result<Option<DistrictId>, StoreError> {
    let row: Option<(DistrictId,)> =
        conn.first("select district_id from children where id = $1", args![id]).await?;
    Ok(row.map(|(district,)| district))
}

/// A child of a class.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct InClass {
    pub id: ChildId,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
}

named!(InClass, id, given_name, family_name);

/// The children enrolled in a class now, by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list_class(conn: &mut Conn, class: ClassId) -> Result<Vec<InClass>, StoreError> {
    let sql = "select c.id, c.given_name, c.family_name from enrollments e join children c on c.id = e.child_id \
               where e.class_id = $1 and e.to_date is null";
    let rows = conn.all(sql, args![class]).await?;
    names::by_name(conn, rows, |_, _| true).await
}

/// A child's guardians.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn guardians(conn: &mut Conn, child: ChildId) -> Result<Vec<Guardian>, StoreError> {
    Ok(recipients(conn, child).await?.into_iter().map(|(_, guardian)| guardian).collect())
}

/// The same with the ids by which a letter names one.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn recipients(conn: &mut Conn, child: ChildId) -> Result<Vec<(Uuid, Guardian)>, StoreError> {
    let rows: Vec<StoredGuardian> = conn
        .all(
            "select id, name, relation, phone, do_not_contact from guardians where child_id = $1 \
             order by created_at, id",
            args![child],
        )
        .await?;
    let mut guardians = Vec::with_capacity(rows.len());
    for StoredGuardian { id: row, mut guardian } in rows {
        sealed::open(conn, Place { column: "guardians.name", row }, &mut guardian.name).await?;
        sealed::open(conn, Place { column: "guardians.phone", row }, &mut guardian.phone).await?;
        guardians.push((row, guardian));
    }
    Ok(guardians)
}

/// How many children there are in all: a database with none may be filled by the demo.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(conn.first::<(i64,)>("select count(*) from children", args![]).await?.map_or(0, |(n,)| n))
}

/// One screen of a child on the timeline.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Screen {
    pub instrument: String,
    pub version: i64,
    pub informant: String,
    pub scale: String,
    pub value: Option<f64>,
    pub not_scored: Option<String>,
    pub prorated: bool,
    pub band: Option<String>,
    pub positive: Option<bool>,
    pub submitted_at: Instant,
    pub window_id: crate::model::WindowId,
    pub window_name: String,
    pub administration_id: crate::model::AdministrationId,
}

/// Every scored scale of a child, oldest first; of several engines the newest counts.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn screens(conn: &mut Conn, child: ChildId) -> Result<Vec<Screen>, StoreError> {
    conn.all(
        "select a.instrument, a.version, a.informant, s.scale, s.value, s.not_scored, s.prorated, s.band, s.positive, \
         a.submitted_at, a.window_id, w.name as window_name, a.id as administration_id from administrations a \
         join scores s on s.administration_id = a.id join windows w on w.id = a.window_id \
         where a.child_id = $1 and a.state = 'submitted' and s.engine = (select max(n.engine) from scores n \
         where n.administration_id = s.administration_id and n.scale = s.scale) \
         order by a.submitted_at, a.position, s.scale",
        args![child],
    )
    .await
}

/// A window that is over and asked for something about a child that was never handed in.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct MissedWindow {
    pub opens_on: Day,
    pub closes_on: Day,
    pub instrument: String,
    pub informant: String,
    min_age: i64,
    max_age: i64,
}

/// The windows a child has missed while it was enrolled in a class that they covered, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn missed(conn: &mut Conn, child: &Child) -> Result<Vec<MissedWindow>, StoreError> {
    let rows: Vec<MissedWindow> = conn
        .all(
            "select w.opens_on, w.closes_on, i.instrument, i.informant, i.min_age, i.max_age from windows w \
             join window_instruments i on i.window_id = w.id where w.district_id = $2 and w.consent_of is null \
             and w.rehearsal = $3 and w.state in ('closed', 'archived') and exists (select 1 from enrollments e \
             join classes k on k.id = e.class_id join window_schools v on v.window_id = w.id and v.school_id = e.school_id \
             where e.child_id = $1 and e.from_date <= w.closes_on and (e.to_date is null or e.to_date >= w.opens_on) \
             and (exists (select 1 from window_grades g where g.window_id = w.id and g.grade = k.grade) \
             or not exists (select 1 from window_grades g where g.window_id = w.id)) \
             and (exists (select 1 from window_classes x where x.window_id = w.id and x.class_id = k.id) \
             or not exists (select 1 from window_classes x where x.window_id = w.id))) \
             and not exists (select 1 from administrations a where a.child_id = $1 and a.window_id = w.id \
             and a.instrument = i.instrument and a.informant = i.informant and a.state = 'submitted') \
             order by w.closes_on, i.position",
            args![child.id, child.district_id, false],
        )
        .await?;
    let asked = |row: &MissedWindow| {
        let age = i64::from(row.opens_on.age_of(child.birth_date));
        (row.min_age..=row.max_age).contains(&age)
    };
    Ok(rows.into_iter().filter(asked).collect())
}
