//! Steps of a referral that need more than a verb: another level, a later day, a second person, another owner.

use std::sync::Arc;

use uuid::Uuid;

use super::referrals::{checked_text, find, step};
use super::{Services, duty, escalation, mandatory, require, rescreens, school_days, scoring, staff};
use crate::config::Clinical;
use crate::ctx::Ctx;
use crate::model::referral::{Outcome, Priority, Verb};
use crate::model::{Day, Instant, Private, ReferralId, SchoolId, UserId};
use crate::policy::{Action, Place};
pub use crate::store::closings::Closing as WaitingClosing;
pub use crate::store::hand_overs::HandOver;
use crate::store::referrals::Referral;
use crate::store::{Act, Conn, Tx, closings, contacts, hand_overs, outbox, places, referrals};
use crate::{Error, Result};

/// A text that must be there.
pub(super) fn wanted(field: &'static str, text: &Private<String>, ask: &str) -> Result<Private<String>> {
    let text = checked_text(field, text)?;
    if text.reveal().is_empty() { Err(Error::invalid(field, ask)) } else { Ok(text) }
}

/// The referral as its counselor works on it: claimed, and not closed.
pub(super) async fn worked_on(conn: &mut Conn, ctx: &Ctx, id: ReferralId) -> Result<Referral> {
    let referral = find(conn, ctx, id).await?;
    if referral.state.is_unclaimed() {
        return Err(Error::Conflict("Claim it first.".to_owned()));
    }
    if referral.closed_at.is_some() {
        return Err(Error::Conflict("It is closed; reopen it first.".to_owned()));
    }
    Ok(referral)
}

/// When a priority is due from now on.
pub(super) async fn due(
    services: &Services,
    tx: &mut Tx,
    school: SchoolId,
    priority: Priority,
) -> Result<Instant> {
    let clinical = &services.config.clinical;
    let now = tx.ctx().now;
    let zone = scoring::zone_of(tx, school).await?;
    if priority == Priority::Critical {
        // Somebody is on it already: the child is to be seen the same day.
        return Ok(school_days::same_day(clinical, now, &zone));
    }
    let holidays = places::holidays(tx, school, now.day_in(&zone), 400).await?;
    Ok(school_days::due_at(clinical, priority, now, &zone, &holidays))
}

