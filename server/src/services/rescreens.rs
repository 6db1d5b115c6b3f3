//! Re-screens: a child is asked again with an instrument it knows, behind a card of its own, and the result lands on the
//! same curve (C-29, 23). A counselor plans one, the follow-up plan does, or the window that found the child.
//!
//! A re-screen is answered in a window of its own that no figure counts. What was said about taking part in the window that
//! asked the same before holds for it too, so a no there ends it in the same minute.

use std::sync::Arc;

use questionnaires::instrument::Instrument;
use questionnaires::library;
use uuid::Uuid;

use super::cards::{Card, Sheet, fresh_card};
use super::referrals::find;
use super::steps::worked_on;
use super::trends::short_title;
use super::windows::can_be_asked;
use super::{Services, require, school_days, scoring, staff};
use crate::config::Clinical;
use crate::ctx::Ctx;
use crate::model::window::WindowState;
use crate::model::{Day, Instant, ReferralId, SittingId, UserId, WindowId};
use crate::policy::{Action, Place};
use crate::store::administrations::Administration;
use crate::store::children::Child;
use crate::store::referrals::Referral;
use crate::store::rescreens::{self as stored, Answered, Rescreen as Row};
use crate::store::windows::{Window, WindowInstrument};
use crate::store::{Act, Conn, Tx, cards, contacts, places, referrals, sessions, windows};
use crate::{Error, Result};

/// The furthest day for which a re-screen is planned, from today on.
const FURTHEST_DAYS: i64 = 180;
/// The name of a re-screen's window, as the timeline shows it.
const NAME: &str = "Re-screen";

/// How far a re-screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No card has been made.
    Planned,
    /// Its card opens the door until this instant.
    CardOut(Instant),
    /// Its card opens nothing any more, and nothing was handed in.
    NotAnswered,
    /// Handed in at this instant.
    Answered(Instant),
    /// The child said no thanks.
    Declined,
    /// Taken back by a counselor.
    Withdrawn,
}

/// A re-screen as a counselor sees it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Rescreen {
    pub id: Uuid,
    /// The instrument's short name.
    pub title: String,
    pub due_on: Day,
    /// None where a window or the follow-up plan asks for it.
    pub planned_by: Option<String>,
    pub stage: Stage,
}

impl Rescreen {
    fn of(row: Row, now: Instant) -> Self {
        let stage = match (row.withdrawn_at, row.answered_at, row.ends_at) {
            (Some(_), ..) => Stage::Withdrawn,
            (_, Some(at), _) => Stage::Answered(at),
            _ if row.declined => Stage::Declined,
            (_, _, Some(ends)) if now < ends => Stage::CardOut(ends),
            (_, _, Some(_)) => Stage::NotAnswered,
            (_, _, None) => Stage::Planned,
        };
        let title = short_title(&row.instrument);
        Self { id: row.id, title, due_on: row.due_on, planned_by: row.planned_by_name, stage }
    }

    /// Whether it waits for the child or for its card.
    pub fn waits(&self) -> bool {
        matches!(self.stage, Stage::Planned | Stage::CardOut(_) | Stage::NotAnswered)
    }
}

/// An instrument that can be asked again, or why it cannot.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its id.
    pub instrument: String,
    /// Its short name.
    pub title: String,
    /// The first day on which asking again does not ask about the same days.
    pub from: Day,
    /// Why it cannot be asked now.
    pub refused: Option<String>,
}

/// The re-screens of a child and what can be asked again.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as named")]
pub struct Rescreens {
    /// Those that wait first, then the latest day first.
    pub list: Vec<Rescreen>,
    pub choices: Vec<Choice>,
}

/// A child's re-screens, for its page.
pub(super) async fn of_child(conn: &mut Conn, ctx: &Ctx, child: &Child) -> Result<Vec<Rescreen>> {
    let rows = stored::of_child(conn, child.id).await?;
    let mut list: Vec<Rescreen> = rows.into_iter().map(|row| Rescreen::of(row, ctx.now)).collect();
    list.sort_by_key(|one| !one.waits());
    Ok(list)
}

/// What can be asked of a child again.
pub(super) async fn choices(conn: &mut Conn, ctx: &Ctx, child: &Child) -> Result<Vec<Choice>> {
    let today = ctx.now.day_in(&scoring::zone(&child.time_zone));
    let known = stored::answered(conn, child.id).await?;
    Ok(known.iter().filter_map(|answered| choice(child, answered, today)).collect())
}

