//! A roster sent by a browser: kept as it came, looked at, then taken over as a whole or thrown away. What is taken over
//! is just what was looked at, because the file is read again from where it was kept.

use std::sync::Arc;

use uuid::Uuid;

use super::{Decisions, Done, district, find, import};
use crate::ctx::Ctx;
use crate::model::{DistrictId, Instant, UserId};
use crate::policy::{Action, Place};
use crate::roster::{self, Columns, Limits, Plan, Refusal, Roster};
use crate::services::{Services, require, staff};
pub use crate::store::rosters::Upload;
use crate::store::{Act, Conn, rosters as stored};
use crate::{Error, Result};

/// A file that nobody takes over is kept this long, in seconds.
const KEPT: i64 = 24 * 60 * 60;
/// Leavers and held children named on the page.
const NAMED: usize = 200;

/// A roster that was sent, with what taking it over would change.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The file's name as the browser told it.
    pub name: String,
    /// What the file says.
    pub roster: Arc<Roster>,
    /// What would change.
    pub plan: Plan,
    /// The numbers of children who are not in the file, at most two hundred.
    pub leavers: Vec<String>,
    /// Whether the district has a school already, so that its time zone is known.
    pub zone_known: bool,
}

/// A roster that was sent: read, or still in want of somebody who says what its columns are.
#[derive(Clone, Debug)]
pub enum Looked {
    /// It is read.
    Read(Box<Preview>),
    /// What its columns are could not be guessed, or was said in a way that does not do.
    Columns {
        /// The file's name as the browser told it.
        name: String,
        /// Its headings.
        header: Vec<String>,
        /// What was said about them, or guessed.
        said: Columns,
        /// What is missing.
        sentence: String,
    },
}

/// The file that the person sent last and has not decided on.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps no rosters.
pub async fn waiting(services: &Services, ctx: &Ctx) -> Result<Option<Upload>> {
    let mut conn = services.store.read(ctx).await?;
    let (_, user) = keeper(&mut conn, ctx).await?;
    Ok(stored::upload_of(&mut conn, user).await?)
}

/// Keeps a file that was sent. Nothing of the roster is written.
///
/// # Errors
/// [`Error::Invalid`] with one sentence when the file as a whole cannot be read. A file whose columns nobody can guess is
/// kept: somebody says what they are.
pub async fn send(services: &Services, ctx: &Ctx, name: &str, body: Vec<u8>) -> Result<Uuid> {
    require(ctx, Action::ImportRoster, Place::Anywhere)?;
    let body = Arc::new(body);
    match read(ctx, Arc::clone(&body), None).await? {
        Err(refusal) if refusal.header.is_empty() => return Err(Error::invalid("file", refusal.sentence)),
        Ok(_) | Err(_) => {}
    }
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let id = ctx.id();
    services
        .store
        .write(ctx, Act::new("roster.send"), move |tx| {
            let (name, body) = (name.clone(), Arc::clone(&body));
            Box::pin(async move {
                let ctx = tx.ctx();
                let (district, user) = keeper(tx, &ctx).await?;
                tx.about("district", district.0);
                stored::keep_upload(tx, id, district, user, &name, &body).await?;
                Ok(id)
            })
        })
        .await
}

/// What taking the file over would change.
///
/// # Errors
/// [`Error::NotFound`] for a file that is not there any more or that somebody else sent.
pub async fn preview(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Looked> {
    let mut conn = services.store.read(ctx).await?;
    let (district, user) = keeper(&mut conn, ctx).await?;
    let (name, body, said) = stored::upload(&mut conn, id, user).await?.ok_or(Error::NotFound)?;
    let said = said.as_deref().map(Columns::parse);
    let roster = match read(ctx, Arc::new(body), said.clone()).await? {
        Ok(roster) => Arc::new(roster),
        Err(Refusal { sentence, header }) if !header.is_empty() => {
            let said = said.unwrap_or_else(|| Columns(roster::guess(&header)));
            return Ok(Looked::Columns { name, header, said, sentence });
        }
        Err(refusal) => return Err(Error::invalid("file", refusal.sentence)),
    };
    let found = find(&mut conn, ctx, district, &roster).await?;
    let leavers = found.plan.leavers.iter().take(NAMED).filter_map(|child| found.numbers.get(child).cloned());
    Ok(Looked::Read(Box::new(Preview {
        name,
        leavers: leavers.collect(),
        zone_known: !found.schools.is_empty(),
        roster,
        plan: found.plan,
    })))
}

/// Keeps what somebody says about the columns of a file; it is read by that from then on.
///
/// # Errors
/// [`Error::NotFound`] for a file that is not there any more or that somebody else sent.
pub async fn set_columns(services: &Services, ctx: &Ctx, id: Uuid, columns: Columns) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("roster.columns"), move |tx| {
            let columns = columns.to_string();
            Box::pin(async move {
                let ctx = tx.ctx();
                let (district, user) = keeper(tx, &ctx).await?;
                tx.about("district", district.0);
                if stored::set_columns(tx, id, user, &columns).await? { Ok(()) } else { Err(Error::NotFound) }
            })
        })
        .await
}

