//! Other periods take two people: an administrator asks, another administrator or the district officer decides (AUT-11).

use uuid::Uuid;

use super::{ClassPreview, in_force, manager, preview};
use crate::ctx::Ctx;
use crate::model::DistrictId;
use crate::policy::{Action, Place};
use crate::services::{Services, require, require_fresh, staff, words};
use crate::store::retention_changes::{self as stored, Change};
use crate::store::{Act, StoreError, retention};
use crate::{Error, Result};

/// How many changes are shown.
const SHOWN: i64 = 50;

/// A change that waits, with what it would do.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Waiting {
    pub change: Change,
    pub before: String,
    pub after: String,
    /// Each kind of data as it is kept now.
    pub now: Vec<ClassPreview>,
    /// And as it would be kept.
    pub then: Vec<ClassPreview>,
    /// Whether the reader asked for it, and so may only take it back.
    pub is_mine: bool,
}

/// What the page about changes shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Changes {
    pub waiting: Option<Waiting>,
    /// Name and label of every profile.
    pub profiles: Vec<(String, String)>,
    /// What was decided, newest first.
    pub decided: Vec<Change>,
    pub fresh: bool,
}

fn decider(ctx: &Ctx) -> Result<DistrictId> {
    let district = staff(ctx)?.district;
    require(ctx, Action::DecideRetention, Place::District(district))?;
    Ok(district)
}

/// Changes of the reader's district.
///
/// # Errors
/// [`Error::NotFound`] for anybody who decides none.
pub async fn changes(services: &Services, ctx: &Ctx) -> Result<Changes> {
    let district = decider(ctx)?;
    let me = staff(ctx)?.user;
    let settings = &services.config.retention;
    let mut conn = services.store.read(ctx).await?;
    let mut decided = stored::list(&mut conn, district, SHOWN).await?;
    drop(conn);
    let at = decided.iter().position(|change| change.decided_at.is_none());
    let waiting = match at.map(|at| decided.remove(at)) {
        None => None,
        Some(change) => {
            let now = in_force(services, ctx, district).await?;
            let label = |name: &str| settings.profiles.get(name).map_or(name, |p| &p.label).to_owned();
            Some(Waiting {
                before: label(&now.profile),
                after: label(&change.profile),
                now: preview(services, ctx, district, &now.periods).await?,
                then: preview(services, ctx, district, &settings.periods(&change.profile)).await?,
                is_mine: change.asked_by == me,
                change,
            })
        }
    };
    Ok(Changes {
        waiting,
        profiles: settings.profiles.iter().map(|(name, p)| (name.clone(), p.label.clone())).collect(),
        decided,
        fresh: require_fresh(ctx).is_ok(),
    })
}

/// Whether a change waits for somebody in the reader's district.
///
/// # Errors
/// [`Error::NotFound`] for anybody who decides none.
pub async fn is_waiting(services: &Services, ctx: &Ctx) -> Result<bool> {
    let district = decider(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    Ok(stored::is_waiting(&mut conn, district).await?)
}

/// Asks for another profile of periods. Until somebody else has said yes, the old ones hold.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] for a profile that is not in the settings;
/// [`Error::Conflict`] when it is in force, or when another change waits.
pub async fn ask_for_profile(services: &Services, ctx: &Ctx, profile: &str) -> Result<Uuid> {
    let (district, by) = (manager(ctx)?, staff(ctx)?.user);
    require_fresh(ctx)?;
    if !services.config.retention.profiles.contains_key(profile) {
        return Err(Error::invalid("profile", "Choose one of the profiles."));
    }
    let before = in_force(services, ctx, district).await?.profile;
    if before == profile {
        return Err(Error::invalid("profile", "These periods are in force. Choose others."));
    }
    let profile = profile.to_owned();
    let asked = services
        .store
        .write(ctx, Act::new("retention.ask"), move |tx| {
            let (before, profile) = (before.clone(), profile.clone());
            Box::pin(async move {
                tx.about("district", district.0);
                tx.detail(profile.clone());
                Ok(stored::add(tx, district, &before, &profile, by).await?)
            })
        })
        .await;
    match asked {
        Err(Error::Store(StoreError::Constraint(_))) => Err(Error::Conflict(
            "A change of the periods waits for a second person already. It is decided or taken back first."
                .to_owned(),
        )),
        other => other,
    }
}

/// Decides on a change. With a yes the new periods hold, and for a week nothing is removed. Whoever asked for it can only
/// take it back.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] for a no without a reason; [`Error::Conflict`] for a
/// yes of the one who asked, when it was decided before, or when the settings no longer have such a profile.
pub async fn decide_profile(services: &Services, ctx: &Ctx, id: Uuid, yes: bool, note: &str) -> Result<()> {
    let (district, me) = (decider(ctx)?, staff(ctx)?.user);
    require_fresh(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let found = stored::list(&mut conn, district, SHOWN).await?.into_iter().find(|change| change.id == id);
    drop(conn);
    let change = found.ok_or(Error::NotFound)?;
    let mine = change.asked_by == me;
    if mine && yes {
        return Err(Error::Conflict("You asked for it: somebody else decides.".to_owned()));
    }
    let note = words(note, "note", if yes || mine { 0 } else { 3 }, 500, "Say why not")?;
    if yes && !services.config.retention.profiles.contains_key(&change.profile) {
        return Err(Error::Conflict(
            "The settings of this server no longer have these periods. Refuse it and ask for others."
                .to_owned(),
        ));
    }
    let act = match (yes, mine) {
        (true, _) => "retention.choose",
        (false, true) => "retention.take_back",
        (false, false) => "retention.refuse",
    };
    services
        .store
        .write(ctx, Act::new(act), move |tx| {
            let note = note.clone();
            Box::pin(async move {
                tx.about("district", district.0);
                let decided = stored::decide(tx, district, id, yes, me, &note).await?;
                let profile = decided.ok_or_else(|| Error::Conflict("It was decided before.".to_owned()))?;
                tx.detail(profile.clone());
                if yes {
                    retention::set_profile(tx, district, &profile, me).await?;
                }
                Ok(())
            })
        })
        .await
}
