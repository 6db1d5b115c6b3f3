//! How long what is kept: the periods, what goes when, what a legal hold keeps, and the purge that carries it out.

use jiff::Span;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Services, erasure, require, require_fresh, staff};
use crate::config::Periods;
use crate::ctx::Ctx;
use crate::model::retention::DataClass;
use crate::model::{Day, DistrictId, Instant};
use crate::policy::{Action, Place};
use crate::store::erasure as rows;
pub use crate::store::legal_holds::LegalHold;
pub use crate::store::retention::Chosen;
pub use crate::store::tombstones::Tombstone;
use crate::store::{Act, legal_holds, retention, tombstones};
use crate::{Error, Result};

mod changes;
mod purging;

pub use crate::store::retention_changes::Change;
pub use changes::{Changes, Waiting, ask_for_profile, changes, decide_profile, is_waiting};
pub use purging::{Purged, purge};

/// For so many days after a district has changed its periods nothing is removed: long enough for somebody to see it.
pub const PAUSE_DAYS: i64 = 7;

/// One kind of data: its period, what is due, and what comes.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct ClassPreview {
    pub class: DataClass,
    pub months: i64,
    /// What the next run removes.
    pub due: Going,
    /// What goes later, and on which day, the next one first.
    pub coming: Vec<(Day, Going)>,
}

/// How much goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Going {
    pub children: i64,
    pub rows: i64,
}

/// What the page about retention shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Overview {
    /// Name and label of every profile.
    pub profiles: Vec<(String, String)>,
    /// The profile in force.
    pub profile: String,
    /// Who approved it, where somebody did.
    pub chosen: Option<Chosen>,
    /// Whether a change waits for a second person.
    pub change_waits: bool,
    /// Nothing is removed before, because the profile was just changed.
    pub paused_until: Option<Instant>,
    pub signed_by: Option<String>,
    pub classes: Vec<ClassPreview>,
    pub holds: Vec<LegalHold>,
    pub tombstones: Vec<Tombstone>,
    pub backup_days: i64,
    /// Whether the second factor is fresh enough for what this page can do.
    pub fresh: bool,
}

/// The periods in force for a district.
struct InForce {
    profile: String,
    periods: Periods,
    chosen: Option<Chosen>,
    paused_until: Option<Instant>,
}

/// The page about retention.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no administrator of the district.
pub async fn overview(services: &Services, ctx: &Ctx) -> Result<Overview> {
    let district = manager(ctx)?;
    let settings = &services.config.retention;
    let InForce { profile, periods, chosen, paused_until } = in_force(services, ctx, district).await?;
    let classes = preview(services, ctx, district, &periods).await?;
    let mut conn = services.store.read(ctx).await?;
    Ok(Overview {
        profiles: settings.profiles.iter().map(|(name, p)| (name.clone(), p.label.clone())).collect(),
        profile,
        chosen,
        change_waits: crate::store::retention_changes::is_waiting(&mut conn, district).await?,
        paused_until,
        signed_by: settings
            .is_signed()
            .then(|| format!("{}, {}", settings.sign_off.by, settings.sign_off.on)),
        classes,
        holds: legal_holds::list(&mut conn, district).await?,
        tombstones: tombstones::list(&mut conn, district, 200).await?,
        backup_days: settings.backup_days,
        fresh: require_fresh(ctx).is_ok(),
    })
}

async fn preview(
    services: &Services,
    ctx: &Ctx,
    district: DistrictId,
    periods: &Periods,
) -> Result<Vec<ClassPreview>> {
    let today = ctx.now.day_in(&TimeZone::UTC);
    let mut classes = Vec::new();
    for class in DataClass::ALL {
        let months = periods.months(*class);
        let mut conn = services.store.read(ctx).await?;
        let batches = retention::batches(&mut conn, district, *class).await?;
        drop(conn);
        let mut preview = ClassPreview { class: *class, months, due: Going::default(), coming: Vec::new() };
        for batch in batches {
            let on = goes_on(batch.begins_on, months);
            let going = Going { children: batch.children, rows: batch.rows_due };
            if on <= today {
                preview.due.children += going.children;
                preview.due.rows += going.rows;
            } else {
                preview.coming.push((on, going));
            }
        }
        classes.push(preview);
    }
    Ok(classes)
}

/// The day on which data goes whose period began on a day: the first one after the last month.
fn goes_on(began: Day, months: i64) -> Day {
    Day(began.0.saturating_add(Span::new().months(months.clamp(0, 12_000)))).plus_days(1)
}

