//! Removes sign-ins that are over, rosters that were sent and never taken over, words that nobody saves, and what has been kept for as long as it
//! may be.

use crate::Result;
use crate::ctx::Ctx;
use crate::services::{Services, drafts, rehearsals, research, retention, rosters, sessions};

/// How many batches one run removes at most; the next one goes on.
const BATCHES: usize = 2_000;

pub(super) async fn purge(services: &Services, ctx: &Ctx) -> Result<u64> {
    let uploads = rosters::uploads::remove_old(services, ctx).await?;
    let practices = rehearsals::remove_old(services, ctx).await?;
    let typed = drafts::remove_old(services, ctx).await?;
    let exports = research::forget_old(services, ctx).await?;
    Ok(uploads + practices + typed + exports + sessions::remove_expired(services, ctx).await?)
}

/// Removes what is over, little by little, and never what a legal hold keeps.
pub(super) async fn what_is_over(services: &Services, ctx: &Ctx) {
    match retention::purge(services, ctx, BATCHES).await {
        Ok(purged) if purged.total() > 0 => tracing::info!(
            answers = purged.answers,
            results = purged.results,
            casework = purged.casework,
            consents = purged.consents,
            leavers = purged.leavers,
            waited = purged.waited,
            came_back = purged.came_back,
            "what was kept for as long as it may be is removed"
        ),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "what is over could not be removed; the next run will"),
    }
}
