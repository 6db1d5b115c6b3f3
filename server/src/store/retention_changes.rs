//! Other periods of retention: who asked for which, and who decided.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::{DistrictId, Instant, UserId};

/// Periods that somebody asked for.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Change {
    pub id: Uuid,
    /// The profile that was in force then.
    pub before: String,
    pub profile: String,
    pub asked_at: Instant,
    pub asked_by: UserId,
    pub asked_by_name: String,
    pub decided_at: Option<Instant>,
    pub decided_by: Option<UserId>,
    pub decided_by_name: Option<String>,
    pub approved: Option<bool>,
    pub note: String,
}

/// A district's changes, newest first: one that waits, and what was decided.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId, limit: i64) -> Result<Vec<Change>, StoreError> {
    conn.all(
        "select c.id, c.before, c.profile, c.asked_at, c.asked_by, a.name as asked_by_name, c.decided_at, c.decided_by, \
         d.name as decided_by_name, c.approved, c.note from retention_changes c join users a on a.id = c.asked_by \
         left join users d on d.id = c.decided_by where c.district_id = $1 order by c.asked_at desc, c.id desc limit $2",
        args![district, limit],
    )
    .await
}

/// Whether a change waits in a district.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn is_waiting(conn: &mut Conn, district: DistrictId) -> Result<bool, StoreError> {
    let row: Option<(Uuid,)> = conn
        .first(
            "select id from retention_changes where district_id = $1 and decided_at is null",
            args![district],
        )
        .await?;
    Ok(row.is_some())
}

/// Adds a request.
///
/// # Errors
/// [`StoreError`] when the database refuses it, a constraint when another one waits.
pub async fn add(
    tx: &mut Tx,
    district: DistrictId,
    before: &str,
    profile: &str,
    by: UserId,
) -> Result<Uuid, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    tx.run(
        "insert into retention_changes (id, district_id, before, profile, asked_at, asked_by, note) \
         values ($1, $2, $3, $4, $5, $6, '')",
        args![id, district, before, profile, ctx.now, by],
    )
    .await?;
    Ok(id)
}

/// Decides on a request that waits: the profile it asks for, or none when it was decided before.
///
/// # Errors
/// [`StoreError`] when the database refuses it, a constraint when the one who asked says yes.
pub async fn decide(
    tx: &mut Tx,
    district: DistrictId,
    id: Uuid,
    yes: bool,
    by: UserId,
    note: &str,
) -> Result<Option<String>, StoreError> {
    let now = tx.ctx().now;
    let row: Option<(String,)> = tx
        .first(
            "update retention_changes set decided_at = $3, decided_by = $4, approved = $5, note = $6 \
             where id = $1 and district_id = $2 and decided_at is null returning profile",
            args![id, district, now, by, yes, note],
        )
        .await?;
    Ok(row.map(|(profile,)| profile))
}
