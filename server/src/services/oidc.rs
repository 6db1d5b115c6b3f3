//! Sign-in at somebody else's (OpenID Connect): the authorization code flow with PKCE, bound to the browser that began.
//! It takes the place of the password only. It makes no account and gives no role; the first time it links an account that
//! was invited already, by an address that the provider has checked. The second factor is still given here, unless a
//! setting says by which words the provider proves one.

mod provider;

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

pub(super) use provider::Provider;
use provider::{Person, Trouble, Way};

use super::sessions::{HALF, InPlaceOf, STAFF, Token, fresh_token, hash_token, start_staff_session};
use super::{Services, passkeys};
use crate::ctx::Ctx;
use crate::store::users::{self, User};
use crate::store::{Act, StoreError, accounts, identities, places};
use crate::{Error, Result};

/// How long somebody may take at the provider, in seconds.
const AWAY_SECONDS: i64 = 600;
/// For how long a word of the provider's is remembered, in seconds.
const WORD_SECONDS: i64 = 24 * 3600;
/// Where the provider sends people back to.
const BACK: &str = "/sign-in/with/back";
/// Questions to the provider at once: each holds a thread for seconds when it is slow.
static ASKING: Semaphore = Semaphore::const_new(8);

/// What a browser goes to the provider with.
#[derive(Clone, Debug)]
pub struct Departure {
    /// Where to.
    pub address: String,
    /// For a cookie: whoever comes back must have it.
    pub browser: Token,
}

/// Who came back.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// Signed in but for the second factor.
    OwesFactor(Token),
    /// Signed in: the provider has proved a second factor by words that a setting names.
    SignedIn(Token),
}

/// What people call the provider; none where there is none.
pub fn name(services: &Services) -> Option<&str> {
    services.oidc.as_deref().map(|provider| provider.settings.name.as_str())
}

/// Begins: a way to the provider for this browser, good for one return within ten minutes.
///
/// # Errors
/// [`Error::NotFound`] where there is no provider; [`Error::Conflict`] with a sentence when it does not answer;
/// [`Error::TooMany`] after many ways from one address that nobody came back from.
pub async fn begin(services: &Services, ctx: &Ctx, address: IpAddr) -> Result<Departure> {
    if services.oidc.is_none() {
        return Err(Error::NotFound);
    }
    // Each leaves a row for minutes, and anybody may ask. Whoever comes back is counted no more.
    if let Some(seconds) = services.departures.failed(address) {
        return Err(Error::TooMany(seconds));
    }
    let (state, browser) = (fresh_token()?, fresh_token()?);
    let (sent, kept) = (state.clone(), browser.clone());
    let asked = ask(services, ctx, move |provider, back, now| {
        provider.address(&way(back, sent.reveal(), kept.reveal()), now).map(String::from)
    });
    let address = asked.await?;
    let (state, hash) = (hash_token(state.reveal()), hash_token(browser.reveal()));
    services
        .store
        .write(ctx, Act::recorded_in_itself("oidc.begin"), move |tx| {
            let (state, hash) = (state.clone(), hash.clone());
            Box::pin(async move {
                let now = tx.ctx().now;
                identities::remove_expired(tx, now).await?;
                Ok(identities::add_request(tx, state, hash, now.plus_seconds(AWAY_SECONDS)).await?)
            })
        })
        .await?;
    Ok(Departure { address, browser })
}

/// What a browser brings back from the provider.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Brought<'a> {
    pub code: &'a str,
    pub state: &'a str,
    /// Who says that it sends the browser; empty where the provider does not say.
    pub issuer: &'a str,
    /// The cookie of [`Departure::browser`].
    pub browser: &'a str,
    /// Where the browser is.
    pub from: IpAddr,
}

