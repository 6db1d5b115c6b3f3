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

/// The district's name and the closed windows without a release.
pub async fn get_waiting_windows(visit: &Visit) -> Result<(String, Vec<(WindowId, String)>)> {
    releases::before_the_first(&visit.site.services, &visit.ctx).await
}

/// Builds a window's release.
pub async fn build_release(visit: &Visit, window: WindowId) -> Result<ReleaseId> {
    releases::build(&visit.site.services, &visit.ctx, window).await
}
