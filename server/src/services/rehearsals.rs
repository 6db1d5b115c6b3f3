//! A practice sitting with made-up children: the real pages, the real board, and nothing of it left behind.
//!
//! It lives in a district of its own that holds no staff, so no list, queue, figure or release of the real district can
//! reach it, and emptying that district removes all of it. What is answered in it is scored like anything else, but no
//! answer of it becomes a referral: there is no child behind it.

use questionnaires::library;

use super::card_link::CardLink;
use super::cards::{Card, fresh_code};
use super::{Services, card_code, require, staff};
use crate::ctx::Ctx;
use crate::model::people::Sex;
use crate::model::window::{ConsentMode, WindowState};
use crate::model::{ChildId, ClassId, Day, DistrictId, Private, SchoolId, SittingId, WindowId};
use crate::policy::{Action, Place};
use crate::store::children::NewChild;
pub use crate::store::rehearsals::Rehearsal;
use crate::store::windows::{Window, WindowInstrument};
use crate::store::{Act, Conn, Tx, cards, children, places, rehearsals as stored, windows};
use crate::{Error, Result};

/// How long a rehearsal lasts that nobody ends, in seconds.
const LONGEST: i64 = 24 * 60 * 60;
/// How long its sitting is open, in seconds.
const OPEN: i64 = 2 * 60 * 60;
const NAMES: [&str; 6] = ["Ana", "Bo", "Chi", "Dara", "Eli", "Fay"];

/// A rehearsal that has begun, with the cards that are shown once.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The sitting to follow on its board.
    pub sitting: SittingId,
    /// Cards of the made-up children, each with the age it is of.
    pub cards: Vec<(Card, u8)>,
}

/// The rehearsal of a window that runs now.
///
/// # Errors
/// [`Error::NotFound`] for anybody who prepares no windows of its district.
pub async fn running(services: &Services, ctx: &Ctx, id: WindowId) -> Result<(Window, Option<Rehearsal>)> {
    let mut conn = services.store.read(ctx).await?;
    let window = find(&mut conn, ctx, id).await?;
    let running = stored::running(&mut conn, id).await?;
    Ok((window, running))
}

/// Begins a rehearsal: a school, a class and six children who do not exist, with what the window asks. One that runs
/// already in the district is removed first.
///
/// # Errors
/// [`Error::Conflict`] when the window asks nothing yet.
pub async fn begin(services: &Services, ctx: &Ctx, id: WindowId) -> Result<Begun> {
    let keys = services.keys.clone();
    let site = services.config.site();
    services
        .store
        .write(ctx, Act::new("rehearsal.begin"), move |tx| {
            let (keys, site) = (keys.clone(), site.clone());
            Box::pin(async move {
                tx.about("window", id.0);
                let ctx = tx.ctx();
                let window = find(tx, &ctx, id).await?;
                let asked = windows::instruments(tx, id).await?;
                if asked.is_empty() {
                    return Err(Error::Conflict("Choose what the window asks first.".to_owned()));
                }
                // One at a time in a district, always on the same shelf.
                let shelf = match stored::newest(tx, window.district_id).await? {
                    Some(before) => {
                        stored::remove(tx, &before).await?;
                        before.practice_district_id
                    }
                    None => {
                        let shelf = DistrictId(ctx.id());
                        places::add_practice(tx, shelf, window.district_id).await?;
                        shelf
                    }
                };
                let sitting = SittingId(ctx.id());
                let ages = ages(&asked);
                let practice = set_stage(tx, &window, shelf, asked, &ages, sitting).await?;
                let mut printed = Vec::new();
                for (child, name, age) in practice {
                    let code = fresh_code()?;
                    let link = CardLink::fresh()?;
                    cards::add(tx, child.window, child.id, keys.card_hash(&code), Some(link.hash(&keys)))
                        .await?;
                    let card = Card {
                        first_name: Private::new(name.to_owned()),
                        initial: "P.".to_owned(),
                        code: Private::new(card_code::printed(&code)),
                        link: Private::new(format!("{site}{}", link.path())),
                    };
                    printed.push((card, age));
                }
                Ok(Begun { sitting, cards: printed })
            })
        })
        .await
}

/// Ends a rehearsal and removes everything of it.
///
/// # Errors
/// [`Error::Conflict`] when none runs.
pub async fn end(services: &Services, ctx: &Ctx, id: WindowId) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("rehearsal.end"), move |tx| {
            Box::pin(async move {
                tx.about("window", id.0);
                let ctx = tx.ctx();
                find(tx, &ctx, id).await?;
                let Some(running) = stored::running(tx, id).await? else {
                    return Err(Error::Conflict("No rehearsal of this window runs.".to_owned()));
                };
                Ok(stored::remove(tx, &running).await?)
            })
        })
        .await
}

