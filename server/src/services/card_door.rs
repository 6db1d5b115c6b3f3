//! The door behind a card: the code that a child types and the link in the card's QR code open the same one, for as long
//! as the class's sitting is open (AUT-01, AUT-04).

use std::net::IpAddr;

use questionnaires::library;

use super::sessions::{STUDENT, Token, fresh_token, hash_token};
use super::{Services, card_code, card_link};
use crate::ctx::{Actor, Ctx, Student};
use crate::model::administration::AdministrationState;
use crate::model::window::{SittingState, WindowState};
use crate::model::{AdministrationId, SchoolId};
use crate::store::administrations::{self, Administration};
use crate::store::cards::{CardDoor, Key};
use crate::store::sessions::Session;
use crate::store::windows::WindowInstrument;
use crate::store::{Act, Conn, Tx, cards, children, sessions, windows};
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
        return Err(match services.card_failures.failed(address) {
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

/// Whether a child that has not begun must not begin now: its questions hold a critical one, and nobody is on duty who would
/// answer, or nobody any more in two hours (K-47, LAW-02; the time is a clinical setting). A child that has begun goes on and
/// finishes, and comes back with its card.
///
/// Looked at before the transaction: who is on duty in two hours is no different a moment later.
pub(super) async fn must_wait(
    services: &Services,
    ctx: &Ctx,
    school: SchoolId,
    mut instruments: impl Iterator<Item = &str>,
) -> Result<bool> {
    // An instrument that the program does not know may hold one.
    if !instruments.any(|id| library::get(id).is_none_or(|i| i.has_critical_items())) {
        return Ok(false);
    }
    let today = services.schools_today.of(school, ctx.now).await?;
    let rota = &today.rota;
    let later = ctx.now.plus_seconds(services.config.clinical.clocks.stay_minutes * 60);
    Ok(rota.on_duty(ctx.now).is_empty() || rota.on_duty(later).is_empty())
}

/// A child and what its window asks one of its age on the day the window opened.
#[derive(Clone)]
pub(super) struct Asked {
    child: children::Child,
    instruments: Vec<WindowInstrument>,
    rehearsal: bool,
    /// Whether it has said yes or no already.
    begun: bool,
}

impl Asked {
    /// The same, read on a connection of its own.
    async fn of(services: &Services, ctx: &Ctx, student: Student) -> Result<Self> {
        let mut conn = services.store.read(ctx).await?;
        Self::load(&mut conn, student).await
    }

    pub(super) async fn load(conn: &mut Conn, student: Student) -> Result<Self> {
        let child = children::get(conn, student.child).await?.ok_or(Error::NotFound)?;
        let asks = windows::asks(conn, student.window, "student").await?;
        let first = asks.first().ok_or(Error::NotFound)?;
        let (opens_on, rehearsal) = (first.opens_on, first.rehearsal);
        let age = i64::from(opens_on.age_of(child.birth_date));
        let instruments = asks.into_iter().filter_map(|row| row.instrument_at(age)).collect();
        let battery = administrations::battery(conn, student.window, student.child).await?;
        let begun = battery.iter().any(|a| a.state != AdministrationState::Offered);
        Ok(Self { child, instruments, rehearsal, begun })
    }

    /// Whether the child must not begin now (see [`must_wait`]).
    async fn must_wait(&self, services: &Services, ctx: &Ctx) -> Result<bool> {
        // Nobody answers for children who do not exist.
        if self.begun || self.rehearsal {
            return Ok(false);
        }
        let instruments = self.instruments.iter().map(|asked| asked.instrument.as_str());
        must_wait(services, ctx, self.child.school_id, instruments).await
    }

    /// Offers the child what is asked.
    pub(super) async fn offer(self, tx: &mut Tx, student: Student) -> Result<()> {
        let ctx = tx.ctx();
        let offered: Vec<Administration> = self
            .instruments
            .into_iter()
            .map(|asked| Administration {
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
            })
            .collect();
        Ok(administrations::offer(tx, &offered).await?)
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
    let asked = Asked::of(services, &ctx, student).await?;
    if asked.must_wait(services, &ctx).await? {
        return Err(Error::invalid("code", RESTS));
    }
    services
        .store
        .write(&ctx, Act::new("session.start"), move |tx| {
            let (token, asked) = (stored.clone(), asked.clone());
            Box::pin(async move {
                tx.about("child", student.child.0);
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
