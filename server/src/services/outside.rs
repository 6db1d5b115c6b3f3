//! Referral outside the school: the directory, consent, the letter, and how the loop is closed (C-27, 21, 58).
//!
//! The service answers through a link of its own, without an account. Whoever holds the link sees the letter that was
//! written for the service and can say how far it has come; the link ends with the last answer.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::referrals::{checked_text, step};
use super::steps::{plan_follow_ups, wanted, worked_on};
use super::{Services, records, require, scoring, staff};
use crate::config::hex;
use crate::ctx::{Actor, Ctx};
use crate::model::outside::{Consent, OutsideState};
use crate::model::referral::Verb;
use crate::model::{Instant, Private, ReferralId, UserId};
use crate::policy::{Action, Place};
pub use crate::store::outside::{HelpService, NewOutside, Outside, OutsideEvent};
use crate::store::{Act, Conn, Tx, children, contacts, outside, places, referrals};
use crate::{Error, Result};

/// A service's link holds this long, in seconds.
const LINK_SECONDS: i64 = 120 * 86_400;
/// Days without news after which somebody is reminded.
const SILENT_DAYS: i64 = 14;

/// The directory of the reader's district.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps no directory.
pub async fn directory(services: &Services, ctx: &Ctx) -> Result<Vec<HelpService>> {
    require(ctx, Action::KeepDirectory, Place::Anywhere)?;
    let district = staff(ctx)?.district;
    let mut conn = services.store.read(ctx).await?;
    Ok(outside::services(&mut conn, district).await?)
}

/// Adds a service to the directory.
///
/// # Errors
/// [`Error::Invalid`] without a name or a way to reach it.
pub async fn add_service(services: &Services, ctx: &Ctx, new: HelpService) -> Result<()> {
    require(ctx, Action::KeepDirectory, Place::Anywhere)?;
    let reader = staff(ctx)?;
    let (by, district_id) = (reader.user, reader.district);
    let clean =
        |field, text: &str| checked_text(field, &text.to_owned().into()).map(|text| text.reveal().clone());
    let new = HelpService {
        id: ctx.id(),
        district_id,
        name: clean("name", &new.name)?,
        contact: clean("contact", &new.contact)?,
        hours: clean("hours", &new.hours)?,
        capacity: clean("capacity", &new.capacity)?,
        ..new
    };
    for (field, text, ask) in [
        ("name", &new.name, "Give the service’s name."),
        ("contact", &new.contact, "Say how it is reached: a number, a mail address or a place."),
    ] {
        if text.is_empty() {
            return Err(Error::invalid(field, ask));
        }
    }
    services
        .store
        .write(ctx, Act::new("directory.add"), move |tx| {
            let new = new.clone();
            Box::pin(async move {
                tx.about("service", new.id);
                Ok(outside::add_service(tx, Some(by), &new).await?)
            })
        })
        .await
}

/// Takes a service off the directory.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub async fn retire_service(services: &Services, ctx: &Ctx, id: Uuid) -> Result<()> {
    require(ctx, Action::KeepDirectory, Place::Anywhere)?;
    let district = staff(ctx)?.district;
    services
        .store
        .write(ctx, Act::new("directory.retire"), move |tx| {
            Box::pin(async move {
                tx.about("service", id);
                if outside::retire_service(tx, district, id).await? { Ok(()) } else { Err(Error::NotFound) }
            })
        })
        .await
}

/// What a counselor sends.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Sending {
    pub service: Uuid,
    pub consent: Consent,
    /// Who agreed and when; for an override, the reason.
    pub consent_words: Private<String>,
    /// What the service needs to know, written for it.
    pub letter: Private<String>,
}

/// A fresh link: shown once, kept as its hash.
#[derive(Clone, Debug)]
pub struct Link {
    /// The referral outside it belongs to.
    pub outside: Uuid,
    /// The token of the address.
    pub token: Private<String>,
}

