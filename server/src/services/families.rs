//! A parent's form: the school prints a letter with a link, and whoever holds it answers about the child, without an
//! account. It holds while the window is open, the child takes part and no newer letter was made (43).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use questionnaires::form::{Form, FormItem};
use questionnaires::library;
use questionnaires::response::Answer;

use super::sessions::{fresh_token, hash_token};
use super::{Services, check_in, require, scoring};
use crate::ctx::Ctx;
use crate::model::administration::AdministrationState;
use crate::model::window::WindowState;
use crate::model::{AdministrationId, ChildId, ClassId, Day, Instant, Private, WindowId};
use crate::policy::{Action, Place};
use crate::store::administrations::{self, Administration};
use crate::store::informants::{self, FamilyDoor, FamilyRow};
use crate::store::window_plans::{self, CoveredClass};
use crate::store::windows::{self, Window, WindowInstrument};
use crate::store::{Act, Conn, Tx, places};
use crate::{Error, Result};

const PARENT: &str = "parent";
/// Questions on one page: few enough for a phone, and what is typed there is saved together.
pub const PER_PAGE: usize = 5;

/// How far a parent's form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormState {
    /// No letter is good.
    None,
    /// A letter was made at this instant.
    Letter(Instant),
    /// Somebody has begun to answer.
    Begun,
    /// Handed in.
    HandedIn,
    /// Parents are not asked about this child: for its age, or because nobody said that it takes part.
    NotAsked,
}

/// A class with how far each parent's form is.
#[derive(Clone, Debug)]
pub struct FormsPage {
    /// The window.
    pub window: Window,
    /// The class.
    pub class: CoveredClass,
    /// The school.
    pub school: places::School,
    /// What parents are asked: short titles.
    pub asked: Vec<String>,
    /// Each child with its name and how far its form is.
    pub children: Vec<(ChildId, Private<String>, FormState)>,
}

/// Letters ready to print.
#[derive(Clone, Debug)]
pub struct FormSheet {
    /// The class.
    pub page: FormsPage,
    /// For each child its name and what its QR code holds.
    pub letters: Vec<(Private<String>, Private<String>)>,
}

struct Class {
    window: Window,
    class: CoveredClass,
    school: places::School,
    asked: Vec<WindowInstrument>,
}

impl Class {
    async fn load(conn: &mut Conn, ctx: &Ctx, id: WindowId, class: ClassId) -> Result<Self> {
        require(ctx, Action::KeepConsent, Place::Anywhere)?;
        let window = windows::get(conn, id).await?.filter(Window::is_of_cohort).ok_or(Error::NotFound)?;
        let covered = window_plans::covered(conn, id).await?;
        let class = covered.into_iter().find(|c| c.id == class).ok_or(Error::NotFound)?;
        require(ctx, Action::KeepConsent, Place::School(window.district_id, class.school_id))?;
        let school = places::get_school(conn, class.school_id).await?.ok_or(Error::NotFound)?;
        let mut asked = windows::instruments(conn, id).await?;
        asked.retain(|a| a.informant == PARENT);
        Ok(Self { window, class, school, asked })
    }

    fn state(&self, row: &FamilyRow) -> FormState {
        let age = i64::from(self.window.opens_on.age_of(row.birth_date));
        let asked = self.asked.iter().any(|a| (a.min_age..=a.max_age).contains(&age));
        match row {
            _ if !asked || !self.window.consent_mode.allows(row.consent) => FormState::NotAsked,
            FamilyRow { submitted: 1.., .. } => FormState::HandedIn,
            FamilyRow { letter_at: None, .. } => FormState::None,
            FamilyRow { started: 1.., .. } => FormState::Begun,
            FamilyRow { letter_at: Some(at), .. } => FormState::Letter(*at),
        }
    }

    async fn page(self, conn: &mut Conn) -> Result<FormsPage> {
        let rows = informants::family_rows(conn, self.window.id, self.class.id).await?;
        let children = rows
            .iter()
            .map(|row| {
                let name = format!("{} {}", row.given_name.reveal(), row.family_name.reveal());
                (row.child_id, Private::new(name), self.state(row))
            })
            .collect();
        let title = |a: &WindowInstrument| library::get(&a.instrument).map(|i| i.short_title.clone());
        Ok(FormsPage {
            asked: self.asked.iter().filter_map(title).collect(),
            children,
            window: self.window,
            class: self.class,
            school: self.school,
        })
    }
}

