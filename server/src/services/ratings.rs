//! A teacher rates the children of a class: one row for each child, one column for each question, saved cell by cell
//! (43). Answers go the way of every answer, and a row that is handed in is scored as every form is; the teacher never
//! sees a score.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use questionnaires::form::Form;
use questionnaires::library;
use questionnaires::response::Answer;

use super::{Services, check_in, require, scoring, staff};
use crate::ctx::Ctx;
use crate::model::administration::AdministrationState;
use crate::model::window::WindowState;
use crate::model::{AdministrationId, ChildId, ClassId, Private, UserId, WindowId};
use crate::policy::{Action, Place, allow};
use crate::store::administrations::{self, Administration};
use crate::store::consent::{self, ClassConsent};
use crate::store::informants::{self, Rated};
use crate::store::window_plans::{self, CoveredClass};
use crate::store::windows::{self, Window, WindowInstrument};
use crate::store::{Act, Conn, Tx, places, users};
use crate::{Error, Result};

const TEACHER: &str = "teacher";
/// Why a row cannot be changed.
const TAKEN: &str = "This row is handed in, or another teacher rates this child. Load the page again.";
/// More cells at once are no grid of a class.
pub const MOST_CELLS: usize = 4_000;

/// A grid that waits for a teacher.
#[derive(Clone, Debug)]
pub struct Task {
    /// The window.
    pub window: Window,
    /// The class.
    pub class: CoveredClass,
    /// Its school.
    pub school: String,
    /// The instrument's id.
    pub instrument: String,
    /// How the grid is called.
    pub title: String,
    /// How many children are rated with it.
    pub children: usize,
    /// How many rows are handed in.
    pub done: usize,
}

/// A class's grid.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The window.
    pub window: Window,
    /// The class.
    pub class: CoveredClass,
    /// Its school.
    pub school: String,
    /// What is asked: questions and choices, without any score.
    pub form: Arc<Form>,
    /// One for each child that is rated.
    pub rows: Vec<Row>,
    /// Children of the class who are not rated: for their age, or because nobody said that they take part.
    pub left_out: usize,
}

/// A child in the grid.
#[derive(Clone, Debug)]
pub struct Row {
    /// The child.
    pub child: ChildId,
    /// Its name.
    pub name: Private<String>,
    /// How the row stands.
    pub state: RowState,
    /// What this teacher has rated, by item.
    pub answers: HashMap<String, Answer>,
}

/// How a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowState {
    /// Can be filled.
    Open,
    /// Handed in.
    HandedIn,
    /// Another teacher rates this child.
    Another(String),
}

/// One cell to be saved.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct NewCell {
    pub child: ChildId,
    pub item: String,
    pub answer: Answer,
}

/// What became of a hand-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedIn {
    /// Rows that were handed in now.
    pub done: usize,
    /// Rows that still have an empty cell.
    pub unfinished: usize,
}

/// What is rated where, checked for this teacher.
struct Rating {
    window: Window,
    class: CoveredClass,
    asked: WindowInstrument,
    form: Arc<Form>,
    language: String,
    children: Vec<ClassConsent>,
    /// The one child that was asked for; none for the class.
    only: Option<ChildId>,
    left_out: usize,
}

impl Rating {
    /// # Errors
    /// [`Error::NotFound`] for a class of another school and for what the window does not ask teachers;
    /// [`Error::Conflict`] while the window is not open.
    async fn load(
        conn: &mut Conn,
        ctx: &Ctx,
        window: WindowId,
        class: ClassId,
        instrument: &str,
        only: Option<ChildId>,
    ) -> Result<Self> {
        require(ctx, Action::RateClass, Place::Anywhere)?;
        let window = windows::get(conn, window).await?.filter(Window::is_of_cohort).ok_or(Error::NotFound)?;
        let covered = window_plans::covered(conn, window.id).await?;
        let class = covered.into_iter().find(|c| c.id == class).ok_or(Error::NotFound)?;
        require(ctx, Action::RateClass, Place::School(window.district_id, class.school_id))?;
        let asked = windows::instruments(conn, window.id).await?;
        let asked = asked.into_iter().find(|a| a.informant == TEACHER && a.instrument == instrument);
        let asked = asked.ok_or(Error::NotFound)?;
        if window.state != WindowState::Open {
            return Err(Error::Conflict(
                "This check-in is not open right now. What you have saved is kept.".to_owned(),
            ));
        }
        let version = u32::try_from(asked.version).unwrap_or(0);
        let known = library::get_version(&asked.instrument, version).ok_or_else(|| {
            Error::Conflict("This program does not know these questions any more.".to_owned())
        })?;
        // Pages of staff are in English; a grid whose owner has no English wording is in the owner's language.
        let language = if known.languages().contains(&"en") { "en" } else { known.language.as_str() };
        let form = known.form(language).map_err(|e| Error::Conflict(e.to_string()))?;
        let class_children = consent::some_of_class(conn, window.id, class.id, only).await?;
        let all = class_children.len();
        let children: Vec<ClassConsent> =
            class_children.into_iter().filter(|child| is_rated(&window, &asked, child)).collect();
        Ok(Self {
            left_out: all - children.len(),
            language: language.to_owned(),
            form: Arc::new(form),
            window,
            class,
            asked,
            children,
            only,
        })
    }

