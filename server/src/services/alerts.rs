//! What a member of staff must know on every page: something urgent waits, messages cannot leave, or the worker that
//! sends them has fallen silent (REL-10, REL-11).

use super::{Services, require, staff};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::people::Role;
use crate::model::referral::Outcome;
use crate::model::{Day, Instant};
use crate::policy::{Action, Place};
use crate::store::outbox::Given;
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
        state.silent = is_silent(deliveries::oldest_beat(&mut conn).await?, ctx.now);
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
    Ok(mark_of(open, changes))
}

/// The mark of a queue of so many lines with this sum of versions.
pub(super) fn mark_of(open: i64, changes: i64) -> String {
    format!("{open}-{changes}")
}

/// Whether the worker is alive: for `/readyz`.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read.
pub async fn worker_is_silent(services: &Services, ctx: &Ctx) -> Result<bool> {
    let mut conn = services.store.read(ctx).await?;
    Ok(is_silent(deliveries::oldest_beat(&mut conn).await?, ctx.now))
}

/// Urgent messages that were tried and could not leave, on the whole node.
///
/// # Errors
/// [`crate::Error::Store`] when the database cannot be read.
pub async fn stuck_messages(services: &Services, ctx: &Ctx) -> Result<i64> {
    let mut conn = services.store.read(ctx).await?;
    Ok(deliveries::stuck_in_all(&mut conn).await?)
}

/// Before its first sign of life a worker is starting, not dead: the node that answers has just started it.
fn is_silent(last: Option<Instant>, now: Instant) -> bool {
    last.is_some_and(|at| now.seconds_since(at) > SILENT_SECONDS)
}

/// A week of urgent alerts and what came of them (C-44); no child in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: Day,
    /// Urgent alerts to a first responder.
    pub alerts: usize,
    /// Those that a person has taken.
    pub taken: usize,
    /// Calls to somebody above.
    pub calls_above: usize,
    /// The middle one of the times until somebody took it, in minutes.
    pub median_minutes: Option<i64>,
    /// Those whose referral was closed with "no concern".
    pub no_concern: usize,
}

/// Weeks that the review shows.
const WEEKS: i64 = 12;

/// The last weeks' alerts of the reader's district, newest first.
///
/// # Errors
/// [`crate::Error::NotFound`] for anybody who does not answer for referrals.
pub async fn review(services: &Services, ctx: &Ctx) -> Result<Vec<Week>> {
    require(ctx, Action::SetDuty, Place::Anywhere)?;
    let district = staff(ctx)?.district;
    let mut conn = services.store.read(ctx).await?;
    let since = ctx.now.plus_seconds(-WEEKS * 7 * 86_400);
    Ok(weeks(&outbox::given(&mut conn, district, since).await?))
}

fn weeks(given: &[Given]) -> Vec<Week> {
    let monday = |at: Instant| {
        let day = at.day_in(&jiff::tz::TimeZone::UTC);
        day.plus_days(-i64::from(day.0.weekday().to_monday_zero_offset()))
    };
    let mut weeks: Vec<Week> = Vec::new();
    let mut mondays: Vec<Day> = given.iter().map(|g| monday(g.created_at)).collect();
    mondays.dedup();
    for start in mondays.into_iter().rev() {
        let of: Vec<&Given> = given.iter().filter(|g| monday(g.created_at) == start).collect();
        let first: Vec<&&Given> = of.iter().filter(|g| !g.above).collect();
        let mut minutes: Vec<i64> =
            first.iter().filter_map(|g| Some(g.acknowledged_at?.seconds_since(g.created_at) / 60)).collect();
        minutes.sort_unstable();
        weeks.push(Week {
            monday: start,
            alerts: first.len(),
            taken: minutes.len(),
            calls_above: of.len() - first.len(),
            median_minutes: minutes.get(minutes.len() / 2).copied(),
            no_concern: first.iter().filter(|g| g.outcome == Some(Outcome::NoConcern)).count(),
        });
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::{Week, weeks};
    use crate::model::Instant;
    use crate::model::referral::Outcome;
    use crate::store::outbox::Given;

    #[test]
    fn a_week_s_numbers_reconcile_with_its_alerts_c_44() {
        let at = |text: &str| Instant::from(text.parse::<jiff::Timestamp>().unwrap());
        let alert = |created: &str, minutes: Option<i64>, outcome, above| Given {
            created_at: at(created),
            acknowledged_at: minutes.map(|m| at(created).plus_seconds(m * 60)),
            outcome,
            above,
        };
        let given = [
            alert("2026-03-02T10:00:00Z", Some(4), Some(Outcome::NoConcern), false),
            alert("2026-03-03T10:00:00Z", Some(20), None, false),
            alert("2026-03-03T10:15:00Z", None, None, true),
            alert("2026-03-06T10:00:00Z", Some(8), None, false),
            alert("2026-03-09T10:00:00Z", None, None, false),
        ];
        let shown = weeks(&given);
        assert_eq!(
            shown.iter().map(|w| w.monday.to_string()).collect::<Vec<_>>(),
            ["2026-03-09", "2026-03-02"]
        );
        let Week { alerts, taken, calls_above, median_minutes, no_concern, .. } = shown[1];
        assert_eq!((alerts, taken, calls_above, median_minutes, no_concern), (3, 3, 1, Some(8), 1));
        assert_eq!((shown[0].alerts, shown[0].taken, shown[0].median_minutes), (1, 0, None));
    }
}
