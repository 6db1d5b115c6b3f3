//! Releases: computed once when a window is closed, suppressed once, and served from then on (PRV-04).

use std::sync::Arc;

use super::{Services, require, sign_off, staff};
pub use crate::charts::Audited;
use crate::charts::{self, ReleaseError, Wanted};
use crate::ctx::Ctx;
use crate::draw::Figure;
use crate::model::release::ReleaseStep;
use crate::model::window::WindowState;
use crate::model::{DistrictId, ReleaseId, WindowId};
use crate::policy::{Action, Place, allow};
use crate::store::releases as stored;
use crate::store::{Act, Conn, places, windows};
use crate::suppression::Published;
use crate::{Error, Result};

/// A release without its figures.
pub use crate::store::releases::Release as ReleaseSummary;

/// A release as a district officer reads it.
#[derive(Clone, Debug)]
pub struct ReleasePage {
    /// The district's name.
    pub district: String,
    /// Which release.
    pub release: ReleaseSummary,
    /// What was done with it, and which schools have not spoken yet.
    pub steps: sign_off::History,
    /// Its figures: chart name and figure.
    pub figures: Vec<(String, Figure)>,
    /// The other releases there are, newest first.
    pub all: Vec<ReleaseSummary>,
    /// Closed windows that have no release yet.
    pub waiting: Vec<(WindowId, String)>,
}

/// Fewest children whose valid answers make a release (PRV-04).
const FEWEST: u64 = 11;

/// Builds the release of a closed window: figures, suppression and audit in one go, or nothing. `progress` is told what
/// is being done.
///
/// A window is released once. Between two releases of one window a single child may have withdrawn or come in late, and
/// whoever holds both could subtract (PRV-04, PRV-05): a correction shows in the release of the next window.
///
/// # Errors
/// [`Error::Conflict`] while the window is open, when it has a release, when fewer than eleven children answered, or when
/// the audit of the release fails (it says which cell).
pub async fn build(
    services: &Services,
    ctx: &Ctx,
    window: WindowId,
    progress: impl Fn(&str) + Send + Sync,
) -> Result<ReleaseId> {
    // Counting and proving take long over many children, so they read beside the writer: a closed window's answers do
    // not change any more, and a child's answer elsewhere need not wait.
    let (figures, tables) = {
        let mut conn = services.store.read(ctx).await?;
        let window = may_build(&mut conn, ctx, window).await?;
        let earlier = match stored::before(&mut conn, window.id).await? {
            Some(release) => Some((release.window_name, tables(&mut conn, release.id).await?)),
            None => None,
        };
        let wanted = wanted(services, ctx, &window, earlier.as_ref());
        let computed = charts::compute(&mut conn, &wanted, &progress).await.map_err(refused)?;
        if computed.respondents < FEWEST {
            return Err(Error::Conflict(format!(
                "Fewer than {FEWEST} children gave valid answers in {}: a release would be about them.",
                window.name
            )));
        }
        let mut bodies = Vec::with_capacity(computed.figures.len());
        for (chart, figure) in computed.figures {
            bodies.push((chart, written(&figure)?));
        }
        (Arc::new(bodies), Arc::new(written(&computed.published)?))
    };
    progress("freezing");
    let (user, by) = sign_off::who(ctx);
    services
        .store
        .write(ctx, Act::new("release.build"), move |tx| {
            let (by, figures, tables) = (by.clone(), Arc::clone(&figures), Arc::clone(&tables));
            Box::pin(async move {
                let ctx = tx.ctx();
                let window = may_build(tx, &ctx, window).await?;
                let id = ReleaseId(ctx.id());
                tx.about("release", id.0);
                stored::add(tx, id, window.district_id, window.id, &by).await?;
                stored::add_tables(tx, id, &tables).await?;
                for (position, (chart, body)) in (1i64..).zip(figures.iter()) {
                    stored::add_figure(tx, id, position, chart, body).await?;
                }
                let step = ReleaseStep::Built;
                let new = stored::NewStep { user, by_name: by, school: None, step, note: String::new() };
                stored::add_step(tx, id, &new).await?;
                Ok(id)
            })
        })
        .await
}