/// Data whose period began before this day goes today: the first day that [`goes_on`] only later. Months differ in length,
/// so going back as many months may miss it by some days.
fn cutoff(today: Day, months: i64) -> Day {
    let near = Day(today.0.saturating_sub(Span::new().months(months.clamp(0, 12_000)))).plus_days(-4);
    (0..8).map(|days| near.plus_days(days)).find(|day| goes_on(*day, months) > today).unwrap_or(near)
}

async fn in_force(services: &Services, ctx: &Ctx, district: DistrictId) -> Result<InForce> {
    let settings = &services.config.retention;
    let mut conn = services.store.read(ctx).await?;
    let chosen = retention::profile(&mut conn, district).await?;
    let profile = chosen
        .as_ref()
        .map(|c| c.value.clone())
        .filter(|name| settings.profiles.contains_key(name))
        .unwrap_or_else(|| settings.profile.clone());
    let until = chosen.as_ref().map(|c| c.set_at.plus_seconds(PAUSE_DAYS * 86_400));
    Ok(InForce {
        periods: settings.periods(&profile),
        profile,
        chosen,
        paused_until: until.filter(|until| ctx.now < *until),
    })
}

/// Sets a legal hold for the child of a number, or for the whole district where the number is empty.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] without a reason, with a reason that names the
/// child, or when there is no such child.
pub async fn set_hold(services: &Services, ctx: &Ctx, number: &str, reason: &str) -> Result<()> {
    let (district, by) = (manager(ctx)?, staff(ctx)?.user);
    require_fresh(ctx)?;
    let (number, reason) = (number.trim().to_owned(), reason.trim().to_owned());
    if !(5..=300).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(Error::invalid(
            "reason",
            "Say who asks for it and under which file number, in 5 to 300 letters.",
        ));
    }
    services
        .store
        .write(ctx, Act::new("hold.set"), move |tx| {
            let (number, reason) = (number.clone(), reason.clone());
            Box::pin(async move {
                let child = if number.is_empty() {
                    tx.about("district", district.0);
                    None
                } else {
                    let found = rows::subject_of_number(tx, district, &number).await?.ok_or_else(|| {
                        Error::invalid("number", "There is no child of this number in your district.")
                    })?;
                    if erasure::names(&reason, &found) {
                        return Err(Error::invalid("reason", "Leave out the child’s name and number."));
                    }
                    tx.about("child", found.id.0);
                    Some(found.id)
                };
                legal_holds::add(tx, district, child, &reason, Some(by)).await?;
                Ok(())
            })
        })
        .await
}

/// Releases a legal hold. What waited for it goes with the next purge.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Conflict`] when it does not stand any more;
/// [`Error::NotFound`] for one that is not this district's.
pub async fn release_hold(services: &Services, ctx: &Ctx, hold: Uuid) -> Result<()> {
    let (district, by) = (manager(ctx)?, staff(ctx)?.user);
    require_fresh(ctx)?;
    services
        .store
        .write(ctx, Act::new("hold.release"), move |tx| {
            Box::pin(async move {
                tx.about("hold", hold);
                if legal_holds::release(tx, district, hold, Some(by)).await? {
                    return Ok(());
                }
                let known = legal_holds::list(tx, district).await?.iter().any(|held| held.id == hold);
                Err(match known {
                    true => Error::Conflict("This hold does not stand any more.".to_owned()),
                    false => Error::NotFound,
                })
            })
        })
        .await
}

/// The district of an administrator who may manage retention.
fn manager(ctx: &Ctx) -> Result<DistrictId> {
    let district = staff(ctx)?.district;
    require(ctx, Action::ManageRetention, Place::District(district))?;
    Ok(district)
}

#[cfg(test)]
mod tests {
    use super::{cutoff, goes_on};
    use crate::model::Day;

    #[test]
    fn the_preview_names_the_very_day_on_which_the_purge_removes_prv_15() {
        let first: Day = "2023-01-28".parse().unwrap();
        for (start, months) in (0..800).flat_map(|n| [1, 6, 12, 36].map(|m| (n, m))) {
            let began = first.plus_days(start);
            let day = goes_on(began, months);
            assert!(began < cutoff(day, months), "{began} for {months} months stays on {day}");
            let before = day.plus_days(-1);
            assert!(began >= cutoff(before, months), "{began} for {months} months goes on {before}");
        }
    }
}
