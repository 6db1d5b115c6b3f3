//! Answers for research: asked for by one person, approved by a second, taken by the first within a week (PRV-07, AUT-11).
//!
//! A window is exported once. Between two exports of one window a single child may have withdrawn, and whoever holds both
//! would see what it answered; so a file that was taken can be taken again only as long as it is the same to the letter.

mod gather;
mod write;

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Services, require, require_fresh, staff, words};
use crate::ctx::Ctx;
use crate::model::{Day, DistrictId, Instant, WindowId};
use crate::policy::{Action, Place, allow};
use crate::research::FEWEST;
use crate::services::release_files::File;
use crate::store::research as stored;
use crate::store::{Act, Conn, StoreError, windows};
use crate::{Error, Result};
pub use stored::{Export, NewExport};

/// How long an approved export can be taken, in seconds.
const OPEN_SECONDS: i64 = 7 * 24 * 3600;
/// Windows of one export at most.
const MOST_WINDOWS: usize = 12;

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody else has to decide.
    Asked,
    /// Somebody else said no.
    Refused,
    /// It can be taken until this moment.
    Open(Instant),
    /// It can be taken no longer.
    Over,
}

/// An export with its windows.
#[derive(Clone, Debug)]
pub struct Line {
    /// The request and what was decided.
    pub export: Export,
    /// The names of its windows; none where it was refused.
    pub windows: Vec<String>,
    /// Where it stands.
    pub standing: Standing,
    /// Whether the reader may decide it.
    pub may_decide: bool,
    /// Whether the reader may take it.
    pub may_take: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Page {
    /// Exports, newest first.
    pub exports: Vec<Line>,
    /// Windows that can still be asked for; none where the reader may not ask.
    pub windows: Vec<(WindowId, String)>,
    /// Whether the reader may ask.
    pub may_ask: bool,
    /// Whether the second factor is fresh enough to ask, decide or take.
    pub fresh: bool,
}

/// The reader's district, for those who ask or decide.
fn reader(ctx: &Ctx) -> Result<DistrictId> {
    let district = staff(ctx)?.district;
    let place = Place::District(district);
    require(ctx, Action::AskResearch, place).or_else(|_| require(ctx, Action::DecideResearch, place))?;
    Ok(district)
}

/// The exports of the reader's district, and what can be asked for.
///
/// # Errors
/// [`Error::NotFound`] for anybody who neither asks nor decides.
pub async fn page(services: &Services, ctx: &Ctx) -> Result<Page> {
    let district = reader(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let mut of: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    let mut taken = Vec::new();
    for (export, window, name, _) in stored::windows(&mut conn, district).await? {
        of.entry(export).or_default().push(name);
        taken.push(window);
    }
    let me = staff(ctx)?.user;
    let decides = allow(&ctx.actor, Action::DecideResearch, Place::District(district));
    let may_ask = allow(&ctx.actor, Action::AskResearch, Place::District(district));
    let line = |export: Export| {
        let standing = standing(&export, ctx.now);
        Line {
            windows: of.remove(&export.id).unwrap_or_default(),
            standing,
            may_decide: decides && standing == Standing::Asked && export.asked_by != me,
            may_take: may_ask && matches!(standing, Standing::Open(_)) && export.asked_by == me,
            export,
        }
    };
    let exports = stored::list(&mut conn, district).await?.into_iter().map(line).collect();
    let all = if may_ask { windows::list(&mut conn, district).await? } else { Vec::new() };
    let free = all.into_iter().filter(|w| w.state.is_over() && !taken.contains(&w.id));
    let fresh = require_fresh(ctx).is_ok();
    Ok(Page { exports, windows: free.map(|w| (w.id, w.name)).collect(), may_ask, fresh })
}

fn standing(export: &Export, now: Instant) -> Standing {
    match (export.approved, export.ends_at) {
        (None, _) => Standing::Asked,
        (Some(false), _) => Standing::Refused,
        (Some(true), Some(ends)) if ends > now && export.secret.is_some() => Standing::Open(ends),
        (Some(true), _) => Standing::Over,
    }
}

/// Asks for an export of windows that are over.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] with what is missing; [`Error::Conflict`] when one
/// of the windows is open, or was asked for already.
pub async fn ask(services: &Services, ctx: &Ctx, wanted: NewExport) -> Result<Uuid> {
    let me = staff(ctx)?.clone();
    require(ctx, Action::AskResearch, Place::District(me.district))?;
    require_fresh(ctx)?;
    let mut new = NewExport {
        recipient: words(&wanted.recipient, "recipient", 3, 200, "Say who gets the answers")?,
        purpose: words(&wanted.purpose, "purpose", 10, 1000, "Say in a sentence what they are for")?,
        basis: words(&wanted.basis, "basis", 3, 500, "Name the approval: ethics committee, contract, law")?,
        windows: wanted.windows,
    };
    new.windows.sort_unstable();
    new.windows.dedup();
    if new.windows.is_empty() || new.windows.len() > MOST_WINDOWS {
        return Err(Error::invalid("windows", format!("Choose one window or up to {MOST_WINDOWS}.")));
    }
    services
        .store
        .write(ctx, Act::new("research.ask"), move |tx| {
            let (new, me) = (new.clone(), me.clone());
            Box::pin(async move {
                for window in &new.windows {
                    let window = windows::get(tx, *window).await?.ok_or(Error::NotFound)?;
                    if window.district_id != me.district || !window.is_of_cohort() {
                        return Err(Error::NotFound);
                    }
                    if !window.state.is_over() {
                        let why = format!("{} is not over yet: answers leave when it is closed.", window.name);
                        return Err(Error::Conflict(why));
                    }
                }
                let id = tx.ctx().id();
                tx.about("research_export", id);
                match stored::add(tx, id, me.district, me.user, &new).await {
                    Err(StoreError::Constraint(_)) => Err(Error::Conflict(
                        "One of these windows was asked for already. Each is exported once, because two files could be \
                         compared to learn about one student: ask those who have the first one for a copy."
                            .to_owned(),
                    )),
                    other => Ok(other.map(|()| id)?),
                }
            })
        })
        .await
}

/// Decides on what somebody else asked for.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Conflict`] for the one who asked, when it was decided before,
/// or when too few students are in it to hide each among others.
pub async fn decide(services: &Services, ctx: &Ctx, id: Uuid, yes: bool, note: &str) -> Result<()> {
    let me = staff(ctx)?.clone();
    require(ctx, Action::DecideResearch, Place::Anywhere)?;
    let mut conn = services.store.read(ctx).await?;
    let export = find(&mut conn, id, me.district).await?;
    require(ctx, Action::DecideResearch, Place::District(export.district_id))?;
    require_fresh(ctx)?;
    if export.asked_by == me.user {
        return Err(Error::Conflict("You asked for it: somebody else decides.".to_owned()));
    }
    if export.decided_at.is_some() {
        return Err(decided());
    }
    let least = if yes { 0 } else { 3 };
    let note = words(note, "note", least, 500, "Say why not")?;
    if yes {
        let windows = windows_of(&mut conn, &export).await?;
        let people = gather::people(&mut conn, &windows).await?;
        if people.described() == 0 {
            return Err(Error::Conflict(format!(
                "No student of these windows is like {} others, so nobody can be described without being found.",
                FEWEST - 1
            )));
        }
    }
    drop(conn);
    let secret = crate::seal::field::fresh_key().map_err(StoreError::from)?.to_vec();
    let act = if yes { "research.approve" } else { "research.refuse" };
    services
        .store
        .write(ctx, Act::new(act), move |tx| {
            let (note, secret, me) = (note.clone(), secret.clone(), me.user);
            Box::pin(async move {
                tx.about("research_export", id);
                let ends_at = tx.ctx().now.plus_seconds(OPEN_SECONDS);
                let done = match yes {
                    true => stored::approve(tx, id, me, &note, secret, ends_at).await?,
                    false => stored::refuse(tx, id, me, &note).await?,
                };
                if done { Ok(()) } else { Err(decided()) }
            })
        })
        .await
}

fn decided() -> Error {
    Error::Conflict("It was decided before.".to_owned())
}

/// Makes the files of an approved export.
///
/// # Errors
/// [`Error::NotFound`] for anybody but the one who asked; [`Error::StepUp`] without a fresh second factor;
/// [`Error::Conflict`] when it is not open, or when it would differ from what was taken before.
pub async fn take(services: &Services, ctx: &Ctx, id: Uuid) -> Result<File> {
    let me = staff(ctx)?.clone();
    require(ctx, Action::AskResearch, Place::Anywhere)?;
    let mut conn = services.store.read(ctx).await?;
    let export = find(&mut conn, id, me.district).await?;
    require(ctx, Action::AskResearch, Place::District(export.district_id))?;
    if export.asked_by != me.user {
        return Err(Error::NotFound);
    }
    require_fresh(ctx)?;
    let (Standing::Open(_), Some(secret)) = (standing(&export, ctx.now), &export.secret) else {
        return Err(Error::Conflict("This export cannot be taken, or not any more.".to_owned()));
    };
    let windows = windows_of(&mut conn, &export).await?;
    let people = gather::people(&mut conn, &windows).await?;
    let key = services.keys.research_key(secret);
    let made = write::files(services, &mut conn, &export, &windows, people, &key).await?;
    drop(conn);
    let (digest, name) = (made.digest, made.name);
    services
        .store
        .write(ctx, Act::new("research.take"), move |tx| {
            let digest = digest.clone();
            Box::pin(async move {
                tx.about("research_export", id);
                if stored::take(tx, id, digest).await? {
                    return Ok(());
                }
                Err(Error::Conflict(
                    "Since it was first taken, a student’s answers have changed or were removed, and two files could be \
                     compared. Ask those who have the first one for a copy."
                        .to_owned(),
                ))
            })
        })
        .await?;
    Ok(File { name, kind: "application/zip", bytes: made.bytes })
}

async fn find(conn: &mut Conn, id: Uuid, district: DistrictId) -> Result<Export> {
    stored::get(conn, id).await?.filter(|export| export.district_id == district).ok_or(Error::NotFound)
}

/// The windows of an export, oldest first.
async fn windows_of(conn: &mut Conn, export: &Export) -> Result<Vec<(WindowId, String, Day)>> {
    let all = stored::windows(conn, export.district_id).await?;
    Ok(all
        .into_iter()
        .filter(|(of, ..)| *of == export.id)
        .map(|(_, id, name, day)| (id, name, day))
        .collect())
}

/// Forgets what the ids of old exports were made from: from then on no id leads back to a child.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub async fn forget_old(services: &Services, ctx: &Ctx) -> Result<u64> {
    let act = Act::recorded_in_itself("research.forget");
    services.store.write(ctx, act, |tx| Box::pin(async move { Ok(stored::forget(tx).await?) })).await
}
