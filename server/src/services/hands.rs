//! A raised hand: a child asks the adult in the room to come, without saying why (K-27).

use super::{Services, require, sittings, staff, student};
use crate::ctx::Ctx;
use crate::model::{ChildId, SittingId};
use crate::policy::{Action, Place};
pub use crate::store::hands::Hand;
use crate::store::{Act, hands};
use crate::{Error, Result};

/// The signed-in child raises its hand. Nothing but the child and the instant is kept.
///
/// # Errors
/// [`Error::SignedOut`] where no child is signed in.
pub async fn raise(services: &Services, ctx: &Ctx) -> Result<()> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    services
        .store
        .write(ctx, Act::new("hand.raise"), move |tx| {
            Box::pin(async move {
                tx.about("child", student.child.0);
                Ok(hands::raise(tx, student.sitting, student.child).await?)
            })
        })
        .await
}

/// Whether the signed-in child's hand is up; none where no class sits around it, so that nobody would see it.
///
/// # Errors
/// [`Error::SignedOut`] where no child is signed in.
pub async fn is_raised(services: &Services, ctx: &Ctx) -> Result<Option<bool>> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    if !hands::are_seen(&mut conn, student.sitting).await? {
        return Ok(None);
    }
    let up = hands::up(&mut conn, student.sitting).await?;
    Ok(Some(up.iter().any(|hand| hand.child_id == student.child)))
}

/// The hands that are up in a sitting, longest first.
///
/// # Errors
/// [`Error::NotFound`] outside the proctor's schools.
pub async fn hands_raised(services: &Services, ctx: &Ctx, sitting: SittingId) -> Result<Vec<Hand>> {
    let mut conn = services.store.read(ctx).await?;
    sittings::find(&mut conn, ctx, sitting).await?;
    Ok(hands::up(&mut conn, sitting).await?)
}

/// Lowers a child's hand: somebody has been there.
///
/// # Errors
/// [`Error::NotFound`] outside the proctor's schools, and for a hand that is not up.
pub async fn lower(services: &Services, ctx: &Ctx, sitting: SittingId, child: ChildId) -> Result<()> {
    require(ctx, Action::RunSitting, Place::Anywhere)?;
    let by = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("hand.lower"), move |tx| {
            Box::pin(async move {
                tx.about("child", child.0);
                let ctx = tx.ctx();
                sittings::find(tx, &ctx, sitting).await?;
                // A child of another class has no hand here, and nothing tells that it exists.
                if hands::lower(tx, sitting, child, by).await? { Ok(()) } else { Err(Error::NotFound) }
            })
        })
        .await
}
