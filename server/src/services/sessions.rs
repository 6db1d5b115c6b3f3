//! Sign-in and sign-out: children by card, staff by password and one-time code. A session is a sign-in, nothing else.

use std::net::IpAddr;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

pub use super::card_door::{sign_in_with_card, sign_in_with_link};
use super::gather::Gather;
pub use super::second_factor::code_now;
use super::{Services, passkeys, second_factor, staff};
use crate::config::Clinical;
use crate::ctx::{Actor, Ctx, Grant, SKEW_SECONDS, Staff, Student};
use crate::model::people::Role;
use crate::model::{Instant, UserId};
use crate::store::sessions::Session;
use crate::store::users::User;
use crate::store::{Act, Store, Tx, passkeys as passkey_rows, sessions, users};
use crate::{Error, Result};

/// Lifetimes in seconds: idle and absolute (AUT-07).
pub(super) const STUDENT: (i64, i64) = (15 * 60, 2 * 3600);
pub(super) const STAFF: (i64, i64) = (30 * 60, 12 * 3600);
pub(super) const HALF: (i64, i64) = (5 * 60, 5 * 60);
/// How stale `seen_at` may be before it is written again.
const TOUCH_SECONDS: i64 = 60;
/// Password hashes computed at once: each takes 19 MiB and a core (REL-13).
static HASHING: Semaphore = Semaphore::const_new(2);

/// A fresh token for a cookie. It is stored only as a hash and shown only once.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(•••)")
    }
}

impl Token {
    /// The text of the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Who is behind a cookie.
#[derive(Clone, Debug)]
pub enum Visitor {
    /// Signed in, or nobody.
    Actor(Actor),
    /// Has given a password and still owes the one-time code.
    OwesCode(UserId),
}

/// Checks e-mail address and password; the token it gives owes the one-time code still.
///
/// # Errors
/// [`Error::Invalid`] with one sentence for every cause, or [`Error::TooMany`].
pub async fn sign_in_with_password(
    services: &Services,
    ctx: &Ctx,
    email: &str,
    password: &str,
    address: IpAddr,
) -> Result<Token> {
    services.may_guess(email, address)?;
    let user = {
        let mut conn = services.store.read(ctx).await?;
        users::get_by_email(&mut conn, &email.trim().to_lowercase()).await?
    };
    let user = user.filter(|u| u.disabled_at.is_none());
    // An unknown address costs the same hash as a wrong password: the time must not tell them apart (AUT-09).
    let hash = user.as_ref().map_or_else(|| DECOY.to_owned(), |u| u.password_hash.clone());
    let right = verify(password.to_owned(), hash).await?;
    let Some(user) = user.filter(|_| right) else {
        let wrong =
            Error::invalid("password", "That e-mail address and password do not fit together. Try again.");
        return Err(services.guessed_wrong(email, address, wrong));
    };
    start_staff_session(services, ctx, &user, "half", "session.password", HALF, InPlaceOf::default()).await
}

/// What a new sign-in takes over: the sign-in that ends with it, and what the browser calls itself.
#[derive(Clone, Debug, Default)]
pub(super) struct InPlaceOf {
    pub(super) token_hash: Option<Vec<u8>>,
    pub(super) device: String,
}

/// The account as an actor of its own sign-in, before any role is read.
pub(super) fn signed_in_as(user: &User) -> Actor {
    Actor::Staff(Staff { user: user.id, district: user.district_id, name: String::new(), grants: Vec::new() })
}

pub(super) async fn start_staff_session(
    services: &Services,
    ctx: &Ctx,
    user: &User,
    kind: &'static str,
    action: &'static str,
    lifetime: (i64, i64),
    in_place_of: InPlaceOf,
) -> Result<Token> {
    let actor = signed_in_as(user);
    let user = user.id;
    let token = fresh_token()?;
    let stored = token.clone();
    services
        .store
        .write(&ctx.with_actor(actor), Act::new(action), move |tx| {
            let (token, before) = (stored.clone(), in_place_of.clone());
            Box::pin(async move {
                tx.about("user", user.0);
                if let Some(before) = &before.token_hash {
                    sessions::remove(tx, before.clone()).await?;
                }
                let now = tx.ctx().now;
                let session = Session {
                    kind: kind.to_owned(),
                    user_id: Some(user),
                    child_id: None,
                    window_id: None,
                    sitting_id: None,
                    district_id: None,
                    created_at: now,
                    seen_at: now,
                    expires_at: now.plus_seconds(lifetime.1),
                    factor_at: (kind == "staff").then_some(now),
                    device: before.device,
                };
                Ok(sessions::add(tx, hash_token(&token.0), &session).await?)
            })
        })
        .await?;
    Ok(token)
}

/// What a cookie says now.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Who is behind it.
    pub visitor: Visitor,
    /// When the second factor was last given.
    pub factor_at: Option<Instant>,
    /// A counselor's sign-in that nobody has touched for a while: no page of a child is shown before [`uncover`] (C-33).
    pub covered: bool,
    /// Whoever's roles must have a passkey and has none: until there is one, no role counts (AUT-06).
    pub owes_passkey: bool,
}

