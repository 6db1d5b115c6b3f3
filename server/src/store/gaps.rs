//! What the reconciler looks for: acts that should have left a trace and did not.

use questionnaires::second_scorer;
use sqlx::FromRow;

use super::responses::{self, Response, answer_columns};
use super::types::{padded, places};
use super::{Conn, StoreError, args};
use crate::model::{AdministrationId, ChildId, DistrictId, Instant, WindowId};

/// Answers to a critical item since an instant that have no flag, or no reason on a referral. Whether one is owed, the
/// second scorer says.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn critical_without_referral(
    conn: &mut Conn,
    instrument: &str,
    item: &str,
    since: Instant,
) -> Result<Vec<Response>, StoreError> {
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
    responses::open(conn, rows).await
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

/// A form that was handed in and is looked at a second time.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Handed {
    pub id: AdministrationId,
    pub district_id: DistrictId,
    pub child_id: ChildId,
    pub window_id: WindowId,
    pub informant: String,
    pub instrument: String,
    pub version: i64,
    pub submitted_at: Instant,
}

/// What was handed in since an instant, rehearsals left out, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn handed_in(conn: &mut Conn, since: Instant) -> Result<Vec<Handed>, StoreError> {
    conn.all(
        "select a.id, w.district_id, a.child_id, a.window_id, a.informant, a.instrument, a.version, a.submitted_at \
         from administrations a join windows w on w.id = a.window_id and w.rehearsal = $2 \
         join schools s on s.id = a.school_id and s.rehearsal = $2 \
         where a.state = 'submitted' and a.submitted_at >= $1 order by a.submitted_at",
        args![since, false],
    )
    .await
}

/// A score as it stands.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Standing {
    pub administration_id: AdministrationId,
    pub scale: String,
    pub value: Option<f64>,
    pub band: Option<String>,
    pub positive: Option<bool>,
}

impl Standing {
    /// As the second scorer holds it against its own.
    pub fn held(&self) -> second_scorer::Standing<'_> {
        second_scorer::Standing {
            scale: &self.scale,
            value: self.value,
            band: self.band.as_deref(),
            positive: self.positive,
        }
    }
}

/// The scores of forms, each scale by the newest engine.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn standing(conn: &mut Conn, forms: &[AdministrationId]) -> Result<Vec<Standing>, StoreError> {
    let forms = padded(forms);
    let sql = format!(
        "select s.administration_id, s.scale, s.value, s.band, s.positive from scores s where s.administration_id in ({}) \
         and s.engine = (select max(n.engine) from scores n where n.administration_id = s.administration_id and \
         n.scale = s.scale)",
        places(1, forms.len())
    );
    conn.all_of(sql, forms).await
}

/// A total of a child.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct ChildTotal {
    pub child_id: ChildId,
    pub window_id: WindowId,
    pub informant: String,
    pub instrument: String,
    pub version: i64,
    pub submitted_at: Instant,
    pub value: Option<f64>,
    pub positive: Option<bool>,
}

/// Every total of some children, oldest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn totals(conn: &mut Conn, children: &[ChildId]) -> Result<Vec<ChildTotal>, StoreError> {
    let children = padded(children);
    let sql = format!(
        "select a.child_id, a.window_id, a.informant, a.instrument, a.version, a.submitted_at, s.value, s.positive \
         from administrations a join scores s on s.administration_id = a.id and s.scale = 'total' \
         where a.child_id in ({}) and a.state = 'submitted' and s.engine = (select max(n.engine) from scores n \
         where n.administration_id = s.administration_id and n.scale = s.scale) order by a.submitted_at",
        places(1, children.len())
    );
    conn.all_of(sql, children).await
}

/// The reasons for referral that forms gave: form, rule and item.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn reasons(
    conn: &mut Conn,
    forms: &[AdministrationId],
) -> Result<Vec<(AdministrationId, String, String)>, StoreError> {
    let forms = padded(forms);
    let sql = format!(
        "select administration_id, rule, item from referral_reasons where administration_id in ({})",
        places(1, forms.len())
    );
    conn.all_of(sql, forms).await
}

/// Whether the trail has this act on a form already, with the same detail.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn is_told(
    conn: &mut Conn,
    form: AdministrationId,
    act: &str,
    detail: &str,
) -> Result<bool, StoreError> {
    let sql =
        "select cast(1 as bigint) from audit where subject_id = $1 and action = $2 and detail = $3 limit 1";
    Ok(conn.first::<(i64,)>(sql, args![form.0, act, detail]).await?.is_some())
}
