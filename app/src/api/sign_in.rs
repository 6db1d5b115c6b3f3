//! Signing in and out.

use server::Result;
use server::ctx::Ctx;
pub use server::services::sessions::{Seen, Token, Visitor};
use server::services::{second_factor, sessions};

use crate::site::Site;
use crate::visit::Visit;

/// What a cookie says now.
pub async fn visit(site: &Site, ctx: &Ctx, token: &str) -> Result<Seen> {
    sessions::visit(&site.services, ctx, token).await
}

/// The same for a request that a page sends by itself.
pub async fn unnoticed_visit(site: &Site, ctx: &Ctx, token: &str) -> Result<Seen> {
    sessions::unnoticed_visit(&site.services, ctx, token).await
}

/// Takes the cover off this browser's sign-in.
pub async fn uncover(visit: &Visit, secret: &str) -> Result<()> {
    let session = visit.session.as_deref().unwrap_or("");
    sessions::uncover(&visit.site.services, &visit.ctx, session, secret, visit.address).await
}

/// Signs a child in with the code on its card.
pub async fn sign_in_card(visit: &Visit, code: &str) -> Result<Token> {
    sessions::sign_in_with_card(&visit.site.services, &visit.ctx, code, visit.address).await
}

/// Signs a child in with what the link in its card's QR code carries.
pub async fn sign_in_link(visit: &Visit, secret: &str) -> Result<Token> {
    sessions::sign_in_with_link(&visit.site.services, &visit.ctx, secret, visit.address).await
}

/// Checks a password.
pub async fn check_password(visit: &Visit, email: &str, password: &str) -> Result<Token> {
    sessions::sign_in_with_password(&visit.site.services, &visit.ctx, email, password, visit.address).await
}

/// Checks a one-time code.
pub async fn confirm_code(visit: &Visit, code: &str) -> Result<Token> {
    let half = visit.session.as_deref().unwrap_or("");
    let services = &visit.site.services;
    second_factor::confirm_code(services, &visit.ctx, half, code, visit.address, &visit.device).await
}

/// Confirms once more who is at the device.
pub async fn confirm_again(visit: &Visit, code: &str) -> Result<Token> {
    let session = visit.session.as_deref().unwrap_or("");
    second_factor::confirm_again(&visit.site.services, &visit.ctx, session, code, visit.address).await
}

/// Ends this browser's sign-in.
pub async fn sign_out(visit: &Visit) -> Result<()> {
    match &visit.session {
        Some(token) => sessions::end(&visit.site.services, &visit.ctx, token).await,
        None => Ok(()),
    }
}
