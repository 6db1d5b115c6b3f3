//! Accounts of staff: one's own, and the district's.

use server::Result;
use server::model::UserId;
use server::model::people::{Role, Scope};
use server::services::accounts;
pub use server::services::accounts::{AccountLine, Change, Device, Held, Own, Welcome};
pub use server::services::areas::Tree;
pub use server::services::sessions::Token;

use crate::visit::Visit;

/// One's own account.
pub async fn get_own(visit: &Visit) -> Result<Own> {
    let session = visit.session.as_deref().unwrap_or("");
    accounts::own_account(&visit.site.services, &visit.ctx, session).await
}

/// Ends one of one's own sign-ins.
pub async fn end_device(visit: &Visit, handle: &str) -> Result<()> {
    accounts::end_device(&visit.site.services, &visit.ctx, handle).await
}

/// Fresh recovery codes.
pub async fn renew_codes(visit: &Visit) -> Result<Vec<String>> {
    let session = visit.session.as_deref().unwrap_or("");
    accounts::renew_codes(&visit.site.services, &visit.ctx, session).await
}

/// The district's accounts and places.
pub async fn list_accounts(visit: &Visit) -> Result<(Vec<AccountLine>, Tree)> {
    accounts::list(&visit.site.services, &visit.ctx).await
}

/// Invites somebody.
pub async fn invite(visit: &Visit, name: &str, email: &str, role: Role, scope: Scope) -> Result<Token> {
    accounts::invite(&visit.site.services, &visit.ctx, name, email, role, scope).await
}

/// Changes an account.
pub async fn change_account(visit: &Visit, user: UserId, change: Change) -> Result<()> {
    accounts::change(&visit.site.services, &visit.ctx, user, change).await
}

/// Takes an account's password and second factor away and gives a link for new ones.
pub async fn reset_account(visit: &Visit, user: UserId) -> Result<Token> {
    accounts::reset(&visit.site.services, &visit.ctx, user).await
}

/// Whom a one-time link is for.
pub async fn get_welcome(visit: &Visit, token: &str) -> Result<Welcome> {
    accounts::welcome(&visit.site.services, &visit.ctx, token).await
}

/// Uses a one-time link.
pub async fn accept(
    visit: &Visit,
    token: &str,
    email: &str,
    password: &str,
    code: &str,
) -> Result<Vec<String>> {
    accounts::accept(&visit.site.services, &visit.ctx, token, email, password, code).await
}
