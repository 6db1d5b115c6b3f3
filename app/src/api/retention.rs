//! How long data are kept, legal holds, and erasing a child.

use server::Result;
use server::model::ChildId;
pub use server::services::erasure::Wish;
pub use server::services::proofs::Proof;
pub use server::services::retention::{ClassPreview, Going, LegalHold, Overview, Tombstone};
use server::services::{erasure, proofs, retention};
use uuid::Uuid;

use crate::visit::Visit;

/// The page about retention.
pub async fn get_retention(visit: &Visit) -> Result<Overview> {
    retention::overview(&visit.site.services, &visit.ctx).await
}

/// Chooses the periods.
pub async fn choose_profile(visit: &Visit, profile: &str) -> Result<()> {
    retention::choose_profile(&visit.site.services, &visit.ctx, profile).await
}

/// Sets a legal hold.
pub async fn set_hold(visit: &Visit, number: &str, reason: &str) -> Result<()> {
    retention::set_hold(&visit.site.services, &visit.ctx, number, reason).await
}

/// Releases a legal hold.
pub async fn release_hold(visit: &Visit, hold: Uuid) -> Result<()> {
    retention::release_hold(&visit.site.services, &visit.ctx, hold).await
}

/// Erases a child.
pub async fn erase_child(visit: &Visit, wish: Wish) -> Result<ChildId> {
    erasure::erase(&visit.site.services, &visit.ctx, wish).await
}

/// Looks for what is left of an erased child.
pub async fn prove_erasure(visit: &Visit, child: &str) -> Result<Proof> {
    proofs::prove(&visit.site.services, &visit.ctx, child).await
}