fn fresh_token() -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| {
        Error::Conflict("This machine gives no random numbers; tell the administrator.".to_owned())
    })?;
    Ok(hex(&bytes))
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Sends a child's referral to a service: with consent or a written reason, and with a link for the answer.
///
/// # Errors
/// [`Error::Invalid`] without consent's words or a letter, or for a service that does not take this level.
pub async fn send(services: &Services, ctx: &Ctx, id: ReferralId, sending: Sending) -> Result<Link> {
    let user = staff(ctx)?.user;
    let ask = match sending.consent {
        Consent::Override => "Say why it cannot wait for consent.",
        Consent::Guardian | Consent::Student => "Say who agreed, how, and on which day.",
    };
    let consent_words = wanted("consent_words", &sending.consent_words, ask)?;
    let letter = wanted("letter", &sending.letter, "Write what the service needs to know.")?;
    let token = fresh_token()?;
    let (token_hash, new_id) = (hash(&token), ctx.id());
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("outside.send"), move |tx| {
            let config = Arc::clone(&config);
            let (sending, consent_words, letter) = (sending.clone(), consent_words.clone(), letter.clone());
            let token_hash = token_hash.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                tx.about("child", referral.child_id.0);
                tx.detail(sending.consent.as_str());
                let known = outside::services(tx, referral.district_id).await?;
                let service = known
                    .into_iter()
                    .find(|s| s.id == sending.service)
                    .ok_or_else(|| Error::invalid("service", "Choose a service of the directory."))?;
                if referral.priority.rank() > service.accepts.rank() {
                    let message = format!(
                        "{} takes {} and more urgent ones only; choose another.",
                        service.name,
                        service.accepts.label().to_lowercase()
                    );
                    return Err(Error::invalid("service", message));
                }
                let new = NewOutside {
                    id: new_id,
                    referral: id,
                    child: referral.child_id,
                    service: service.id,
                    consent: sending.consent,
                    consent_words,
                    letter,
                };
                outside::add(tx, user, &new).await?;
                outside::add_event(
                    tx,
                    new_id,
                    Some(user),
                    OutsideState::Sent,
                    &Private::new("counselor".to_owned()),
                    &Private::default(),
                )
                .await?;
                outside::add_link(tx, new_id, token_hash, ctx.now.plus_seconds(LINK_SECONDS)).await?;
                let to = Private::new(format!("To {}", service.name));
                step(tx, &referral, user, Verb::ReferOutside, None, &to).await?;
                plan_follow_ups(tx, &config.clinical, &referral).await
            })
        })
        .await?;
    Ok(Link { outside: new_id, token: token.into() })
}

