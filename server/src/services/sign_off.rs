//! Sign-off by level: school leads say whether a release fits how their screening went, then the district publishes.
//!
//! A lead sees who took part in the own school, with the same cells hidden as everywhere, and nothing of another school
//! and no result of a screen.

use super::{Services, releases, require, staff};
use crate::ctx::{Actor, Ctx};
use crate::model::people::Role;
use crate::model::release::ReleaseStep;
use crate::model::{ReleaseId, SchoolId, UserId};
use crate::policy::{Action, Place, allow};
use crate::store::releases as stored;
pub use crate::store::releases::StepRow;
use crate::store::{Act, Conn};
use crate::suppression::{Cell, CellKey};
use crate::{Error, Result};

/// Longest remark.
const LONGEST: usize = 500;

/// What was done with a release.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Oldest first.
    pub steps: Vec<StepRow>,
    /// Schools whose lead has neither confirmed nor doubted.
    pub silent: Vec<String>,
}

impl History {
    /// How many schools confirmed, and how many doubted: the last word of each counts.
    pub fn words(&self) -> (usize, usize) {
        let mut last: Vec<(SchoolId, ReleaseStep)> = Vec::new();
        for (school, step) in self.steps.iter().filter_map(|s| Some((s.school_id?, s.step))) {
            last.retain(|(known, _)| *known != school);
            last.push((school, step));
        }
        let count = |wanted| last.iter().filter(|(_, step)| *step == wanted).count();
        (count(ReleaseStep::Confirmed), count(ReleaseStep::Doubted))
    }
}

/// A release as the lead of one school sees it.
#[derive(Clone, Debug)]
pub struct SchoolRelease {
    /// Which release.
    pub release: stored::Release,
    /// The school.
    pub school: SchoolId,
    /// Its name.
    pub school_name: String,
    /// How many took each step; none where it is hidden.
    pub steps: Vec<(&'static str, Option<u64>)>,
    /// What a lead of the school said last.
    pub said: Option<StepRow>,
}

/// Who acts, for the history.
pub(super) fn who(ctx: &Ctx) -> (Option<UserId>, String) {
    match &ctx.actor {
        Actor::Staff(staff) => (Some(staff.user), staff.name.clone()),
        Actor::Console => (None, "Somebody at the server’s terminal".to_owned()),
        _ => (None, "Firstlight".to_owned()),
    }
}

/// The steps of a release.
pub(super) async fn history(conn: &mut Conn, id: ReleaseId) -> Result<History> {
    let steps = stored::steps(conn, id).await?;
    let schools = stored::schools(conn, id).await?;
    let spoke = |school: &SchoolId| steps.iter().any(|s| s.school_id == Some(*school));
    let silent = schools.iter().filter(|(id, _)| !spoke(id)).map(|(_, name)| name.clone()).collect();
    Ok(History { steps, silent })
}

/// The releases that speak of the reader's schools, newest first.
///
/// # Errors
/// [`Error::NotFound`] for anybody who does not lead a school.
pub async fn of_my_schools(services: &Services, ctx: &Ctx) -> Result<Vec<SchoolRelease>> {
    require(ctx, Action::ConfirmRelease, Place::Anywhere)?;
    let staff = staff(ctx)?;
    let mine = staff.schools(Role::SchoolLead);
    let mut conn = services.store.read(ctx).await?;
    let mut found = Vec::new();
    for release in stored::list(&mut conn, staff.district).await? {
        let Ok(tables) = releases::tables(&mut conn, release.id).await else { continue };
        let said = stored::steps(&mut conn, release.id).await?;
        for (school, school_name) in stored::schools(&mut conn, release.id).await? {
            if mine.as_ref().is_some_and(|mine| !mine.contains(&school)) {
                continue;
            }
            let count = |item: &str| {
                let key = CellKey::new(school.to_string(), format!("participation  {item}"));
                match tables.cell(&key) {
                    Some(Cell::Shown(n)) => Some(n),
                    _ => None,
                }
            };
            let steps = [
                ("Enrolled", "enrolled"),
                ("Consent", "consented"),
                ("Started", "started"),
                ("Finished", "finished"),
                ("Valid answers", "valid"),
            ];
            found.push(SchoolRelease {
                steps: steps.into_iter().map(|(label, item)| (label, count(item))).collect(),
                said: said.iter().rev().find(|s| s.school_id == Some(school)).cloned(),
                release: release.clone(),
                school,
                school_name,
            });
        }
    }
    Ok(found)
}

/// A lead's word: the figures fit how the screening of the school went, or they do not, and why.
///
/// # Errors
/// [`Error::NotFound`] outside one's schools; [`Error::Invalid`] for a doubt without a reason or an overlong remark;
/// [`Error::Conflict`] once the release is published.
pub async fn say(
    services: &Services,
    ctx: &Ctx,
    id: ReleaseId,
    school: SchoolId,
    fits: bool,
    note: &str,
) -> Result<()> {
    let note = remark(note)?;
    if !fits && note.is_empty() {
        return Err(Error::invalid("note", "Say what does not fit, so that the district can look."));
    }
    services
        .store
        .write(ctx, Act::new("release.confirm"), move |tx| {
            let note = note.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                let release = stored::get(tx, id).await?;
                let about = stored::schools(tx, id).await?.iter().any(|(known, _)| *known == school);
                let Some(release) = release.filter(|_| about) else {
                    require(&ctx, Action::ConfirmRelease, Place::Anywhere)?;
                    return Err(Error::NotFound);
                };
                require(&ctx, Action::ConfirmRelease, Place::School(release.district_id, school))?;
                if release.published_at.is_some() {
                    return Err(Error::Conflict("It is published already; tell the district.".to_owned()));
                }
                tx.about("release", id.0);
                let (user, by_name) = who(&ctx);
                let step = if fits { ReleaseStep::Confirmed } else { ReleaseStep::Doubted };
                tx.detail(step.as_str());
                let new = stored::NewStep { user, by_name, school: Some(school), step, note };
                Ok(stored::add_step(tx, id, &new).await?)
            })
        })
        .await
}

