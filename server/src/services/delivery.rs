//! The way of alerts out of the house: by mail and by a signed call, at least once, with a receipt for each.
//!
//! No message holds a name, a school, an item or a score (C-42). Only urgent ones leave at once; the others go in one
//! message a day. A node takes rows before it sends them; what a dead node held is taken by another one.

mod mail;
mod reach;
mod webhook;

use std::time::{Duration, Instant as Moment};

use futures::{StreamExt, stream};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Services, alerts, school_days, scoring};
use crate::Result;
use crate::config::{Alerts, Clinical};
use crate::ctx::Ctx;
use crate::meters::{self, Part};
use crate::model::{Day, Instant, UserId};
use crate::store::deliveries::{self, Claimed, Unsent};
use crate::store::{Act, places};

/// The name under which whoever sends messages gives its sign of life.
const SENDS: &str = "alerts";
/// The name of whoever climbs the ladder: a mail server that is slow must hold up nobody's call.
const CALLS: &str = "ladder";

/// A message that takes longer has failed.
const PATIENCE_SECONDS: u64 = 10;
const PATIENCE: Duration = Duration::from_secs(PATIENCE_SECONDS);
/// Messages taken in one go, and sent at the same time.
const BATCH: u64 = 40;
const AT_ONCE: u64 = 8;
/// How long a node holds what it took, in seconds: longer than a batch takes whose every message runs out of patience, with as
/// much again as two messages may take for what the database needs to note it. Another node must not send what this one is
/// still sending.
const HOLD_SECONDS: u64 = (BATCH.div_ceil(AT_ONCE) + 2) * PATIENCE_SECONDS;
/// Seconds until the next try, by the number of tries.
const BACK_OFF: [i64; 6] = [15, 30, 60, 300, 900, 1800];
/// After this long nothing is tried any more: the alert itself stays in the pages.
const GIVE_UP_SECONDS: i64 = 86_400;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Messages that were accepted.
    pub messages: usize,
    /// Messages that were not.
    pub failures: usize,
}

/// One message: to whom, and how much waits.
#[derive(Clone, Debug)]
struct Message {
    /// Stable over retries, so that the other side can tell a repetition.
    id: Uuid,
    to: UserId,
    email: String,
    urgent: bool,
    count: usize,
}

impl Message {
    #[cfg(test)]
    fn example() -> Self {
        Self { id: Uuid::nil(), to: UserId(Uuid::nil()), email: String::new(), urgent: true, count: 1 }
    }

    /// The whole text there is: a count and where to sign in.
    fn sentence(&self) -> String {
        match (self.urgent, self.count) {
            (true, 1) => "1 urgent item".to_owned(),
            (true, n) => format!("{n} urgent items"),
            (false, 1) => "1 new item".to_owned(),
            (false, n) => format!("{n} new items"),
        }
    }
}

/// Sends what is due. Every node runs it; the rows decide who sends what.
pub(crate) async fn deliver(services: &Services, ctx: &Ctx) -> Result<Sent> {
    let begun = Moment::now();
    // A run may take minutes: what is taken, sent and noted later in it is done then and not when it began.
    let present = || ctx.after(begun.elapsed());
    beat(services, ctx, SENDS).await?;
    let ways = &services.config.alerts;
    if ways.smtp.is_some() {
        prepare(services, ctx, "email").await?;
    }
    if ways.webhook.is_some() {
        prepare(services, ctx, "webhook").await?;
    }
    let mut sent = Sent::default();
    loop {
        let held_since = Moment::now();
        let taken = take(services, &present()).await?;
        meters::beat(Part::Outbox);
        if taken.is_empty() {
            return Ok(sent);
        }
        let present = &present;
        let outcomes: Vec<Result<Option<Outcome>>> = stream::iter(grouped(taken))
            .map(|group| async move {
                if held_since.elapsed() + PATIENCE > Duration::from_secs(HOLD_SECONDS) {
                    // The database was so slow that the hold may end under way: whoever takes it next sends it.
                    return Ok(None);
                }
                let outcome = send(
                    &services.config.alerts,
                    services.config.public_url.as_deref(),
                    &group,
                    present().now,
                )
                .await;
                // At once, so that a node that dies leaves as little as it can to be sent twice.
                receipt(services, &present(), group, outcome).await?;
                Ok(Some(outcome))
            })
            .buffer_unordered(AT_ONCE as usize)
            .collect()
            .await;
        for outcome in outcomes {
            match outcome? {
                Some(Ok(())) => sent.messages += 1,
                Some(Err(_)) => sent.failures += 1,
                None => {}
            }
        }
        beat(services, &present(), SENDS).await?;
    }
}

async fn beat(services: &Services, ctx: &Ctx, worker: &'static str) -> Result<()> {
    services
        .store
        .write(ctx, Act::recorded_in_itself("alerts.beat"), move |tx| {
            Box::pin(async move { Ok(deliveries::beat(tx, worker).await?) })
        })
        .await
}

/// The sign of life of whoever climbs the ladder.
pub(crate) async fn beat_calls(services: &Services, ctx: &Ctx) -> Result<()> {
    beat(services, ctx, CALLS).await
}

/// What became of a message: a failure in a few words of ours.
type Outcome = std::result::Result<(), &'static str>;