/// What is asked of a window.
fn wanted<'a>(
    services: &Services,
    ctx: &Ctx,
    window: &'a windows::Window,
    earlier: Option<&'a (String, Published)>,
) -> Wanted<'a> {
    let limits = services.config.clinical.quality.limits();
    // A window has one release.
    let source = "Firstlight release 1";
    Wanted { window: window.id, name: &window.name, source, earlier, limits, now: ctx.now }
}

/// The frozen form of a figure or of the counts.
fn written<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Conflict(e.to_string()))
}

/// Why a release is refused, in words for whoever asked for it.
fn refused(error: ReleaseError) -> Error {
    match error {
        ReleaseError::Store(error) => Error::Store(error),
        other => Error::Conflict(other.to_string()),
    }
}

/// Asks again whether every hidden cell of a frozen release stays open, given everything that it shows, enrolment, and
/// the rules of addition.
///
/// # Errors
/// [`Error::Conflict`] naming the cell that gives way; [`Error::NotFound`] when there is no such release.
pub async fn audit(
    services: &Services,
    ctx: &Ctx,
    id: ReleaseId,
    progress: impl Fn(&str) + Send + Sync,
) -> Result<Audited> {
    let mut conn = services.store.read(ctx).await?;
    let release = stored::get(&mut conn, id).await?.ok_or(Error::NotFound)?;
    require(ctx, Action::BuildRelease, Place::District(release.district_id))?;
    let frozen = tables(&mut conn, id).await?;
    let window = windows::get(&mut conn, release.window_id).await?.ok_or(Error::NotFound)?;
    // What was overdue then.
    let then = Ctx { now: release.built_at, ..ctx.clone() };
    let wanted = wanted(services, &then, &window, None);
    charts::audit(&mut conn, &wanted, &frozen, &progress).await.map_err(refused)
}

/// The protected counts of a release.
pub(super) async fn tables(conn: &mut Conn, id: ReleaseId) -> Result<Published> {
    let body = stored::tables(conn, id).await?.ok_or_else(|| {
        Error::Conflict("This release was built before its counts were kept beside its figures.".to_owned())
    })?;
    serde_json::from_str(&body).map_err(|_| newer())
}

fn newer() -> Error {
    Error::Conflict("This release was made by a newer program and cannot be read here.".to_owned())
}

/// The window, if its release may be built now.
async fn may_build(conn: &mut Conn, ctx: &Ctx, window: WindowId) -> Result<windows::Window> {
    let Some(window) = windows::get(conn, window).await? else {
        require(ctx, Action::BuildRelease, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, Action::BuildRelease, Place::District(window.district_id))?;
    if !window.state.is_over() {
        return Err(Error::Conflict(format!(
            "{} is {}: a release is built when its window is closed.",
            window.name,
            window.state.as_str()
        )));
    }
    if stored::is_released(conn, window.id).await? {
        return Err(Error::Conflict(format!(
            "{} already has a release. A second one could be compared with the first to learn about one student: \
             corrections show in the release of the next window.",
            window.name
        )));
    }
    Ok(window)
}

/// The newest release of the reader's district, if there is one.
///
/// # Errors
/// [`Error::NotFound`] for anybody who may not see releases.
pub async fn newest(services: &Services, ctx: &Ctx) -> Result<Option<ReleasePage>> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeReleases, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let newest = visible(&mut conn, ctx, district).await?.first().map(|r| r.id);
    drop(conn);
    match newest {
        Some(id) => get(services, ctx, id).await.map(Some),
        None => Ok(None),
    }
}

