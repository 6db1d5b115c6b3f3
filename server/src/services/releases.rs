//! Releases: computed once when a window is closed, suppressed once, and served from then on (PRV-04).

use std::sync::Arc;

use super::{Services, require, staff};
use crate::charts::{self, ReleaseError};
use crate::ctx::{Actor, Ctx};
use crate::draw::Figure;
use crate::model::window::WindowState;
use crate::model::{ReleaseId, WindowId};
use crate::policy::{Action, Place};
use crate::store::releases as stored;
use crate::store::{Act, Conn, places, windows};
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
    /// Its figures: chart name and figure.
    pub figures: Vec<(String, Figure)>,
    /// The other releases there are, newest first.
    pub all: Vec<ReleaseSummary>,
    /// Closed windows that have no release yet.
    pub waiting: Vec<(WindowId, String)>,
}

/// Builds the release of a closed window: figures, suppression and audit in one go, or nothing.
///
/// A window is released once. Between two releases of one window a single child may have withdrawn or come in late, and
/// whoever holds both could subtract (PRV-04, PRV-05): a correction shows in the release of the next window.
///
/// # Errors
/// [`Error::Conflict`] while the window is open, when it has a release, or when the audit of the release fails (it says
/// which cell).
pub async fn build(services: &Services, ctx: &Ctx, window: WindowId) -> Result<ReleaseId> {
    let by = match &ctx.actor {
        Actor::Staff(staff) => staff.name.clone(),
        _ => "Firstlight".to_owned(),
    };
    // Counting and proving take long over many children, so they read beside the writer: a closed window's answers do
    // not change any more, and a child's answer elsewhere need not wait.
    let figures = {
        let mut conn = services.store.read(ctx).await?;
        let window = may_build(&mut conn, ctx, window).await?;
        // A window has one release.
        let source = "Firstlight release 1";
        let figures =
            charts::figures(&mut conn, window.id, &window.name, source).await.map_err(|e| match e {
                ReleaseError::Store(error) => Error::Store(error),
                other => Error::Conflict(other.to_string()),
            })?;
        let mut bodies = Vec::with_capacity(figures.len());
        for (chart, figure) in figures {
            let body = serde_json::to_string(&figure).map_err(|e| Error::Conflict(e.to_string()))?;
            bodies.push((chart, body));
        }
        Arc::new(bodies)
    };
    services
        .store
        .write(ctx, Act::new("release.build"), move |tx| {
            let (by, figures) = (by.clone(), Arc::clone(&figures));
            Box::pin(async move {
                let ctx = tx.ctx();
                let window = may_build(tx, &ctx, window).await?;
                let id = ReleaseId(ctx.id());
                tx.about("release", id.0);
                stored::add(tx, id, window.district_id, window.id, &by).await?;
                for (position, (chart, body)) in (1i64..).zip(figures.iter()) {
                    stored::add_figure(tx, id, position, chart, body).await?;
                }
                Ok(id)
            })
        })
        .await
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
    let newest = stored::list(&mut conn, district).await?.first().map(|r| r.id);
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
    let mut figures = Vec::new();
    for (chart, body) in stored::figures(&mut conn, id).await? {
        let figure = serde_json::from_str(&body).map_err(|_| {
            Error::Conflict("This release was made by a newer program and cannot be shown here.".to_owned())
        })?;
        figures.push((chart, figure));
    }
    let all = stored::list(&mut conn, district).await?;
    Ok(ReleasePage {
        district: places::district_name(&mut conn, district).await?.unwrap_or_default(),
        waiting: closed_without(&windows::list(&mut conn, district).await?, &all),
        release,
        figures,
        all,
    })
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
