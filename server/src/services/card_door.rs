//! The door behind a card: the code that a child types and the link in the card's QR code open the same one, for as long
//! as the class's sitting is open (AUT-01, AUT-04).

use std::net::IpAddr;
use std::sync::Arc;

use questionnaires::library;

use super::duty::Rota;
use super::sessions::{STUDENT, Token, fresh_token, hash_token};
use super::{Services, card_code, card_link};
use crate::config::Clocks;
use crate::ctx::{Actor, Ctx, Student};
use crate::model::AdministrationId;
use crate::model::administration::AdministrationState;
use crate::model::window::{SittingState, WindowState};
use crate::store::administrations::{self, Administration};
use crate::store::cards::{CardDoor, Key};
use crate::store::sessions::Session;
use crate::store::windows::WindowInstrument;
use crate::store::{Act, Tx, cards, children, sessions, windows};
use crate::{Error, Result};

/// Signs a child in with the code on its card. Offers it what its window asks.
///
/// # Errors
/// [`Error::Invalid`] with a calm sentence; [`Error::TooMany`] after many unknown codes from one address.
pub async fn sign_in_with_card(
    services: &Services,
    ctx: &Ctx,
    typed: &str,
    address: IpAddr,
) -> Result<Token> {
    let door = find(services, ctx, key_of_code(services, typed)?, address).await?;
    enter(services, ctx, door).await
}

/// Signs a child in with what the link in its card's QR code carries.
///
/// # Errors
/// The same as for a typed code.
pub async fn sign_in_with_link(
    services: &Services,
    ctx: &Ctx,
    secret: &str,
    address: IpAddr,
) -> Result<Token> {
    // What is no link at all is looked for too: a guess is a guess, however it is spelled.
    let secret = card_link::parse(secret).unwrap_or_default();
    let key = Key::Link(services.keys.link_hash(&secret));
    let door = find(services, ctx, key, address).await?;
    enter(services, ctx, door).await
}

/// What a typed code is stored as.
pub(super) fn key_of_code(services: &Services, typed: &str) -> Result<Key> {
    let code = card_code::parse(typed).map_err(|slip| {
        Error::invalid(
            "code",
            match slip {
                card_code::Slip::Length => {
                    "A code has ten letters and numbers. Look at your card and type it again."
                }
                card_code::Slip::Sign => {
                    "A code has only letters and numbers. Look at your card and type it again."
                }
                card_code::Slip::Check => {
                    "One letter or number is not right. Look at your card and type it again."
                }
            },
        )
    })?;
    Ok(Key::Code(services.keys.card_hash(&code)))
}

/// The door of a card that is still good. An unknown card counts against the address.
pub(super) async fn find(services: &Services, ctx: &Ctx, key: Key, address: IpAddr) -> Result<CardDoor> {
    let door = {
        let mut conn = services.store.read(ctx).await?;
        cards::door(&mut conn, key).await?
    };
    let Some(door) = door else {
        return Err(match services.card_failures.failed(address, ctx.now) {
            Some(seconds) => Error::TooMany(seconds),
            None => Error::invalid(
                "code",
                "We do not know this code. Look at your card again, or ask your teacher.",
            ),
        });
    };
    if door.voided_at.is_some() {
        return Err(Error::invalid("code", "This card has been replaced. Ask your teacher for the new one."));
    }
    Ok(door)
}

/// What a child reads that comes outside the hours of those who answer for it.
pub(super) const RESTS: &str =
    "The check-in rests now. It goes on in the next school hours, when your counselors are there.";

/// A child and what its window asks one of its age on the day the window opened.
pub(super) struct Asked {
    child: children::Child,
    instruments: Vec<WindowInstrument>,
    rehearsal: bool,
}

impl Asked {
    pub(super) async fn load(tx: &mut Tx, student: Student) -> Result<Self> {
        let child = children::get(tx, student.child).await?.ok_or(Error::NotFound)?;
        let window = windows::get(tx, student.window).await?.ok_or(Error::NotFound)?;
        let age = window.opens_on.age_of(child.birth_date);
        let instruments = windows::asked(tx, student.window, "student", age).await?;
        Ok(Self { child, instruments, rehearsal: window.rehearsal })
    }