/// Who is behind a cookie now. Roles are read at this moment: one taken away a second ago is gone (AZ-06).
///
/// # Errors
/// [`Error::Store`] when the database cannot be read.
pub async fn visitor(services: &Services, ctx: &Ctx, token: &str) -> Result<Visitor> {
    visit(services, ctx, token).await.map(|seen| seen.visitor)
}

/// The same, with the instant of the last second factor, and whether the sign-in is covered.
///
/// # Errors
/// [`Error::Store`] when the database cannot be read.
pub async fn visit(services: &Services, ctx: &Ctx, token: &str) -> Result<Seen> {
    look(services, ctx, token, Use::Person).await
}

/// The same for a request that a page sends by itself: it keeps nobody signed in who has walked away (C-33).
///
/// # Errors
/// [`Error::Store`] when the database cannot be read.
pub async fn unnoticed_visit(services: &Services, ctx: &Ctx, token: &str) -> Result<Seen> {
    look(services, ctx, token, Use::Page).await
}

/// Takes the cover off a sign-in: by the password, or by a one-time code. It goes on as if it had been touched; it is no
/// fresh second factor.
///
/// # Errors
/// [`Error::Invalid`] when neither fits; [`Error::TooMany`] after too many of them; [`Error::SignedOut`] when it is over.
pub async fn uncover(
    services: &Services,
    ctx: &Ctx,
    session: &str,
    secret: &str,
    address: IpAddr,
) -> Result<()> {
    let user = {
        let mut conn = services.store.read(ctx).await?;
        users::get(&mut conn, staff(ctx)?.user).await?.ok_or(Error::SignedOut)?
    };
    services.may_guess(&user.email, address)?;
    if !verify(secret.to_owned(), user.password_hash.clone()).await? {
        // Whoever signs in elsewhere has no password here, and a one-time code is quicker to type for some.
        second_factor::take(services, ctx, &user, secret, address).await.map_err(|error| match error {
            Error::Invalid { .. } => Error::invalid("secret", "That does not fit. Try once more."),
            other => other,
        })?;
    }
    let (hash, id) = (hash_token(session), user.id);
    services
        .store
        .write(ctx, Act::new("session.uncover"), move |tx| {
            let hash = hash.clone();
            Box::pin(async move {
                tx.about("user", id.0);
                Ok(sessions::touch(tx, hash).await?)
            })
        })
        .await
}

/// Where sign-ins are looked up: each request of somebody signed in begins with it. Where that is a way to a database
/// server and back, those who come in the same moment share one.
#[derive(Debug)]
pub(super) struct SignedIn(Option<Gather<Vec<u8>, Session>>);

impl SignedIn {
    /// Starts what looks them up together, where that is worth it.
    pub(super) fn start(store: &Store) -> Self {
        let store = store.clone();
        let together = (!store.has_one_writer()).then(|| {
            Gather::start(2, move |hashes: Vec<Vec<u8>>| {
                let store = store.clone();
                Box::pin(async move {
                    let mut conn = store.read(&Ctx::new(Actor::Nobody)).await?;
                    Ok(sessions::get_all(&mut conn, &hashes).await?)
                })
            })
        });
        Self(together)
    }

    async fn session(&self, store: &Store, ctx: &Ctx, hash: Vec<u8>) -> Result<Option<Session>> {
        match &self.0 {
            Some(gather) => gather.ask(hash).await,
            None => Ok(sessions::get(&mut store.read(ctx).await?, hash).await?),
        }
    }
}

/// Who sends a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Somebody taps or types.
    Person,
    /// The page asks by itself.
    Page,
}

