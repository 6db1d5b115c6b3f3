//! Levels between the district and its schools.

use server::Result;
use server::model::{AreaId, SchoolId};
use server::services::areas;
pub use server::services::areas::{Line, Tree};

use crate::visit::Visit;

/// The tree of areas and schools.
pub async fn get_tree(visit: &Visit) -> Result<Tree> {
    areas::list(&visit.site.services, &visit.ctx).await
}

/// Adds an area.
pub async fn add_area(visit: &Visit, name: &str, parent: Option<AreaId>) -> Result<()> {
    areas::add(&visit.site.services, &visit.ctx, name, parent).await
}

/// Gives an area another name or place.
pub async fn change_area(visit: &Visit, area: AreaId, name: &str, parent: Option<AreaId>) -> Result<()> {
    areas::change(&visit.site.services, &visit.ctx, area, name, parent).await
}

/// Removes an area.
pub async fn remove_area(visit: &Visit, area: AreaId) -> Result<()> {
    areas::remove(&visit.site.services, &visit.ctx, area).await
}

/// Puts a school into an area.
pub async fn place_school(visit: &Visit, school: SchoolId, area: Option<AreaId>) -> Result<()> {
    areas::place(&visit.site.services, &visit.ctx, school, area).await
}
