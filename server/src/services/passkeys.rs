//! Passkeys of staff: added under a fresh second factor, used as one at sign-in and before grave acts, and gone at once
//! when they are removed (AUT-06, KEY-04). What is signed is checked by `webauthn-rs`; here stands whose it may be.

use std::net::IpAddr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    WebauthnBuilder, WebauthnError,
};

use super::second_factor::{account, full_session, rotate};
use super::sessions::{Token, Visitor, end_other_sessions, hash_token, signed_in_as, visitor};
use super::{Services, require_fresh, staff};
use crate::config::Passkeys;
use crate::ctx::{Ctx, Grant};
use crate::model::people::Role;
use crate::model::{Instant, PasskeyId, UserId};
use crate::store::users::{self, User};
use crate::store::{Act, passkeys};
use crate::{Error, Result};

/// How long a browser may take to sign, in seconds.
const CHALLENGE_SECONDS: i64 = 300;
/// Passkeys of one account: a few devices, and room for the new one before the old one goes.
const MOST: usize = 10;
/// Roles whose second factor must be a passkey where passkeys are required.
const DEMANDED_OF: [Role; 2] = [Role::Administrator, Role::Counselor];

/// Why a browser is asked to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To add a passkey to one's account.
    Add,
    /// As the second step of a sign-in.
    SignIn,
    /// Once more, before something grave.
    Confirm,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::SignIn => "sign_in",
            Self::Confirm => "confirm",
        }
    }
}

/// A passkey on its owner's page.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Own {
    pub id: PasskeyId,
    pub name: String,
    pub since: Instant,
    pub used: Option<Instant>,
}

/// What an account page says of passkeys.
#[derive(Clone, Debug)]
pub struct OwnPasskeys {
    /// One's own.
    pub passkeys: Vec<Own>,
    /// Whether the site can have any: browsers want https and a name.
    pub possible: bool,
    /// Whether one's roles must have one.
    pub demanded: bool,
}

/// What counts as a second factor for somebody now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// A passkey is there to be used.
    pub passkey: bool,
    /// A code of an authenticator app is taken too; a recovery code always is.
    pub code: bool,
}

/// The library set up for the site; none where browsers would refuse it.
pub(super) fn party(settings: &Passkeys) -> std::result::Result<Option<Webauthn>, String> {
    let Some(party) = &settings.party else { return Ok(None) };
    WebauthnBuilder::new(&party.id, &party.origin)
        .and_then(|builder| builder.rp_name("Firstlight").build())
        .map(Some)
        .map_err(|error| format!("passkeys cannot work at http.public_url: {error}"))
}

/// Whether somebody with these roles must have a passkey.
pub(super) fn demanded(services: &Services, grants: &[Grant]) -> bool {
    services.config.passkeys.required && grants.iter().any(|grant| DEMANDED_OF.contains(&grant.role))
}

/// What counts as a second factor for an account: where its roles must have a passkey and it has one, no code of an app.
pub(super) async fn factors(services: &Services, ctx: &Ctx, user: UserId) -> Result<Factors> {
    let mut conn = services.store.read(ctx).await?;
    let passkey = services.passkeys.is_some() && passkeys::count(&mut conn, user).await? > 0;
    let roles = users::roles(&mut conn, user).await?;
    let grants: Vec<Grant> = roles.iter().map(|r| Grant { role: r.role, school: r.school_id }).collect();
    Ok(Factors { passkey, code: !(passkey && demanded(services, &grants)) })
}

/// Refuses the code of an app where a passkey has to be used.
pub(super) async fn refuse_code(services: &Services, ctx: &Ctx, user: UserId) -> Result<()> {
    if factors(services, ctx, user).await?.code {
        return Ok(());
    }
    Err(Error::invalid(
        "code",
        "Your role signs in with a passkey. Use yours, or one of your recovery codes.",
    ))
}