    /// A child's own administration: offered when its first cell is filled.
    async fn administration(&self, tx: &mut Tx, child: ChildId) -> Result<Administration> {
        if !self.children.iter().any(|c| c.child_id == child) {
            return Err(Error::NotFound);
        }
        let offered = Administration {
            id: AdministrationId(tx.ctx().id()),
            window_id: self.window.id,
            child_id: child,
            school_id: self.class.school_id,
            class_id: self.class.id,
            informant: TEACHER.to_owned(),
            instrument: self.asked.instrument.clone(),
            version: self.asked.version,
            position: self.asked.position,
            language: self.language.clone(),
            state: AdministrationState::Offered,
            submitted_at: None,
            receipt: None,
        };
        administrations::offer(tx, std::slice::from_ref(&offered)).await?;
        let battery = administrations::battery_of(tx, self.window.id, child, TEACHER).await?;
        battery.into_iter().find(|a| a.instrument == self.asked.instrument).ok_or(Error::NotFound)
    }

    /// Whether nothing is left to fill.
    fn is_complete(&self, answers: &HashMap<String, Answer>) -> bool {
        let asked = self.form.items.iter().filter(|item| item.show_when.is_none());
        asked.map(|item| &item.id).all(|id| answers.contains_key(id))
    }

    async fn rows(&self, conn: &mut Conn, user: UserId) -> Result<Vec<Row>> {
        let rated = informants::ratings(conn, self.window.id, self.class.id, &self.asked.instrument).await?;
        let cells =
            informants::cells(conn, self.window.id, self.class.id, &self.asked.instrument, user, self.only)
                .await?;
        let mut answers: HashMap<AdministrationId, HashMap<String, Answer>> = HashMap::new();
        for cell in cells {
            let answer = cell.answer();
            answers.entry(cell.administration_id).or_default().insert(cell.item, answer);
        }
        let mut rows = Vec::with_capacity(self.children.len());
        for child in &self.children {
            let mine: Option<&Rated> = rated.iter().find(|r| r.child_id == child.child_id);
            let state = match mine {
                Some(Rated { rated_by: Some(by), .. }) if *by != user => {
                    let name = users::get(conn, *by).await?.map(|u| u.name).unwrap_or_default();
                    RowState::Another(name)
                }
                Some(rated) if rated.state == AdministrationState::Submitted => RowState::HandedIn,
                _ => RowState::Open,
            };
            rows.push(Row {
                child: child.child_id,
                name: Private::new(format!("{} {}", child.given_name.reveal(), child.family_name.reveal())),
                answers: mine.and_then(|r| answers.remove(&r.administration_id)).unwrap_or_default(),
                state,
            });
        }
        Ok(rows)
    }
}

/// Whether a child is asked about: it takes part, and is of the age.
fn is_rated(window: &Window, asked: &WindowInstrument, child: &ClassConsent) -> bool {
    let age = i64::from(window.opens_on.age_of(child.birth_date));
    window.consent_mode.allows(child.status) && (asked.min_age..=asked.max_age).contains(&age)
}

/// The grids of the classes at a teacher's schools, in windows that are open.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no teacher.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<Vec<Task>> {
    require(ctx, Action::RateClass, Place::Anywhere)?;
    let district = staff(ctx)?.district;
    let mut conn = services.store.read(ctx).await?;
    let mut tasks = Vec::new();
    for window in windows::list(&mut conn, district).await? {
        if window.state != WindowState::Open {
            continue;
        }
        let asked = windows::instruments(&mut conn, window.id).await?;
        let asked: Vec<WindowInstrument> = asked.into_iter().filter(|a| a.informant == TEACHER).collect();
        if asked.is_empty() {
            continue;
        }
        let schools = places::schools_of_window(&mut conn, window.id).await?;
        for class in window_plans::covered(&mut conn, window.id).await? {
            if !allow(&ctx.actor, Action::RateClass, Place::School(district, class.school_id)) {
                continue;
            }
            let children = consent::of_class(&mut conn, window.id, class.id).await?;
            for asked in &asked {
                let rated = children.iter().filter(|child| is_rated(&window, asked, child)).count();
                if rated == 0 {
                    continue;
                }
                let ratings = informants::ratings(&mut conn, window.id, class.id, &asked.instrument).await?;
                let title =
                    library::get(&asked.instrument).map_or_else(String::new, |i| i.short_title.clone());
                tasks.push(Task {
                    window: window.clone(),
                    class: class.clone(),
                    school: schools
                        .iter()
                        .find(|s| s.id == class.school_id)
                        .map(|s| s.name.clone())
                        .unwrap_or_default(),
                    instrument: asked.instrument.clone(),
                    title,
                    children: rated,
                    done: ratings.iter().filter(|r| r.state == AdministrationState::Submitted).count(),
                });
            }
        }
    }
    Ok(tasks)
}

