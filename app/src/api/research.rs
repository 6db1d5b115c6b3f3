//! Answers for research.

use server::Result;
use server::services::release_files::File;
use server::services::research;
pub use server::services::research::{Line, NewExport, Page, Standing};
use uuid::Uuid;

use crate::visit::Visit;

/// The exports of the reader's district, and what can be asked for.
pub async fn get_research(visit: &Visit) -> Result<Page> {
    research::page(&visit.site.services, &visit.ctx).await
}

/// Asks for an export.
pub async fn ask_research(visit: &Visit, wanted: NewExport) -> Result<Uuid> {
    research::ask(&visit.site.services, &visit.ctx, wanted).await
}

/// Decides on what somebody else asked for.
pub async fn decide_research(visit: &Visit, id: Uuid, yes: bool, note: &str) -> Result<()> {
    research::decide(&visit.site.services, &visit.ctx, id, yes, note).await
}

/// The files of an approved export.
pub async fn take_research(visit: &Visit, id: Uuid) -> Result<File> {
    research::take(&visit.site.services, &visit.ctx, id).await
}