/// Ends: whose account it is that came back, and what is owed still.
///
/// # Errors
/// [`Error::Invalid`] with one sentence for whoever has no account here, and one for an answer that is not believed;
/// [`Error::Conflict`] when the provider does not answer.
pub async fn finish(services: &Services, ctx: &Ctx, brought: Brought<'_>, device: &str) -> Result<Arrival> {
    let provider = services.oidc.as_deref().ok_or(Error::NotFound)?;
    let (state, hash) = (hash_token(brought.state), hash_token(brought.browser));
    let known = services
        .store
        .write(ctx, Act::recorded_in_itself("oidc.return"), move |tx| {
            let (state, hash) = (state.clone(), hash.clone());
            Box::pin(async move { Ok(identities::take_request(tx, state, hash).await?) })
        })
        .await?;
    if known {
        services.departures.forgive(&brought.from);
    }
    if !known || brought.code.is_empty() {
        return Err(not_believed(services, "this browser went nowhere, or came back before"));
    }
    if !brought.issuer.is_empty() && brought.issuer != provider.issuer() {
        return Err(not_believed(services, "somebody else sends it back"));
    }
    let (code, state, browser) =
        (brought.code.to_owned(), brought.state.to_owned(), brought.browser.to_owned());
    let person = ask(services, ctx, move |provider, back, now| {
        provider.person(&way(back, &state, &browser), &code, now)
    });
    let person = person.await?;
    let Some(user) = account(services, ctx, provider, &person).await? else {
        return Err(Error::invalid("account", NOBODY));
    };
    let proved = person.methods.iter().any(|word| provider.settings.trusted.contains(word));
    let factors = passkeys::factors(services, ctx, user.id).await?;
    if proved && factors.code {
        let device: String = device.chars().filter(|c| !c.is_control()).take(80).collect();
        let before = InPlaceOf { token_hash: None, device };
        return start_staff_session(services, ctx, &user, "staff", "session.oidc", STAFF, before)
            .await
            .map(Arrival::SignedIn);
    }
    if user.totp_secret.is_empty() && !factors.passkey {
        return Err(Error::invalid("account", "Use the one-time link of your invitation first."));
    }
    start_staff_session(services, ctx, &user, "half", "session.oidc", HALF, InPlaceOf::default())
        .await
        .map(Arrival::OwesFactor)
}

/// Ends every sign-in of somebody who signed out at the provider, as its server says in a signed word. Nobody's cookie and
/// nobody's browser has a part in it.
///
/// # Errors
/// [`Error::NotFound`] where there is no provider; [`Error::Invalid`] for a word that is not believed or was used before;
/// [`Error::Conflict`] when the provider's keys cannot be read.
pub async fn signed_out(services: &Services, ctx: &Ctx, word: &str) -> Result<()> {
    let provider = services.oidc.as_deref().ok_or(Error::NotFound)?;
    let issuer = provider.issuer().to_owned();
    let word = word.to_owned();
    let gone = ask(services, ctx, move |provider, back, now| provider.gone(&word, back, now)).await?;
    let (once, subject) = (hash_token(&format!("out:{}", gone.word)), gone.subject);
    let done = services
        .store
        .write(ctx, Act::new("session.provider_out"), move |tx| {
            let (once, issuer, subject) = (once.clone(), issuer.clone(), subject.clone());
            Box::pin(async move {
                let now = tx.ctx().now;
                identities::remove_expired(tx, now).await?;
                // Longer than a token lives, so that none is used twice.
                identities::add_request(tx, once, Vec::new(), now.plus_seconds(WORD_SECONDS)).await?;
                // Somebody who has never been here has no sign-in to end.
                if let Some(user) = identities::get(tx, &issuer, &subject).await? {
                    tx.about("user", user.0);
                    accounts::end_sessions(tx, user).await?;
                }
                Ok(())
            })
        })
        .await;
    match done {
        Err(Error::Store(StoreError::Constraint(_))) => {
            Err(not_believed(services, "a word that was used before"))
        }
        other => other,
    }
}

