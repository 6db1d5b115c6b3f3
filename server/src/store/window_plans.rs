//! Preparing a window: what it asks of whom, and how each school answers for its children.

use sqlx::FromRow;

use super::windows::{Window, WindowInstrument};
use super::{Conn, StoreError, Tx, args};
use crate::model::{ClassId, SchoolId, SittingId, WindowId};

/// A class that a window covers.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct CoveredClass {
    pub id: ClassId,
    pub school_id: SchoolId,
    pub name: String,
    pub grade: i64,
    /// Children who are enrolled in it now.
    pub children: i64,
}

/// How a school answers for the children of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct ResponsePlan {
    pub opens_minute: Option<i64>,
    pub closes_minute: Option<i64>,
    pub room: String,
    pub escalation: String,
    pub guardian_rule: String,
}

/// Changes a window that is still a draft; false when it is none any more.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn redraft(tx: &mut Tx, window: &Window) -> Result<bool, StoreError> {
    let changed = tx
        .run(
            "update windows set name = $2, opens_on = $3, closes_on = $4, consent_mode = $5, languages = $6, \
             rescreen_days = $7 where id = $1 and state = 'drafted'",
            args![
                window.id,
                &window.name,
                window.opens_on,
                window.closes_on,
                window.consent_mode,
                &window.languages,
                window.rescreen_days
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Replaces what a window asks, in which schools, grades and classes.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn cover(
    tx: &mut Tx,
    window: WindowId,
    instruments: &[WindowInstrument],
    schools: &[SchoolId],
    grades: &[i64],
    classes: &[ClassId],
) -> Result<(), StoreError> {
    tx.run("delete from window_instruments where window_id = $1", args![window]).await?;
    tx.run("delete from window_classes where window_id = $1", args![window]).await?;
    tx.run("delete from window_grades where window_id = $1", args![window]).await?;
    tx.run("delete from window_schools where window_id = $1", args![window]).await?;
    super::windows::ask(tx, window, instruments, schools).await?;
    for grade in grades {
        tx.run("insert into window_grades (window_id, grade) values ($1, $2)", args![window, *grade]).await?;
    }
    for class in classes {
        tx.run("insert into window_classes (window_id, class_id) values ($1, $2)", args![window, *class])
            .await?;
    }
    Ok(())
}

/// The grades named for a window; none means all.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn grades(conn: &mut Conn, window: WindowId) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<(i64,)> = conn
        .all("select grade from window_grades where window_id = $1 order by grade", args![window])
        .await?;
    Ok(rows.into_iter().map(|(grade,)| grade).collect())
}

/// The classes named for a window; none means all.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn classes(conn: &mut Conn, window: WindowId) -> Result<Vec<ClassId>, StoreError> {
    let rows: Vec<(ClassId,)> =
        conn.all("select class_id from window_classes where window_id = $1", args![window]).await?;
    Ok(rows.into_iter().map(|(class,)| class).collect())
}

/// Every class of a window's schools, covered or not.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn all_classes(conn: &mut Conn, window: WindowId) -> Result<Vec<CoveredClass>, StoreError> {
    conn.all(
        "select k.id, k.school_id, k.name, k.grade, (select count(*) from enrollments e where e.class_id = k.id \
         and e.to_date is null) as children from classes k join window_schools v on v.school_id = k.school_id \
         where v.window_id = $1 order by k.grade, k.name, k.id",
        args![window],
    )
    .await
}

/// The classes that a window covers.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn covered(conn: &mut Conn, window: WindowId) -> Result<Vec<CoveredClass>, StoreError> {
    conn.all(
        "select k.id, k.school_id, k.name, k.grade, (select count(*) from enrollments e where e.class_id = k.id \
         and e.to_date is null) as children from classes k join window_schools v on v.school_id = k.school_id \
         where v.window_id = $1 and (exists (select 1 from window_grades g where g.window_id = $1 \
         and g.grade = k.grade) or not exists (select 1 from window_grades g where g.window_id = $1)) \
         and (exists (select 1 from window_classes x where x.window_id = $1 and x.class_id = k.id) \
         or not exists (select 1 from window_classes x where x.window_id = $1)) order by k.grade, k.name, k.id",
        args![window],
    )
    .await
}

/// Covered classes with children that have no sitting in the window yet.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn without_sitting(
    conn: &mut Conn,
    window: WindowId,
) -> Result<Vec<(SchoolId, ClassId)>, StoreError> {
    let has: Vec<(ClassId,)> =
        conn.all("select distinct class_id from sittings where window_id = $1", args![window]).await?;
    let classes = covered(conn, window).await?;
    let missing = classes.iter().filter(|k| k.children > 0 && has.iter().all(|(class,)| *class != k.id));
    Ok(missing.map(|k| (k.school_id, k.id)).collect())
}

/// Plans a sitting for each covered class that has none; tells how many.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn plan_sittings(tx: &mut Tx, window: WindowId) -> Result<usize, StoreError> {
    let missing = without_sitting(tx, window).await?;
    for (school, class) in &missing {
        let id = SittingId(tx.ctx().id());
        super::windows::add_sitting(tx, id, window, *school, *class, None).await?;
    }
    Ok(missing.len())
}

/// How a school answers for a window's children; nothing said yet is an empty plan.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn response_plan(
    conn: &mut Conn,
    window: WindowId,
    school: SchoolId,
) -> Result<ResponsePlan, StoreError> {
    let plan = conn
        .first(
            "select opens_minute, closes_minute, room, escalation, guardian_rule from response_plans \
             where window_id = $1 and school_id = $2",
            args![window, school],
        )
        .await?;
    Ok(plan.unwrap_or_default())
}

/// Writes down how a school answers for a window's children.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn set_response_plan(
    tx: &mut Tx,
    window: WindowId,
    school: SchoolId,
    plan: &ResponsePlan,
) -> Result<(), StoreError> {
    tx.run(
        "insert into response_plans (window_id, school_id, opens_minute, closes_minute, room, escalation, guardian_rule) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (window_id, school_id) do update set \
         opens_minute = excluded.opens_minute, closes_minute = excluded.closes_minute, room = excluded.room, \
         escalation = excluded.escalation, guardian_rule = excluded.guardian_rule",
        args![
            window, school, plan.opens_minute, plan.closes_minute, &plan.room, &plan.escalation, &plan.guardian_rule
        ],
    )
    .await
    .map(drop)
}

/// How many cards of a window are good.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn good_cards(conn: &mut Conn, window: WindowId) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = conn
        .first("select count(*) from cards where window_id = $1 and voided_at is null", args![window])
        .await?;
    Ok(row.map_or(0, |(n,)| n))
}

/// Whether a rehearsal of a window has ended.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn is_rehearsed(conn: &mut Conn, window: WindowId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = conn
        .first("select count(*) from rehearsals where window_id = $1 and ended_at is not null", args![window])
        .await?;
    Ok(row.is_some_and(|(n,)| n > 0))
}
