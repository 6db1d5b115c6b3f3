//! Breaking the glass: a counselor looks at a child of another school of the district, with a reason, for an hour, and
//! the school is told (AZ-08).

use super::{Services, erasure, require, require_fresh, staff};
use crate::ctx::{Actor, Ctx};
use crate::model::people::Role;
use crate::model::{ChildId, DistrictId, Instant, Private};
use crate::policy::{Action, Place, allow};
pub use crate::store::break_glass::Look;
use crate::store::{Act, Conn, break_glass, children, erasure as erasure_rows};
use crate::{Error, Result};

/// How long one look may last, in seconds.
pub(super) const SECONDS: i64 = 3600;
/// How long a look is shown to the school, in seconds.
const SHOWN_SECONDS: i64 = 30 * 24 * 3600;

/// Opens the record of the child with this number of the district's own, and tells its id.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] without a reason, or when there is no such child.
pub async fn open(services: &Services, ctx: &Ctx, number: &str, reason: &str) -> Result<ChildId> {
    let me = staff(ctx)?.clone();
    require(ctx, Action::BreakGlass, Place::Anywhere)?;
    require_fresh(ctx)?;
    let reason = reason.trim().to_owned();
    let letters = reason.chars().count();
    if !(10..=500).contains(&letters) || reason.chars().any(|c| c.is_control() && c != '\n' && c != '\r') {
        return Err(Error::invalid(
            "reason",
            "Say in a sentence why you need to see this child, in 10 to 500 letters.",
        ));
    }
    let number = number.trim().to_owned();
    services
        .store
        .write(ctx, Act::new("break_glass.open"), move |tx| {
            let (number, reason, me) = (number.clone(), reason.clone(), me.clone());
            Box::pin(async move {
                let found = break_glass::child_of_number(tx, me.district, &number).await?;
                let Some((child, school)) = found else {
                    return Err(Error::invalid(
                        "number",
                        "There is no child of this number in your district.",
                    ));
                };
                tx.about("child", child.0);
                // The reason stands in the trail, which outlives the child's record.
                if erasure_rows::subject(tx, child).await?.is_some_and(|c| erasure::names(&reason, &c)) {
                    return Err(Error::invalid(
                        "reason",
                        "Leave out the child’s name and number: the reason stays in the trail.",
                    ));
                }
                // Of one's own child there is nothing to break.
                if !me.has_at(Role::Counselor, school) {
                    let ends_at = tx.ctx().now.plus_seconds(SECONDS);
                    tx.detail(reason.clone());
                    break_glass::add(tx, me.user, child, &Private::new(reason), ends_at).await?;
                }
                Ok(child)
            })
        })
        .await
}

/// Whether the actor looks at this child through a broken glass now.
pub(super) async fn is_open(
    conn: &mut Conn,
    ctx: &Ctx,
    child: ChildId,
    district: DistrictId,
) -> Result<bool> {
    let Actor::Staff(me) = &ctx.actor else { return Ok(false) };
    if me.district != district || !allow(&ctx.actor, Action::BreakGlass, Place::Anywhere) {
        return Ok(false);
    }
    Ok(break_glass::open_until(conn, me.user, child, ctx.now).await?.is_some())
}

/// Passes for a child of one's own schools, or through a broken glass; otherwise the child does not exist.
pub(super) async fn see(conn: &mut Conn, ctx: &Ctx, id: ChildId, action: Action) -> Result<children::Child> {
    let Some(child) = children::get(conn, id).await? else {
        require(ctx, action, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let own = require(ctx, action, Place::School(child.district_id, child.school_id));
    let may_look = matches!(action, Action::SeeChild | Action::SeeAnswers);
    if own.is_err() && may_look && is_open(conn, ctx, id, child.district_id).await? {
        return Ok(child);
    }
    own.map(|()| child)
}

/// Looks from outside at children of the reader's schools in the last thirty days, for its leads and counselors.
///
/// # Errors
/// [`Error::NotFound`] for anybody else.
pub async fn told(services: &Services, ctx: &Ctx) -> Result<Vec<Look>> {
    let me = staff(ctx)?;
    require(ctx, Action::SeeLooks, Place::Anywhere)?;
    let since: Instant = ctx.now.plus_seconds(-SHOWN_SECONDS);
    let mut conn = services.store.read(ctx).await?;
    let all = break_glass::list(&mut conn, me.district, since).await?;
    Ok(all
        .into_iter()
        .filter(|look| allow(&ctx.actor, Action::SeeLooks, Place::School(me.district, look.school_id)))
        .collect())
}
