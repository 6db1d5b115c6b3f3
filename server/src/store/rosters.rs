//! What a roster changes: many children at once, by the district's own numbers.

use sqlx::FromRow;
use uuid::Uuid;

use super::children::{NEW_ROWS, NewChild, new_row};
use super::names::{self, named};
use super::{Conn, StoreError, Tx, args, child_keys, sealed};
use crate::model::people::Sex;
use crate::model::{ChildId, ClassId, Day, DistrictId, Instant, Private, SchoolId, UserId};
use crate::seal::field::Place;

/// A child of the district with the place it is enrolled in, if it is.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct KnownChild {
    pub id: ChildId,
    pub number: String,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub sex: Sex,
    pub school_id: Option<SchoolId>,
    pub school_name: Option<String>,
    pub class_name: Option<String>,
    /// Whether a referral of the child is open.
    pub in_care: bool,
}

named!(KnownChild, id, given_name, family_name);

/// A class of the district.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct KnownClass {
    pub id: ClassId,
    pub school_id: SchoolId,
    pub name: String,
}

/// Every child of a district, enrolled or not.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn children(conn: &mut Conn, district: DistrictId) -> Result<Vec<KnownChild>, StoreError> {
    let rows = conn.all(
        "select c.id, c.number, c.given_name, c.family_name, c.birth_date, c.sex, s.id as school_id, \
         s.name as school_name, k.name as class_name, exists (select 1 from referrals r where r.child_id = c.id \
         and r.closed_at is null) as in_care from children c \
         left join enrollments e on e.child_id = c.id and e.to_date is null \
         left join schools s on s.id = e.school_id left join classes k on k.id = e.class_id \
         where c.district_id = $1",
        args![district],
    );
    let rows = rows.await?;
    names::open(conn, rows).await
}

/// Every class of a district.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn classes(conn: &mut Conn, district: DistrictId) -> Result<Vec<KnownClass>, StoreError> {
    conn.all(
        "select k.id, k.school_id, k.name from classes k join schools s on s.id = k.school_id where s.district_id = $1",
        args![district],
    )
    .await
}

/// Adds children of one district and enrolls them, many rows to a statement.
///
/// # Errors
/// [`StoreError`] when the database refuses one of them.
pub async fn add_children(tx: &mut Tx, children: &[NewChild]) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let Some(first) = children.first() else { return Ok(()) };
    let data_key = child_keys::newest(tx, first.district_id).await?;
    let rows: Result<_, _> = children.iter().map(|child| new_row(tx, child, data_key)).collect();
    tx.run_rows(NEW_ROWS, rows?).await?;
    let rows = children
        .iter()
        .map(|child| args![ctx.id(), child.id, child.school_id, child.class_id, child.enrolled_on]);
    tx.run_rows(
        "insert into enrollments (id, child_id, school_id, class_id, from_date) values",
        rows.collect(),
    )
    .await
}

/// Writes a child's name, birth date and sex as the roster has them; an unknown sex leaves what is known.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn update_child(
    tx: &mut Tx,
    child: ChildId,
    given: &Private<String>,
    family: &Private<String>,
    birth: Day,
    sex: Sex,
) -> Result<(), StoreError> {
    let given = sealed::seal(tx, child, Place { column: names::GIVEN, row: child.0 }, given).await?;
    let family = sealed::seal(tx, child, Place { column: names::FAMILY, row: child.0 }, family).await?;
    tx.run(
        "update children set given_name = $2, family_name = $3, birth_date = $4, \
         sex = case when $5 = 'unknown' then sex else $5 end where id = $1",
        args![child, given, family, birth, sex],
    )
    .await
    .map(drop)
}

/// Ends where a child is enrolled now. The child and all that is known of it stay.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn end_enrollment(tx: &mut Tx, child: ChildId, on: Day) -> Result<(), StoreError> {
    tx.run("update enrollments set to_date = $2 where child_id = $1 and to_date is null", args![child, on])
        .await
        .map(drop)
}

/// Enrolls a child that is enrolled nowhere.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn enroll(
    tx: &mut Tx,
    child: ChildId,
    school: SchoolId,
    class: ClassId,
    from: Day,
) -> Result<(), StoreError> {
    let id = tx.ctx().id();
    tx.run(
        "insert into enrollments (id, child_id, school_id, class_id, from_date) values ($1, $2, $3, $4, $5)",
        args![id, child, school, class, from],
    )
    .await
    .map(drop)
}

const UPLOAD: &str = "roster_uploads.body";

/// A file that waits as its row holds it; an older version kept it open.
#[derive(FromRow)]
struct Waiting {
    name: String,
    body: Vec<u8>,
    columns: Option<String>,
    data_key_id: Option<Uuid>,
}

/// A roster that was sent and not taken over yet.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Upload {
    pub id: Uuid,
    pub name: String,
    pub created_at: Instant,
}

/// Keeps a file that somebody sent, in place of the one they sent before.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn keep_upload(
    tx: &mut Tx,
    id: Uuid,
    district: DistrictId,
    user: UserId,
    name: &str,
    body: &[u8],
) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run("delete from roster_uploads where user_id = $1", args![user]).await?;
    let key = child_keys::newest(tx, district).await?;
    let body = tx.sealer().seal_bytes(key, Place { column: UPLOAD, row: id }, body)?;
    tx.run(
        "insert into roster_uploads (id, district_id, user_id, name, body, data_key_id, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, district, user, name, body, key, now],
    )
    .await
    .map(drop)
}

/// What somebody sent last, without its content.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn upload_of(conn: &mut Conn, user: UserId) -> Result<Option<Upload>, StoreError> {
    conn.first("select id, name, created_at from roster_uploads where user_id = $1", args![user]).await
}

/// The name, content and, where somebody has said so, columns of a file that somebody sent.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn upload(
    conn: &mut Conn,
    id: Uuid,
    user: UserId,
) -> Result<Option<(String, Vec<u8>, Option<String>)>, StoreError> {
    let sql = "select name, body, columns, data_key_id from roster_uploads where id = $1 and user_id = $2";
    let Some(Waiting { name, mut body, columns, data_key_id: key }) =
        conn.first(sql, args![id, user]).await?
    else {
        return Ok(None);
    };
    if let Some(key) = key {
        sealed::know(conn, key).await?;
        body = conn.sealer().open_bytes(key, Place { column: UPLOAD, row: id }, &body)?;
    }
    Ok(Some((name, body, columns)))
}

/// Keeps what somebody said about the columns of a file; false when the file is gone.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_columns(tx: &mut Tx, id: Uuid, user: UserId, columns: &str) -> Result<bool, StoreError> {
    let set = tx
        .run(
            "update roster_uploads set columns = $3 where id = $1 and user_id = $2",
            args![id, user, columns],
        )
        .await?;
    Ok(set == 1)
}

/// Throws a file away; false when it is gone already.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_upload(tx: &mut Tx, id: Uuid, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.run("delete from roster_uploads where id = $1 and user_id = $2", args![id, user]).await? == 1)
}

/// Throws away what nobody took over since an instant.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_old_uploads(tx: &mut Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run("delete from roster_uploads where created_at < $1", args![before]).await
}

/// Throws away every file of a district that waits: one of them may name a child that is erased.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_uploads(tx: &mut Tx, district: DistrictId) -> Result<(), StoreError> {
    tx.run("delete from roster_uploads where district_id = $1", args![district]).await.map(drop)
}
