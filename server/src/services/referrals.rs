//! The queue, and the steps of a referral from claim to outcome.

use std::sync::Arc;

use super::steps::{plan_follow_ups, propose_closing, wanted};
use super::{Services, drafts, mandatory, require, school_days, scoring, staff, steps};
use crate::ctx::Ctx;
use crate::model::draft::DraftForm;
use crate::model::referral::{ContactHow, ContactWith, Outcome, Priority, ReferralState, Verb};
use crate::model::{Day, Private, ReferralId, UserId};
use crate::policy::{Action, Place};
use crate::store::contacts::{self, Contact};
pub use crate::store::referrals::SchoolCounts;
use crate::store::referrals::{self, Referral};
use crate::store::{Act, Conn, Tx, outbox};
use crate::{Error, Result};

/// Takes a referral: the first claimer wins in the database, a second one learns who has it (REL-09).
///
/// # Errors
/// [`Error::Conflict`] naming who was faster; [`Error::NotFound`] outside the counselor's schools.
pub async fn claim(services: &Services, ctx: &Ctx, id: ReferralId) -> Result<()> {
    let user = staff(ctx)?.user;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("referral.claim"), move |tx| {
            let config = Arc::clone(&config);
            Box::pin(async move {
                tx.about("referral", id.0);
                let before = within_scope(tx, id).await?;
                // Acknowledged in time, a critical one is not done: the child is to be seen the same day.
                let due = if before.priority == Priority::Critical {
                    let zone = scoring::zone_of(tx, before.school_id).await?;
                    Some(school_days::same_day(&config.clinical, tx.ctx().now, &zone))
                } else {
                    None
                };
                if !referrals::claim(tx, id, user, due).await? {
                    return Err(Error::Conflict(format!("{} is on this already.", before.owner_name)));
                }
                outbox::acknowledge(tx, id).await?;
                let none = Private::default();
                let to = ReferralState::Acknowledged;
                Ok(referrals::add_event(tx, id, Some(user), "claim", Some(before.state), to, &none).await?)
            })
        })
        .await
}

/// A contact to log.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// With whom.
    pub with: ContactWith,
    /// How.
    pub how: ContactHow,
    /// Whether the person was reached.
    pub reached: bool,
    /// What was said, at most 2,000 characters.
    pub note: Private<String>,
    /// When to look again, if decided.
    pub next: Option<Day>,
}

