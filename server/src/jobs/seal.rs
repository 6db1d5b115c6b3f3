//! Seals the trail's committed acts every few seconds, and adds a signed checkpoint every five minutes (AUD-02).

use std::time::Duration;

use crate::ctx::{Actor, Ctx};
use crate::services::{Services, trail};

/// How long an act waits for its seal at most.
const PAUSE: Duration = Duration::from_secs(5);
/// A checkpoint at the first round and at every so many-th after it.
const ROUNDS: u32 = 60;

pub(super) async fn keep_sealing(services: Services) {
    let mut tick = tokio::time::interval(PAUSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0u32.. {
        tick.tick().await;
        let ctx = Ctx::new(Actor::Job("seal"));
        if let Err(error) = trail::seal(&services, &ctx).await {
            tracing::warn!(%error, "the trail could not be sealed; the next round will");
            continue;
        }
        if round % ROUNDS == 0
            && let Err(error) = trail::checkpoint(&services, &ctx).await
        {
            tracing::error!(%error, "no checkpoint of the trail could be written");
        }
    }
}