/// A class's parent forms.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps no consent at this school.
pub async fn class(services: &Services, ctx: &Ctx, id: WindowId, class: ClassId) -> Result<FormsPage> {
    let mut conn = services.store.read(ctx).await?;
    let class = Class::load(&mut conn, ctx, id, class).await?;
    class.page(&mut conn).await
}

/// Makes letters for the parents of a class who have not answered yet, or for one child. Earlier letters of theirs end;
/// what was answered through them stays.
///
/// # Errors
/// [`Error::Conflict`] while the window is neither ready nor open, or when nobody would get a letter.
pub async fn print(
    services: &Services,
    ctx: &Ctx,
    id: WindowId,
    of: ClassId,
    only: Option<ChildId>,
) -> Result<FormSheet> {
    let page = class(services, ctx, id, of).await?;
    if !matches!(page.window.state, WindowState::Ready | WindowState::Open | WindowState::Paused) {
        return Err(Error::Conflict("Letters are made while the window is ready or open.".to_owned()));
    }
    let site = services.config.site();
    let mut letters = Vec::new();
    let mut hashes: Vec<(ChildId, Vec<u8>)> = Vec::new();
    for (child, name, state) in &page.children {
        if matches!(state, FormState::HandedIn | FormState::NotAsked) || only.is_some_and(|one| one != *child)
        {
            continue;
        }
        let token = fresh_token()?;
        hashes.push((*child, hash_token(token.reveal())));
        letters.push((name.clone(), Private::new(format!("{site}/f/{}", token.reveal()))));
    }
    if letters.is_empty() {
        return Err(Error::Conflict("Nobody of this class waits for a letter.".to_owned()));
    }
    services
        .store
        .write(ctx, Act::new("family.letters"), move |tx| {
            let hashes = hashes.clone();
            Box::pin(async move {
                tx.about("class", of.0);
                tx.detail(format!("{} letters", hashes.len()));
                for (child, hash) in hashes {
                    informants::withdraw_letters(tx, id, child).await?;
                    informants::add_letter(tx, id, child, hash).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(FormSheet { page, letters })
}

/// Ends a child's letter; what was answered through it stays.
///
/// # Errors
/// [`Error::NotFound`] for a child of another class, or without a letter.
pub async fn withdraw(
    services: &Services,
    ctx: &Ctx,
    id: WindowId,
    of: ClassId,
    child: ChildId,
) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("family.withdraw"), move |tx| {
            Box::pin(async move {
                tx.about("child", child.0);
                let ctx = tx.ctx();
                let page = Class::load(tx, &ctx, id, of).await?.page(tx).await?;
                if !page.children.iter().any(|(one, ..)| *one == child) {
                    return Err(Error::NotFound);
                }
                match informants::withdraw_letters(tx, id, child).await? {
                    0 => Err(Error::NotFound),
                    _ => Ok(()),
                }
            })
        })
        .await
}

/// What a parent sees behind the link.
#[derive(Clone, Debug)]
pub struct Family {
    /// The child's first name.
    pub child: Private<String>,
    /// The school.
    pub school: String,
    /// The last day on which it can be answered.
    pub until: Day,
    /// Pages of questions in order.
    pub pages: Vec<Sheet>,
    /// Whether it is handed in.
    pub done: bool,
    /// Languages in which the questions are worded: their tags.
    pub languages: Vec<&'static str>,
}

/// A page of questions.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What the owner's form says above its questions.
    pub instructions: Option<String>,
    /// The language of the wording.
    pub language: String,
    /// The owner's copyright line.
    pub copyright: String,
    /// The questions with what was answered.
    pub items: Vec<(FormItem, Option<Answer>)>,
}

impl Family {
    /// How many questions there are, and how many have no answer.
    pub fn counts(&self) -> (usize, usize) {
        let items = self.pages.iter().flat_map(|page| &page.items);
        (items.clone().count(), items.filter(|(_, answer)| answer.is_none()).count())
    }
}

/// What the link's door stands for now.
struct Open {
    door: FamilyDoor,
    asked: Vec<WindowInstrument>,
    battery: Vec<Administration>,
}

impl Open {
    /// # Errors
    /// [`Error::NotFound`] for a link that does not hold: withdrawn, over, or of a child that takes no part.
    async fn load(conn: &mut Conn, now: Instant, hash: Vec<u8>) -> Result<Self> {
        let door = informants::door(conn, hash).await?.ok_or(Error::NotFound)?;
        let today = now.day_in(&TimeZone::get(&door.time_zone).unwrap_or(TimeZone::UTC));
        let holds = door.window_state == WindowState::Open
            && today <= door.closes_on
            && door.consent_mode.allows(door.consent);
        if !holds {
            return Err(Error::NotFound);
        }
        let age = door.opens_on.age_of(door.birth_date);
        let asked = windows::asked(conn, door.window_id, PARENT, age).await?;
        if asked.is_empty() {
            return Err(Error::NotFound);
        }
        let battery = administrations::battery_of(conn, door.window_id, door.child_id, PARENT).await?;
        Ok(Self { door, asked, battery })
    }

    fn is_done(&self) -> bool {
        !self.battery.is_empty() && self.battery.iter().all(|a| a.state == AdministrationState::Submitted)
    }

    /// What is asked, worded in a language where its owner's text has it: as begun, or as wished.
    fn forms(&self, wish: &str) -> Result<Vec<Arc<Form>>> {
        self.worded(wish).iter().map(scoring::form_of).collect()
    }

    /// The administrations as they are, or as they would be offered.
    fn worded(&self, wish: &str) -> Vec<Administration> {
        let new = |asked: &WindowInstrument| {
            let known =
                u32::try_from(asked.version).ok().and_then(|v| library::get_version(&asked.instrument, v));
            let language = known.map_or("en", |known| {
                if known.languages().contains(&wish) { wish } else { known.language.as_str() }
            });
            Administration {
                id: AdministrationId(uuid::Uuid::nil()),
                window_id: self.door.window_id,
                child_id: self.door.child_id,
                school_id: self.door.school_id,
                class_id: self.door.class_id,
                informant: PARENT.to_owned(),
                instrument: asked.instrument.clone(),
                version: asked.version,
                position: asked.position,
                language: language.to_owned(),
                state: AdministrationState::Offered,
                submitted_at: None,
                receipt: None,
            }
        };
        let begun = |asked: &WindowInstrument| self.battery.iter().find(|a| a.instrument == asked.instrument);
        self.asked.iter().map(|asked| begun(asked).cloned().unwrap_or_else(|| new(asked))).collect()
    }
}

/// What a link opens. A look changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a link that does not hold.
pub async fn open(services: &Services, ctx: &Ctx, token: &str, language: &str) -> Result<Family> {
    let mut conn = services.store.read(ctx).await?;
    let open = Open::load(&mut conn, ctx.now, hash_token(token)).await?;
    let mut answers: HashMap<(AdministrationId, String), Answer> = HashMap::new();
    for administration in &open.battery {
        for response in crate::store::responses::current(&mut conn, administration.id).await? {
            let answer = response.answer();
            answers.insert((administration.id, response.item), answer);
        }
    }
    let worded = open.worded(language);
    let mut pages = Vec::new();
    for (form, administration) in open.forms(language)?.iter().zip(&worded) {
        for items in form.items.chunks(PER_PAGE) {
            let given = |item: &FormItem| answers.get(&(administration.id, item.id.clone())).copied();
            pages.push(Sheet {
                instructions: form.instructions.clone(),
                language: form.language.clone(),
                copyright: form.copyright.clone(),
                items: items.iter().map(|item| (item.clone(), given(item))).collect(),
            });
        }
    }
    let mut languages: Vec<&'static str> = Vec::new();
    for asked in &open.asked {
        let known =
            u32::try_from(asked.version).ok().and_then(|v| library::get_version(&asked.instrument, v));
        for tag in known.map(|known| known.languages()).unwrap_or_default() {
            if !languages.contains(&tag) {
                languages.push(tag);
            }
        }
    }
    Ok(Family {
        done: open.is_done(),
        child: open.door.given_name,
        school: open.door.school_name,
        until: open.door.closes_on,
        pages,
        languages,
    })
}

/// Saves the answers of a page, counted from 1: all or none, and the same ones again change nothing. The first page that
/// is saved begins the form in the language in which it was read.
///
/// # Errors
/// [`Error::NotFound`] for a link that does not hold; [`Error::Conflict`] when it is handed in; [`Error::Invalid`] for what
/// is no answer to a question of this page.
pub async fn save(
    services: &Services,
    ctx: &Ctx,
    token: &str,
    page: usize,
    language: &str,
    answers: Vec<(String, Answer)>,
) -> Result<()> {
    let (hash, language, config) = (hash_token(token), language.to_owned(), Arc::clone(&services.config));
    services
        .store
        .write(ctx, Act::recorded_in_itself("family.save"), move |tx| {
            let (hash, language) = (hash.clone(), language.clone());
            let (answers, config) = (answers.clone(), Arc::clone(&config));
            Box::pin(async move {
                let now = tx.ctx().now;
                let open = Open::load(tx, now, hash.clone()).await?;
                if open.is_done() {
                    return Err(Error::Conflict("Your answers are handed in already.".to_owned()));
                }
                offer(tx, &open, &language).await?;
                let open = Open::load(tx, now, hash).await?;
                let forms = open.forms(&language)?;
                let (part, asked_here) = on_page(&forms, page).ok_or(Error::NotFound)?;
                let (Some(form), Some(administration)) = (forms.get(part), open.battery.get(part)) else {
                    return Err(Error::NotFound);
                };
                for (item, answer) in &answers {
                    let asked = asked_here.contains(item);
                    if !asked || form.check(item, answer).is_err() {
                        return Err(Error::invalid(
                            "answers",
                            "This page was out of date. Please answer it once more.",
                        ));
                    }
                    check_in::save(tx, &config.clinical, administration, item, *answer).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Which form a page belongs to, and the questions on it.
fn on_page(forms: &[Arc<Form>], page: usize) -> Option<(usize, Vec<String>)> {
    let mut left = page.checked_sub(1)?;
    for (part, form) in forms.iter().enumerate() {
        for items in form.items.chunks(PER_PAGE) {
            if left == 0 {
                return Some((part, items.iter().map(|item| item.id.clone()).collect()));
            }
            left -= 1;
        }
    }
    None
}

async fn offer(tx: &mut Tx, open: &Open, language: &str) -> Result<()> {
    for mut offered in open.worded(language) {
        if offered.id.0.is_nil() {
            offered.id = AdministrationId(tx.ctx().id());
            administrations::offer(tx, std::slice::from_ref(&offered)).await?;
        }
    }
    for begun in administrations::battery_of(tx, open.door.window_id, open.door.child_id, PARENT).await? {
        informants::begin(tx, begun.id).await?;
    }
    Ok(())
}

/// Hands the form in: scores, flags, referral and audit in one transaction. A second time changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a link that does not hold; [`Error::Invalid`] before anything was answered.
pub async fn hand_in(services: &Services, ctx: &Ctx, token: &str) -> Result<()> {
    let (hash, config) = (hash_token(token), Arc::clone(&services.config));
    services
        .store
        .write(ctx, Act::new("family.hand_in"), move |tx| {
            let (hash, config) = (hash.clone(), Arc::clone(&config));
            Box::pin(async move {
                let ctx = tx.ctx();
                let open = Open::load(tx, ctx.now, hash).await?;
                tx.about("child", open.door.child_id.0);
                if open.battery.is_empty() {
                    return Err(Error::invalid("answers", "Answer at least one question first."));
                }
                let key = ctx.id();
                for administration in &open.battery {
                    let receipt = key.simple().to_string();
                    if administrations::submit(tx, administration.id, key, &receipt).await? {
                        scoring::after_submit(tx, &config.clinical, administration).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}
