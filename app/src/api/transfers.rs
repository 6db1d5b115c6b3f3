//! A child's move to another school.

use server::Result;
use server::model::{ChildId, ClassId, Private, SchoolId};
use server::services::transfers;
pub use server::services::transfers::{Chosen, Preview};

use crate::visit::Visit;

/// What a move would do.
pub async fn preview_move(visit: &Visit, child: ChildId, to: Option<SchoolId>) -> Result<Preview> {
    transfers::preview(&visit.site.services, &visit.ctx, child, to).await
}

/// Moves a child.
pub async fn move_child(
    visit: &Visit,
    child: ChildId,
    to: SchoolId,
    class: ClassId,
    reason: Private<String>,
) -> Result<()> {
    transfers::transfer(&visit.site.services, &visit.ctx, child, to, class, reason).await
}
