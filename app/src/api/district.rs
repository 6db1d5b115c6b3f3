//! Releases.

use server::Result;
pub use server::draw::{Figure, Table};
use server::model::{ReleaseId, SchoolId, WindowId};
pub use server::services::logistics::{Overdue, SchoolToday, Today, WindowToday};
pub use server::services::release_files::{File, KINDS, WHOLE};
pub use server::services::release_report::MEANING;
pub use server::services::releases::{ReleasePage, ReleaseSummary};
pub use server::services::sign_off::{History, SchoolRelease, StepRow, may_publish};
use server::services::{logistics, release_files, releases, sign_off};

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
    releases::build(&visit.site.services, &visit.ctx, window, |_| {}).await
}

/// Gives a release to its readers.
pub async fn publish_release(visit: &Visit, id: ReleaseId, note: &str) -> Result<()> {
    sign_off::publish(&visit.site.services, &visit.ctx, id, note).await
}

/// The releases that speak of the reader's schools.
pub async fn list_school_releases(visit: &Visit) -> Result<Vec<SchoolRelease>> {
    sign_off::of_my_schools(&visit.site.services, &visit.ctx).await
}

/// A school lead's word about a release.
pub async fn confirm_release(
    visit: &Visit,
    id: ReleaseId,
    school: SchoolId,
    fits: bool,
    note: &str,
) -> Result<()> {
    sign_off::say(&visit.site.services, &visit.ctx, id, school, fits, note).await
}

/// One file of a release by its name.
pub async fn get_release_file(visit: &Visit, id: ReleaseId, name: &str) -> Result<File> {
    let page = get_release(visit, id).await?;
    release_files::file(&visit.site.services, &page, name).await
}

/// How windows go across the district's schools today.
pub async fn get_today(visit: &Visit) -> Result<Today> {
    logistics::today(&visit.site.services, &visit.ctx).await
}
