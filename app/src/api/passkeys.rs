//! Passkeys: one's own, and as a second factor.

use server::Result;
use server::model::PasskeyId;
use server::services::passkeys;
pub use server::services::passkeys::{Factors, Own, OwnPasskeys, Purpose};
pub use server::services::sessions::Token;

use crate::visit::Visit;

fn session(visit: &Visit) -> &str {
    visit.session.as_deref().unwrap_or("")
}

/// What counts as a second factor for whoever is at this browser.
pub async fn get_factors(visit: &Visit) -> Result<Factors> {
    passkeys::offered(&visit.site.services, &visit.ctx, session(visit)).await
}

/// One's own passkeys.
pub async fn get_own(visit: &Visit) -> Result<OwnPasskeys> {
    passkeys::own(&visit.site.services, &visit.ctx).await
}

/// What the browser is to sign.
pub async fn ask(visit: &Visit, purpose: Purpose) -> Result<String> {
    passkeys::challenge(&visit.site.services, &visit.ctx, session(visit), purpose).await
}

/// Adds the passkey that the browser made.
pub async fn add(visit: &Visit, name: &str, made: &str) -> Result<()> {
    passkeys::add(&visit.site.services, &visit.ctx, session(visit), name, made).await
}

/// Removes one of one's own.
pub async fn remove(visit: &Visit, id: PasskeyId) -> Result<()> {
    passkeys::remove(&visit.site.services, &visit.ctx, session(visit), id).await
}

/// Checks a passkey as the second step of a sign-in.
pub async fn sign_in(visit: &Visit, signed: &str) -> Result<Token> {
    let services = &visit.site.services;
    passkeys::sign_in(services, &visit.ctx, session(visit), signed, visit.address, &visit.device).await
}

/// Checks a passkey once more, before something grave.
pub async fn confirm_again(visit: &Visit, signed: &str) -> Result<Token> {
    passkeys::confirm_again(&visit.site.services, &visit.ctx, session(visit), signed, visit.address).await
}
