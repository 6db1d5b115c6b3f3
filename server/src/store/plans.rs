//! Safety plans, second looks, and tags: what is written with and about a child. Only ever added to.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args, sealed};
use crate::model::referral::{Danger, DistressTag, Priority};
use crate::model::{ChildId, Instant, Private, ReferralId, UserId};
use crate::seal::field::Place;

/// The six steps in order, and why one is empty.
const TEXTS: [&str; 7] = [
    "plans.warning_signs",
    "plans.own_coping",
    "plans.people_and_places",
    "plans.people_to_ask",
    "plans.professionals",
    "plans.safer_place",
    "plans.gap_reason",
];
const SUMMARY: &str = "assessments.summary";
const STRENGTHS: &str = "assessments.strengths";

/// A version of a child's safety plan.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Plan {
    pub id: Uuid,
    pub version: i64,
    pub by_name: String,
    pub written_at: Instant,
    pub warning_signs: Private<String>,
    pub own_coping: Private<String>,
    pub people_and_places: Private<String>,
    pub people_to_ask: Private<String>,
    pub professionals: Private<String>,
    pub safer_place: Private<String>,
    pub gap_reason: Private<String>,
}

/// What makes a version of a plan: the six steps in order, and why step five or six is empty.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct NewPlan {
    pub steps: [Private<String>; 6],
    pub gap_reason: Private<String>,
}

/// Adds the next version of a child's plan; false when somebody wrote one at the same moment.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    child: ChildId,
    referral: ReferralId,
    by: UserId,
    version: i64,
    plan: &NewPlan,
) -> Result<bool, StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let mut texts = Vec::with_capacity(TEXTS.len());
    for (column, text) in TEXTS.into_iter().zip(plan.steps.iter().chain([&plan.gap_reason])) {
        texts.push(sealed::seal(tx, child, Place { column, row: id }, text).await?);
    }
    let mut values = args![id, child, referral, version, by, ctx.now];
    values.extend(texts.into_iter().map(super::Val::from));
    let added = tx
        .run(
            "insert into plans (id, child_id, referral_id, version, user_id, written_at, warning_signs, own_coping, \
             people_and_places, people_to_ask, professionals, safer_place, gap_reason) values ($1, $2, $3, $4, $5, $6, \
             $7, $8, $9, $10, $11, $12, $13) on conflict (child_id, version) do nothing",
            values,
        )
        .await?;
    Ok(added == 1)
}

/// Every version of a child's plan, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn list(conn: &mut Conn, child: ChildId) -> Result<Vec<Plan>, StoreError> {
    let mut plans: Vec<Plan> = conn.all(
        "select p.id, p.version, u.name as by_name, p.written_at, p.warning_signs, p.own_coping, p.people_and_places, \
         p.people_to_ask, p.professionals, p.safer_place, p.gap_reason from plans p join users u on u.id = p.user_id \
         where p.child_id = $1 order by p.version desc",
        args![child],
    )
    .await?;
    for plan in &mut plans {
        let row = plan.id;
        let texts = [
            &mut plan.warning_signs,
            &mut plan.own_coping,
            &mut plan.people_and_places,
            &mut plan.people_to_ask,
            &mut plan.professionals,
            &mut plan.safer_place,
            &mut plan.gap_reason,
        ];
        for (column, text) in TEXTS.into_iter().zip(texts) {
            sealed::open(conn, Place { column, row }, text).await?;
        }
    }
    Ok(plans)
}

/// A second look after the screening.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct Assessment {
    pub id: Uuid,
    pub at: Instant,
    pub by_name: String,
    pub level: Priority,
    pub danger: Danger,
    pub summary: Private<String>,
    pub strengths: Private<String>,
    /// The second look that this one corrects, and since when.
    pub corrects: Option<Uuid>,
    pub corrected_at: Option<Instant>,
}

/// What makes a second look.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct NewAssessment {
    pub level: Priority,
    pub danger: Danger,
    pub summary: Private<String>,
    pub strengths: Private<String>,
}

/// Adds a second look.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_assessment(
    tx: &mut Tx,
    child: ChildId,
    referral: ReferralId,
    by: UserId,
    new: &NewAssessment,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    let id = ctx.id();
    let summary = sealed::seal(tx, child, Place { column: SUMMARY, row: id }, &new.summary).await?;
    let strengths = sealed::seal(tx, child, Place { column: STRENGTHS, row: id }, &new.strengths).await?;
    tx.run(
        "insert into assessments (id, referral_id, child_id, user_id, at, level, danger, summary, strengths) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, referral, child, by, ctx.now, new.level, new.danger, summary, strengths],
    )
    .await
    .map(drop)
}

/// A child's second looks, newest first.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn assessments(conn: &mut Conn, child: ChildId) -> Result<Vec<Assessment>, StoreError> {
    let mut looks: Vec<Assessment> = conn.all(
        "select a.id, a.at, u.name as by_name, a.level, a.danger, a.summary, a.strengths, a.corrects, a.corrected_at from assessments a \
         join users u on u.id = a.user_id where a.child_id = $1 order by a.at desc, a.id desc",
        args![child],
    )
    .await?;
    for look in &mut looks {
        sealed::open(conn, Place { column: SUMMARY, row: look.id }, &mut look.summary).await?;
        sealed::open(conn, Place { column: STRENGTHS, row: look.id }, &mut look.strengths).await?;
    }
    Ok(looks)
}

/// The groups of children in distress that a child is marked with.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn tags(conn: &mut Conn, child: ChildId) -> Result<Vec<DistressTag>, StoreError> {
    let rows: Vec<(DistressTag,)> = conn
        .all(
            "select tag from child_tags where child_id = $1 and removed_at is null order by set_at, tag",
            args![child],
        )
        .await?;
    Ok(rows.into_iter().map(|(tag,)| tag).collect())
}

/// Marks a child, once.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add_tag(tx: &mut Tx, child: ChildId, by: UserId, tag: DistressTag) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into child_tags (id, child_id, tag, set_by, set_at) values ($1, $2, $3, $4, $5) \
         on conflict (child_id, tag) where removed_at is null do nothing",
        args![ctx.id(), child, tag, by, ctx.now],
    )
    .await
    .map(drop)
}

/// Takes a mark back; the row stays.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn remove_tag(tx: &mut Tx, child: ChildId, tag: DistressTag) -> Result<(), StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update child_tags set removed_at = $3 where child_id = $1 and tag = $2 and removed_at is null",
        args![child, tag, now],
    )
    .await
    .map(drop)
}