/// Removes rehearsals that nobody ended within a day.
pub(crate) async fn remove_old(services: &Services, ctx: &Ctx) -> Result<u64> {
    let before = ctx.now.plus_seconds(-LONGEST);
    let old = {
        let mut conn = services.store.read(ctx).await?;
        stored::begun_before(&mut conn, before).await?
    };
    let count = old.len() as u64;
    for rehearsal in old {
        services
            .store
            .write(ctx, Act::new("rehearsal.end"), move |tx| {
                let rehearsal = rehearsal.clone();
                Box::pin(async move {
                    tx.about("window", rehearsal.window_id.0);
                    Ok(stored::remove(tx, &rehearsal).await?)
                })
            })
            .await?;
    }
    Ok(count)
}

struct Made {
    id: ChildId,
    window: WindowId,
}

/// The practice's own district, school, class, children, window and open sitting.
async fn set_stage(
    tx: &mut Tx,
    window: &Window,
    district: DistrictId,
    asked: Vec<WindowInstrument>,
    ages: &[u8],
    sitting: SittingId,
) -> Result<Vec<(Made, &'static str, u8)>> {
    let ctx = tx.ctx();
    let by = staff(&ctx)?.user;
    let school = SchoolId(ctx.id());
    let (class, practice) = (ClassId(ctx.id()), WindowId(ctx.id()));
    let real = places::schools_of_window(tx, window.id).await?;
    let time_zone = real.first().map_or_else(|| "UTC".to_owned(), |school| school.time_zone.clone());
    let today = ctx.now.day_in(&super::scoring::zone(&time_zone));
    let row = places::School {
        id: school,
        district_id: district,
        name: "Rehearsal".to_owned(),
        time_zone,
        rehearsal: true,
    };
    places::add_school(tx, &row).await?;
    places::add_class(tx, class, school, "Practice", 0).await?;
    let copy = Window {
        id: practice,
        district_id: district,
        name: format!("Rehearsal of {}", window.name),
        opens_on: today,
        closes_on: today.plus_days(1),
        state: WindowState::Open,
        consent_mode: ConsentMode::OptOut,
        languages: window.languages.clone(),
        rehearsal: true,
        consent_of: None,
        rescreen_days: None,
    };
    windows::add(tx, &copy, &asked, &[school]).await?;
    let mut made = Vec::new();
    for (name, age) in NAMES.into_iter().zip(ages.iter().copied()) {
        let id = ChildId(ctx.id());
        let child = NewChild {
            id,
            district_id: district,
            number: format!("practice-{name}"),
            given_name: Private::new(name.to_owned()),
            family_name: Private::new("Practice".to_owned()),
            birth_date: born(today, age),
            sex: Sex::Unknown,
            language: "en".to_owned(),
            school_id: school,
            class_id: class,
            enrolled_on: today,
        };
        children::add(tx, &child).await?;
        made.push((Made { id, window: practice }, name, age));
    }
    windows::add_sitting(tx, sitting, practice, school, class, Some(by)).await?;
    windows::open_sitting(tx, sitting, ctx.now.plus_seconds(OPEN)).await?;
    stored::add(tx, window.id, district, sitting, by).await?;
    Ok(made)
}

/// Six ages that the window asks something of: the youngest and the oldest of each band, then again from the start.
fn ages(asked: &[WindowInstrument]) -> Vec<u8> {
    let mut ages: Vec<u8> = Vec::new();
    for band in asked {
        for age in [band.min_age, band.max_age] {
            let age = u8::try_from(age).unwrap_or(18);
            if !ages.contains(&age) && library::get(&band.instrument).is_some() {
                ages.push(age);
            }
        }
    }
    let all = ages.clone();
    ages.extend(all.iter().cycle().take(NAMES.len().saturating_sub(all.len())));
    ages.truncate(NAMES.len());
    ages
}

/// A birth date half a year before the age is reached again.
fn born(today: Day, age: u8) -> Day {
    today.plus_days(-(i64::from(age) * 366 + 100))
}

async fn find(conn: &mut Conn, ctx: &Ctx, id: WindowId) -> Result<Window> {
    let Some(window) = windows::get(conn, id).await?.filter(Window::is_of_cohort) else {
        require(ctx, Action::PrepareWindow, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, Action::PrepareWindow, Place::District(window.district_id))?;
    Ok(window)
}

#[cfg(test)]
mod tests {
    use super::{ages, born};
    use crate::store::windows::WindowInstrument;

    #[test]
    fn made_up_children_are_of_ages_that_the_window_asks_and_as_old_as_they_should_be() {
        let asked = |instrument: &str, min_age, max_age| WindowInstrument {
            position: 1,
            instrument: instrument.to_owned(),
            version: 1,
            informant: "student".to_owned(),
            min_age,
            max_age,
        };
        assert_eq!(ages(&[asked("scwbs", 8, 10), asked("phq9_teen", 11, 17)]), [8, 10, 11, 17, 8, 10]);
        let today = "2026-11-26".parse().unwrap();
        for age in 5..20 {
            assert_eq!(crate::model::Day::age_of(today, born(today, age)), age);
        }
    }
}
