//! What a member of staff must know on every page, and who is on duty.

use server::Result;
use server::ctx::Ctx;
use server::model::{Day, SchoolId, UserId};
pub use server::services::alerts::{AlertState, Week};
pub use server::services::duty::{Absence, NewShift, Page as DutyPage, Rota, Shift};
use server::services::{alerts, duty};
use uuid::Uuid;

use crate::site::Site;
use crate::visit::Visit;

/// What waits for a member of staff.
pub async fn get_state(site: &Site, ctx: &Ctx) -> Result<AlertState> {
    alerts::state(&site.services, ctx).await
}

/// The weeks' urgent alerts.
pub async fn get_review(visit: &Visit) -> Result<Vec<Week>> {
    alerts::review(&visit.site.services, &visit.ctx).await
}

/// A text that changes with the reader's queue.
pub async fn get_queue_mark(visit: &Visit) -> Result<String> {
    alerts::queue_mark(&visit.site.services, &visit.ctx).await
}

/// The rota of a school.
pub async fn get_duty(visit: &Visit, school: Option<SchoolId>) -> Result<DutyPage> {
    duty::page(&visit.site.services, &visit.ctx, school).await
}

/// Puts somebody on the rota.
pub async fn add_shift(visit: &Visit, shift: NewShift) -> Result<()> {
    duty::add_shift(&visit.site.services, &visit.ctx, shift).await
}

/// Takes a shift off the rota.
pub async fn remove_shift(visit: &Visit, school: SchoolId, shift: Uuid) -> Result<()> {
    duty::remove_shift(&visit.site.services, &visit.ctx, school, shift).await
}

/// Notes that somebody is away.
pub async fn add_absence(visit: &Visit, school: SchoolId, user: UserId, from: Day, to: Day) -> Result<()> {
    duty::add_absence(&visit.site.services, &visit.ctx, school, user, from, to).await
}

/// Somebody is back early.
pub async fn end_absence(visit: &Visit, school: SchoolId, absence: Uuid) -> Result<()> {
    duty::end_absence(&visit.site.services, &visit.ctx, school, absence).await
}
