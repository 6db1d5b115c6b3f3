//! Accounts, windows and the trail.

use server::Result;
use server::model::ChildId;
use server::model::WindowId;
use server::services::capacity;
pub use server::services::capacity::{CapacityPage, SchoolPlan};
use server::services::disclosures;
pub use server::services::disclosures::{Disclosure, csv as ledger_csv};
use server::services::setup;
pub use server::services::setup::Overview;
pub use server::services::setup::{AuditRow, UserLine, Window, WindowInstrument};

use crate::visit::Visit;

/// The administrator's overview.
pub async fn get_overview(visit: &Visit) -> Result<Overview> {
    setup::overview(&visit.site.services, &visit.ctx).await
}

/// The newest lines of the trail.
pub async fn list_trail(visit: &Visit) -> Result<Vec<AuditRow>> {
    setup::trail(&visit.site.services, &visit.ctx, 200).await
}

/// Who has seen or changed a child's record.
pub async fn list_disclosures(visit: &Visit, child: ChildId) -> Result<Vec<Disclosure>> {
    disclosures::ledger(&visit.site.services, &visit.ctx, child).await
}

/// The capacity plan of a window.
pub async fn get_capacity(visit: &Visit, id: WindowId) -> Result<CapacityPage> {
    capacity::page(&visit.site.services, &visit.ctx, id).await
}
