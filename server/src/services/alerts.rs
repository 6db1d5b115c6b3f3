//! What a member of staff must know on every page: something urgent waits, messages cannot leave, or the worker that
//! sends them has fallen silent (REL-10, REL-11).

use super::{Services, staff};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::Instant;
use crate::model::people::Role;
use crate::store::{deliveries, outbox, referrals};

/// A worker without a sign of life for longer than this is taken for dead, in seconds.
const SILENT_SECONDS: i64 = 120;

/// What waits for one member of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertState {
    /// Urgent alerts for this person that nobody has acknowledged.
    pub urgent: usize,
    /// Since when the oldest of them waits.
    pub since: Option<Instant>,
    /// Urgent messages that could not leave.
    pub stuck: i64,
    /// Since when.
    pub stuck_since: Option<Instant>,
    /// The worker that sends and escalates has fallen silent.
    pub silent: bool,
}

/// An alert that interrupts: all others wait for the day's one message (C-40).
pub(super) fn is_urgent(reason: &str) -> bool {
    ["critical", "backup:", "lead:", "district:"].iter().any(|start| reason.starts_with(start))
}

/// Roles that answer for referrals, and so hear of messages that cannot leave.
const RESPONDERS: [Role; 4] = [Role::Counselor, Role::SchoolLead, Role::DistrictOfficer, Role::Administrator];

/// What waits for the reader.
///
/// # Errors
/// [`crate::Error::SignedOut`] for anybody who is no member of staff.
pub async fn state(services: &Services, ctx: &Ctx) -> Result<AlertState> {
    let reader = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let urgent: Vec<Instant> = outbox::waiting(&mut conn, reader.user)
        .await?
        .into_iter()
        .filter(|alert| is_urgent(&alert.reason))
        .map(|alert| alert.created_at)
        .collect();
    let mut state =
        AlertState { urgent: urgent.len(), since: urgent.first().copied(), ..AlertState::default() };
    if RESPONDERS.iter().any(|role| reader.has(*role)) {
        (state.stuck, state.stuck_since) = deliveries::stuck(&mut conn, reader.district).await?;
        state.silent = is_silent(deliveries::last_beat(&mut conn, super::delivery::WORKER).await?, ctx.now);
    }
    Ok(state)
}

/// A number that changes whenever a line of the reader's queue does.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read.
pub async fn queue_mark(services: &Services, ctx: &Ctx) -> Result<String> {
    let reader = staff(ctx)?;
    if !reader.has(Role::Counselor) {
        return Ok(String::new());
    }
    let mut conn = services.store.read(ctx).await?;
    let (open, changes) = referrals::mark(&mut conn, reader.district, reader.user).await?;
    Ok(format!("{open}-{changes}"))
}

/// Whether the worker is alive: for `/readyz`.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read.
pub async fn worker_is_silent(services: &Services, ctx: &Ctx) -> Result<bool> {
    let mut conn = services.store.read(ctx).await?;
    Ok(is_silent(deliveries::last_beat(&mut conn, super::delivery::WORKER).await?, ctx.now))
}

/// Before its first sign of life a worker is starting, not dead: the node that answers has just started it.
fn is_silent(last: Option<Instant>, now: Instant) -> bool {
    last.is_some_and(|at| now.seconds_since(at) > SILENT_SECONDS)
}