/// Sets another level than the rules gave, with the reason; both stay readable (18).
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Conflict`] on a referral nobody has claimed or that is closed.
pub async fn set_priority(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    priority: Priority,
    reason: Private<String>,
) -> Result<()> {
    let user = staff(ctx)?.user;
    let reason = wanted("reason", &reason, "Say why this level fits better: the next person reads it.")?;
    let services_ = services.clone();
    services
        .store
        .write(ctx, Act::new("referral.set_priority"), move |tx| {
            let (services, reason) = (services_.clone(), reason.clone());
            Box::pin(async move {
                tx.about("referral", id.0);
                tx.detail(priority.as_str());
                let ctx = tx.ctx();
                let before = worked_on(tx, &ctx, id).await?;
                let due = due(&services, tx, before.school_id, priority).await?;
                if !referrals::set_priority(tx, id, before.version, priority, due).await? {
                    return Err(Error::Conflict(
                        "Somebody changed this a moment ago. Look again.".to_owned(),
                    ));
                }
                let words = format!(
                    "{} instead of {}: {}",
                    priority.label(),
                    before.priority.label().to_lowercase(),
                    reason.reveal()
                );
                let state = before.state;
                Ok(referrals::add_event(
                    tx,
                    id,
                    Some(user),
                    "set_priority",
                    Some(state),
                    state,
                    &words.into(),
                )
                .await?)
            })
        })
        .await
}

/// Puts a referral aside until a day, with the reason. Never a critical one (C-05).
///
/// # Errors
/// [`Error::Invalid`] for a day that is over, more than 60 days away, or without a reason; [`Error::Conflict`] on a
/// critical one.
pub async fn snooze(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    until: Day,
    reason: Private<String>,
) -> Result<()> {
    let user = staff(ctx)?.user;
    let reason = wanted("reason", &reason, "Say why it can wait.")?;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("referral.snooze"), move |tx| {
            let (config, reason) = (Arc::clone(&config), reason.clone());
            Box::pin(async move {
                tx.about("referral", id.0);
                let ctx = tx.ctx();
                let before = worked_on(tx, &ctx, id).await?;
                if before.priority == Priority::Critical {
                    return Err(Error::Conflict("A critical referral cannot be put aside.".to_owned()));
                }
                let zone = scoring::zone_of(tx, before.school_id).await?;
                let today = ctx.now.day_in(&zone);
                if until <= today || until > today.plus_days(60) {
                    return Err(Error::invalid(
                        "until",
                        "Choose a day from tomorrow on, at most 60 days away.",
                    ));
                }
                referrals::snooze(tx, id, until, school_days::end_of(&config.clinical, until, &zone)).await?;
                let words = format!("Until {until}: {}", reason.reveal());
                let state = before.state;
                Ok(referrals::add_event(tx, id, Some(user), "snooze", Some(state), state, &words.into())
                    .await?)
            })
        })
        .await
}

/// Notes that a follow-up is done; the next open one is what is due.
///
/// # Errors
/// [`Error::NotFound`] when there is no such open follow-up on this referral.
pub async fn finish_follow_up(services: &Services, ctx: &Ctx, id: ReferralId, follow_up: Uuid) -> Result<()> {
    let user = staff(ctx)?.user;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("follow_up.done"), move |tx| {
            let config = Arc::clone(&config);
            Box::pin(async move {
                tx.about("referral", id.0);
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                if !contacts::finish_follow_up(tx, id, follow_up, user).await? {
                    return Err(Error::NotFound);
                }
                let open = contacts::follow_ups(tx, id).await?;
                if let Some(next) = open.iter().find(|f| f.done_at.is_none()) {
                    let zone = scoring::zone_of(tx, referral.school_id).await?;
                    let due = school_days::end_of(&config.clinical, next.due_on, &zone);
                    referrals::set_due(tx, id, due).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Makes the follow-ups and the re-screen that the clinical settings ask for once help has begun (23), once for a referral;
/// on a free day, the next school day.
pub(super) async fn plan_follow_ups(tx: &mut Tx, clinical: &Clinical, referral: &Referral) -> Result<()> {
    let named = |days: i64| format!("Look again after {days} days");
    let there = contacts::follow_ups(tx, referral.id).await?;
    let days = &clinical.clocks.follow_up_days;
    if there.iter().any(|f| days.iter().any(|days| *f.what.reveal() == named(*days))) {
        return Ok(());
    }
    let zone = scoring::zone_of(tx, referral.school_id).await?;
    let today = tx.ctx().now.day_in(&zone);
    let holidays = places::holidays(tx, referral.school_id, today, 400).await?;
    for days in days {
        let day = school_days::on_or_after(today.plus_days(*days), &holidays);
        contacts::add_follow_up(tx, referral.id, day, &named(*days).into()).await?;
    }
    rescreens::plan_after_help(tx, clinical, referral).await
}

/// Proposes to close a critical referral: a second person confirms.
pub(super) async fn propose_closing(
    tx: &mut Tx,
    referral: &Referral,
    user: UserId,
    outcome: Outcome,
    seen_by: &Private<String>,
    reason: &Private<String>,
) -> Result<()> {
    referral.state.after(Verb::Close).map_err(|_| Error::Conflict("Claim it first.".to_owned()))?;
    mandatory::none_waits(tx, referral).await?;
    if !closings::propose(tx, referral.id, user, outcome, seen_by, reason).await? {
        return Err(Error::Conflict("A closing waits for its second person already.".to_owned()));
    }
    let words = format!("{}. Seen by {}. {}", outcome.label(), seen_by.reveal(), reason.reveal());
    let state = referral.state;
    let event = "propose_close";
    Ok(referrals::add_event(tx, referral.id, Some(user), event, Some(state), state, &words.into()).await?)
}

/// Ends a closing and an offer that still wait for their answer: what they were about is over.
pub(super) async fn end_what_waits(
    tx: &mut Tx,
    referral: &Referral,
    by: Option<UserId>,
    why: &Private<String>,
) -> Result<()> {
    let (id, state) = (referral.id, referral.state);
    if closings::end_waiting(tx, id).await? {
        referrals::add_event(tx, id, by, "return_close", Some(state), state, why).await?;
    }
    if let Some(offer) = hand_overs::waiting(tx, id).await? {
        hand_overs::answer(tx, offer.id, "withdrawn").await?;
        referrals::add_event(tx, id, by, "withdraw_offer", Some(state), state, why).await?;
    }
    Ok(())
}

/// The second person's answer to a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The child was seen and it can be closed.
    Confirmed,
    /// It stays open.
    Returned,
}

/// Confirms or returns a closing. Never by the person who proposed it (C-30).
///
/// # Errors
/// [`Error::Conflict`] for the same person, or when nothing waits any more.
pub async fn answer_closing(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    answer: Answer,
    note: Private<String>,
) -> Result<()> {
    let user = staff(ctx)?.user;
    let note = checked_text("note", &note)?;
    services
        .store
        .write(ctx, Act::new("referral.answer_closing"), move |tx| {
            let note = note.clone();
            Box::pin(async move {
                tx.about("referral", id.0);
                let ctx = tx.ctx();
                let referral = find(tx, &ctx, id).await?;
                let waiting = closings::waiting(tx, id)
                    .await?
                    .ok_or_else(|| Error::Conflict("No closing waits any more.".to_owned()))?;
                if waiting.proposed_by == user {
                    return Err(Error::Conflict("Another person confirms: you proposed it.".to_owned()));
                }
                let word = if answer == Answer::Confirmed { "confirmed" } else { "returned" };
                if !closings::answer(tx, waiting.id, user, word).await? {
                    return Err(Error::Conflict("No closing waits any more.".to_owned()));
                }
                tx.detail(word);
                if answer == Answer::Confirmed {
                    let words = format!(
                        "Proposed by {}. Seen by {}. {} {}",
                        waiting.by_name,
                        waiting.seen_by.reveal(),
                        waiting.reason.reveal(),
                        note.reveal()
                    );
                    let words = Private::new(words.trim().to_owned());
                    return step(tx, &referral, user, Verb::Close, Some(waiting.outcome), &words).await;
                }
                let state = referral.state;
                Ok(referrals::add_event(tx, id, Some(user), "return_close", Some(state), state, &note)
                    .await?)
            })
        })
        .await
}

/// Offers a referral to another counselor of the school. Nothing moves until it is accepted (C-31).
///
/// # Errors
/// [`Error::Invalid`] for somebody who is no counselor of the school or is away, or without a next step.
pub async fn offer_hand_over(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    to: UserId,
    next_step: Private<String>,
) -> Result<()> {
    let user = staff(ctx)?.user;
    let next_step = wanted("next_step", &next_step, "Say what is next: the other person starts from it.")?;
    services
        .store
        .write(ctx, Act::new("hand_over.offer"), move |tx| {
            let next_step = next_step.clone();
            Box::pin(async move {
                tx.about("referral", id.0);
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                let rota = duty::Rota::of(tx, referral.school_id, ctx.now).await?;
                if to == user || !rota.is_counselor(to) || rota.is_away(to, ctx.now.day_in(&rota.zone)) {
                    return Err(Error::invalid(
                        "to",
                        "Choose another counselor of the school who is not away.",
                    ));
                }
                if !hand_overs::offer(tx, id, user, to, &next_step).await? {
                    return Err(Error::Conflict("An offer waits for its answer already.".to_owned()));
                }
                outbox::add(tx, id, to, &format!("offer:{}", referral.version)).await?;
                let words = format!("To {}: {}", rota.name(to), next_step.reveal());
                let state = referral.state;
                Ok(referrals::add_event(tx, id, Some(user), "offer", Some(state), state, &words.into())
                    .await?)
            })
        })
        .await
}

/// Answers an offer: the person it was made to accepts or declines, the one who made it may withdraw it.
///
/// # Errors
/// [`Error::Conflict`] when nothing waits for this person.
pub async fn answer_hand_over(
    services: &Services,
    ctx: &Ctx,
    id: ReferralId,
    accepts: Accepts,
) -> Result<()> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("hand_over.answer"), move |tx| {
            Box::pin(async move {
                tx.about("referral", id.0);
                let ctx = tx.ctx();
                let referral = find(tx, &ctx, id).await?;
                let gone = || Error::Conflict("No offer waits for you here any more.".to_owned());
                let waiting = hand_overs::waiting(tx, id).await?.ok_or_else(gone)?;
                let word = match accepts {
                    Accepts::Yes if waiting.to_user == user => "accepted",
                    Accepts::No if waiting.to_user == user => "declined",
                    Accepts::No if waiting.from_user == user => "withdrawn",
                    _ => return Err(gone()),
                };
                if !hand_overs::answer(tx, waiting.id, word).await? {
                    return Err(gone());
                }
                tx.detail(word);
                if word == "accepted" {
                    let words = Private::new(format!("Accepted from {}", waiting.from_name));
                    if referral.owner_id != user {
                        escalation::move_to(tx, id, referral.owner_id, user, Some(user), &words).await?;
                        outbox::acknowledge(tx, id).await?;
                    }
                    return Ok(());
                }
                let state = referral.state;
                let none = Private::default();
                let event = if word == "declined" { "decline_offer" } else { "withdraw_offer" };
                Ok(referrals::add_event(tx, id, Some(user), event, Some(state), state, &none).await?)
            })
        })
        .await
}

/// Whether an offer is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub enum Accepts {
    Yes,
    No,
}

/// Colleagues to whom a referral of a school can be given, by name.
pub(super) async fn colleagues(
    conn: &mut Conn,
    ctx: &Ctx,
    referral: &Referral,
) -> Result<Vec<(UserId, String)>> {
    require(ctx, Action::WorkReferrals, Place::School(referral.district_id, referral.school_id))?;
    let rota = duty::Rota::of(conn, referral.school_id, ctx.now).await?;
    let today = ctx.now.day_in(&rota.zone);
    let mut list: Vec<(UserId, String)> = Vec::new();
    for user in rota.having(crate::model::people::Role::Counselor, today) {
        if list.iter().all(|(known, _)| *known != user) {
            list.push((user, rota.name(user)));
        }
    }
    Ok(list)
}