/// Nothing for an instrument that is gone, or that no child answers by itself.
fn choice(child: &Child, answered: &Answered, today: Day) -> Option<Choice> {
    let instrument = library::get(&answered.instrument).filter(|known| can_be_asked(known))?;
    let zone = scoring::zone(&child.time_zone);
    let last = answered.last_at.map(|at| at.day_in(&zone));
    let recall = instrument.recall.as_ref().and_then(|recall| recall.days).map_or(1, i64::from);
    let from = last.map_or(today, |day| day.plus_days(recall)).max(today);
    let refused = refusal(child, answered, instrument, today);
    Some(Choice { instrument: instrument.id.clone(), title: instrument.short_title.clone(), from, refused })
}

fn refusal(child: &Child, answered: &Answered, instrument: &Instrument, today: Day) -> Option<String> {
    let age = i64::from(today.age_of(child.birth_date));
    let (min, max) = (i64::from(instrument.ages.min), i64::from(instrument.ages.max));
    if !(min..=max).contains(&age) {
        return Some(format!("{} is made for {min} to {max} years", instrument.short_title));
    }
    if !answered.consent_mode.allows(answered.consent) {
        return Some(format!("taking part in {} is not allowed any more", answered.window_name));
    }
    None
}

/// Plans a re-screen for a child on whose referral the counselor works.
///
/// # Errors
/// [`Error::Invalid`] for an instrument that cannot be asked, or for a day that is over, too far away, or so near that both
/// results would speak of the same days; [`Error::Conflict`] when one waits already.
pub async fn plan(
    services: &Services,
    ctx: &Ctx,
    referral: ReferralId,
    instrument: String,
    due_on: Day,
) -> Result<()> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("rescreen.plan"), move |tx| {
            let instrument = instrument.clone();
            Box::pin(async move {
                tx.about("referral", referral.0);
                tx.detail(instrument.clone());
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, referral).await?;
                let child = scoring::child_of(tx, referral.child_id).await?;
                let choices = choices(tx, &ctx, &child).await?;
                let Some(choice) = choices.iter().find(|c| c.instrument == instrument) else {
                    return Err(Error::invalid("instrument", "Choose what the child has answered before."));
                };
                if let Some(why) = &choice.refused {
                    return Err(Error::invalid("instrument", format!("It cannot be asked now: {why}.")));
                }
                check_day(choice, due_on, ctx.now.day_in(&scoring::zone(&child.time_zone)))?;
                let waits =
                    |row: &Row| row.instrument == instrument && Rescreen::of(row.clone(), ctx.now).waits();
                let rows = stored::of_child(tx, child.id).await?;
                let added = !rows.iter().any(waits)
                    && stored::add(tx, referral.id, child.id, &instrument, due_on, Some(user)).await?;
                if !added {
                    return Err(Error::Conflict(format!(
                        "A re-screen with {} waits already. Take it back first, or make its card.",
                        choice.title
                    )));
                }
                let words = format!("{} until {due_on}", choice.title);
                event(tx, &referral, Some(user), "plan_rescreen", words).await
            })
        })
        .await
}

fn check_day(choice: &Choice, due_on: Day, today: Day) -> Result<()> {
    if due_on < today {
        return Err(Error::invalid("due_on", "This day is over; choose today or a later day."));
    }
    if due_on > today.plus_days(FURTHEST_DAYS) {
        let why =
            format!("Choose a day at most {FURTHEST_DAYS} days away; a follow-up can be planned for later.");
        return Err(Error::invalid("due_on", why));
    }
    if due_on < choice.from {
        return Err(Error::invalid(
            "due_on",
            format!(
                "Before {} it would ask about days it has asked about already, and a change could not be told.",
                choice.from
            ),
        ));
    }
    Ok(())
}

async fn event(
    tx: &mut Tx,
    referral: &Referral,
    by: Option<UserId>,
    verb: &'static str,
    words: String,
) -> Result<()> {
    let state = referral.state;
    Ok(referrals::add_event(tx, referral.id, by, verb, Some(state), state, &words.into()).await?)
}

