//! Work that nobody waits for: one idempotent job per file. Two nodes may run the same job at once.

mod alerts;
mod purge;
mod reconcile;
mod seal;

pub use alerts::{Sent, deliver, escalate, reassign, remind};
pub use reconcile::{Repaired, Span, reconcile};

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::{JoinHandle, JoinSet};

use crate::ctx::{Actor, Ctx};
use crate::meters::{self, Part};
use crate::services::Services;

/// Starts the jobs, until the handle is aborted. Each is a task of its own, so that no repair, no slow mail server and no
/// fault in one can keep anybody from being called.
pub fn start(services: Services) -> JoinHandle<()> {
    meters::start();
    tokio::spawn(async move {
        let mut tasks = JoinSet::new();
        keep_up(&mut tasks, "reconcile", &services, every_minute);
        keep_up(&mut tasks, "call", &services, call_people);
        keep_up(&mut tasks, "deliver", &services, send_messages);
        keep_up(&mut tasks, "seal_open", &services, seal_open);
        keep_up(&mut tasks, "seal", &services, seal::keep_sealing);
        // Whoever aborts this task drops the set, and that ends all of them.
        while tasks.join_next().await.is_some() {}
    })
}

/// A job that has panicked begins again after this long: soon enough for whoever has to be called, and not so soon that it
/// fills the log.
const PAUSE: Duration = Duration::from_secs(5);

fn keep_up<J, F>(tasks: &mut JoinSet<()>, job: &'static str, services: &Services, work: J)
where
    J: Fn(Services) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let services = services.clone();
    tasks.spawn(supervised(job, PAUSE, move || work(services.clone())));
}

/// Runs a job until it ends by itself. A panic ends one run of it and nothing else; it is counted, and what it says goes to
/// the log by the way of every panic.
async fn supervised<F>(job: &'static str, pause: Duration, work: impl Fn() -> F)
where
    F: Future<Output = ()>,
{
    // Where the work is made stands inside too, or a panic there would escape.
    while AssertUnwindSafe(async { work().await }).catch_unwind().await.is_err() {
        meters::JOB_PANICS.fetch_add(1, Ordering::Relaxed);
        tracing::error!(job, "a job broke off by a fault of the program; it begins again");
        tokio::time::sleep(pause).await;
    }
}

/// What an older version wrote without sealing it is sealed once, at the start.
async fn seal_open(services: Services) {
    match crate::services::data_keys::seal_open(&services, &Ctx::new(Actor::Job("seal"))).await {
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
            ("beat", crate::services::delivery::beat_calls(&services, &ctx).await),
            ("escalate", escalate(&services, &ctx).await.map(drop)),
            ("reassign", reassign(&services, &ctx).await.map(drop)),
            ("remind", remind(&services, &ctx).await.map(drop)),
        ];
        let mut whole = true;
        for (call, done) in calls {
            if let Err(error) = done {
                tracing::error!(%error, call, "people could not be called; it is tried again");
                whole = false;
            }
        }
        if whole {
            meters::beat(Part::Ladder);
        }
    }
}

/// Messages leave in a loop of their own: one that waits for a slow mail server holds up no call in the pages.
async fn send_messages(services: Services) {
    let mut tick = tokio::time::interval(Duration::from_secs(CALL_SECONDS));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = deliver(&services, &Ctx::new(Actor::Job("alerts"))).await {
            tracing::error!(%error, "messages could not be sent; it is tried again");
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::sync::Notify;
    use tokio::task::JoinSet;

    use super::supervised;
    use crate::meters;

    #[tokio::test]
    async fn a_job_that_panics_begins_again_and_no_other_notices_rel_10() {
        let before = meters::JOB_PANICS.load(Ordering::Relaxed);
        let runs = Arc::new(AtomicUsize::new(0));
        let (go, heard) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn({
            let (runs, heard) = (Arc::clone(&runs), Arc::clone(&heard));
            supervised("breaks", Duration::ZERO, move || {
                // Once where the work is made and once within it; the third run ends by itself.
                let run = runs.fetch_add(1, Ordering::SeqCst);
                assert!(run > 0, "a fault where a run begins");
                let heard = Arc::clone(&heard);
                async move {
                    tokio::task::yield_now().await;
                    assert!(run > 1, "a fault in the middle of a run");
                    heard.notify_one();
                }
            })
        });
        tasks.spawn({
            let go = Arc::clone(&go);
            supervised("goes on", Duration::ZERO, move || {
                let go = Arc::clone(&go);
                async move { go.notified().await }
            })
        });
        heard.notified().await;
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        assert_eq!(meters::JOB_PANICS.load(Ordering::Relaxed) - before, 2);
        go.notify_one();
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    }
}
