//! The second factor of staff: an authenticator's one-time code, or one of ten recovery codes on the day the phone is lost.

use std::net::IpAddr;

use totp_rs::{Builder, Secret};

use super::sessions::{
    InPlaceOf, STAFF, Token, Visitor, fresh_token, hash_token, signed_in_as, start_staff_session, visitor,
};
use super::{Services, accounts, passkeys, staff};
use crate::ctx::Ctx;
use crate::model::{Instant, UserId};
use crate::store::users::{self, User};
use crate::store::{self, Act, sessions};
use crate::{Error, Result};

/// Letters of a recovery code, which tell it from the digits of an app.
const RECOVERY_LETTERS: usize = 10;

/// Checks the code and gives a full session in place of the half one (a fresh token, AUT-07).
///
/// # Errors
/// [`Error::Invalid`] when the code is wrong or was used before; [`Error::SignedOut`] when the half session is over.
pub async fn confirm_code(
    services: &Services,
    ctx: &Ctx,
    half: &str,
    code: &str,
    address: IpAddr,
    device: &str,
) -> Result<Token> {
    let Visitor::OwesCode(user) = visitor(services, ctx, half).await? else { return Err(Error::SignedOut) };
    let user = account(services, ctx, user).await?;
    not_instead_of_a_passkey(services, ctx, &user, code).await?;
    take(services, &ctx.with_actor(signed_in_as(&user)), &user, code, address).await?;
    full_session(services, ctx, &user, half, device).await
}

/// A full session in place of the half one, under a fresh token.
pub(super) async fn full_session(
    services: &Services,
    ctx: &Ctx,
    user: &User,
    half: &str,
    device: &str,
) -> Result<Token> {
    let device: String = device.chars().filter(|c| !c.is_control()).take(80).collect();
    let before = InPlaceOf { token_hash: Some(hash_token(half)), device };
    start_staff_session(services, ctx, user, "staff", "session.start", STAFF, before).await
}

/// Confirms once more who is at the device, before something grave; the sign-in goes on under a fresh token (AUT-10).
///
/// # Errors
/// [`Error::Invalid`] when the code is wrong or was used before.
pub async fn confirm_again(
    services: &Services,
    ctx: &Ctx,
    session: &str,
    code: &str,
    address: IpAddr,
) -> Result<Token> {
    let user = account(services, ctx, staff(ctx)?.user).await?;
    not_instead_of_a_passkey(services, ctx, &user, code).await?;
    take(services, ctx, &user, code, address).await?;
    rotate(services, ctx, session, user.id).await
}

/// Where somebody's roles must use the passkey they have, only a recovery code does in its place.
async fn not_instead_of_a_passkey(services: &Services, ctx: &Ctx, user: &User, code: &str) -> Result<()> {
    if accounts::plain(code).len() == RECOVERY_LETTERS {
        return Ok(());
    }
    passkeys::refuse_code(services, ctx, user.id).await
}

/// Notes a second factor given just now, under a fresh token.
pub(super) async fn rotate(services: &Services, ctx: &Ctx, session: &str, id: UserId) -> Result<Token> {
    let (token, old) = (fresh_token()?, hash_token(session));
    let new = hash_token(token.reveal());
    services
        .store
        .write(ctx, Act::new("session.confirm"), move |tx| {
            let (old, new) = (old.clone(), new.clone());
            Box::pin(async move {
                tx.about("user", id.0);
                if sessions::rotate(tx, old, new).await? { Ok(()) } else { Err(Error::SignedOut) }
            })
        })
        .await?;
    Ok(token)
}

pub(super) async fn account(services: &Services, ctx: &Ctx, user: UserId) -> Result<User> {
    let mut conn = services.store.read(ctx).await?;
    users::get(&mut conn, user).await?.ok_or(Error::SignedOut)
}

/// Takes a one-time or recovery code; each works once. Failures count against the account at this address.
pub(super) async fn take(
    services: &Services,
    ctx: &Ctx,
    user: &User,
    code: &str,
    address: IpAddr,
) -> Result<()> {
    // Before it is looked at: six digits would be found by whoever may try them all.
    services.may_guess(&user.email, address)?;
    let plain = accounts::plain(code);
    let id = user.id;
    let accepted = if plain.len() == RECOVERY_LETTERS {
        let hash = services.keys.recovery_hash(&plain);
        let act = Act::new("session.recovery_code");
        let taking = services.store.write(ctx, act, move |tx| {
            let hash = hash.clone();
            Box::pin(async move {
                tx.about("user", id.0);
                Ok(store::accounts::take_recovery_code(tx, id, hash).await?)
            })
        });
        taking.await?
    } else {
        match totp_step(&user.totp_secret, &plain, ctx.now) {
            None => false,
            Some(step) => {
                let taking = services.store.write(ctx, Act::new("session.code"), move |tx| {
                    Box::pin(async move {
                        tx.about("user", id.0);
                        Ok(users::take_totp_step(tx, id, step).await?)
                    })
                });
                taking.await?
            }
        }
    };
    if accepted {
        return Ok(());
    }
    let wrong =
        Error::invalid("code", "That code is not right, or it was used already. Wait for the next one.");
    Err(services.guessed_wrong(&user.email, address, wrong))
}

/// The time step whose code this is, if it is the right one (one step of tolerance either way).
pub(super) fn totp_step(secret: &str, digits: &str, now: Instant) -> Option<i64> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let totp = Builder::new().with_secret(secret).build().ok()?;
    let seconds = u64::try_from(now.millis() / 1000).ok()?;
    if digits.len() != 6 {
        return None;
    }
    totp.check(digits, seconds).and_then(|step| i64::try_from(step).ok())
}

/// The one-time code of a secret at this moment, for trying out a demo; `None` when the secret is none.
pub fn code_now(ctx: &Ctx, secret: &str) -> Option<String> {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()?;
    Some(totp.generate(u64::try_from(ctx.now.millis() / 1000).ok()?).to_string())
}
