//! A child goes to another school of the district: its history follows, and the old school loses sight of it (AZ-07).
//! The counselor's form and the roster both end here.

use super::duty::Rota;
use super::referrals::checked_text;
use super::steps::wanted;
use super::{Services, break_glass, staff, steps};
use crate::ctx::{Ctx, Staff};
use crate::model::referral::{Outcome, Priority, ReferralState};
use crate::model::{ChildId, ClassId, Day, Private, SchoolId, UserId};
use crate::policy::Action;
pub use crate::store::children::Child;
use crate::store::referrals::Referral;
pub use crate::store::transfers::OpenClass;
use crate::store::transfers::{self, Follows};
use crate::store::{Act, Conn, Tx, closings, hand_overs, outbox, referrals, rosters};
use crate::{Error, Result};

/// What a move would do, before it is made.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Who would move.
    pub child: Child,
    /// The schools there are to choose from, without the child's own.
    pub schools: Vec<(SchoolId, String)>,
    /// The one that was chosen, with what awaits the child there.
    pub chosen: Option<Chosen>,
    /// The priority of the open referral, which goes along.
    pub open: Option<Priority>,
    /// How many closed ones go along.
    pub closed: usize,
    /// Whether a closing waits for its second person.
    pub closing_waits: bool,
    /// Whether an offer to a colleague waits.
    pub offer_waits: bool,
}

/// A school that a child could go to.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Chosen {
    pub school: SchoolId,
    pub name: String,
    pub classes: Vec<OpenClass>,
    /// Who would own the open referral; nobody where the school has nobody present.
    pub owner: Option<String>,
}

/// What a move of a child would do.
///
/// # Errors
/// [`Error::NotFound`] for a child or a school outside the reader's reach; [`Error::Conflict`] where somebody else owns
/// the child's referral.
pub async fn preview(
    services: &Services,
    ctx: &Ctx,
    child: ChildId,
    to: Option<SchoolId>,
) -> Result<Preview> {
    let me = staff(ctx)?.clone();
    let mut conn = services.store.read(ctx).await?;
    let child = movable(&mut conn, ctx, &me, child).await?;
    let all = referrals::of_child(&mut conn, child.id).await?;
    let open = all.iter().find(|r| r.closed_at.is_none());
    let mut schools = transfers::schools(&mut conn, child.district_id).await?;
    schools.retain(|(id, _)| *id != child.school_id);
    let chosen = match to {
        None => None,
        Some(to) => {
            let (school, name) = schools.iter().find(|(id, _)| *id == to).cloned().ok_or(Error::NotFound)?;
            let owner = receiver(&mut conn, ctx, school).await?.map(|(_, name)| name);
            Some(Chosen { school, name, classes: transfers::classes(&mut conn, school).await?, owner })
        }
    };
    let (closing_waits, offer_waits) = match open {
        None => (false, false),
        Some(open) => (
            closings::waiting(&mut conn, open.id).await?.is_some(),
            hand_overs::waiting(&mut conn, open.id).await?.is_some(),
        ),
    };
    let closed = all.iter().filter(|r| r.closed_at.is_some()).count();
    Ok(Preview { open: open.map(|r| r.priority), closed, child, schools, chosen, closing_waits, offer_waits })
}

/// Moves a child to a class of another school. Whoever asked may no longer see it afterwards.
///
/// # Errors
/// [`Error::Invalid`] without a class of that school, or without a word to the next person where a referral is open;
/// [`Error::Conflict`] where somebody else owns the referral or nobody is present at the new school.
pub async fn transfer(
    services: &Services,
    ctx: &Ctx,
    child: ChildId,
    to: SchoolId,
    class: ClassId,
    reason: Private<String>,
) -> Result<()> {
    let me = staff(ctx)?.clone();
    let reason = checked_text("reason", &reason)?;
    let shared = services.clone();
    services
        .store
        .write(ctx, Act::new("child.transfer"), move |tx| {
            let (services, me, reason) = (shared.clone(), me.clone(), reason.clone());
            Box::pin(async move {
                tx.about("child", child.0);
                let ctx = tx.ctx();
                let child = movable(tx, &ctx, &me, child).await?;
                let school = transfers::schools(tx, child.district_id).await?;
                let (to, name) = school.into_iter().find(|(id, _)| *id == to).ok_or(Error::NotFound)?;
                if to == child.school_id {
                    return Err(Error::invalid("school", "The child is at this school already."));
                }
                if !transfers::classes(tx, to).await?.iter().any(|open| open.id == class) {
                    return Err(Error::invalid("class", "Choose the class that the child goes to."));
                }
                if referrals::get_open(tx, child.id, child.school_id).await?.is_some() {
                    wanted("reason", &reason, "Say what the next person must know.")?;
                }
                let zone = super::scoring::zone_of(tx, to).await?;
                let on = ctx.now.day_in(&zone);
                tx.detail(format!("{} to {name}", child.school_name));
                let going = Going { child: child.id, school: to, school_name: &name, class, on };
                carry_out(&services, tx, &going, Some(me.user), &reason).await
            })
        })
        .await
}

/// The child, if the actor may move it: a counselor of its school, and of an open referral its owner.
async fn movable(conn: &mut Conn, ctx: &Ctx, me: &Staff, id: ChildId) -> Result<Child> {
    // A broken glass lets one look, not move.
    let child = break_glass::see(conn, ctx, id, Action::MoveChild).await?;
    match referrals::get_open(conn, id, child.school_id).await? {
        Some(open) if open.owner_id != me.user => Err(Error::Conflict(format!(
            "{} owns this child’s referral and moves the child; or have it handed over first.",
            open.owner_name
        ))),
        _ => Ok(child),
    }
}

