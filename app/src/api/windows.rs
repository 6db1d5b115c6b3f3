//! Windows and the calendars they run by.

use server::Result;
use server::model::window::WindowState;
use server::model::{Day, SchoolId, WindowId};
pub use server::services::calendar::{Calendar, Stretch};
pub use server::services::duty::School;
pub use server::services::rehearsals::{Begun, Rehearsal};
pub use server::services::windows::{
    Asked, CoveredClass, Draft, Missing, Needed, SchoolPlan, Window, WindowInstrument, WindowPage,
};
pub use server::services::windows::{ResponsePlan, can_be_asked};
use server::services::{calendar, rehearsals, windows};

use crate::visit::Visit;

/// A window with everything that is said about it.
pub async fn get_window(visit: &Visit, id: WindowId) -> Result<WindowPage> {
    windows::get(&visit.site.services, &visit.ctx, id).await
}

/// The schools of one's district.
pub async fn list_schools(visit: &Visit) -> Result<Vec<School>> {
    windows::schools(&visit.site.services, &visit.ctx).await
}

/// Keeps a draft: the first one, or a changed one.
pub async fn save_draft(visit: &Visit, id: Option<WindowId>, draft: Draft) -> Result<WindowId> {
    match id {
        Some(id) => windows::redraft(&visit.site.services, &visit.ctx, id, draft).await.map(|()| id),
        None => windows::add_draft(&visit.site.services, &visit.ctx, draft).await,
    }
}

/// How a school answers for a window's children.
pub async fn plan_school(visit: &Visit, id: WindowId, school: SchoolId, plan: SchoolPlan) -> Result<()> {
    windows::plan_school(&visit.site.services, &visit.ctx, id, school, plan).await
}

/// Moves a window on.
pub async fn move_window(visit: &Visit, id: WindowId, to: WindowState) -> Result<()> {
    windows::move_window(&visit.site.services, &visit.ctx, id, to).await
}

/// The schools' free days.
pub async fn list_calendars(visit: &Visit) -> Result<Vec<Calendar>> {
    calendar::list(&visit.site.services, &visit.ctx).await
}

/// Enters free days.
pub async fn add_free_days(visit: &Visit, school: Option<SchoolId>, free: Stretch) -> Result<()> {
    calendar::add(&visit.site.services, &visit.ctx, school, free).await
}

/// Takes free days away.
pub async fn remove_free_days(visit: &Visit, school: SchoolId, from: Day, to: Day) -> Result<()> {
    calendar::remove(&visit.site.services, &visit.ctx, school, from, to).await
}

/// A window with the rehearsal of it that runs now.
pub async fn get_rehearsal(visit: &Visit, id: WindowId) -> Result<(Window, Option<Rehearsal>)> {
    rehearsals::running(&visit.site.services, &visit.ctx, id).await
}

/// Begins a rehearsal.
pub async fn begin_rehearsal(visit: &Visit, id: WindowId) -> Result<Begun> {
    rehearsals::begin(&visit.site.services, &visit.ctx, id).await
}

/// Ends a rehearsal and removes everything of it.
pub async fn end_rehearsal(visit: &Visit, id: WindowId) -> Result<()> {
    rehearsals::end(&visit.site.services, &visit.ctx, id).await
}
