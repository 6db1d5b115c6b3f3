//! Finding and closing gaps between answers and what must follow from them.

use std::sync::Arc;

use questionnaires::library;
use questionnaires::response::Answer;

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
}

impl Repaired {
    /// All of them.
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
                let at_least = i64::from(critical.at_least);
                gaps::critical_without_referral(&mut conn, &instrument.id, &critical.item, at_least, since)
                    .await?
            };
            for suspect in suspects {
                let config = Arc::clone(&services.config);
                let mended = services
                    .store
                    .write(ctx, Act::new("reconcile.critical"), move |tx| {
                        let (config, suspect) = (Arc::clone(&config), suspect.clone());
                        Box::pin(async move {
                            tx.about("administration", suspect.administration_id.0);
                            let administration = administrations::get(tx, suspect.administration_id)
                                .await?
                                .ok_or(Error::NotFound)?;
                            let instrument = scoring::instrument_of(&administration)?;
                            let answer = Answer::Code(i32::try_from(suspect.code).unwrap_or(i32::MAX));
                            let hit = questionnaires::flag::critical_hit(instrument, &suspect.item, &answer);
                            let Some(hit) = hit else { return Ok(false) };
                            scoring::repair_critical(tx, &config.clinical, &administration, hit).await?;
                            Ok(true)
                        })
                    })
                    .await?;
                repaired.critical += usize::from(mended);
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
    Ok(repaired)
}

/// An older version's answers are as owed a referral as the newest's.
fn every_version() -> impl Iterator<Item = &'static questionnaires::instrument::Instrument> {
    library::all().iter().chain(library::imported())
}