/// What is offered as the second step to whoever owes it, or once more to whoever is signed in.
///
/// # Errors
/// [`Error::SignedOut`] when nobody is there.
pub async fn offered(services: &Services, ctx: &Ctx, session: &str) -> Result<Factors> {
    let user = match (staff(ctx), visitor(services, ctx, session).await?) {
        (Ok(staff), _) => staff.user,
        (_, Visitor::OwesCode(user)) => user,
        _ => return Err(Error::SignedOut),
    };
    factors(services, ctx, user).await
}

/// One's own passkeys.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no staff.
pub async fn own(services: &Services, ctx: &Ctx) -> Result<OwnPasskeys> {
    let me = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let found = passkeys::list(&mut conn, me.user).await?;
    let roles = users::roles(&mut conn, me.user).await?;
    let grants: Vec<Grant> = roles.iter().map(|r| Grant { role: r.role, school: r.school_id }).collect();
    Ok(OwnPasskeys {
        passkeys: found
            .into_iter()
            .map(|p| Own { id: p.id, name: p.name, since: p.created_at, used: p.used_at })
            .collect(),
        possible: services.passkeys.is_some(),
        demanded: demanded(services, &grants),
    })
}

/// What the browser is to sign, as its own words for it; bound to this sign-in, used once, within five minutes.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor, where one is to be added; [`Error::Conflict`] where there is nothing
/// to sign with; [`Error::SignedOut`] when the sign-in is over.
pub async fn challenge(services: &Services, ctx: &Ctx, session: &str, purpose: Purpose) -> Result<String> {
    let user = who(services, ctx, session, purpose).await?;
    let webauthn = here(services)?;
    if purpose == Purpose::Add {
        require_fresh(ctx)?;
    }
    let known = passkeys::list(&mut services.store.read(ctx).await?, user.id).await?;
    let (asked, state) = if purpose == Purpose::Add {
        if known.len() >= MOST {
            return Err(Error::Conflict(format!("{MOST} passkeys are the most. Remove one first.")));
        }
        let known = known.into_iter().map(|p| p.credential_id).collect();
        let (asked, state) = webauthn
            .start_passkey_registration(user.id.0, &user.email, &user.name, Some(known))
            .map_err(refused)?;
        (words(&asked)?, words(&state)?)
    } else {
        let known: Vec<Passkey> = known.iter().map(|p| read(&p.credential)).collect::<Result<_>>()?;
        if known.is_empty() {
            return Err(Error::Conflict("This account has no passkey.".to_owned()));
        }
        let (asked, state) = webauthn.start_passkey_authentication(&known).map_err(refused)?;
        (words(&asked)?, words(&state)?)
    };
    let hash = hash_token(session);
    services
        .store
        .write(ctx, Act::recorded_in_itself("passkey.challenge"), move |tx| {
            let (hash, state) = (hash.clone(), state.clone());
            Box::pin(async move {
                let until = tx.ctx().now.plus_seconds(CHALLENGE_SECONDS);
                Ok(passkeys::put_challenge(tx, hash, purpose.as_str(), &state, until).await?)
            })
        })
        .await?;
    Ok(asked)
}

/// Adds the passkey that the browser made.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] with what to change.
pub async fn add(services: &Services, ctx: &Ctx, session: &str, name: &str, made: &str) -> Result<()> {
    let user = staff(ctx)?.user;
    let webauthn = here(services)?;
    require_fresh(ctx)?;
    let name = checked_name(name)?;
    let made: RegisterPublicKeyCredential = sent(made)?;
    let state: PasskeyRegistration = taken(services, ctx, session, Purpose::Add).await?;
    let passkey = webauthn.finish_passkey_registration(&made, &state).map_err(refused)?;
    let (credential_id, credential) = (passkey.cred_id().to_vec(), words(&passkey)?);
    services
        .store
        .write(ctx, Act::new("passkey.add"), move |tx| {
            let (credential_id, credential, name) = (credential_id.clone(), credential.clone(), name.clone());
            Box::pin(async move {
                tx.about("user", user.0);
                if passkeys::list(tx, user).await?.len() >= MOST {
                    return Err(Error::Conflict(format!("{MOST} passkeys are the most. Remove one first.")));
                }
                let (id, created_at) = (PasskeyId(tx.ctx().id()), tx.ctx().now);
                let (user_id, used_at) = (user, None);
                let new =
                    passkeys::Passkey { id, user_id, credential_id, name, credential, created_at, used_at };
                Ok(passkeys::add(tx, &new).await?)
            })
        })
        .await
        .map_err(|error| match error {
            Error::Store(crate::store::StoreError::Constraint(_)) => {
                Error::invalid("passkey", "This passkey belongs to an account already. Use another device.")
            }
            other => other,
        })
}

