//! Preparing and running a window: what is asked of whom, how each school answers, and the steps from draft to archive.

mod draft;

pub use draft::{Asked, Draft, SchoolPlan, can_be_asked};

use super::{Services, capacity, readiness, require, staff};
use crate::ctx::Ctx;
use crate::model::window::WindowState;
use crate::model::{ClassId, DistrictId, SchoolId, WindowId};
use crate::policy::{Action, Place};
pub use crate::services::readiness::{Missing, Needed};
pub use crate::store::window_plans::{CoveredClass, ResponsePlan};
pub use crate::store::windows::{Window, WindowInstrument};
use crate::store::{Act, Conn, Tx, places, window_plans, windows};
use crate::{Error, Result};

/// A window with everything that is said about it, and what it lacks.
#[derive(Clone, Debug)]
pub struct WindowPage {
    /// The window.
    pub window: Window,
    /// What it asks.
    pub instruments: Vec<WindowInstrument>,
    /// Its schools with how each answers for its children.
    pub schools: Vec<(places::School, ResponsePlan)>,
    /// Every school of the district.
    pub all_schools: Vec<places::School>,
    /// Grades named; none means all.
    pub grades: Vec<i64>,
    /// Classes named; none means all of these grades.
    pub classes: Vec<ClassId>,
    /// Every class of its schools.
    pub all_classes: Vec<CoveredClass>,
    /// What it covers now.
    pub covered: Vec<CoveredClass>,
    /// What is missing before it may open.
    pub missing: Vec<Missing>,
    /// How many cards are good.
    pub cards: i64,
    /// Whether somebody has rehearsed it to the end.
    pub rehearsed: bool,
}

/// A window's page.
///
/// # Errors
/// [`Error::NotFound`] for anybody who prepares no windows of its district.
pub async fn get(services: &Services, ctx: &Ctx, id: WindowId) -> Result<WindowPage> {
    let mut conn = services.store.read(ctx).await?;
    let window = find(&mut conn, ctx, id, Action::PrepareWindow).await?;
    let mut schools = Vec::new();
    for school in places::schools_of_window(&mut conn, id).await? {
        let plan = window_plans::response_plan(&mut conn, id, school.id).await?;
        schools.push((school, plan));
    }
    let over = window.state.is_over();
    let missing = match over {
        true => Vec::new(),
        false => {
            let clinical = &services.config.clinical;
            let mut missing = readiness::missing(&mut conn, clinical, &window, ctx.now).await?;
            if matches!(window.state, WindowState::Drafted | WindowState::Ready) {
                missing.extend(short(capacity::shortfall(&mut conn, &window, clinical, ctx.now).await?));
            }
            missing
        }
    };
    Ok(WindowPage {
        instruments: windows::instruments(&mut conn, id).await?,
        all_schools: places::list_schools(&mut conn, window.district_id).await?,
        grades: window_plans::grades(&mut conn, id).await?,
        classes: window_plans::classes(&mut conn, id).await?,
        all_classes: window_plans::all_classes(&mut conn, id).await?,
        covered: window_plans::covered(&mut conn, id).await?,
        cards: window_plans::good_cards(&mut conn, id).await?,
        rehearsed: window_plans::is_rehearsed(&mut conn, id).await?,
        schools,
        missing,
        window,
    })
}

