//! What is being done for a child, beside the scores: plan, second look, help outside, and who must answer whom.

use super::records::in_scope;
use super::rescreens::{self, Rescreens};
use super::{Services, require, steps};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::referral::DistressTag;
use crate::model::{ChildId, UserId};
use crate::policy::{Action, Place};
use crate::store::Conn;
use crate::store::audit;
pub use crate::store::audit::Look;
use crate::store::children::Child;
use crate::store::closings::{self, Closing};
use crate::store::concerns::{self, Concern};
use crate::store::guardian_letters::{self, GuardianLetter};
use crate::store::hand_overs::{self, HandOver};
use crate::store::mandatory::{self, Report};
use crate::store::outside::{self, HelpService, Outside, OutsideEvent};
use crate::store::plans::{self, Assessment, Plan};
use crate::store::referrals::Referral;

/// Everything that is being done for a child.
#[derive(Clone, Debug, Default)]
pub struct Casework {
    /// Versions of the safety plan, newest first.
    pub plans: Vec<Plan>,
    /// Second looks, newest first.
    pub assessments: Vec<Assessment>,
    /// Referrals outside, newest first.
    pub outside: Vec<Outside>,
    /// Their steps, newest first.
    pub outside_events: Vec<OutsideEvent>,
    /// What teachers noticed, newest first.
    pub concerns: Vec<Concern>,
    /// Groups in distress that the child is marked with.
    pub tags: Vec<DistressTag>,
    /// A closing that waits for its second person.
    pub closing: Option<Closing>,
    /// An offer that waits for its answer.
    pub hand_over: Option<HandOver>,
    /// Counselors to whom the open referral could go.
    pub colleagues: Vec<(UserId, String)>,
    /// Letters to guardians, newest first, without their text.
    pub letters: Vec<GuardianLetter>,
    /// Re-screens, and what can be asked again.
    pub rescreens: Rescreens,
    /// Mandatory reports, newest first, without their words; only for who works on the child.
    pub reports: Vec<Report>,
    /// The district's directory.
    pub directory: Vec<HelpService>,
}

pub(super) async fn of(
    conn: &mut Conn,
    ctx: &Ctx,
    child: &Child,
    open: Option<&Referral>,
) -> Result<Casework> {
    let mut work = Casework {
        plans: plans::list(conn, child.id).await?,
        assessments: plans::assessments(conn, child.id).await?,
        outside: outside::of_child(conn, child.id).await?,
        outside_events: outside::events(conn, child.id).await?,
        concerns: concerns::of_child(conn, child.id).await?,
        tags: plans::tags(conn, child.id).await?,
        letters: guardian_letters::of_child(conn, child.id).await?,
        rescreens: Rescreens { list: rescreens::of_child(conn, ctx, child).await?, choices: Vec::new() },
        ..Casework::default()
    };
    // Who looks through a broken glass learns of no report, and has nobody to give the child to.
    let works =
        require(ctx, Action::WorkReferrals, Place::School(child.district_id, child.school_id)).is_ok();
    if works {
        work.reports = mandatory::of_child(conn, child.id).await?;
    }
    if let Some(referral) = open {
        work.closing = closings::waiting(conn, referral.id).await?;
        work.hand_over = hand_overs::waiting(conn, referral.id).await?;
        if works {
            work.colleagues = steps::colleagues(conn, ctx, referral).await?;
        }
        work.rescreens.choices = rescreens::choices(conn, ctx, child).await?;
        work.directory = outside::services(conn, child.district_id).await?;
    }
    Ok(work)
}

/// Who has opened a child's file (C-32).
///
/// # Errors
/// [`crate::Error::NotFound`] outside the counselor's schools.
pub async fn looks(services: &Services, ctx: &Ctx, id: ChildId) -> Result<(Child, Vec<Look>)> {
    let mut conn = services.store.read(ctx).await?;
    let child = in_scope(&mut conn, ctx, id, Action::SeeChild).await?;
    let looks = audit::looks(&mut conn, id.0).await?;
    Ok((child, looks))
}
