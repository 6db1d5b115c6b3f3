//! Sittings.

use server::Result;
use server::model::SittingId;
use server::services::sittings;
pub use server::services::sittings::Sitting;
pub use server::services::sittings::{Board, Seat};

use crate::visit::Visit;

/// The proctor's sittings.
pub async fn list_sittings(visit: &Visit) -> Result<Vec<Sitting>> {
    sittings::list(&visit.site.services, &visit.ctx).await
}

/// A sitting's board.
pub async fn get_board(visit: &Visit, id: SittingId) -> Result<Board> {
    sittings::board(&visit.site.services, &visit.ctx, id).await
}

/// Opens a sitting.
pub async fn open_sitting(visit: &Visit, id: SittingId) -> Result<()> {
    sittings::open(&visit.site.services, &visit.ctx, id).await
}

/// Closes a sitting.
pub async fn close_sitting(visit: &Visit, id: SittingId) -> Result<()> {
    sittings::close(&visit.site.services, &visit.ctx, id).await
}