/// Gives a release to its readers. While a school has not confirmed it, the reason is part of the history.
///
/// # Errors
/// [`Error::Invalid`] when a school is silent or in doubt and no reason is given; [`Error::Conflict`] when it is
/// published already.
pub async fn publish(services: &Services, ctx: &Ctx, id: ReleaseId, note: &str) -> Result<()> {
    let note = remark(note)?;
    services
        .store
        .write(ctx, Act::new("release.publish"), move |tx| {
            let note = note.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                let Some(release) = stored::get(tx, id).await? else {
                    require(&ctx, Action::BuildRelease, Place::Anywhere)?;
                    return Err(Error::NotFound);
                };
                require(&ctx, Action::BuildRelease, Place::District(release.district_id))?;
                tx.about("release", id.0);
                let history = history(tx, id).await?;
                let (_, doubted) = history.words();
                if note.is_empty() && (doubted > 0 || !history.silent.is_empty()) {
                    return Err(Error::invalid(
                        "note",
                        "Not every school has confirmed. Say why it is published all the same.",
                    ));
                }
                if !stored::publish(tx, id).await? {
                    return Err(Error::Conflict("It is published already.".to_owned()));
                }
                let (user, by_name) = who(&ctx);
                let step = ReleaseStep::Published;
                let new = stored::NewStep { user, by_name, school: None, step, note };
                Ok(stored::add_step(tx, id, &new).await?)
            })
        })
        .await
}

/// Whether the reader may publish.
pub fn may_publish(ctx: &Ctx, release: &stored::Release) -> bool {
    release.published_at.is_none()
        && allow(&ctx.actor, Action::BuildRelease, Place::District(release.district_id))
}

/// A remark without blanks around it.
fn remark(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(Error::invalid("note", format!("At most {LONGEST} characters, please.")));
    }
    Ok(text.to_owned())
}
