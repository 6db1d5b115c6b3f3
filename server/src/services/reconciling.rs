//! Finding and closing gaps between answers and what must follow from them.

mod second_look;

use std::sync::Arc;

use questionnaires::instrument::CriticalHit;
use questionnaires::{library, second_scorer};

use super::{Services, scoring};
use crate::ctx::Ctx;
use crate::model::Instant;
use crate::store::{Act, administrations, gaps};
use crate::{Error, Result};

/// How far back to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Everything: once at start.
    Everything,
    /// The last two days.
    Recent,
}

/// What was repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Critical answers that had no flag or no referral.
    pub critical: usize,
    /// Handed-in screenings that had no score, or were positive without a referral.
    pub submitted: usize,
    /// Forms with a score that the second scorer does not get. None is overwritten: a person must look.
    pub differing: usize,
}

impl Repaired {
    /// All that was repaired.
    pub fn total(self) -> usize {
        self.critical + self.submitted
    }
}

pub(crate) async fn run(services: &Services, ctx: &Ctx, span: Span) -> Result<Repaired> {
    let since = match span {
        Span::Everything => Instant::from_millis(0),
        Span::Recent => ctx.now.plus_seconds(-2 * 86_400),
    };
    let mut repaired = Repaired::default();
    for instrument in every_version().filter(|i| i.has_critical_items()) {
        for critical in &instrument.critical {
            let suspects = {
                let mut conn = services.store.read(ctx).await?;
                gaps::critical_without_referral(&mut conn, &instrument.id, &critical.item, since).await?
            };
            for suspect in suspects {
                let hit = second_scorer::critical(instrument, &suspect.item, suspect.answer());
                let Some(hit) = hit.map(|code| CriticalHit { item: suspect.item, code }) else { continue };
                let form = suspect.administration_id;
                let config = Arc::clone(&services.config);
                services
                    .store
                    .write(ctx, Act::new("reconcile.critical"), move |tx| {
                        let (config, hit) = (Arc::clone(&config), hit.clone());
                        Box::pin(async move {
                            tx.about("administration", form.0);
                            let administration =
                                administrations::get(tx, form).await?.ok_or(Error::NotFound)?;
                            scoring::repair_critical(tx, &config.clinical, &administration, hit).await
                        })
                    })
                    .await?;
                repaired.critical += 1;
            }
        }
    }
    // What has no scale has no score to miss.
    for instrument in every_version().filter(|i| !i.scales.is_empty()) {
        let untraced = {
            let mut conn = services.store.read(ctx).await?;
            gaps::submitted_without_trace(&mut conn, &instrument.id, since).await?
        };
        for id in untraced {
            let config = Arc::clone(&services.config);
            services
                .store
                .write(ctx, Act::new("reconcile.submitted"), move |tx| {
                    let config = Arc::clone(&config);
                    Box::pin(async move {
                        tx.about("administration", id.0);
                        let administration = administrations::get(tx, id).await?.ok_or(Error::NotFound)?;
                        scoring::after_submit(tx, &config.clinical, &administration).await
                    })
                })
                .await?;
            repaired.submitted += 1;
        }
    }
    second_look::run(services, ctx, span, &mut repaired).await?;
    Ok(repaired)
}

/// An older version's answers are as owed a referral as the newest's.
fn every_version() -> impl Iterator<Item = &'static questionnaires::instrument::Instrument> {
    library::all().iter().chain(library::imported())
}
