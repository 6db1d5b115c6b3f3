//! Levels between a district and its schools, and the roles that are held for all schools of one.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::people::Role;
use crate::model::{AreaId, DistrictId, SchoolId, UserId};

/// A level between a district and its schools.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Area {
    pub id: AreaId,
    pub parent_id: Option<AreaId>,
    pub name: String,
}

/// A school with the area it lies in.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Placed {
    pub id: SchoolId,
    pub name: String,
    pub area_id: Option<AreaId>,
}

/// A district's areas by name.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<Area>, StoreError> {
    conn.all(
        "select id, parent_id, name from areas where district_id = $1 order by name, id",
        args![district],
    )
    .await
}

/// A district's schools by name, with their areas.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn schools(conn: &mut Conn, district: DistrictId) -> Result<Vec<Placed>, StoreError> {
    conn.all(
        "select id, name, area_id from schools where district_id = $1 order by name, id",
        args![district],
    )
    .await
}

/// Adds an area, or gives the one of this id another name and place.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn put(tx: &mut Tx, district: DistrictId, area: &Area) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "insert into areas (id, district_id, parent_id, name, created_at) values ($1, $2, $3, $4, $5) \
         on conflict (id) do update set parent_id = excluded.parent_id, name = excluded.name",
        args![area.id, district, area.parent_id, &area.name, now],
    )
    .await
    .map(drop)
}

/// Removes an area; what lay in it lies in `into` then, and roles held for it are gone.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove(tx: &mut Tx, area: AreaId, into: Option<AreaId>) -> Result<(), StoreError> {
    tx.run("update areas set parent_id = $2 where parent_id = $1", args![area, into]).await?;
    tx.run("update schools set area_id = $2 where area_id = $1", args![area, into]).await?;
    tx.run("delete from area_roles where area_id = $1", args![area]).await?;
    tx.run("delete from user_roles where area_id = $1", args![area]).await?;
    tx.run("delete from areas where id = $1", args![area]).await.map(drop)
}

/// Puts a school into an area, or right below the district.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn place(tx: &mut Tx, school: SchoolId, area: Option<AreaId>) -> Result<(), StoreError> {
    tx.run("update schools set area_id = $2 where id = $1", args![school, area]).await.map(drop)
}

/// Gives a role for all schools of an area.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn grant(tx: &mut Tx, user: UserId, role: Role, area: AreaId) -> Result<(), StoreError> {
    tx.run(
        "insert into area_roles (user_id, role, area_id) values ($1, $2, $3) on conflict (user_id, role, area_id) \
         do nothing",
        args![user, role, area],
    )
    .await
    .map(drop)
}

/// Takes such a role away; false when it was not held.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn revoke(tx: &mut Tx, user: UserId, role: Role, area: AreaId) -> Result<bool, StoreError> {
    let gone = tx
        .run(
            "delete from area_roles where user_id = $1 and role = $2 and area_id = $3",
            args![user, role, area],
        )
        .await?;
    Ok(gone > 0)
}

/// The roles that an account holds for areas.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn held(conn: &mut Conn, user: UserId) -> Result<Vec<(Role, AreaId)>, StoreError> {
    conn.all("select role, area_id from area_roles where user_id = $1 order by role, area_id", args![user])
        .await
}

/// Writes out, school by school, what the roles held for areas come to. To be called wherever a school, an area or such
/// a role has changed, in the same transaction: nobody sees more or less than the places say, not even for a moment.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn spread(tx: &mut Tx, district: DistrictId) -> Result<(), StoreError> {
    tx.run(
        "delete from user_roles where area_id is not null and user_id in (select id from users where district_id = $1)",
        args![district],
    )
    .await?;
    tx.run(
        "insert into user_roles (user_id, role, school_id, area_id) \
         with recursive below (area_id, top_id) as (select id, id from areas where district_id = $1 \
         union all select a.id, b.top_id from areas a join below b on a.parent_id = b.area_id) \
         select g.user_id, g.role, s.id, g.area_id from area_roles g join below b on b.top_id = g.area_id \
         join schools s on s.area_id = b.area_id where true on conflict (user_id, role, school_id) do nothing",
        args![district],
    )
    .await
    .map(drop)
}