    /// Whether the child must not begin now: its questions hold a critical one, and nobody is on duty who would answer,
    /// or nobody any more in two hours (K-47, LAW-02; the time is a clinical setting). A child that has begun goes on and finishes, and comes back with its card.
    pub(super) async fn must_wait(&self, tx: &mut Tx, student: Student, clocks: &Clocks) -> Result<bool> {
        let battery = administrations::battery(tx, student.window, student.child).await?;
        if battery.iter().any(|a| a.state != AdministrationState::Offered) {
            return Ok(false);
        }
        // An instrument that the program does not know may hold one.
        let holds_critical =
            |a: &WindowInstrument| library::get(&a.instrument).is_none_or(|i| i.has_critical_items());
        let now = tx.ctx().now;
        // Nobody answers for children who do not exist.
        if self.rehearsal || !self.instruments.iter().any(holds_critical) {
            return Ok(false);
        }
        let rota = Rota::of(tx, self.child.school_id, now).await?;
        let later = now.plus_seconds(clocks.stay_minutes * 60);
        Ok(rota.on_duty(now).is_empty() || rota.on_duty(later).is_empty())
    }

    /// Offers the child what is asked.
    pub(super) async fn offer(self, tx: &mut Tx, student: Student) -> Result<()> {
        let ctx = tx.ctx();
        for asked in self.instruments {
            let offered = Administration {
                id: AdministrationId(ctx.id()),
                window_id: student.window,
                child_id: student.child,
                school_id: self.child.school_id,
                class_id: self.child.class_id,
                informant: asked.informant,
                instrument: asked.instrument,
                version: asked.version,
                position: asked.position,
                language: "en".to_owned(),
                state: AdministrationState::Offered,
                submitted_at: None,
                receipt: None,
            };
            administrations::offer(tx, &offered).await?;
        }
        Ok(())
    }
}

/// Signs the child behind a door in, where it is open.
pub(super) async fn enter(services: &Services, ctx: &Ctx, door: CardDoor) -> Result<Token> {
    let open = door.window_state == WindowState::Open
        && door.sitting_state == Some(SittingState::Open)
        && door.sitting_ends_at.is_some_and(|end| ctx.now < end);
    let (true, Some(sitting)) = (open, door.sitting_id) else {
        return Err(Error::invalid("code", "Your check-in is not open right now. Ask your teacher."));
    };
    if !door.consent_mode.allows(door.consent) {
        return Err(Error::invalid(
            "code",
            "There is no check-in for you today. Ask your teacher what to do instead.",
        ));
    }
    let student =
        Student { district: door.district_id, child: door.child_id, window: door.window_id, sitting };
    let token = fresh_token()?;
    let stored = token.clone();
    let ctx = ctx.with_actor(Actor::Student(student));
    let config = Arc::clone(&services.config);
    services
        .store
        .write(&ctx, Act::new("session.start"), move |tx| {
            let (token, config) = (stored.clone(), Arc::clone(&config));
            Box::pin(async move {
                tx.about("child", student.child.0);
                let asked = Asked::load(tx, student).await?;
                if asked.must_wait(tx, student, &config.clinical.clocks).await? {
                    return Err(Error::invalid("code", RESTS));
                }
                asked.offer(tx, student).await?;
                let now = tx.ctx().now;
                let session = Session {
                    kind: "student".to_owned(),
                    user_id: None,
                    child_id: Some(student.child),
                    window_id: Some(student.window),
                    sitting_id: Some(student.sitting),
                    district_id: Some(student.district),
                    created_at: now,
                    seen_at: now,
                    expires_at: now.plus_seconds(STUDENT.1),
                    factor_at: None,
                    device: String::new(),
                };
                Ok(sessions::add(tx, hash_token(token.reveal()), &session).await?)
            })
        })
        .await?;
    Ok(token)
}