/// Removes one of one's own passkeys and ends every other sign-in.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Conflict`] for the last second factor there is.
pub async fn remove(services: &Services, ctx: &Ctx, session: &str, id: PasskeyId) -> Result<()> {
    let me = staff(ctx)?;
    let user = me.user;
    require_fresh(ctx)?;
    let must = demanded(services, &me.grants);
    let session = session.to_owned();
    services
        .store
        .write(ctx, Act::new("passkey.remove"), move |tx| {
            let session = session.clone();
            Box::pin(async move {
                tx.about("user", user.0);
                if !passkeys::remove(tx, user, id).await? {
                    return Err(Error::NotFound);
                }
                let left = passkeys::count(tx, user).await?;
                let account = users::get(tx, user).await?.ok_or(Error::NotFound)?;
                if left == 0 && (must || account.totp_secret.is_empty()) {
                    let last = "This is your last second factor. Add another passkey before you remove it.";
                    return Err(Error::Conflict(last.to_owned()));
                }
                end_other_sessions(tx, user, &session).await
            })
        })
        .await
}

/// Takes what a passkey signed as the second step of a sign-in, and gives a full session in place of the half one.
///
/// # Errors
/// [`Error::Invalid`] when it is not the account's, or not for this moment; [`Error::SignedOut`] when the half session is
/// over.
pub async fn sign_in(
    services: &Services,
    ctx: &Ctx,
    half: &str,
    signed: &str,
    address: IpAddr,
    device: &str,
) -> Result<Token> {
    let user = who(services, ctx, half, Purpose::SignIn).await?;
    take(services, &ctx.with_actor(signed_in_as(&user)), &user, half, (Purpose::SignIn, signed), address)
        .await?;
    full_session(services, ctx, &user, half, device).await
}

/// The same once more, before something grave; the sign-in goes on under a fresh token (AUT-10).
///
/// # Errors
/// [`Error::Invalid`] when it is not the account's, or not for this moment.
pub async fn confirm_again(
    services: &Services,
    ctx: &Ctx,
    session: &str,
    signed: &str,
    address: IpAddr,
) -> Result<Token> {
    let user = who(services, ctx, session, Purpose::Confirm).await?;
    take(services, ctx, &user, session, (Purpose::Confirm, signed), address).await?;
    rotate(services, ctx, session, user.id).await
}

/// Checks what was signed: for this challenge, at our address, by a key of this account that has counted on.
async fn take(
    services: &Services,
    ctx: &Ctx,
    user: &User,
    session: &str,
    (purpose, signed): (Purpose, &str),
    address: IpAddr,
) -> Result<()> {
    let checked = checked(services, ctx, user.id, session, purpose, signed).await;
    // Nobody guesses a signature, so it costs the account nothing; an address that tries many is told to wait.
    let refusal = |error| services.guesses_here.failed(address).map_or(error, Error::TooMany);
    checked.map_err(|error| if matches!(error, Error::Invalid { .. }) { refusal(error) } else { error })
}

