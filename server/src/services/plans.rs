//! The safety plan in the child's words, the second look, and tags (C-25, 19, 57).

use super::referrals::checked_text;
use super::steps::{due, wanted, worked_on};
use super::{Services, drafts, staff};
use crate::ctx::Ctx;
use crate::model::draft::DraftForm;
use crate::model::referral::DistressTag;
use crate::model::{Private, ReferralId};
pub use crate::store::plans::{Assessment, NewAssessment, NewPlan, Plan};
use crate::store::{Act, plans, referrals};
use crate::{Error, Result};

/// The steps in their order, as a person reads them out (Stanley & Brown 2012).
pub const STEPS: [(&str, &str, &str); 6] = [
    ("warning_signs", "1 Warning signs", "What tells you that it is getting hard?"),
    ("own_coping", "2 What I can do by myself", "What has helped you before, without anybody?"),
    (
        "people_and_places",
        "3 People and places that take my mind off it",
        "Where can you go, whom can you be with?",
    ),
    ("people_to_ask", "4 People I can ask for help", "Whom can you tell? Names and numbers."),
    ("professionals", "5 Professionals and places to call", "School, clinic, crisis line, with numbers."),
    ("safer_place", "6 Making the place safer", "What should be out of reach, and who sees to it?"),
];

/// Writes the next version of a child's plan, after the one that its writer has seen (0 for none). Without step five or six
/// it needs the reason (C-25).
///
/// # Errors
/// [`Error::Invalid`] for an empty plan or an empty last step without a reason; [`Error::Conflict`] when somebody has saved
/// a version that the writer has not seen (C-06).
pub async fn write(services: &Services, ctx: &Ctx, id: ReferralId, seen: i64, plan: NewPlan) -> Result<()> {
    let user = staff(ctx)?.user;
    let mut steps: [Private<String>; 6] = Default::default();
    for (n, (field, ..)) in STEPS.iter().enumerate() {
        steps[n] = checked_text(field, &plan.steps[n])?;
    }
    let gap_reason = checked_text("gap_reason", &plan.gap_reason)?;
    let empty = |n: usize| steps[n].reveal().is_empty();
    if (0..6).all(empty) {
        return Err(Error::invalid("warning_signs", "Write down at least one step with the child."));
    }
    if (empty(4) || empty(5)) && gap_reason.reveal().is_empty() {
        let field = if empty(4) { "professionals" } else { "safer_place" };
        return Err(Error::invalid(
            field,
            "Steps 5 and 6 make a plan safe. Fill them in, or say below why not yet.",
        ));
    }
    let plan = NewPlan { steps, gap_reason };
    services
        .store
        .write(ctx, Act::new("plan.write"), move |tx| {
            let plan = plan.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                tx.about("child", referral.child_id.0);
                let child = referral.child_id;
                let last = plans::list(tx, child).await?.into_iter().next();
                let version = last.as_ref().map_or(1, |plan| plan.version + 1);
                if version != seen + 1 || !plans::add(tx, child, id, user, version, &plan).await? {
                    let who = last.map_or_else(|| "Somebody".to_owned(), |plan| plan.by_name);
                    return Err(Error::Conflict(format!(
                        "{who} saved a version while you were writing. Both are below: put them together, then save."
                    )));
                }
                drafts::settle(tx, user, child, DraftForm::Plan).await?;
                let words = Private::new(format!("Version {version}"));
                let state = referral.state;
                Ok(referrals::add_event(tx, id, Some(user), "plan", Some(state), state, &words).await?)
            })
        })
        .await
}

/// The second look: a person's own finding. The level of the screening was provisional; this one holds (19).
///
/// # Errors
/// [`Error::Invalid`] without a summary.
pub async fn assess(services: &Services, ctx: &Ctx, id: ReferralId, new: NewAssessment) -> Result<()> {
    let user = staff(ctx)?.user;
    let summary = wanted("summary", &new.summary, "Say in a few words what you found.")?;
    let strengths = checked_text("strengths", &new.strengths)?;
    let new = NewAssessment { summary, strengths, ..new };
    let shared = services.clone();
    services
        .store
        .write(ctx, Act::new("assessment.add"), move |tx| {
            let (new, services) = (new.clone(), shared.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                tx.about("child", referral.child_id.0);
                plans::add_assessment(tx, referral.child_id, id, user, &new).await?;
                drafts::settle(tx, user, referral.child_id, DraftForm::Assessment).await?;
                let due = if new.level == referral.priority {
                    referral.due_at
                } else {
                    due(&services, tx, referral.school_id, new.level).await?
                };
                if !referrals::set_priority(tx, id, referral.version, new.level, due).await? {
                    return Err(Error::Conflict(
                        "Somebody changed this a moment ago. Look again.".to_owned(),
                    ));
                }
                let words =
                    Private::new(format!("Level {} confirmed by a person", new.level.label().to_lowercase()));
                let state = referral.state;
                Ok(referrals::add_event(tx, id, Some(user), "assess", Some(state), state, &words).await?)
            })
        })
        .await
}

/// Marks a child as belonging to a group in distress, or takes the mark back.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools.
pub async fn set_tag(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    tag: DistressTag,
    mark: Mark,
) -> Result<()> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("child.tag"), move |tx| {
            Box::pin(async move {
                let ctx = tx.ctx();
                let child = worked_on(tx, &ctx, id).await?.child_id;
                tx.about("child", child.0);
                match mark {
                    Mark::On => plans::add_tag(tx, child, user, tag).await?,
                    Mark::Off => plans::remove_tag(tx, child, tag).await?,
                }
                Ok(())
            })
        })
        .await
}

/// Whether a mark is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub enum Mark {
    On,
    Off,
}
