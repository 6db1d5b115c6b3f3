//! The purge: removes what is over, a little at a time. Each batch is a transaction of its own and is chosen by what is
//! still there, so a purge that was interrupted goes on where it was, and two of them do no harm to each other.

use jiff::tz::TimeZone;

use super::{InForce, cutoff, in_force};
use crate::ctx::Ctx;
use crate::model::retention::{DataClass, EraseWhy};
use crate::model::{ChildId, Day, DistrictId, Instant};
use crate::services::erasure::{self, Order};
use crate::services::{Services, backups};
use crate::store::erasure as rows;
use crate::store::{Act, legal_holds, retention, sealed};
use crate::{Error, Result};

/// How many children one transaction works on: the next answer of a child waits for it.
const BATCH: i64 = 50;

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Purged {
    /// Screenings whose single answers went.
    pub answers: u64,
    /// Children and windows whose results went.
    pub results: u64,
    /// Referrals and notes.
    pub casework: u64,
    pub consents: u64,
    /// Children that were erased.
    pub leavers: u64,
    /// Deletions that had waited for a hold.
    pub waited: u64,
    /// Children that had come back with a backup.
    pub came_back: u64,
    /// Backups.
    pub backups: u64,
}

impl Purged {
    /// Everything together.
    pub fn total(&self) -> u64 {
        self.answers
            + self.results
            + self.casework
            + self.consents
            + self.leavers
            + self.waited
            + self.came_back
    }

    fn of(&mut self, class: DataClass) -> &mut u64 {
        match class {
            DataClass::Answers => &mut self.answers,
            DataClass::Results => &mut self.results,
            DataClass::Casework => &mut self.casework,
            DataClass::Consents => &mut self.consents,
            DataClass::Leavers => &mut self.leavers,
        }
    }
}

/// Removes what is over, in at most so many batches; tells what went. A purge that ends early goes on with the next one.
///
/// # Errors
/// [`Error::Store`]; what was removed until then stays removed.
pub async fn purge(services: &Services, ctx: &Ctx, mut batches: usize) -> Result<Purged> {
    let mut purged = Purged { backups: backups::remove_old(services, ctx).await?, ..Purged::default() };
    purged.came_back = erasure::forget_again(services, ctx).await? as u64;
    while batches > 0 {
        let done = after_holds(services, ctx).await?;
        if done == 0 {
            break;
        }
        purged.waited += done;
        batches -= 1;
    }
    let districts = {
        let mut conn = services.store.read(ctx).await?;
        sealed::districts(&mut conn).await?
    };
    let today = ctx.now.day_in(&TimeZone::UTC);
    for (district,) in districts {
        let InForce { periods, paused_until, .. } = in_force(services, ctx, district).await?;
        if paused_until.is_some() {
            continue;
        }
        for class in DataClass::ALL {
            let before = cutoff(today, periods.months(*class));
            while batches > 0 {
                let done = one_batch(services, ctx, district, *class, before).await?;
                if done == 0 {
                    break;
                }
                *purged.of(*class) += done;
                batches -= 1;
            }
        }
    }
    // Also where nothing went: an earlier run may have found the log in use.
    erasure::after(services, ctx).await;
    Ok(purged)
}