/// Logs a contact; a next date becomes a follow-up, and what is due next.
///
/// # Errors
/// [`Error::Invalid`] for a note that is too long or a day that is over; [`Error::Conflict`] on a referral nobody has claimed or that is closed.
pub async fn log_contact(services: &Services, ctx: &Ctx, id: ReferralId, contact: NewContact) -> Result<()> {
    let user = staff(ctx)?.user;
    let note = checked_text("note", &contact.note)?;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("contact.add"), move |tx| {
            let (config, contact, note) = (Arc::clone(&config), contact.clone(), note.clone());
            Box::pin(async move {
                tx.about("referral", id.0);
                let referral = within_scope(tx, id).await?;
                still_worked_on(&referral)?;
                let at = tx.ctx().now;
                let zone = scoring::zone_of(tx, referral.school_id).await?;
                if contact.next.is_some_and(|day| day < at.day_in(&zone)) {
                    return Err(Error::invalid("next", "This day is over; choose today or a later day."));
                }
                let row = Contact {
                    id: tx.ctx().id(),
                    at,
                    by_name: String::new(),
                    with_whom: contact.with,
                    how: contact.how,
                    reached: contact.reached,
                    note,
                    corrects: None,
                    corrected_at: None,
                };
                contacts::add(tx, id, referral.child_id, user, &row).await?;
                drafts::settle(tx, user, referral.child_id, DraftForm::Contact).await?;
                if let Some(day) = contact.next {
                    let what =
                        Private::new(format!("Contact again ({})", contact.with.label().to_lowercase()));
                    contacts::add_follow_up(tx, id, day, &what).await?;
                    // A critical child nobody has reached stays due today, whatever is planned for later (C-05).
                    if contact.reached || referral.priority != Priority::Critical {
                        let due = school_days::end_of(&config.clinical, day, &zone);
                        referrals::set_due(tx, id, due).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Moves a referral on: into assessment, support, an outside service, or follow-up.
///
/// # Errors
/// [`Error::Conflict`] when its state does not allow the step or somebody was faster.
pub async fn advance(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    verb: Verb,
    reason: Private<String>,
) -> Result<()> {
    if matches!(verb, Verb::Claim | Verb::Close) {
        return Err(Error::invalid("step", "Claim and close have pages of their own."));
    }
    let user = staff(ctx)?.user;
    let reason = match verb {
        Verb::Reopen => wanted("reason", &reason, "Say why it is opened again.")?,
        _ => checked_text("reason", &reason)?,
    };
    let shared = services.clone();
    services
        .store
        .write(ctx, Act::new("referral.advance"), move |tx| {
            let (reason, services) = (reason.clone(), shared.clone());
            Box::pin(async move {
                tx.about("referral", id.0);
                tx.detail(verb.as_str());
                let referral = within_scope(tx, id).await?;
                if verb == Verb::Reopen {
                    return reopen(&services, tx, &referral, user, &reason).await;
                }
                step(tx, &referral, user, verb, None, &reason).await?;
                if matches!(verb, Verb::SupportInSchool | Verb::ReferOutside | Verb::PlanFollowUp) {
                    plan_follow_ups(tx, &services.config.clinical, &referral).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Opens a closed referral again: its clock runs anew, and its owner hears of it.
async fn reopen(
    services: &Services,
    tx: &mut Tx,
    referral: &Referral,
    user: UserId,
    reason: &Private<String>,
) -> Result<()> {
    if referrals::get_open(tx, referral.child_id, referral.school_id).await?.is_some() {
        return Err(Error::Conflict("This child has an open referral already; work there.".to_owned()));
    }
    step(tx, referral, user, Verb::Reopen, None, reason).await?;
    let now = tx.ctx().now;
    let due = if referral.priority == Priority::Critical {
        now.plus_seconds(services.config.clinical.clocks.critical_minutes * 60)
    } else {
        steps::due(services, tx, referral.school_id, referral.priority).await?
    };
    referrals::set_due(tx, referral.id, due).await?;
    let word = if referral.priority == Priority::Critical { "critical_again" } else { "again" };
    outbox::add(tx, referral.id, referral.owner_id, &format!("{word}:{}", referral.version)).await?;
    Ok(())
}

/// How a referral ends.
#[derive(Clone, Debug)]
pub struct Closing {
    /// What came of it.
    pub outcome: Outcome,
    /// Who saw the child, wanted for a critical one (C-30).
    pub seen_by: Private<String>,
    /// Why it can be closed.
    pub reason: Private<String>,
}

/// What became of a wish to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is closed.
    Now,
    /// A second person confirms it first.
    WhenConfirmed,
}

/// Closes a referral with its outcome; a critical one waits for a second person (C-30).
///
/// # Errors
/// [`Error::Invalid`] when a critical one names nobody who saw the child; [`Error::Conflict`] when it was never
/// claimed, is closed already, or somebody was faster.
pub async fn close(services: &Services, ctx: &Ctx, id: ReferralId, closing: Closing) -> Result<Closed> {
    let user = staff(ctx)?.user;
    let reason = checked_text("reason", &closing.reason)?;
    let seen_by = checked_text("seen_by", &closing.seen_by)?;
    services
        .store
        .write(ctx, Act::new("referral.close"), move |tx| {
            let (reason, seen_by) = (reason.clone(), seen_by.clone());
            Box::pin(async move {
                tx.about("referral", id.0);
                tx.detail(closing.outcome.as_str());
                let referral = within_scope(tx, id).await?;
                if referral.priority == Priority::Critical && seen_by.reveal().is_empty() {
                    return Err(Error::invalid(
                        "seen_by",
                        "Say who saw the child: a critical referral needs it to close.",
                    ));
                }
                if referral.priority == Priority::Critical {
                    propose_closing(tx, &referral, user, closing.outcome, &seen_by, &reason).await?;
                    return Ok(Closed::WhenConfirmed);
                }
                let mut text = reason.reveal().clone();
                if !seen_by.reveal().is_empty() {
                    text = format!("Seen by {}. {text}", seen_by.reveal());
                }
                step(tx, &referral, user, Verb::Close, Some(closing.outcome), &text.into()).await?;
                Ok(Closed::Now)
            })
        })
        .await
}

/// Writes a note about the child of a referral.
///
/// # Errors
/// [`Error::Invalid`] for an empty or too long note.
pub async fn add_note(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    visibility: &'static str,
    body: Private<String>,
) -> Result<()> {
    let user = staff(ctx)?.user;
    let body = checked_text("body", &body)?;
    if body.reveal().is_empty() {
        return Err(Error::invalid("body", "Write the note first."));
    }
    services
        .store
        .write(ctx, Act::new("note.add"), move |tx| {
            let body = body.clone();
            Box::pin(async move {
                tx.about("referral", id.0);
                let referral = within_scope(tx, id).await?;
                contacts::add_note(tx, referral.child_id, user, visibility, &body).await?;
                drafts::settle(tx, user, referral.child_id, DraftForm::Note).await
            })
        })
        .await
}

/// Open and overdue counts of the schools that the reader leads: no child in them.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no school lead.
pub async fn school_counts(services: &Services, ctx: &Ctx) -> Result<Vec<SchoolCounts>> {
    require(ctx, Action::SeeSchoolCounts, Place::Anywhere)?;
    let staff = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    Ok(referrals::school_counts(&mut conn, staff.district, staff.user, ctx.now).await?)
}

/// The referral, if the actor may work on it at its school.
async fn within_scope(tx: &mut Tx, id: ReferralId) -> Result<Referral> {
    let ctx = tx.ctx();
    find(tx, &ctx, id).await
}

pub(super) async fn find(conn: &mut Conn, ctx: &Ctx, id: ReferralId) -> Result<Referral> {
    let referral = referrals::get(conn, id).await?;
    let Some(referral) = referral else {
        require(ctx, Action::WorkReferrals, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, Action::WorkReferrals, Place::School(referral.district_id, referral.school_id))?;
    Ok(referral)
}

fn still_worked_on(referral: &Referral) -> Result<()> {
    match referral.state {
        ReferralState::Open | ReferralState::Reopened => {
            Err(Error::Conflict("Claim it first, then log.".to_owned()))
        }
        ReferralState::Closed => Err(Error::Conflict("It is closed; reopen it first.".to_owned())),
        _ => Ok(()),
    }
}

pub(super) async fn step(
    tx: &mut Tx,
    referral: &Referral,
    user: UserId,
    verb: Verb,
    outcome: Option<Outcome>,
    reason: &Private<String>,
) -> Result<()> {
    if verb == Verb::Close {
        mandatory::none_waits(tx, referral).await?;
    }
    let to = referral.state.after(verb).map_err(|refused| match refused.state {
        ReferralState::Open | ReferralState::Reopened => Error::Conflict("Claim it first.".to_owned()),
        ReferralState::Closed => Error::Conflict("It is closed already; reopen it first.".to_owned()),
        _ => Error::Conflict(refused.to_string()),
    })?;
    if !referrals::advance(tx, referral.id, referral.version, to, outcome).await? {
        return Err(Error::Conflict(
            "Somebody changed this a moment ago. Look again, then decide.".to_owned(),
        ));
    }
    if to == ReferralState::Closed {
        // Or a second person could confirm it, or a colleague accept it, long after it has been opened again.
        let why = Private::new("The referral is closed".to_owned());
        steps::end_what_waits(tx, referral, Some(user), &why).await?;
    }
    Ok(referrals::add_event(tx, referral.id, Some(user), verb.as_str(), Some(referral.state), to, reason)
        .await?)
}

/// Free text as it may be stored: trimmed, at most 2,000 characters, no control characters (INP-01).
pub(super) fn checked_text(field: &'static str, text: &Private<String>) -> Result<Private<String>> {
    let clean: String = text
        .reveal()
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
        .collect();
    let clean = clean.trim();
    if clean.chars().count() > 2000 {
        return Err(Error::invalid(
            field,
            "This is longer than 2,000 characters; shorten it, nothing was lost.",
        ));
    }
    Ok(clean.to_owned().into())
}