/// A class's grid with what this teacher has filled.
///
/// # Errors
/// [`Error::NotFound`] for a class of another school and for what the window does not ask teachers;
/// [`Error::Conflict`] while the window is not open.
pub async fn grid(
    services: &Services,
    ctx: &Ctx,
    window: WindowId,
    class: ClassId,
    instrument: &str,
) -> Result<Grid> {
    let mut conn = services.store.read(ctx).await?;
    let place = Rating::load(&mut conn, ctx, window, class, instrument, None).await?;
    let rows = place.rows(&mut conn, staff(ctx)?.user).await?;
    let school = places::get_school(&mut conn, place.class.school_id).await?.ok_or(Error::NotFound)?;
    Ok(Grid {
        school: school.name,
        rows,
        left_out: place.left_out,
        window: place.window,
        class: place.class,
        form: place.form,
    })
}

/// Saves cells, all or none; the same cell again changes nothing, and another rating is kept beside the first. A rating
/// that a person must look at is referred in this transaction.
///
/// # Errors
/// As [`grid`]; [`Error::Conflict`] for a row that is handed in or another teacher's; [`Error::Invalid`] for what is none
/// of the choices.
pub async fn save(
    services: &Services,
    ctx: &Ctx,
    window: WindowId,
    class: ClassId,
    instrument: &str,
    cells: Vec<NewCell>,
) -> Result<()> {
    if cells.len() > MOST_CELLS {
        return Err(Error::invalid("cells", "That is more than a class."));
    }
    let (config, instrument) = (Arc::clone(&services.config), instrument.to_owned());
    services
        .store
        .write(ctx, Act::recorded_in_itself("rating.save"), move |tx| {
            let (config, instrument, cells) = (Arc::clone(&config), instrument.clone(), cells.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let user = staff(&ctx)?.user;
                let place = Rating::load(tx, &ctx, window, class, &instrument, None).await?;
                let mut claimed: HashMap<ChildId, Administration> = HashMap::new();
                for cell in &cells {
                    place.form.check(&cell.item, &cell.answer).map_err(|_| {
                        Error::invalid("cells", "That is none of the choices. Load the page again.")
                    })?;
                    let administration = match claimed.entry(cell.child) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(new) => {
                            let administration = place.administration(tx, cell.child).await?;
                            if !informants::claim_rating(tx, administration.id, user).await? {
                                return Err(Error::Conflict(TAKEN.to_owned()));
                            }
                            new.insert(administration)
                        }
                    };
                    check_in::save(tx, &config.clinical, administration, &cell.item, cell.answer).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Hands in one row, or every row without an empty cell. Each is a transaction of its own with scores, flags, referral
/// and audit, which reads that one child again and not the class.
///
/// # Errors
/// As [`grid`].
pub async fn hand_in(
    services: &Services,
    ctx: &Ctx,
    window: WindowId,
    class: ClassId,
    instrument: &str,
    only: Option<ChildId>,
) -> Result<HandedIn> {
    let user = staff(ctx)?.user;
    let rows = {
        let mut conn = services.store.read(ctx).await?;
        let place = Rating::load(&mut conn, ctx, window, class, instrument, None).await?;
        place.rows(&mut conn, user).await?
    };
    let mut outcome = HandedIn::default();
    for row in rows.into_iter().filter(|row| row.state == RowState::Open) {
        if only.is_some_and(|child| child != row.child) || (only.is_none() && row.answers.is_empty()) {
            continue;
        }
        match hand_in_row(services, ctx, window, class, instrument, row.child).await? {
            true => outcome.done += 1,
            false => outcome.unfinished += 1,
        }
    }
    Ok(outcome)
}

async fn hand_in_row(
    services: &Services,
    ctx: &Ctx,
    window: WindowId,
    class: ClassId,
    instrument: &str,
    child: ChildId,
) -> Result<bool> {
    let (config, instrument) = (Arc::clone(&services.config), instrument.to_owned());
    services
        .store
        .write(ctx, Act::new("rating.hand_in"), move |tx| {
            let (config, instrument) = (Arc::clone(&config), instrument.clone());
            Box::pin(async move {
                tx.about("child", child.0);
                let ctx = tx.ctx();
                let user = staff(&ctx)?.user;
                let place = Rating::load(tx, &ctx, window, class, &instrument, Some(child)).await?;
                let row = place.rows(tx, user).await?.pop().ok_or(Error::NotFound)?;
                if row.state != RowState::Open || !place.is_complete(&row.answers) {
                    tx.detail("not complete");
                    return Ok(false);
                }
                let administration = place.administration(tx, child).await?;
                let key = ctx.id();
                if administrations::submit(tx, administration.id, key, &key.simple().to_string()).await? {
                    scoring::after_submit(tx, &config.clinical, &administration).await?;
                }
                tx.detail(instrument);
                Ok(true)
            })
        })
        .await
}
