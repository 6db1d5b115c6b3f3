//! Releases.

use server::Result;
pub use server::draw::{Figure, Table};
use server::model::{ReleaseId, WindowId};
use server::services::releases;
pub use server::services::releases::{ReleasePage, ReleaseSummary};

use crate::visit::Visit;

/// The newest release with its figures, if there is one.
pub async fn get_newest_release(visit: &Visit) -> Result<Option<ReleasePage>> {
    releases::newest(&visit.site.services, &visit.ctx).await
}

/// One release with its figures.
pub async fn get_release(visit: &Visit, id: ReleaseId) -> Result<ReleasePage> {
    releases::get(&visit.site.services, &visit.ctx, id).await
}

/// Builds a window's next release.
pub async fn build_release(visit: &Visit, window: WindowId) -> Result<ReleaseId> {
    releases::build(&visit.site.services, &visit.ctx, window).await
}
