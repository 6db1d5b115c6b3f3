//! Derives again, from the stored answers, what must have followed from them, and repairs every gap (REL-07).
//!
//! In a healthy house it finds nothing: flags and referrals are committed with the answer. It exists because a lost
//! referral is the worst failure, and "cannot happen" is not a test.

use crate::Result;
use crate::ctx::Ctx;
use crate::services::{Services, reconciling};

pub use crate::services::reconciling::{Repaired, Span};

/// Looks for gaps and repairs them.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read or written; what was repaired until then stays.
pub async fn reconcile(services: &Services, ctx: &Ctx, span: Span) -> Result<Repaired> {
    reconciling::run(services, ctx, span).await
}
