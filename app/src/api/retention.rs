//! How long data are kept, legal holds, and erasing a child.

use server::Result;
use server::model::ChildId;
pub use server::services::erasure::Wish;
pub use server::services::proofs::Proof;
pub use server::services::retention::{
    Change, Changes, ClassPreview, Going, LegalHold, Overview, Tombstone, Waiting,
};
use server::services::{erasure, proofs, retention};
use uuid::Uuid;

use crate::visit::Visit;

/// The page about retention.
pub async fn get_retention(visit: &Visit) -> Result<Overview> {
    retention::overview(&visit.site.services, &visit.ctx).await
}

/// Asks for other periods.
pub async fn ask_for_profile(visit: &Visit, profile: &str) -> Result<Uuid> {
    retention::ask_for_profile(&visit.site.services, &visit.ctx, profile).await
}

/// Changes of the periods: one that waits, and what was decided.
pub async fn list_period_changes(visit: &Visit) -> Result<Changes> {
    retention::changes(&visit.site.services, &visit.ctx).await
}

/// Whether a change of the periods waits.
pub async fn is_period_change_waiting(visit: &Visit) -> Result<bool> {
    retention::is_waiting(&visit.site.services, &visit.ctx).await
}

/// The second person's answer to a change of the periods.
pub async fn decide_profile(visit: &Visit, id: Uuid, yes: bool, note: &str) -> Result<()> {
    retention::decide_profile(&visit.site.services, &visit.ctx, id, yes, note).await
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