/// One sentence whoever it is: a stranger, somebody whose address nobody checked, or somebody shut out (AUT-09).
const NOBODY: &str = "There is no account here for this sign-in. Ask your administrator to invite you.";

/// The account that the provider's person has here. It is found by the provider's own word for the person; before that is
/// known, by a checked address of an account of the district that nobody else is linked to.
async fn account(
    services: &Services,
    ctx: &Ctx,
    provider: &Provider,
    person: &Person,
) -> Result<Option<User>> {
    let issuer = provider.issuer().to_owned();
    let (district, found, by_address) = {
        let mut conn = services.store.read(ctx).await?;
        let district = places::first_district(&mut conn).await?.map(|(id, _)| id);
        match identities::get(&mut conn, &issuer, &person.subject).await? {
            Some(user) => (district, users::get(&mut conn, user).await?, false),
            None => {
                let Some(email) = &person.email else { return Ok(None) };
                (district, users::get_by_email(&mut conn, email).await?, true)
            }
        }
    };
    let Some(user) = found.filter(|u| u.disabled_at.is_none() && Some(u.district_id) == district) else {
        return Ok(None);
    };
    if !by_address {
        return Ok(Some(user));
    }
    let (id, subject) = (user.id, person.subject.clone());
    let linked = services
        .store
        .write(&ctx.with_actor(super::sessions::signed_in_as(&user)), Act::new("oidc.link"), move |tx| {
            let (issuer, subject) = (issuer.clone(), subject.clone());
            Box::pin(async move {
                tx.about("user", id.0);
                tx.detail(issuer.clone());
                if identities::is_linked(tx, &issuer, id).await? {
                    return Err(Error::NotFound);
                }
                Ok(identities::add(tx, &issuer, &subject, id).await?)
            })
        })
        .await;
    match linked {
        Ok(()) => Ok(Some(user)),
        // Another person of the provider has this account: an address went from one to the other.
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is sent and what is kept back, the same on both ways: derived from the cookie, so that it is stored nowhere.
fn way<'a>(back: &'a str, state: &str, browser: &str) -> Way<'a> {
    let derived =
        |purpose: &str| crate::config::hex(&Sha256::digest(format!("{purpose}:{browser}").as_bytes()));
    Way { back, state: state.to_owned(), nonce: derived("nonce"), verifier: derived("verifier") }
}

/// Asks the provider on a thread that may wait, and says in a sentence what came of it.
async fn ask<T: Send + 'static>(
    services: &Services,
    ctx: &Ctx,
    question: impl FnOnce(&Provider, &str, crate::model::Instant) -> std::result::Result<T, Trouble>
    + Send
    + 'static,
) -> Result<T> {
    let provider = services.oidc.clone().ok_or(Error::NotFound)?;
    let name = provider.settings.name.clone();
    let away = || {
        Error::Conflict(format!(
            "Signing in with {name} does not work right now: it does not answer. Use your password, or try again in a moment."
        ))
    };
    // Nobody waits behind others for a provider that is slow.
    let Ok(_asking) = ASKING.try_acquire() else { return Err(away()) };
    let (back, now) = (format!("{}{BACK}", services.config.site()), ctx.now);
    let asked = tokio::task::spawn_blocking(move || question(&provider, &back, now)).await;
    match asked {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Trouble::Refused(cause))) => Err(not_believed(services, &cause)),
        Ok(Err(Trouble::Away(cause))) => {
            tracing::warn!(%cause, "the OpenID provider does not answer");
            Err(away())
        }
        Err(_) => Err(away()),
    }
}

/// One sentence for every cause; which one it was stands in the log.
fn not_believed(services: &Services, cause: &str) -> Error {
    tracing::warn!(%cause, "a sign-in by OpenID was refused");
    let name = name(services).unwrap_or_default();
    Error::invalid(
        "oidc",
        format!("The sign-in with {name} did not work. Begin again, or use your password."),
    )
}
