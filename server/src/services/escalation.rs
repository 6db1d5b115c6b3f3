//! No referral without a present owner: the ladder for critical ones that nobody takes, and reassignment of what
//! belongs to somebody who is away. Run by a job on every node; the rows themselves decide who was first.

use std::sync::Arc;

use super::Services;
use super::duty::Rota;
use crate::Result;
use crate::config::Clinical;
use crate::ctx::{Ctx, SKEW_SECONDS};
use crate::model::people::Role;
use crate::model::referral::ReferralState;
use crate::model::{Instant, Private, ReferralId, UserId};
use crate::store::duty::{self, Owned, Ringing};
use crate::store::mandatory::{self, Report};
use crate::store::{Act, Tx, outbox, referrals};

/// A rung of the ladder above the first responder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    Backup,
    Lead,
    District,
}

impl Rung {
    const ALL: [Self; 3] = [Self::Backup, Self::Lead, Self::District];

    fn word(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Lead => "lead",
            Self::District => "district",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Backup => "the backup",
            Self::Lead => "the school lead",
            Self::District => "the district’s person on call",
        }
    }

    fn minutes(self, clinical: &Clinical) -> i64 {
        match self {
            Self::Backup => clinical.clocks.backup_minutes,
            Self::Lead => clinical.clocks.lead_minutes,
            Self::District => clinical.clocks.district_minutes,
        }
    }

    /// Whom this rung calls: nobody twice, nobody who is away.
    fn person(self, rota: &Rota, now: Instant, called: &[UserId]) -> Option<UserId> {
        let day = now.day_in(&rota.zone);
        let district_wide = |role: Role| {
            rota.people
                .iter()
                .filter(move |p| p.role == role && !p.here && !rota.is_away(p.user_id, day))
                .map(|p| p.user_id)
        };
        let candidates: Vec<UserId> = match self {
            Self::Backup => rota.answering(now),
            Self::Lead => rota.having(Role::SchoolLead, day),
            Self::District => district_wide(Role::Counselor)
                .chain(district_wide(Role::DistrictOfficer))
                .chain(district_wide(Role::Administrator))
                .collect(),
        };
        candidates.into_iter().find(|user| !called.contains(user))
    }
}

/// Calls the next people for critical referrals that nobody has taken (REL-10); tells how many calls were made.
pub(crate) async fn escalate(services: &Services, ctx: &Ctx) -> Result<usize> {
    let ringing = {
        let mut conn = services.store.read(ctx).await?;
        duty::ringing(&mut conn).await?
    };
    let mut calls = 0;
    for one in ringing {
        let seconds = ctx.now.seconds_since(one.alerted_at);
        // Called in the future: the clock was set back, and nobody knows how long this has waited. Sooner is safe, and each
        // rung is called once however often it is asked (REL-18).
        let minutes = if seconds < -SKEW_SECONDS { i64::MAX } else { seconds / 60 };
        for rung in Rung::ALL {
            if minutes >= rung.minutes(&services.config.clinical) {
                calls += usize::from(call(services, ctx, one.clone(), rung).await?);
            }
        }
    }
    Ok(calls)
}

async fn call(services: &Services, ctx: &Ctx, ringing: Ringing, rung: Rung) -> Result<bool> {
    let reason = format!("{}:{}", rung.word(), ringing.reason);
    {
        // Most runs find the call made already: a read tells, and no write is spent on it.
        let mut conn = services.store.read(ctx).await?;
        if outbox::exists(&mut conn, ringing.referral_id, &reason).await? {
            return Ok(false);
        }
    }
    services
        .store
        .write(ctx, Act::new("referral.escalate"), move |tx| {
            let (ringing, reason) = (ringing.clone(), reason.clone());
            Box::pin(async move {
                tx.about("referral", ringing.referral_id.0);
                tx.detail(rung.word());
                let now = tx.ctx().now;
                let Some(referral) = referrals::get(tx, ringing.referral_id).await? else { return Ok(false) };
                if !referral.state.is_unclaimed() {
                    return Ok(false);
                }
                let rota = Rota::of(tx, ringing.school_id, now).await?;
                let called = outbox::called(tx, ringing.referral_id).await?;
                // Where a rung has nobody, the next one is called at once; above the last, everybody was called already.
                let above = Rung::ALL.into_iter().skip_while(|r| *r != rung);
                let Some(person) = above.into_iter().find_map(|r| r.person(&rota, now, &called)) else {
                    return Ok(false);
                };
                if !outbox::add(tx, ringing.referral_id, person, &reason).await? {
                    return Ok(false);
                }
                let name = rota.name(person);
                let why = Private::new(format!("Nobody acknowledged: called {} ({name})", rung.label()));
                let state = referral.state;
                referrals::add_event(tx, referral.id, None, "escalate", Some(state), state, &why).await?;
                // Whoever can work on it owns it now; the others see only that something urgent waits.
                if rota.is_counselor(person) {
                    referrals::set_owner(tx, referral.id, referral.owner_id, person).await?;
                }
                Ok(true)
            })
        })
        .await
}