async fn look(services: &Services, ctx: &Ctx, token: &str, by: Use) -> Result<Seen> {
    let nobody =
        Seen { visitor: Visitor::Actor(Actor::Nobody), factor_at: None, covered: false, owes_passkey: false };
    let hash = hash_token(token);
    let Some(session) = services.signed_in.session(&services.store, ctx, hash.clone()).await? else {
        return Ok(nobody);
    };
    let idle = match session.kind.as_str() {
        "student" => STUDENT.0,
        "staff" => STAFF.0,
        _ => HALF.0,
    };
    let unused = ctx.now.seconds_since(session.seen_at);
    // Used in the future: the clock was set back, and with it the sign-in would last longer than it may (REL-18).
    if ctx.now >= session.expires_at || unused >= idle || unused < -SKEW_SECONDS {
        return Ok(nobody);
    }
    let mut owes_passkey = false;
    let found = match (session.kind.as_str(), session.user_id, session.child_id) {
        ("student", _, Some(child)) => {
            let (Some(window), Some(sitting), Some(district)) =
                (session.window_id, session.sitting_id, session.district_id)
            else {
                return Ok(nobody);
            };
            Visitor::Actor(Actor::Student(Student { district, child, window, sitting }))
        }
        (kind, Some(user), _) => {
            let mut conn = services.store.read(ctx).await?;
            let Some(user) = users::get(&mut conn, user).await?.filter(|u| u.disabled_at.is_none()) else {
                return Ok(nobody);
            };
            if kind == "half" {
                return Ok(Seen { visitor: Visitor::OwesCode(user.id), ..nobody });
            }
            let grants = users::roles(&mut conn, user.id).await?;
            let mut grants: Vec<Grant> =
                grants.into_iter().map(|g| Grant { role: g.role, school: g.school_id }).collect();
            owes_passkey =
                passkeys::demanded(services, &grants) && passkey_rows::count(&mut conn, user.id).await? == 0;
            if owes_passkey {
                grants.clear();
            }
            Visitor::Actor(Actor::Staff(Staff {
                user: user.id,
                district: user.district_id,
                name: user.name,
                grants,
            }))
        }
        _ => return Ok(nobody),
    };
    let works = |staff: &Staff| staff.grants.iter().any(|grant| grant.role == Role::Counselor);
    let covered = unused >= services.config.cover_minutes * 60
        && matches!(&found, Visitor::Actor(Actor::Staff(staff)) if works(staff));
    if by == Use::Person && unused >= TOUCH_SECONDS && !covered {
        services
            .store
            .write(ctx, Act::recorded_in_itself("session.touch"), move |tx| {
                let hash = hash.clone();
                Box::pin(async move { Ok(sessions::touch(tx, hash).await?) })
            })
            .await?;
    }
    Ok(Seen { visitor: found, factor_at: session.factor_at, covered, owes_passkey })
}

/// Ends every sign-in of an account but the one of this token.
pub(super) async fn end_other_sessions(tx: &mut Tx, user: UserId, token: &str) -> Result<()> {
    Ok(sessions::remove_others(tx, user, hash_token(token)).await?)
}

/// Ends a sign-in.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub async fn end(services: &Services, ctx: &Ctx, token: &str) -> Result<()> {
    let hash = hash_token(token);
    services
        .store
        .write(ctx, Act::new("session.end"), move |tx| {
            let hash = hash.clone();
            Box::pin(async move { Ok(sessions::remove(tx, hash).await?) })
        })
        .await
}

/// A well-formed hash of a password nobody has, so that an unknown address takes as long as a known one.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdA$5N3U8HO7gT4m3a3C6uo3wWv4ZbV7cDq6oVQ0zv0s2uE";

async fn verify(password: String, hash: String) -> Result<bool> {
    let _permit = HASHING.acquire().await.map_err(|_| Error::TooMany(1))?;
    tokio::task::spawn_blocking(move || {
        Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok()
    })
    .await
    .map_err(|_| Error::TooMany(1))
}

/// The Argon2id hash of a password.
///
/// # Errors
/// [`Error::Invalid`] for one that is too short, known or a pattern.
pub fn hash_password(password: &str) -> Result<String> {
    super::passwords::check(password, &[])?;
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| Error::invalid("password", "This password cannot be used. Choose another."))
}

pub(super) fn fresh_token() -> Result<Token> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::TooMany(1))?;
    Ok(Token(crate::config::hex(&bytes)))
}

pub(super) fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Minutes a check-in takes, for the assent page: half a minute for an item, rounded up.
pub(super) fn minutes(items: usize) -> usize {
    (items.div_ceil(3)).max(2)
}

/// The paragraphs of the assent with names and minutes filled in.
pub(super) fn fill(text: &str, names: &[String], items: usize, language: &str) -> String {
    text.replace("{names}", &join_names(names, language)).replace("{minutes}", &minutes(items).to_string())
}

fn join_names(names: &[String], language: &str) -> String {
    let (comma, and, nobody) = match language {
        "zh-CN" => ("、", "和", "心理老师"),
        "es" => (", ", " y ", "El equipo de orientación"),
        "ar" => ("، ", " و", "فريق الإرشاد"),
        _ => (", ", " and ", "Your counselor"),
    };
    match names {
        [] => nobody.to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(comma)),
    }
}

/// Removes sign-ins that are over.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub async fn remove_expired(services: &Services, ctx: &Ctx) -> Result<u64> {
    services
        .store
        .write(ctx, Act::recorded_in_itself("session.purge"), |tx| {
            Box::pin(async move {
                let now = tx.ctx().now;
                passkey_rows::remove_expired(tx, now).await?;
                Ok(sessions::remove_expired(tx, now).await?)
            })
        })
        .await
}

/// How long a sitting's codes live when its proctor does not close it, in seconds.
pub(super) fn sitting_seconds(clinical: &Clinical) -> i64 {
    clinical.clocks.sitting_minutes * 60
}
