//! Signing in at somebody else's.

use server::Result;
use server::services::oidc;
pub use server::services::oidc::{Arrival, Brought, Departure};

use crate::visit::Visit;

/// What people call the provider; none where there is none.
pub fn provider(visit: &Visit) -> Option<String> {
    oidc::name(&visit.site.services).map(str::to_owned)
}

/// Begins.
pub async fn begin(visit: &Visit) -> Result<Departure> {
    oidc::begin(&visit.site.services, &visit.ctx, visit.address).await
}

/// Ends.
pub async fn finish(visit: &Visit, code: &str, state: &str, issuer: &str) -> Result<Arrival> {
    let brought =
        Brought { code, state, issuer, browser: visit.away.as_deref().unwrap_or(""), from: visit.address };
    oidc::finish(&visit.site.services, &visit.ctx, brought, &visit.device).await
}

/// Somebody signed out at the provider.
pub async fn signed_out(visit: &Visit, word: &str) -> Result<()> {
    oidc::signed_out(&visit.site.services, &visit.ctx, word).await
}
