//! Work that nobody waits for: one idempotent job per file. Two nodes may run the same job at once.

mod alerts;
mod purge;
mod reconcile;
mod seal;

pub use alerts::{Sent, deliver, escalate, reassign, remind};
pub use reconcile::{Repaired, Span, reconcile};

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::ctx::{Actor, Ctx};
use crate::meters::{self, Part};
use crate::services::Services;

/// Starts the jobs: each once at start and then every minute, until the handle is aborted.
pub fn start(services: Services) -> JoinHandle<()> {
    meters::start();
    tokio::spawn(async move {
        // Loops of their own, so that a long repair cannot keep anybody from being called.
        futures::join!(
            every_minute(services.clone()),
            call_people(services.clone()),
            seal_open(&services),
            seal::keep_sealing(&services)
        );
    })
}

/// What an older version wrote without sealing it is sealed once, at the start.
async fn seal_open(services: &Services) {
    match crate::services::data_keys::seal_open(services, &Ctx::new(Actor::Job("seal"))).await {
        Ok(0) => {}
        Ok(values) => tracing::info!(values, "values from before are sealed now"),
        Err(error) => {
            tracing::warn!(%error, "values from before could not be sealed; the next start tries again")
        }
    }
}

/// People are called within this many seconds of when it is due.
const CALL_SECONDS: u64 = 10;

async fn call_people(services: Services) {
    let mut tick = tokio::time::interval(Duration::from_secs(CALL_SECONDS));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let ctx = Ctx::new(Actor::Job("alerts"));
        let calls = [
            ("escalate", escalate(&services, &ctx).await.map(drop)),
            ("reassign", reassign(&services, &ctx).await.map(drop)),
            ("remind", remind(&services, &ctx).await.map(drop)),
            ("deliver", deliver(&services, &ctx).await.map(drop)),
        ];
        let mut whole = true;
        for (call, done) in calls {
            if let Err(error) = done {
                tracing::error!(%error, call, "people could not be called; it is tried again");
                whole = false;
            }
        }
        if whole {
            meters::beat(Part::Outbox);
        }
    }
}

/// What is over is removed at the start and in every so many-th round: once an hour.
const PURGE_ROUNDS: u32 = 60;

async fn every_minute(services: Services) {
    let mut first = true;
    let mut round = 0u32;
    let mut tick = tokio::time::interval(Duration::from_secs(60));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let ctx = Ctx::new(Actor::Job("reconcile"));
        let done = reconcile(&services, &ctx, if first { Span::Everything } else { Span::Recent }).await;
        if let Ok(repaired) = &done {
            meters::beat(Part::Reconciler);
            meters::REPAIRED.fetch_add(repaired.total() as u64, Ordering::Relaxed);
        }
        match done {
            Ok(repaired) if repaired.total() > 0 => tracing::error!(
                critical = repaired.critical,
                submitted = repaired.submitted,
                "the reconciler found acts without their trace and repaired them"
            ),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the reconciler could not run; it will try again"),
        }
        first = false;
        if let Err(error) = purge::purge(&services, &Ctx::new(Actor::Job("purge"))).await {
            tracing::warn!(%error, "old sign-ins could not be removed; the next run will");
        }
        if round.is_multiple_of(PURGE_ROUNDS) {
            purge::what_is_over(&services, &Ctx::new(Actor::Job("purge"))).await;
        }
        round = round.wrapping_add(1);
    }
}
