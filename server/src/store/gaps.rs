//! What the reconciler looks for: acts that should have left a trace and did not.

use super::responses::{self, answer_columns};
use super::{Conn, StoreError, args};
use crate::model::{AdministrationId, Instant};

/// An answer to an item, for a second look at whether it is critical.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Suspect {
    pub administration_id: AdministrationId,
    pub item: String,
    pub code: i64,
}

/// Answers of at least `at_least` to a critical item since an instant that have no flag, or no reason on a referral.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn critical_without_referral(
    conn: &mut Conn,
    instrument: &str,
    item: &str,
    at_least: i64,
    since: Instant,
) -> Result<Vec<Suspect>, StoreError> {
    const SUSPECTS: &str = concat!(
        "select ",
        answer_columns!(),
        " from responses r join administrations a on a.id = r.administration_id \
         join windows w on w.id = a.window_id and w.rehearsal = $4 \
         where a.instrument = $1 and r.item = $2 and r.answered_at >= $3 and (not exists (select 1 \
         from flags f where f.administration_id = r.administration_id and f.item = r.item and \
         f.kind = 'critical_item') or not exists (select 1 from referral_reasons m where \
         m.administration_id = r.administration_id and m.rule = 'critical_item' and m.item = r.item)) order by r.administration_id, r.seq"
    );
    let rows = conn.all(SUSPECTS, args![instrument, item, since, false]).await?;
    let mut suspects = Vec::new();
    for answer in responses::open(conn, rows).await? {
        let Some(code) = answer.code.filter(|code| *code >= at_least) else { continue };
        suspects.push(Suspect { administration_id: answer.administration_id, item: answer.item, code });
    }
    Ok(suspects)
}

/// Submitted administrations of an instrument since an instant without any score, or with a positive total and no reason.
///
/// A reason is owed only where the district's rule was on when the form was handed in, and still is: what the rule did not
/// refer then is no gap, and what it would not refer now cannot be repaired.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn submitted_without_trace(
    conn: &mut Conn,
    instrument: &str,
    since: Instant,
) -> Result<Vec<AdministrationId>, StoreError> {
    let rows: Vec<(AdministrationId,)> = conn
        .all(
            "select a.id from administrations a join windows w on w.id = a.window_id and w.rehearsal = $4 where a.instrument = $3 and a.state = 'submitted' and a.submitted_at >= $1 and (not exists \
             (select 1 from scores s where s.administration_id = a.id) or (exists (select 1 from scores s where \
             s.administration_id = a.id and s.scale = 'total' and s.positive = $2) and not exists (select 1 from referral_reasons m \
             where m.administration_id = a.id and m.rule = 'above_cutoff') and not exists (select 1 from rule_settings x \
             where x.district_id = w.district_id and x.rule = 'above_cutoff' and x.setting = 'off' and (not exists \
             (select 1 from rule_settings y where y.district_id = x.district_id and y.rule = x.rule and y.set_at > x.set_at) \
             or (x.set_at <= a.submitted_at and not exists (select 1 from rule_settings y where y.district_id = \
             x.district_id and y.rule = x.rule and y.set_at > x.set_at and y.set_at <= a.submitted_at))))))",
            args![since, true, instrument, false],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
