//! Who asks, when, and under which request. The only reader of the clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use uuid::{ContextV7, NoContext, Uuid};

use crate::model::people::Role;
use crate::model::{ChildId, DistrictId, Instant, SchoolId, SittingId, UserId, WindowId};

/// Who acts. There is no data without an actor.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Somebody who has not signed in.
    Nobody,
    /// A child at a device, signed in with a card.
    Student(Student),
    /// A member of staff, signed in with both factors.
    Staff(Staff),
    /// Firstlight itself, by the job's name.
    Job(&'static str),
    /// The person at the server's terminal.
    Console,
}

impl Actor {
    /// The district whose data the database shows, and no other; none where it shows all: to jobs and commands, before
    /// somebody has signed in, and to a child. A child names nothing but its own answers, and the
    /// wall in each of its statements costs a check-in a quarter more.
    pub fn walled_in(&self) -> Option<DistrictId> {
        match self {
            Self::Staff(staff) => Some(staff.district),
            Self::Student(_) | Self::Nobody | Self::Job(_) | Self::Console => None,
        }
    }
}

/// A signed-in child: one child, one window, one sitting.
#[derive(Clone, Copy, Debug)]
pub struct Student {
    /// The district whose window it is.
    pub district: DistrictId,
    /// The child.
    pub child: ChildId,
    /// The window the card belongs to.
    pub window: WindowId,
    /// The sitting in which the card was used.
    pub sitting: SittingId,
}

/// A signed-in member of staff with the roles that hold at this moment.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The account.
    pub user: UserId,
    /// The district it belongs to; nothing outside is ever reachable.
    pub district: DistrictId,
    /// The name on screen.
    pub name: String,
    /// Roles and where they hold.
    pub grants: Vec<Grant>,
}

/// One role at one school, or in the whole district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The school, or the whole district.
    pub school: Option<SchoolId>,
}

impl Staff {
    /// Whether the role is held anywhere.
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|g| g.role == role)
    }

    /// Whether the role is held for this school.
    pub fn has_at(&self, role: Role, school: SchoolId) -> bool {
        self.grants.iter().any(|g| g.role == role && g.school.is_none_or(|s| s == school))
    }

    /// The schools where the role is held; `None` when it holds in the whole district.
    pub fn schools(&self, role: Role) -> Option<Vec<SchoolId>> {
        let mine: Vec<_> = self.grants.iter().filter(|g| g.role == role).collect();
        if mine.iter().any(|g| g.school.is_none()) {
            None
        } else {
            Some(mine.iter().filter_map(|g| g.school).collect())
        }
    }
}

/// The context of one operation: one actor, one instant, one request.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// The one instant of this operation.
    pub now: Instant,
    /// Names this request in logs, errors and the audit trail.
    pub request_id: Uuid,
    /// When the actor last gave a second factor in this sign-in: what is grave wants a fresh one (AUT-10).
    pub factor_at: Option<Instant>,
}

impl Ctx {
    /// A context at this moment.
    pub fn new(actor: Actor) -> Self {
        Self::at(actor, Self::clock())
    }

    /// A context at a given instant: for tests, and for the demo's invented past.
    pub fn at(actor: Actor, now: Instant) -> Self {
        let request_id = id_at(now);
        Self { actor, now, request_id, factor_at: None }
    }

    /// A context at this moment, of the request with this id.
    pub fn of_request(request_id: Uuid, actor: Actor) -> Self {
        Self { request_id, ..Self::new(actor) }
    }

    /// The same request, now known to come from `actor`.
    pub fn with_actor(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// The same work, so much later: for what goes on for a while. Counted from its own beginning, so that a clock that is set
    /// in between moves nothing (REL-18).
    pub fn after(&self, passed: Duration) -> Self {
        let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        Self { now: Instant::from_millis(self.now.millis().saturating_add(passed)), ..self.clone() }
    }

    /// A fresh UUIDv7 of this instant.
    pub fn id(&self) -> Uuid {
        id_at(self.now)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn clock() -> Instant {
        // A clock that is set back must not make a session younger or a referral older than it is within one run.
        static LATEST: AtomicI64 = AtomicI64::new(0);
        let read = Timestamp::now().as_millisecond();
        let latest = LATEST.fetch_max(read, Ordering::Relaxed);
        // A jump back of more than a minute is a correction, not jitter: follow it.
        if latest - read > 60_000 {
            LATEST.store(read, Ordering::Relaxed);
            return Instant::from_millis(read);
        }
        Instant::from_millis(read.max(latest))
    }
}

/// By how many seconds the clocks of nodes may differ, or a clock be set back, without anything being made of it (REL-18).
/// What was done further in the future than this was done before somebody set the clock back.
pub const SKEW_SECONDS: i64 = 90;

/// A UUIDv7 that carries `now`, so that rows of one time lie together.
fn id_at(now: Instant) -> Uuid {
    static COUNTER: std::sync::Mutex<Option<ContextV7>> = std::sync::Mutex::new(None);
    let seconds = u64::try_from(now.millis() / 1000).unwrap_or(0);
    let nanos = u32::try_from(now.millis().rem_euclid(1000) * 1_000_000).unwrap_or(0);
    // The counter keeps ids of one millisecond in order of making; a poisoned lock only costs that order.
    match COUNTER.lock() {
        Ok(mut guard) => {
            let context = guard.get_or_insert_with(ContextV7::new);
            Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos))
        }
        Err(_) => Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Actor, Ctx};

    #[test]
    fn ids_of_one_request_sort_in_order_of_making() {
        let ctx = Ctx::new(Actor::Console);
        let ids: Vec<_> = (0..100).map(|_| ctx.id()).collect();
        assert!(ids.is_sorted());
    }
}