/// Gives every alert its row for a channel, with when it may leave.
async fn prepare(services: &Services, ctx: &Ctx, channel: &'static str) -> Result<()> {
    let unsent = {
        let mut conn = services.store.read(ctx).await?;
        deliveries::unsent(&mut conn, channel, ctx.now.plus_seconds(-GIVE_UP_SECONDS), 500).await?
    };
    if unsent.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(unsent.len());
    for alert in unsent {
        let urgent = alerts::is_urgent(&alert.reason);
        let due = if urgent { ctx.now } else { digest(services, ctx, &alert).await? };
        rows.push((alert.id, urgent, due));
    }
    services
        .store
        .write(ctx, Act::recorded_in_itself("alerts.prepare"), move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                for (alert, urgent, due) in rows {
                    deliveries::add(tx, alert, channel, urgent, due).await?;
                }
                Ok(())
            })
        })
        .await
}

/// When the day's one message leaves: never at night and never on a free day (C-43).
async fn digest(services: &Services, ctx: &Ctx, alert: &Unsent) -> Result<Instant> {
    let zone = scoring::zone(&alert.time_zone);
    let mut conn = services.store.read(ctx).await?;
    let holidays = places::holidays(&mut conn, alert.school_id, ctx.now.day_in(&zone), 60).await?;
    Ok(next_digest(&services.config.clinical, ctx.now, &zone, &holidays))
}

fn next_digest(clinical: &Clinical, now: Instant, zone: &TimeZone, holidays: &[Day]) -> Instant {
    let mut day = now.day_in(zone);
    for _ in 0..60 {
        let at = Instant::of_day(day, clinical.clocks.digest_hour, zone);
        if at > now && school_days::is_school_day(day, holidays) {
            return at;
        }
        day = day.plus_days(1);
    }
    Instant::of_day(day, clinical.clocks.digest_hour, zone)
}

async fn take(services: &Services, ctx: &Ctx) -> Result<Vec<Claimed>> {
    let ready = {
        let mut conn = services.store.read(ctx).await?;
        deliveries::any_due(&mut conn, ctx.now).await?
    };
    if !ready {
        return Ok(Vec::new());
    }
    services
        .store
        .write(ctx, Act::recorded_in_itself("alerts.take"), |tx| {
            Box::pin(async move {
                let until = tx.ctx().now.plus_seconds(HOLD_SECONDS.cast_signed());
                Ok(deliveries::claim(tx, until, BATCH.cast_signed()).await?)
            })
        })
        .await
}

/// One message for each person, channel and urgency.
fn grouped(taken: Vec<Claimed>) -> Vec<Vec<Claimed>> {
    let mut groups: Vec<Vec<Claimed>> = Vec::new();
    for one in taken {
        let same = |group: &&mut Vec<Claimed>| {
            group.first().is_some_and(|first| {
                first.user_id == one.user_id && first.channel == one.channel && first.urgent == one.urgent
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

async fn send(ways: &Alerts, url: Option<&str>, group: &[Claimed], now: Instant) -> Outcome {
    let Some(first) = group.first() else { return Ok(()) };
    let message = Message {
        id: first.id,
        to: first.user_id,
        email: first.email.clone(),
        urgent: first.urgent,
        count: group.len(),
    };
    let sending = async {
        match first.channel.as_str() {
            "email" => mail::send(ways, url, &message).await,
            _ => webhook::send(ways, &message, now).await,
        }
    };
    tokio::time::timeout(PATIENCE, sending).await.unwrap_or(Err("took too long"))
}

async fn receipt(services: &Services, ctx: &Ctx, group: Vec<Claimed>, outcome: Outcome) -> Result<()> {
    services
        .store
        .write(ctx, Act::recorded_in_itself("alerts.receipt"), move |tx| {
            let group = group.clone();
            Box::pin(async move {
                let now = tx.ctx().now;
                for one in group {
                    match outcome {
                        Ok(()) => deliveries::delivered(tx, one.id).await?,
                        Err(failure) => {
                            let tries = usize::try_from(one.attempts - 1).unwrap_or(0);
                            let wait = BACK_OFF.get(tries).copied().unwrap_or(BACK_OFF[BACK_OFF.len() - 1]);
                            let over = now.seconds_since(one.created_at) > GIVE_UP_SECONDS;
                            let again = (!over).then(|| now.plus_seconds(wait));
                            deliveries::failed(tx, one.id, failure, again).await?;
                        }
                    }
                }
                Ok(())
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Message, next_digest};
    use crate::config::Clinical;
    use crate::model::{Day, Instant, UserId};

    #[test]
    fn what_is_not_urgent_leaves_in_the_morning_of_the_next_school_day_c_40_c_43() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let digest = |now: &str, holidays: &[&str]| {
            let holidays: Vec<Day> = holidays.iter().map(|d| d.parse().unwrap()).collect();
            let now = Instant::from(now.parse::<jiff::Timestamp>().unwrap());
            next_digest(&Clinical::shipped().unwrap(), now, &zone, &holidays).civil_in(&zone).to_string()
        };
        assert_eq!(digest("2026-03-03T11:00:00Z", &[]), "2026-03-03T08:00:00");
        assert_eq!(digest("2026-03-03T15:00:00Z", &[]), "2026-03-04T08:00:00");
        assert_eq!(digest("2026-03-06T23:00:00Z", &["2026-03-09"]), "2026-03-10T08:00:00");
    }

    #[test]
    fn a_message_holds_a_count_and_nothing_else_c_42() {
        let message = |urgent, count| {
            let nobody = uuid::Uuid::nil();
            Message { id: nobody, to: UserId(nobody), email: String::new(), urgent, count }.sentence()
        };
        assert_eq!(message(true, 1), "1 urgent item");
        assert_eq!(message(true, 2), "2 urgent items");
        assert_eq!(message(false, 14), "14 new items");
    }
}
