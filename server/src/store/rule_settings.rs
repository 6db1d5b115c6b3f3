//! A district's own switches and priorities for referral rules: the newest row of a rule counts, all stay.

use sqlx::FromRow;

use super::{Conn, StoreError, Tx, args};
use crate::model::{DistrictId, Instant, UserId};

/// One change of a rule.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct RuleSetting {
    pub rule: String,
    /// `off`, or a priority.
    pub setting: String,
    pub note: String,
    pub by_name: String,
    pub set_at: Instant,
}

/// Every change of a district's rules, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, district: DistrictId) -> Result<Vec<RuleSetting>, StoreError> {
    conn.all(
        "select x.rule, x.setting, x.note, u.name as by_name, x.set_at from rule_settings x \
         join users u on u.id = x.set_by where x.district_id = $1 order by x.set_at desc, x.id desc",
        args![district],
    )
    .await
}

/// Adds a change.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    district: DistrictId,
    by: UserId,
    rule: &str,
    setting: &str,
    note: &str,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into rule_settings (id, district_id, rule, setting, note, set_by, set_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![ctx.id(), district, rule, setting, note, by, ctx.now],
    )
    .await
    .map(drop)
}
