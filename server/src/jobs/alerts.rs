//! Calls people: the ladder for critical referrals, reassignment, and the messages that leave.

use crate::Result;
use crate::ctx::Ctx;
use crate::services::{Services, delivery, escalation, mandatory, outside};

pub use crate::services::delivery::Sent;

/// Calls the next people for critical referrals that nobody has taken; tells how many calls were made.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read or written; the next run tries again.
pub async fn escalate(services: &Services, ctx: &Ctx) -> Result<usize> {
    escalation::escalate(services, ctx).await
}

/// Gives what belongs to somebody who is away to who is on duty; tells how many moved.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read or written; the next run tries again.
pub async fn reassign(services: &Services, ctx: &Ctx) -> Result<usize> {
    escalation::reassign(services, ctx).await
}

/// Makes a task where a service outside has been silent for fourteen days, and tells owners of mandatory reports whose
/// clock has run out; tells how many.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read or written; the next run tries again.
pub async fn remind(services: &Services, ctx: &Ctx) -> Result<usize> {
    let owners = outside::remind(services, ctx).await? + mandatory::remind(services, ctx).await?;
    Ok(owners + escalation::climb_reports(services, ctx).await?)
}

/// Sends what is due, and gives the worker's sign of life.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read or written; the next run tries again.
pub async fn deliver(services: &Services, ctx: &Ctx) -> Result<Sent> {
    delivery::deliver(services, ctx).await
}
