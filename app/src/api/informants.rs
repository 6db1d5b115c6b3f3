//! What parents and teachers are asked about a child.

use questionnaires::response::Answer;
use server::Result;
use server::model::{ChildId, ClassId, WindowId};
pub use server::services::families::{Family, FormSheet, FormState, FormsPage, PER_PAGE, Sheet};
pub use server::services::ratings::{Grid, HandedIn, NewCell, Row, RowState, Task};
pub use server::services::side_by_side::{Agreement, Line, Scored, SideBySide};
use server::services::{families, ratings};

use crate::visit::Visit;

/// The grids that wait for a teacher.
pub async fn list_ratings(visit: &Visit) -> Result<Vec<Task>> {
    ratings::list(&visit.site.services, &visit.ctx).await
}

/// A class's grid.
pub async fn get_grid(visit: &Visit, window: WindowId, class: ClassId, instrument: &str) -> Result<Grid> {
    ratings::grid(&visit.site.services, &visit.ctx, window, class, instrument).await
}

/// Saves cells of a grid.
pub async fn save_cells(
    visit: &Visit,
    window: WindowId,
    class: ClassId,
    instrument: &str,
    cells: Vec<NewCell>,
) -> Result<()> {
    ratings::save(&visit.site.services, &visit.ctx, window, class, instrument, cells).await
}

/// Hands one row in, or every finished one.
pub async fn hand_in_ratings(
    visit: &Visit,
    window: WindowId,
    class: ClassId,
    instrument: &str,
    only: Option<ChildId>,
) -> Result<HandedIn> {
    ratings::hand_in(&visit.site.services, &visit.ctx, window, class, instrument, only).await
}

/// A class's parent forms.
pub async fn get_forms(visit: &Visit, window: WindowId, class: ClassId) -> Result<FormsPage> {
    families::class(&visit.site.services, &visit.ctx, window, class).await
}

/// Letters with links to parents' forms.
pub async fn print_forms(
    visit: &Visit,
    window: WindowId,
    class: ClassId,
    only: Option<ChildId>,
) -> Result<FormSheet> {
    families::print(&visit.site.services, &visit.ctx, window, class, only).await
}

/// Ends a letter's link.
pub async fn withdraw_form(visit: &Visit, window: WindowId, class: ClassId, child: ChildId) -> Result<()> {
    families::withdraw(&visit.site.services, &visit.ctx, window, class, child).await
}

/// What a letter's link opens, worded in a language where the owner's text has it.
pub async fn get_family(visit: &Visit, secret: &str, language: &str) -> Result<Family> {
    families::open(&visit.site.services, &visit.ctx, secret, language).await
}

/// Saves a page of a parent's form.
pub async fn save_family(
    visit: &Visit,
    secret: &str,
    page: usize,
    language: &str,
    answers: Vec<(String, Answer)>,
) -> Result<()> {
    families::save(&visit.site.services, &visit.ctx, secret, page, language, answers).await
}

/// Hands a parent's form in.
pub async fn hand_in_family(visit: &Visit, secret: &str) -> Result<()> {
    families::hand_in(&visit.site.services, &visit.ctx, secret).await
}