/// The rejected lines of the file, as a file to mend.
///
/// # Errors
/// [`Error::NotFound`] for a file that is not there any more or that somebody else sent.
pub async fn rejected(services: &Services, ctx: &Ctx, id: Uuid) -> Result<String> {
    match preview(services, ctx, id).await? {
        Looked::Read(preview) => Ok(preview.roster.rejected_csv()),
        Looked::Columns { sentence, .. } => Err(Error::Conflict(sentence)),
    }
}

/// Takes the file over: everything, or nothing; then it is thrown away.
///
/// # Errors
/// [`Error::Conflict`] when something has to be decided first; then nothing was changed.
pub async fn take_over(services: &Services, ctx: &Ctx, id: Uuid, decisions: Decisions) -> Result<Done> {
    let roster = {
        let mut conn = services.store.read(ctx).await?;
        let (_, user) = keeper(&mut conn, ctx).await?;
        let (_, body, said) = stored::upload(&mut conn, id, user).await?.ok_or(Error::NotFound)?;
        let said = said.as_deref().map(Columns::parse);
        Arc::new(read(ctx, Arc::new(body), said).await?.map_err(|refusal| Error::Conflict(refusal.sentence))?)
    };
    let shared = services.clone();
    services
        .store
        .write(ctx, Act::new("roster.import"), move |tx| {
            let (services, roster, decisions) = (shared.clone(), Arc::clone(&roster), decisions.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let (_, user) = keeper(tx, &ctx).await?;
                // Sent twice by an impatient finger, it is taken over once.
                if !stored::remove_upload(tx, id, user).await? {
                    return Err(Error::NotFound);
                }
                let nobody: super::Progress = Arc::new(|_| ());
                import(&services, tx, &roster, &decisions, &nobody).await
            })
        })
        .await
}

/// Throws the file away.
///
/// # Errors
/// [`Error::NotFound`] for a file that is not there any more or that somebody else sent.
pub async fn discard(services: &Services, ctx: &Ctx, id: Uuid) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("roster.discard"), move |tx| {
            Box::pin(async move {
                let ctx = tx.ctx();
                let (district, user) = keeper(tx, &ctx).await?;
                tx.about("district", district.0);
                if stored::remove_upload(tx, id, user).await? { Ok(()) } else { Err(Error::NotFound) }
            })
        })
        .await
}

/// Throws away what nobody decided on within a day.
pub(crate) async fn remove_old(services: &Services, ctx: &Ctx) -> Result<u64> {
    let before = ctx.now.plus_seconds(-KEPT);
    services
        .store
        .write(ctx, Act::recorded_in_itself("roster.remove_old"), move |tx| {
            Box::pin(async move { Ok(stored::remove_old_uploads(tx, before).await?) })
        })
        .await
}

async fn keeper(conn: &mut Conn, ctx: &Ctx) -> Result<(DistrictId, UserId)> {
    Ok((district(conn, ctx).await?, staff(ctx)?.user))
}

/// Reading takes seconds for a large file, so it must not hold up the other requests of its thread.
async fn read(
    ctx: &Ctx,
    body: Arc<Vec<u8>>,
    said: Option<Columns>,
) -> Result<std::result::Result<Roster, Refusal>> {
    let today = today(ctx.now);
    tokio::task::spawn_blocking(move || roster::read_as(&body, today, Limits::UPLOAD, said.as_ref()))
        .await
        .map_err(|_| Error::invalid("file", "This file cannot be read as a roster."))
}

fn today(now: Instant) -> crate::model::Day {
    now.day_in(&jiff::tz::TimeZone::UTC)
}