/// Who would own a referral that comes to a school now: a present counselor, on duty before anybody else.
async fn receiver(conn: &mut Conn, ctx: &Ctx, school: SchoolId) -> Result<Option<(UserId, String)>> {
    let rota = Rota::of(conn, school, ctx.now).await?;
    let user = rota.answering(ctx.now).into_iter().find(|user| rota.is_counselor(*user));
    Ok(user.map(|user| (user, rota.name(user))))
}

/// Whether a school has somebody present who can take over a referral.
pub(super) async fn receives(conn: &mut Conn, ctx: &Ctx, school: SchoolId) -> Result<bool> {
    Ok(receiver(conn, ctx, school).await?.is_some())
}

/// Where a child goes, and from which day on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Going<'a> {
    pub child: ChildId,
    pub school: SchoolId,
    pub school_name: &'a str,
    pub class: ClassId,
    pub on: Day,
}

/// Moves a child with all that hangs on it, within the caller's transaction.
pub(super) async fn carry_out(
    services: &Services,
    tx: &mut Tx,
    going: &Going<'_>,
    by: Option<UserId>,
    reason: &Private<String>,
) -> Result<()> {
    let ctx = tx.ctx();
    let Going { child, school, class, on, .. } = *going;
    let from = transfers::last_school(tx, child).await?.unwrap_or_default();
    let all = referrals::of_child(tx, child).await?;
    let moving: Vec<&Referral> = all.iter().filter(|r| r.school_id != school).collect();
    let owner = if moving.iter().any(|r| r.closed_at.is_none()) {
        let found = receiver(tx, &ctx, school).await?;
        Some(found.ok_or_else(|| {
            Error::Conflict(format!(
                "{} has no counselor who is present, so nobody would own this child’s referral. Set its duty first.",
                going.school_name
            ))
        })?)
    } else {
        None
    };
    rosters::end_enrollment(tx, child, on).await?;
    rosters::enroll(tx, child, school, class, on).await?;
    transfers::leave_windows(tx, child, school, class).await?;
    let words = format!("From {from} to {}. {}", going.school_name, reason.reveal());
    let words = Private::new(words.trim().to_owned());
    for referral in moving {
        let id = referral.id;
        let Some((owner, name)) = owner.as_ref().filter(|_| referral.closed_at.is_none()) else {
            transfers::move_closed(tx, id, school).await?;
            let state = referral.state;
            referrals::add_event(tx, id, by, "transfer", Some(state), state, &words).await?;
            continue;
        };
        settle(tx, referral, by).await?;
        if let Some(there) = referrals::get_open(tx, child, school).await? {
            join(services, tx, referral, &there, by, &words).await?;
            transfers::move_closed(tx, id, school).await?;
            continue;
        }
        let due_at = first_due(services, tx, school, referral.priority).await?;
        transfers::move_open(tx, &Follows { id, school, owner: *owner, due_at }).await?;
        let told: Private<String> = format!("{} Given to {name}.", words.reveal()).into();
        let to = ReferralState::Open;
        referrals::add_event(tx, id, by, "transfer", Some(referral.state), to, &told).await?;
        let word = if referral.priority == Priority::Critical { "critical_moved" } else { "moved" };
        outbox::add(tx, id, *owner, &format!("{word}:{}", referral.version + 1)).await?;
    }
    Ok(())
}

/// Ends what the old school's people still had to answer.
async fn settle(tx: &mut Tx, referral: &Referral, by: Option<UserId>) -> Result<()> {
    let why = Private::new("The child moves to another school".to_owned());
    steps::end_what_waits(tx, referral, by, &why).await?;
    Ok(outbox::acknowledge(tx, referral.id).await?)
}

/// The clock of somebody who has just been given a referral: a critical one is to be acknowledged within minutes.
async fn first_due(
    services: &Services,
    tx: &mut Tx,
    school: SchoolId,
    priority: Priority,
) -> Result<crate::model::Instant> {
    if priority == Priority::Critical {
        return Ok(tx.ctx().now.plus_seconds(services.config.clinical.clocks.critical_minutes * 60));
    }
    steps::due(services, tx, school, priority).await
}

/// The new school has an open referral of the child already: there are never two, so the one that comes is closed into it
/// and what was to do for it goes along.
async fn join(
    services: &Services,
    tx: &mut Tx,
    coming: &Referral,
    there: &Referral,
    by: Option<UserId>,
    words: &Private<String>,
) -> Result<()> {
    transfers::hang_on(tx, coming.id, there.id).await?;
    let closed = ReferralState::Closed;
    let outcome = Some(Outcome::Moved);
    if !referrals::advance(tx, coming.id, coming.version, closed, outcome).await? {
        return Err(Error::Conflict("Somebody changed this a moment ago. Look again.".to_owned()));
    }
    referrals::add_event(tx, coming.id, by, "transfer", Some(coming.state), closed, words).await?;
    let due_at = first_due(services, tx, there.school_id, coming.priority).await?;
    referrals::raise(tx, there.id, coming.priority, due_at).await?;
    referrals::add_event(tx, there.id, by, "transfer", Some(there.state), there.state, words).await?;
    let word = if coming.priority == Priority::Critical { "critical_moved" } else { "moved" };
    outbox::add(tx, there.id, there.owner_id, &format!("{word}:{}", there.version)).await?;
    Ok(())
}