/// Removes the next batch of one kind of data; nothing when there is none.
async fn one_batch(
    services: &Services,
    ctx: &Ctx,
    district: DistrictId,
    class: DataClass,
    before: Day,
) -> Result<u64> {
    // What is due is looked up beside the writer, so that nobody waits for a search that finds nothing.
    let mut conn = services.store.read(ctx).await?;
    let instant = Instant::of_day(before, 0, &TimeZone::UTC);
    let removed = match class {
        DataClass::Answers => {
            let due = retention::answers_due(&mut conn, district, before, BATCH).await?;
            drop(conn);
            remove(
                services,
                ctx,
                class,
                due,
                |(_, child)| *child,
                |tx, (administration, _)| {
                    Box::pin(async move { Ok(retention::remove_answers(tx, administration).await?) })
                },
            )
            .await?
        }
        DataClass::Results => {
            let due = retention::results_due(&mut conn, district, before, BATCH).await?;
            drop(conn);
            remove(
                services,
                ctx,
                class,
                due,
                |(child, _)| *child,
                |tx, (child, window)| {
                    Box::pin(async move {
                        rows::remove_cards(tx, child, window).await?;
                        erasure::erase_window_data(tx, child, window).await?;
                        Ok(1)
                    })
                },
            )
            .await?
        }
        DataClass::Casework => {
            let referrals = retention::referrals_due(&mut conn, district, instant, BATCH).await?;
            let notes = match referrals.len() {
                0 => retention::notes_due(&mut conn, district, instant, BATCH).await?,
                _ => Vec::new(),
            };
            drop(conn);
            let gone = remove(
                services,
                ctx,
                class,
                referrals,
                |(_, child)| *child,
                |tx, (referral, _)| {
                    Box::pin(async move { Ok(rows::remove_referral(tx, referral).await?.len() as u64) })
                },
            );
            let gone = gone.await?;
            gone + remove(
                services,
                ctx,
                class,
                notes,
                |(_, child)| *child,
                |tx, (note, _)| Box::pin(async move { Ok(retention::remove_note(tx, note).await?) }),
            )
            .await?
        }
        DataClass::Consents => {
            let due = retention::consents_due(&mut conn, district, before, BATCH).await?;
            drop(conn);
            remove(
                services,
                ctx,
                class,
                due,
                |(child, _)| *child,
                |tx, (child, window)| {
                    Box::pin(async move { Ok(rows::remove_consent(tx, child, window).await?.len() as u64) })
                },
            )
            .await?
        }
        DataClass::Leavers => {
            let due = retention::leavers_due(&mut conn, district, before, BATCH).await?;
            drop(conn);
            let mut erased = 0;
            for (child,) in due {
                let order =
                    Order { child, why: EraseWhy::RetentionEnded, nevertheless: String::new(), by: None };
                match erasure::carry_out(services, ctx, order).await {
                    Ok(()) => erased += 1,
                    // A hold was set in this moment, or another node was faster.
                    Err(Error::Conflict(_) | Error::NotFound | Error::Invalid { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            erased
        }
    };
    Ok(removed)
}

type Removing<'t> = crate::store::Work<'t, u64>;

/// Removes what was picked, in one transaction, leaving out whom a hold protects by now; tells how many of them went.
async fn remove<T, W>(
    services: &Services,
    ctx: &Ctx,
    class: DataClass,
    due: Vec<T>,
    child_of: fn(&T) -> ChildId,
    work: W,
) -> Result<u64>
where
    T: Copy + Send + Sync + 'static,
    W: for<'t> Fn(&'t mut crate::store::Tx, T) -> Removing<'t> + Copy + Send + Sync + 'static,
{
    if due.is_empty() {
        return Ok(0);
    }
    services
        .store
        .write(ctx, Act::new("retention.purge"), move |tx| {
            let due = due.clone();
            Box::pin(async move {
                let mut done = 0;
                for one in due {
                    if legal_holds::standing(tx, child_of(&one)).await?.is_none() && work(tx, one).await? > 0
                    {
                        done += 1;
                    }
                }
                tx.detail(format!("{} {done}", class.as_str()));
                Ok(done)
            })
        })
        .await
}

/// Carries out deletions whose hold was released.
async fn after_holds(services: &Services, ctx: &Ctx) -> Result<u64> {
    let due = {
        let mut conn = services.store.read(ctx).await?;
        legal_holds::waiting_no_more(&mut conn, BATCH).await?
    };
    if due.is_empty() {
        return Ok(0);
    }
    services
        .store
        .write(ctx, Act::new("retention.after_hold"), move |tx| {
            let due = due.clone();
            Box::pin(async move {
                let mut done = 0;
                for (child, window) in due {
                    if let erasure::WindowErasure::Done(_) =
                        erasure::erase_window_data(tx, child, window).await?
                    {
                        done += 1;
                    }
                }
                tx.detail(format!("{done} withdrawn"));
                Ok(done)
            })
        })
        .await
}
