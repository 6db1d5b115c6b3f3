//! Corrections of what was written about a child.

use server::Result;
use server::model::ChildId;
use server::model::correction::Correctable;
use server::services::corrections;
pub use server::services::corrections::{Form, Words};
use uuid::Uuid;

use crate::visit::Visit;

/// The words as they stand.
pub async fn get_correction(visit: &Visit, child: ChildId, kind: Correctable, row: Uuid) -> Result<Form> {
    corrections::form(&visit.site.services, &visit.ctx, child, kind, row).await
}

/// Writes what is right in their place.
pub async fn write_correction(visit: &Visit, child: ChildId, row: Uuid, words: Words) -> Result<()> {
    corrections::correct(&visit.site.services, &visit.ctx, child, row, words).await
}