pub(super) async fn within_scope(conn: &mut Conn, ctx: &Ctx, id: Uuid) -> Result<Outside> {
    let Some(found) = outside::get(conn, id).await? else {
        require(ctx, Action::WorkReferrals, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let school = places::get_school(conn, found.school_id).await?.ok_or(Error::NotFound)?;
    require(ctx, Action::WorkReferrals, Place::School(school.district_id, school.id))?;
    Ok(found)
}

/// Makes a fresh link; the one before ends.
///
/// # Errors
/// [`Error::Conflict`] after the last answer.
pub async fn renew_link(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Link> {
    staff(ctx)?;
    let token = fresh_token()?;
    let token_hash = hash(&token);
    services
        .store
        .write(ctx, Act::new("outside.link"), move |tx| {
            let token_hash = token_hash.clone();
            Box::pin(async move {
                tx.about("outside", id);
                let ctx = tx.ctx();
                if within_scope(tx, &ctx, id).await?.state.is_final() {
                    return Err(Error::Conflict("The service has given its last answer.".to_owned()));
                }
                Ok(outside::add_link(tx, id, token_hash, ctx.now.plus_seconds(LINK_SECONDS)).await?)
            })
        })
        .await?;
    Ok(Link { outside: id, token: token.into() })
}

/// What somebody tells of a referral outside.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct News {
    pub to: OutsideState,
    /// Who or what confirms it; needed for "attended" (22).
    pub source: String,
    pub note: Private<String>,
}

async fn take_news(tx: &mut Tx, found: &Outside, by: Option<UserId>, news: &News) -> Result<()> {
    let to = found.state.after(news.to).map_err(|_| {
        Error::Conflict(format!(
            "It stands at “{}”; “{}” does not follow from there.",
            found.state.label(),
            news.to.label()
        ))
    })?;
    if !outside::advance(tx, found.id, found.version, to).await? {
        return Err(Error::Conflict("Somebody changed this a moment ago. Look again.".to_owned()));
    }
    outside::add_event(tx, found.id, by, to, &news.source.clone().into(), &news.note).await?;
    if to.is_final() {
        outside::end_links(tx, found.id).await?;
    }
    Ok(())
}

/// A counselor notes what she has heard. "Attended" says who confirms it.
///
/// # Errors
/// [`Error::Invalid`] for "attended" without a source; [`Error::Conflict`] when it does not follow.
pub async fn note_news(services: &Services, ctx: &Ctx, id: Uuid, news: News) -> Result<()> {
    let user = staff(ctx)?.user;
    let source = checked_text("source", &news.source.clone().into())?.reveal().clone();
    if news.to == OutsideState::Attended && source.is_empty() {
        return Err(Error::invalid("source", "Say who confirms that the child was there."));
    }
    let news = News { note: checked_text("note", &news.note)?, source, ..news };
    services
        .store
        .write(ctx, Act::new("outside.news"), move |tx| {
            let news = news.clone();
            Box::pin(async move {
                tx.about("outside", id);
                tx.detail(news.to.as_str());
                let ctx = tx.ctx();
                let found = within_scope(tx, &ctx, id).await?;
                take_news(tx, &found, Some(user), &news).await
            })
        })
        .await
}

/// What a service sees through its link: the letter, and no more of the child than the letter says.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The referral outside.
    pub outside: Outside,
    /// The child's name, as the letter carries it.
    pub child: Private<String>,
    /// Whom to ask.
    pub school: String,
    /// The school's zone.
    pub time_zone: String,
}

/// What a link leads to.
///
/// # Errors
/// [`Error::NotFound`] for a link that never was, is over or has ended: all look the same.
pub async fn invitation(services: &Services, ctx: &Ctx, token: &str) -> Result<Invitation> {
    let mut conn = services.store.read(ctx).await?;
    let found = outside::by_link(&mut conn, hash(token), ctx.now).await?.ok_or(Error::NotFound)?;
    let child = children::get(&mut conn, found.child_id).await?.ok_or(Error::NotFound)?;
    let school = places::get_school(&mut conn, found.school_id).await?.ok_or(Error::NotFound)?;
    let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
    Ok(Invitation { outside: found, child: name.into(), school: school.name, time_zone: school.time_zone })
}

/// The service's own answer through its link; it is its own source.
///
/// # Errors
/// [`Error::NotFound`] for a link that does not hold; [`Error::Conflict`] when the answer does not follow.
pub async fn answer_by_link(
    services: &Services,
    ctx: &Ctx,
    token: &str,
    to: OutsideState,
    note: Private<String>,
) -> Result<()> {
    let note = checked_text("note", &note)?;
    let token_hash = hash(token);
    let ctx = ctx.with_actor(Actor::Job("service-link"));
    services
        .store
        .write(&ctx, Act::new("outside.answer"), move |tx| {
            let (note, token_hash) = (note.clone(), token_hash.clone());
            Box::pin(async move {
                let now = tx.ctx().now;
                let found = outside::by_link(tx, token_hash, now).await?.ok_or(Error::NotFound)?;
                tx.about("outside", found.id);
                tx.detail(to.as_str());
                let source = format!("{}, through its link", found.service_name);
                take_news(tx, &found, None, &News { to, source, note }).await
            })
        })
        .await
}

/// The letter as it is printed, with the child and the school. That it was opened is on the trail.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools.
pub async fn letter(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Invitation> {
    let found = {
        let mut conn = services.store.read(ctx).await?;
        within_scope(&mut conn, ctx, id).await?
    };
    records::looked(services, ctx, "letter.view", "outside", id).await?;
    let mut conn = services.store.read(ctx).await?;
    let child = children::get(&mut conn, found.child_id).await?.ok_or(Error::NotFound)?;
    let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
    Ok(Invitation {
        outside: found,
        child: name.into(),
        school: child.school_name,
        time_zone: child.time_zone,
    })
}

/// Makes a task where a service has been silent for fourteen days; tells how many (21).
pub(crate) async fn remind(services: &Services, ctx: &Ctx) -> Result<usize> {
    let before: Instant = ctx.now.plus_seconds(-SILENT_DAYS * 86_400);
    let silent = {
        let mut conn = services.store.read(ctx).await?;
        outside::silent(&mut conn, before).await?
    };
    let mut made = 0;
    for one in silent {
        let config = std::sync::Arc::clone(&services.config);
        made += usize::from(
            services
                .store
                .write(ctx, Act::new("outside.remind"), move |tx| {
                    let (one, config) = (one.clone(), std::sync::Arc::clone(&config));
                    Box::pin(async move {
                        tx.about("outside", one.id);
                        if !outside::remind(tx, one.id).await? {
                            return Ok(false);
                        }
                        let zone = scoring::zone_of(tx, one.school_id).await?;
                        let today = tx.ctx().now.day_in(&zone);
                        let what =
                            format!("No news from {} for {SILENT_DAYS} days: ask there", one.service_name);
                        contacts::add_follow_up(tx, one.referral_id, today, &what.into()).await?;
                        let due = super::school_days::end_of(&config.clinical, today, &zone);
                        referrals::set_due(tx, one.referral_id, due).await?;
                        Ok(true)
                    })
                })
                .await?,
        );
    }
    Ok(made)
}