/// Makes the card of a re-screen; a card that was made before stops working. It opens the door until the end of its day, or
/// of today where that day is over.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; [`Error::Conflict`] when it is answered or taken back, or when the
/// child must not be asked.
pub async fn print_card(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Sheet> {
    let user = staff(ctx)?.user;
    let (keys, config) = (services.keys.clone(), Arc::clone(&services.config));
    services
        .store
        .write(ctx, Act::new("rescreen.card"), move |tx| {
            let (keys, config) = (keys.clone(), Arc::clone(&config));
            Box::pin(async move {
                let ctx = tx.ctx();
                let (row, referral) = find_waiting(tx, &ctx, id).await?;
                tx.about("child", row.child_id.0);
                let child = scoring::child_of(tx, row.child_id).await?;
                let zone = scoring::zone(&child.time_zone);
                let today = ctx.now.day_in(&zone);
                let known = stored::answered(tx, child.id).await?;
                let Some(answered) = known.into_iter().find(|a| a.instrument == row.instrument) else {
                    return Err(Error::Conflict("The child has not been asked this before.".to_owned()));
                };
                let Some(instrument) = library::get(&row.instrument) else {
                    return Err(Error::Conflict(
                        "This program does not know the instrument any more.".to_owned(),
                    ));
                };
                if let Some(why) = refusal(&child, &answered, instrument, today) {
                    return Err(Error::Conflict(format!("No card was made: {why}.")));
                }
                let closes_on = row.due_on.max(today);
                let window = match row.window_id {
                    Some(window) => {
                        stored::set_last_day(tx, window, closes_on).await?;
                        end_sitting(tx, window).await?;
                        window
                    }
                    None => add_window(tx, &row, &child, &answered, instrument, (today, closes_on)).await?,
                };
                let sitting = SittingId(ctx.id());
                windows::add_sitting(tx, sitting, window, child.school_id, child.class_id, Some(user))
                    .await?;
                let ends = Instant::of_day(closes_on.plus_days(1), 0, &zone);
                windows::open_sitting(tx, sitting, ends).await?;
                cards::void(tx, window, child.id).await?;
                let (code, link) = fresh_card(tx, &keys, &config.site(), window, child.id).await?;
                event(tx, &referral, Some(user), "rescreen_card", short_title(&row.instrument)).await?;
                let shown = windows::get_sitting(tx, sitting).await?.ok_or(Error::NotFound)?;
                let card = Card::of(&child.given_name, &child.family_name, code, link);
                Ok(Sheet { sitting: shown, opens_on: today, closes_on, cards: vec![card], left_out: 0 })
            })
        })
        .await
}

async fn add_window(
    tx: &mut Tx,
    row: &Row,
    child: &Child,
    answered: &Answered,
    instrument: &Instrument,
    (opens_on, closes_on): (Day, Day),
) -> Result<WindowId> {
    let id = WindowId(tx.ctx().id());
    let window = Window {
        id,
        district_id: child.district_id,
        name: NAME.to_owned(),
        opens_on,
        closes_on,
        state: WindowState::Open,
        consent_mode: answered.consent_mode,
        languages: answered.languages.clone(),
        rehearsal: false,
        consent_of: Some(answered.window_id),
        rescreen_days: None,
    };
    let asked = WindowInstrument {
        position: 1,
        instrument: instrument.id.clone(),
        version: i64::from(instrument.version),
        informant: instrument.informant.as_str().to_owned(),
        min_age: i64::from(instrument.ages.min),
        max_age: i64::from(instrument.ages.max),
    };
    // No school of the window, so that no board, plan or figure of a school holds it.
    windows::add(tx, &window, &[asked], &[]).await?;
    stored::set_window(tx, row.id, id).await?;
    Ok(id)
}

async fn end_sitting(tx: &mut Tx, window: WindowId) -> Result<()> {
    if let Some(sitting) = stored::open_sitting(tx, window).await? {
        windows::close_sitting(tx, sitting).await?;
        sessions::remove_sitting(tx, sitting).await?;
    }
    Ok(())
}

/// Takes a re-screen back: its card stops working, and what was half answered is never scored.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; [`Error::Conflict`] when it is answered or taken back already.
pub async fn withdraw(services: &Services, ctx: &Ctx, id: Uuid) -> Result<()> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("rescreen.withdraw"), move |tx| {
            Box::pin(async move {
                let ctx = tx.ctx();
                let (row, referral) = find_waiting(tx, &ctx, id).await?;
                tx.about("child", row.child_id.0);
                if let Some(window) = row.window_id {
                    cards::void(tx, window, row.child_id).await?;
                    end_sitting(tx, window).await?;
                    windows::set_state(tx, window, WindowState::Open, WindowState::Closed).await?;
                }
                stored::withdraw(tx, id, user).await?;
                event(tx, &referral, Some(user), "withdraw_rescreen", short_title(&row.instrument)).await
            })
        })
        .await
}