async fn checked(
    services: &Services,
    ctx: &Ctx,
    user: UserId,
    session: &str,
    purpose: Purpose,
    signed: &str,
) -> Result<()> {
    let webauthn = here(services)?;
    let signed: PublicKeyCredential = sent(signed)?;
    let state: PasskeyAuthentication = taken(services, ctx, session, purpose).await?;
    let result = match webauthn.finish_passkey_authentication(&signed, &state) {
        Ok(result) => result,
        Err(WebauthnError::CredentialPossibleCompromise) => return copied(services, ctx, user).await,
        Err(error) => return Err(refused(error)),
    };
    if !result.user_verified() {
        return Err(refused(WebauthnError::UserNotVerified));
    }
    let noted = services
        .store
        .write(ctx, Act::new("session.passkey"), move |tx| {
            let result = result.clone();
            Box::pin(async move {
                tx.about("user", user.0);
                // Read now: one that was removed a moment ago signs nobody in.
                let known = passkeys::list(tx, user).await?;
                let id: &[u8] = result.cred_id();
                let known = known.into_iter().find(|p| p.credential_id == id);
                let known = known.ok_or_else(|| refused("it was removed meanwhile"))?;
                let mut passkey: Passkey = read(&known.credential)?;
                passkey.update_credential(&result);
                let counter = i64::from(result.counter());
                let noted = passkeys::note_use(tx, known.id, user, &words(&passkey)?, counter).await?;
                if noted { Ok(()) } else { Err(Error::Conflict(COPIED.to_owned())) }
            })
        })
        .await;
    match noted {
        Err(Error::Conflict(_)) => copied(services, ctx, user).await,
        other => other,
    }
}

const COPIED: &str = "its count went back: there may be a copy of it";

/// A key whose count went back: somebody holds a copy. Refused, and in the trail for whoever looks after accounts.
async fn copied(services: &Services, ctx: &Ctx, user: UserId) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("passkey.copied"), move |tx| {
            Box::pin(async move {
                tx.about("user", user.0);
                Ok(())
            })
        })
        .await?;
    Err(refused(COPIED))
}

fn here(services: &Services) -> Result<&Webauthn> {
    let none = "Passkeys do not work at this address. Use a one-time code.";
    services.passkeys.as_ref().ok_or_else(|| Error::Conflict(none.to_owned()))
}

/// Whose sign-in it is: the half one of whoever owes the second step, else one that is whole.
async fn who(services: &Services, ctx: &Ctx, session: &str, purpose: Purpose) -> Result<User> {
    let user = match purpose {
        Purpose::Add | Purpose::Confirm => staff(ctx)?.user,
        Purpose::SignIn => match visitor(services, ctx, session).await? {
            Visitor::OwesCode(user) => user,
            Visitor::Actor(_) => return Err(Error::SignedOut),
        },
    };
    account(services, ctx, user).await
}

/// What this sign-in was asked to sign. It is gone with this, whatever comes of it.
async fn taken<T: DeserializeOwned>(
    services: &Services,
    ctx: &Ctx,
    session: &str,
    purpose: Purpose,
) -> Result<T> {
    let hash = hash_token(session);
    let state = services
        .store
        .write(ctx, Act::recorded_in_itself("passkey.challenge"), move |tx| {
            let hash = hash.clone();
            Box::pin(async move { Ok(passkeys::take_challenge(tx, hash, purpose.as_str()).await?) })
        })
        .await?;
    match state {
        Some(state) => read(&state),
        None => Err(refused("this sign-in was asked to sign nothing, or too long ago")),
    }
}

/// One sentence for every cause; which one it was stands in the log.
fn refused(cause: impl std::fmt::Display) -> Error {
    tracing::info!(%cause, "a passkey was refused");
    Error::invalid("passkey", "That passkey was not accepted. Try once more, or use another way.")
}

/// What a browser sent, which may be anything.
fn sent<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| refused("what the browser sent cannot be read"))
}

/// What we wrote ourselves.
fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| refused("what is kept of it cannot be read"))
}

fn words<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| refused("it cannot be written down"))
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fine = !name.is_empty() && name.chars().count() <= 60 && !name.chars().any(char::is_control);
    if fine {
        Ok(name.to_owned())
    } else {
        Err(Error::invalid(
            "name",
            "Give the passkey a name of at most 60 letters, such as the device it is on.",
        ))
    }
}
