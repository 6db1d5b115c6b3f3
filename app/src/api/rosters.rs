//! Rosters.

use server::Result;
use server::roster::Columns;
use server::services::rosters::uploads;
pub use server::services::rosters::uploads::{Looked, Preview, Upload as Sent};
pub use server::services::rosters::{Decisions, Done};
use uuid::Uuid;

use crate::visit::Visit;

/// The file that was sent last and not decided on.
pub async fn get_waiting_roster(visit: &Visit) -> Result<Option<Sent>> {
    uploads::waiting(&visit.site.services, &visit.ctx).await
}

/// Keeps a file that was sent.
pub async fn send_roster(visit: &Visit, name: &str, bytes: Vec<u8>) -> Result<Uuid> {
    uploads::send(&visit.site.services, &visit.ctx, name, bytes).await
}

/// What taking a file over would change.
pub async fn get_roster(visit: &Visit, id: Uuid) -> Result<Looked> {
    uploads::preview(&visit.site.services, &visit.ctx, id).await
}

/// Says what the columns of a file are.
pub async fn set_roster_columns(visit: &Visit, id: Uuid, columns: Columns) -> Result<()> {
    uploads::set_columns(&visit.site.services, &visit.ctx, id, columns).await
}

/// The rejected rows with their reasons.
pub async fn get_rejected_rows(visit: &Visit, id: Uuid) -> Result<String> {
    uploads::rejected(&visit.site.services, &visit.ctx, id).await
}

/// Takes a file over.
pub async fn take_over_roster(visit: &Visit, id: Uuid, decisions: Decisions) -> Result<Done> {
    uploads::take_over(&visit.site.services, &visit.ctx, id, decisions).await
}

/// Throws a file away.
pub async fn discard_roster(visit: &Visit, id: Uuid) -> Result<()> {
    uploads::discard(&visit.site.services, &visit.ctx, id).await
}