/// A re-screen that waits, with its referral, for a counselor of the child's school.
async fn find_waiting(conn: &mut Conn, ctx: &Ctx, id: Uuid) -> Result<(Row, Referral)> {
    let Some(row) = stored::get(conn, id).await? else {
        require(ctx, Action::WorkReferrals, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let referral = find(conn, ctx, row.referral_id).await?;
    if !Rescreen::of(row.clone(), ctx.now).waits() {
        return Err(Error::Conflict("This re-screen is over.".to_owned()));
    }
    Ok((row, referral))
}

/// Plans the re-screen that a follow-up plan holds, with the instrument that found the child; once, and only where something
/// found it.
pub(super) async fn plan_after_help(tx: &mut Tx, clinical: &Clinical, referral: &Referral) -> Result<()> {
    let days = clinical.clocks.rescreen_days;
    match stored::last_positive(tx, referral.child_id).await? {
        Some(instrument) if days > 0 => plan_in(tx, referral, &instrument, days).await,
        _ => Ok(()),
    }
}

/// After a form is handed in: a re-screen's result becomes something to look at; a positive screen of a window that asks for
/// it is planned to be asked again.
pub(super) async fn after_submit(
    tx: &mut Tx,
    clinical: &Clinical,
    administration: &Administration,
    positive: bool,
    referral: Option<ReferralId>,
) -> Result<()> {
    if administration.informant != "student" {
        return Ok(());
    }
    let Some(again) = stored::of_window(tx, administration.window_id).await? else { return Ok(()) };
    if let Some(id) = again.referral_id {
        stored::set_answered(tx, administration.window_id).await?;
        return look_at_result(tx, clinical, id, &administration.instrument).await;
    }
    if let (Some(days), true, Some(id)) = (again.rescreen_days, positive, referral)
        && let Some(referral) = referrals::get(tx, id).await?
    {
        plan_in(tx, &referral, &administration.instrument, days).await?;
    }
    Ok(())
}

/// A task for today; a referral that was closed meanwhile keeps its result on the curve.
async fn look_at_result(tx: &mut Tx, clinical: &Clinical, id: ReferralId, instrument: &str) -> Result<()> {
    let Some(referral) = referrals::get(tx, id).await?.filter(|r| r.closed_at.is_none()) else {
        return Ok(());
    };
    let zone = scoring::zone_of(tx, referral.school_id).await?;
    let now = tx.ctx().now;
    let holidays = places::holidays(tx, referral.school_id, now.day_in(&zone), 60).await?;
    let mut day = now.day_in(&zone);
    if now > school_days::end_of(clinical, day, &zone) {
        day = day.plus_days(1);
    }
    let day = school_days::on_or_after(day, &holidays);
    let what = format!("Look at the re-screen with {}", short_title(instrument));
    contacts::add_follow_up(tx, id, day, &what.into()).await?;
    let due = school_days::end_of(clinical, day, &zone);
    if due < referral.due_at {
        referrals::set_due(tx, id, due).await?;
    }
    Ok(())
}

async fn plan_in(tx: &mut Tx, referral: &Referral, instrument: &str, days: i64) -> Result<()> {
    let now = tx.ctx().now;
    let rows = stored::of_child(tx, referral.child_id).await?;
    if rows.into_iter().any(|row| row.referral_id == referral.id && Rescreen::of(row, now).waits()) {
        return Ok(());
    }
    let zone = scoring::zone_of(tx, referral.school_id).await?;
    let today = now.day_in(&zone);
    let holidays = places::holidays(tx, referral.school_id, today, 400).await?;
    let day = school_days::on_or_after(today.plus_days(days), &holidays);
    if stored::add(tx, referral.id, referral.child_id, instrument, day, None).await? {
        event(tx, referral, None, "plan_rescreen", format!("{} until {day}", short_title(instrument)))
            .await?;
    }
    Ok(())
}