/// The reader's district and its closed windows that have no release yet: what there is to say before the first one.
///
/// # Errors
/// [`Error::NotFound`] for anybody who may not see releases.
pub async fn before_the_first(services: &Services, ctx: &Ctx) -> Result<(String, Vec<(WindowId, String)>)> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeReleases, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let all = stored::list(&mut conn, district).await?;
    let name = places::district_name(&mut conn, district).await?.unwrap_or_default();
    Ok((name, closed_without(&windows::list(&mut conn, district).await?, &all)))
}

/// One release with its figures.
///
/// # Errors
/// [`Error::NotFound`] outside the reader's district.
pub async fn get(services: &Services, ctx: &Ctx, id: ReleaseId) -> Result<ReleasePage> {
    let mut conn = services.store.read(ctx).await?;
    let Some(release) = stored::get(&mut conn, id).await? else {
        require(ctx, Action::SeeReleases, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let district = release.district_id;
    require(ctx, Action::SeeReleases, Place::District(district))?;
    // Until it is published, only those see it who publish it.
    if release.published_at.is_none() {
        require(ctx, Action::BuildRelease, Place::District(district))?;
    }
    let steps = sign_off::history(&mut conn, id).await?;
    let mut figures = Vec::new();
    for (chart, body) in stored::figures(&mut conn, id).await? {
        let figure = serde_json::from_str(&body).map_err(|_| newer())?;
        figures.push((chart, figure));
    }
    let all = visible(&mut conn, ctx, district).await?;
    Ok(ReleasePage {
        district: places::district_name(&mut conn, district).await?.unwrap_or_default(),
        waiting: closed_without(&windows::list(&mut conn, district).await?, &all),
        release,
        steps,
        figures,
        all,
    })
}

/// The releases that the reader may see, newest first.
async fn visible(conn: &mut Conn, ctx: &Ctx, district: DistrictId) -> Result<Vec<ReleaseSummary>> {
    let builds = allow(&ctx.actor, Action::BuildRelease, Place::District(district));
    let all = stored::list(conn, district).await?;
    Ok(all.into_iter().filter(|r| builds || r.published_at.is_some()).collect())
}

/// Every release of the first district, newest first, for the terminal.
///
/// # Errors
/// [`Error::Conflict`] when there is no district.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<Vec<ReleaseSummary>> {
    let mut conn = services.store.read(ctx).await?;
    let (district, _) = places::first_district(&mut conn).await?.ok_or_else(|| {
        Error::Conflict("There is no district yet; fill one with 'firstlight demo'.".to_owned())
    })?;
    require(ctx, Action::SeeReleases, Place::District(district))?;
    visible(&mut conn, ctx, district).await
}

/// A release without its figures, for the terminal.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn summary(services: &Services, ctx: &Ctx, id: ReleaseId) -> Result<ReleaseSummary> {
    let mut conn = services.store.read(ctx).await?;
    let release = stored::get(&mut conn, id).await?.ok_or(Error::NotFound)?;
    require(ctx, Action::SeeReleases, Place::District(release.district_id))?;
    Ok(release)
}

/// Closed windows of the first district that have no release yet, for the terminal.
///
/// # Errors
/// [`Error::Conflict`] when there is no district.
pub async fn waiting(services: &Services, ctx: &Ctx) -> Result<Vec<WindowId>> {
    let mut conn = services.store.read(ctx).await?;
    let (district, _) = places::first_district(&mut conn).await?.ok_or_else(|| {
        Error::Conflict("There is no district yet; fill one with 'firstlight demo'.".to_owned())
    })?;
    require(ctx, Action::BuildRelease, Place::District(district))?;
    let all = stored::list(&mut conn, district).await?;
    Ok(closed_without(&windows::list(&mut conn, district).await?, &all)
        .into_iter()
        .map(|(id, _)| id)
        .collect())
}

fn closed_without(windows: &[windows::Window], releases: &[ReleaseSummary]) -> Vec<(WindowId, String)> {
    windows
        .iter()
        .filter(|w| w.state == WindowState::Closed && releases.iter().all(|r| r.window_id != w.id))
        .map(|w| (w.id, w.name.clone()))
        .collect()
}