/// The schools of one's district, for a first draft.
///
/// # Errors
/// [`Error::NotFound`] for anybody who prepares no windows.
pub async fn schools(services: &Services, ctx: &Ctx) -> Result<Vec<places::School>> {
    let district = staff(ctx)?.district;
    require(ctx, Action::PrepareWindow, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    Ok(places::list_schools(&mut conn, district).await?)
}

/// Keeps the first draft of a window.
///
/// # Errors
/// [`Error::Invalid`] with the field and the reason.
pub async fn add_draft(services: &Services, ctx: &Ctx, draft: Draft) -> Result<WindowId> {
    let district = staff(ctx)?.district;
    require(ctx, Action::PrepareWindow, Place::District(district))?;
    draft.check()?;
    let id = WindowId(ctx.id());
    services
        .store
        .write(ctx, Act::new("window.draft"), move |tx| {
            let draft = draft.clone();
            Box::pin(async move {
                tx.about("window", id.0);
                let (instruments, schools) = checked(tx, district, &draft).await?;
                windows::add(tx, &draft.window(id, district), &[], &[]).await?;
                window_plans::cover(tx, id, &instruments, &schools, &draft.grades, &draft.classes).await?;
                Ok(id)
            })
        })
        .await
}

/// Changes a draft.
///
/// # Errors
/// [`Error::Invalid`] with the field and the reason; [`Error::Conflict`] when it is no draft any more.
pub async fn redraft(services: &Services, ctx: &Ctx, id: WindowId, draft: Draft) -> Result<()> {
    draft.check()?;
    services
        .store
        .write(ctx, Act::new("window.draft"), move |tx| {
            let draft = draft.clone();
            Box::pin(async move {
                tx.about("window", id.0);
                let ctx = tx.ctx();
                let window = find(tx, &ctx, id, Action::PrepareWindow).await?;
                let (instruments, schools) = checked(tx, window.district_id, &draft).await?;
                if !window_plans::redraft(tx, &draft.window(id, window.district_id)).await? {
                    return Err(Error::Conflict(
                        "This window is no draft any more. Take it back to a draft to change what it asks."
                            .to_owned(),
                    ));
                }
                Ok(window_plans::cover(tx, id, &instruments, &schools, &draft.grades, &draft.classes).await?)
            })
        })
        .await
}

/// What a draft asks with its versions and where, as far as the district has it.
async fn checked(
    tx: &mut Tx,
    district: DistrictId,
    draft: &Draft,
) -> Result<(Vec<WindowInstrument>, Vec<SchoolId>)> {
    let own = places::list_schools(tx, district).await?;
    let schools: Vec<SchoolId> =
        own.iter().map(|s| s.id).filter(|school| draft.schools.contains(school)).collect();
    if schools.len() < draft.schools.len() {
        return Err(Error::invalid("schools", "One of these schools is not in your district."));
    }
    Ok((draft.instruments()?, schools))
}

/// Writes down how a school answers for the children of a window, as long as it is not over.
///
/// # Errors
/// [`Error::Invalid`] with the field and the reason; [`Error::NotFound`] for a school that takes no part.
pub async fn plan_school(
    services: &Services,
    ctx: &Ctx,
    id: WindowId,
    school: SchoolId,
    plan: SchoolPlan,
) -> Result<()> {
    let plan = plan.check()?;
    services
        .store
        .write(ctx, Act::new("window.plan_school"), move |tx| {
            let plan = plan.clone();
            Box::pin(async move {
                tx.about("school", school.0);
                let ctx = tx.ctx();
                let window = find(tx, &ctx, id, Action::PrepareWindow).await?;
                let schools = places::schools_of_window(tx, id).await?;
                if schools.iter().all(|s| s.id != school) {
                    return Err(Error::NotFound);
                }
                if window.state.is_over() {
                    return Err(Error::Conflict("This window is over.".to_owned()));
                }
                Ok(window_plans::set_response_plan(tx, id, school, &plan).await?)
            })
        })
        .await
}

/// Moves a window on, or back to a draft. It becomes ready only with everything said about it, and opens only where
/// somebody is there to answer for it ([`readiness`]). From then on each class it covers has a sitting, so that its
/// cards can be printed.
///
/// # Errors
/// [`Error::Conflict`] when it stands elsewhere by now, the step is not allowed, or something is missing.
pub async fn move_window(services: &Services, ctx: &Ctx, id: WindowId, to: WindowState) -> Result<()> {
    let clinical = services.config.clinical.clone();
    // Counted over all past screens, so beside the write that children's answers wait for; and only before the first
    // opening, because a window that was paused has children who are waited for.
    let short = match to {
        WindowState::Open => {
            let mut conn = services.store.read(ctx).await?;
            let window = find(&mut conn, ctx, id, Action::RunWindow).await?;
            match window.state {
                WindowState::Ready => {
                    short(capacity::shortfall(&mut conn, &window, &clinical, ctx.now).await?)
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    services
        .store
        .write(ctx, Act::new("window.move"), move |tx| {
            let (clinical, short) = (clinical.clone(), short.clone());
            Box::pin(async move {
                tx.about("window", id.0);
                tx.detail(to.as_str());
                let ctx = tx.ctx();
                let window = find(tx, &ctx, id, Action::RunWindow).await?;
                if window.state.next().contains(&to) {
                    let wanted = match to {
                        WindowState::Ready => Some(Needed::ToBeReady),
                        WindowState::Open => Some(Needed::ToOpen),
                        _ => None,
                    };
                    if let Some(wanted) = wanted {
                        let missing = readiness::missing(tx, &clinical, &window, ctx.now).await?;
                        let missing: Vec<_> = missing
                            .into_iter()
                            .chain(short)
                            .filter(|m| m.needed <= wanted)
                            .map(|m| m.text)
                            .collect();
                        if !missing.is_empty() {
                            let begin = match wanted {
                                Needed::ToBeReady => "It is not ready yet.",
                                Needed::ToOpen => "It cannot open yet.",
                            };
                            return Err(Error::Conflict(format!("{begin} {}", missing.join(" "))));
                        }
                    }
                    if windows::set_state(tx, id, window.state, to).await? {
                        if matches!(to, WindowState::Ready | WindowState::Open) {
                            window_plans::plan_sittings(tx, id).await?;
                        }
                        return Ok(());
                    }
                }
                Err(Error::Conflict(format!(
                    "A window that is {} cannot become {}.",
                    window.state.as_str(),
                    to.as_str()
                )))
            })
        })
        .await
}

/// Schools whose counselors could not see everybody in time (LAW-01).
fn short(sentences: Vec<String>) -> Vec<Missing> {
    let missing = |text| Missing { needed: Needed::ToOpen, task: "people", text };
    sentences.into_iter().map(missing).collect()
}

/// A window of which the actor may do this.
async fn find(conn: &mut Conn, ctx: &Ctx, id: WindowId, action: Action) -> Result<Window> {
    let Some(window) = windows::get(conn, id).await?.filter(Window::is_of_cohort) else {
        require(ctx, action, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, action, Place::District(window.district_id))?;
    Ok(window)
}