/// Tells the school's lead, and later the district, of mandatory reports whose clock ran out hours ago (LAW-12): that there
/// is one, never about whom. Tells how many calls were made.
pub(crate) async fn climb_reports(services: &Services, ctx: &Ctx) -> Result<usize> {
    let hours = &services.config.clinical.mandatory_report;
    let late = {
        let mut conn = services.store.read(ctx).await?;
        mandatory::late(&mut conn, ctx.now).await?
    };
    let mut calls = 0;
    for report in late {
        let over = ctx.now.seconds_since(report.due_at()) / 3600;
        for (rung, after) in [(Rung::Lead, hours.lead_hours), (Rung::District, hours.district_hours)] {
            if over >= after {
                calls += usize::from(climb(services, ctx, report.clone(), rung).await?);
            }
        }
    }
    Ok(calls)
}

async fn climb(services: &Services, ctx: &Ctx, report: Report, rung: Rung) -> Result<bool> {
    let clock = if report.told_at.is_none() { "told" } else { "written" };
    let reason = format!("report_{clock}_{}:{}", rung.word(), report.id);
    {
        let mut conn = services.store.read(ctx).await?;
        if outbox::exists(&mut conn, report.referral_id, &reason).await? {
            return Ok(false);
        }
    }
    services
        .store
        .write(ctx, Act::new("report.escalate"), move |tx| {
            let (report, reason) = (report.clone(), reason.clone());
            Box::pin(async move {
                tx.about("child", report.child_id.0);
                tx.detail(rung.word());
                let now = tx.ctx().now;
                let waits = mandatory::get(tx, report.id).await?.is_some_and(|now| now.waits());
                let referral = referrals::get(tx, report.referral_id).await?.filter(|_| waits);
                let Some(referral) = referral else { return Ok(false) };
                let rota = Rota::of(tx, referral.school_id, now).await?;
                // The owner knows already.
                let Some(person) = rung.person(&rota, now, &[referral.owner_id]) else { return Ok(false) };
                if !outbox::add(tx, referral.id, person, &reason).await? {
                    return Ok(false);
                }
                let why = format!("A report is overdue: told {} ({})", rung.label(), rota.name(person));
                let (state, why) = (referral.state, Private::new(why));
                referrals::add_event(tx, referral.id, None, "escalate", Some(state), state, &why).await?;
                Ok(true)
            })
        })
        .await
}

/// Gives what belongs to somebody who is away, has left, or is off duty without having taken it, to who is on duty
/// (C-10); tells how many moved.
pub(crate) async fn reassign(services: &Services, ctx: &Ctx) -> Result<usize> {
    let clinical = &services.config.clinical;
    let before = ctx.now.plus_seconds(-clinical.clocks.unowned_minutes * 60);
    let today = ctx.now.day_in(&jiff::tz::TimeZone::UTC);
    let mut conn = services.store.read(ctx).await?;
    let mut doubtful = duty::owner_in_doubt(&mut conn, today, before).await?;
    doubtful.sort_by_key(|o| o.school_id);
    let mut moved = 0;
    let mut rota: Option<(crate::model::SchoolId, Arc<Rota>)> = None;
    for one in doubtful {
        let here = match &rota {
            Some((school, known)) if *school == one.school_id => Arc::clone(known),
            _ => {
                let read = Arc::new(Rota::of(&mut conn, one.school_id, ctx.now).await?);
                rota = Some((one.school_id, Arc::clone(&read)));
                read
            }
        };
        if let Some((to, why)) = better_owner(&here, ctx.now, &one) {
            moved += usize::from(give(services, ctx, one, to, why).await?);
        }
    }
    Ok(moved)
}

/// Who should own it instead, and why; none where it is well where it is.
fn better_owner(rota: &Rota, now: Instant, owned: &Owned) -> Option<(UserId, String)> {
    let day = now.day_in(&rota.zone);
    let away = rota.is_away(owned.owner_id, day);
    let on_duty = rota.on_duty(now);
    if away || owned.gone {
        let to = rota.answering(now).into_iter().find(|user| *user != owned.owner_id)?;
        let how = if away { "is away" } else { "has left" };
        return Some((to, format!("{} {how}: given to {}", owned.owner_name, rota.name(to))));
    }
    let unclaimed = owned.state.is_unclaimed();
    let to = on_duty.first().copied().filter(|_| unclaimed && !on_duty.contains(&owned.owner_id))?;
    Some((to, format!("Nobody took it: given to {}, who is on duty", rota.name(to))))
}

async fn give(services: &Services, ctx: &Ctx, owned: Owned, to: UserId, why: String) -> Result<bool> {
    services
        .store
        .write(ctx, Act::new("referral.reassign"), move |tx| {
            let (owned, why) = (owned.clone(), why.clone());
            Box::pin(async move {
                tx.about("referral", owned.referral_id.0);
                move_to(tx, owned.referral_id, owned.owner_id, to, None, &why.into()).await
            })
        })
        .await
}

/// Moves a referral from one owner to another with its row in the history and an alert for the new one; false when it
/// has moved on meanwhile.
pub(super) async fn move_to(
    tx: &mut Tx,
    id: ReferralId,
    from: UserId,
    to: UserId,
    by: Option<UserId>,
    why: &Private<String>,
) -> Result<bool> {
    if !referrals::set_owner(tx, id, from, to).await? {
        return Ok(false);
    }
    let Some(referral) = referrals::get(tx, id).await? else { return Ok(false) };
    let state: ReferralState = referral.state;
    referrals::add_event(tx, id, by, "reassign", Some(state), state, why).await?;
    outbox::add(tx, id, to, &format!("moved:{}", referral.version)).await?;
    Ok(true)
}
