//! A teacher worries about a child: three fields, and back comes only "received" or "being handled" (45, C-28).

use std::sync::Arc;

use super::steps::wanted;
use super::{Services, require, scoring, staff};
use crate::ctx::Ctx;
use crate::policy::{Action, Place};
use crate::referral_rules::{Finding, TEACHER_CONCERN};
pub use crate::store::concerns::{Concern, NewConcern, OwnConcern, Pupil};
use crate::store::{Act, children, concerns};
use crate::{Error, Result};

/// A teacher's page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The children of the teacher's schools.
    pub pupils: Vec<Pupil>,
    /// What this teacher reported.
    pub own: Vec<OwnConcern>,
    /// The zone for showing times.
    pub time_zone: String,
}

/// The teacher's page.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no teacher.
pub async fn page(services: &Services, ctx: &Ctx) -> Result<Page> {
    require(ctx, Action::ReportConcern, Place::Anywhere)?;
    let reader = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let pupils = concerns::pupils(&mut conn, reader.district, reader.user).await?;
    let time_zone = match pupils.first() {
        Some(pupil) => children::get(&mut conn, pupil.id).await?.map(|c| c.time_zone).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Page { own: concerns::own(&mut conn, reader.user).await?, pupils, time_zone })
}

/// Reports a concern: it opens or joins the child's referral.
///
/// # Errors
/// [`Error::Invalid`] without what was seen; [`Error::NotFound`] for a child of another school.
pub async fn report(services: &Services, ctx: &Ctx, concern: NewConcern) -> Result<()> {
    let user = staff(ctx)?.user;
    let seen = wanted("seen", &concern.seen, "Say what you saw or heard, in a sentence or two.")?;
    let since = wanted("since", &concern.since, "Say since when, or how often.")?;
    let concern = NewConcern { seen, since, ..concern };
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("concern.report"), move |tx| {
            let (config, concern) = (Arc::clone(&config), concern.clone());
            Box::pin(async move {
                tx.about("child", concern.child.0);
                let ctx = tx.ctx();
                let Some(child) = children::get(tx, concern.child).await? else {
                    require(&ctx, Action::ReportConcern, Place::Anywhere)?;
                    return Err(Error::NotFound);
                };
                require(&ctx, Action::ReportConcern, Place::School(child.district_id, child.school_id))?;
                let finding = Finding {
                    rule: TEACHER_CONCERN,
                    item: ctx.id().simple().to_string(),
                    priority: config.clinical.priorities.of_urgency(concern.urgency),
                    why: format!("A teacher is concerned: {}", concern.urgency.label().to_lowercase()),
                };
                // Where the district has switched the rule off, a concern still reaches somebody: as low.
                let raised = scoring::raise(
                    tx,
                    &config.clinical,
                    child.id,
                    child.school_id,
                    None,
                    std::slice::from_ref(&finding),
                )
                .await?;
                let referral = match raised {
                    Some(referral) => referral,
                    None => {
                        let low = Finding {
                            rule: "by_hand",
                            priority: crate::model::referral::Priority::Low,
                            ..finding
                        };
                        scoring::raise(tx, &config.clinical, child.id, child.school_id, None, &[low])
                            .await?
                            .ok_or(Error::NotFound)?
                    }
                };
                concerns::add(tx, user, child.school_id, referral, &concern).await?;
                tx.detail(concern.urgency.as_str());
                Ok(())
            })
        })
        .await
}
