//! The days on which schools have no lessons: due times are counted in school days, and no window with critical questions
//! runs up to a break.

use super::{Services, require, staff};
use crate::ctx::Ctx;
use crate::model::{Day, SchoolId};
use crate::policy::{Action, Place};
use crate::store::{Act, places};
use crate::{Error, Result};

/// The longest stretch of free days that is entered at once.
const LONGEST: i64 = 100;

/// Free days in a row under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Stretch {
    pub from: Day,
    pub to: Day,
    pub name: String,
}

/// A school's calendar from today on.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Calendar {
    pub school: places::School,
    pub free: Vec<Stretch>,
}

/// The calendars of the district's schools.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps none.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<Vec<Calendar>> {
    let district = staff(ctx)?.district;
    require(ctx, Action::PrepareWindow, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let mut calendars = Vec::new();
    for school in places::list_schools(&mut conn, district).await? {
        let today = ctx.now.day_in(&super::scoring::zone(&school.time_zone));
        let days = places::named_holidays(&mut conn, school.id, today).await?;
        calendars.push(Calendar { free: stretches(days), school });
    }
    Ok(calendars)
}

fn stretches(days: Vec<places::Holiday>) -> Vec<Stretch> {
    let mut free: Vec<Stretch> = Vec::new();
    for day in days {
        match free.last_mut() {
            // A weekend between two days of the same name does not part them.
            Some(last)
                if last.name == day.name
                    && (1..=3).any(|n| last.to.plus_days(n) == day.on_date)
                    && (1..)
                        .map(|n| last.to.plus_days(n))
                        .take_while(|d| *d < day.on_date)
                        .all(Day::is_weekend) =>
            {
                last.to = day.on_date;
            }
            _ => free.push(Stretch { from: day.on_date, to: day.on_date, name: day.name }),
        }
    }
    free
}

/// Enters free days for one school, or for all of the district.
///
/// # Errors
/// [`Error::Invalid`] with the field and the reason.
pub async fn add(services: &Services, ctx: &Ctx, school: Option<SchoolId>, free: Stretch) -> Result<()> {
    let name = free.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Error::invalid("name", "Say what the days are, as “Winter holidays”."));
    }
    if free.to < free.from {
        return Err(Error::invalid("to", "The last day lies before the first."));
    }
    if free.from.plus_days(LONGEST) < free.to {
        return Err(Error::invalid("to", format!("Enter at most {LONGEST} days at once.")));
    }
    let days: Vec<Day> = (0..=LONGEST)
        .map(|n| free.from.plus_days(n))
        .take_while(|d| *d <= free.to)
        .filter(|d| !d.is_weekend())
        .collect();
    let district = staff(ctx)?.district;
    require(ctx, Action::PrepareWindow, Place::District(district))?;
    services
        .store
        .write(ctx, Act::new("calendar.add"), move |tx| {
            let (days, name) = (days.clone(), name.clone());
            Box::pin(async move {
                tx.about("district", district.0);
                let schools = places::list_schools(tx, district).await?;
                let chosen: Vec<_> = schools.iter().filter(|s| school.is_none_or(|id| id == s.id)).collect();
                if chosen.is_empty() {
                    return Err(Error::invalid("school", "Choose a school of your district."));
                }
                for school in chosen {
                    for day in &days {
                        places::add_holiday(tx, school.id, *day, &name).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Takes free days away from a school.
///
/// # Errors
/// [`Error::NotFound`] for a school of another district.
pub async fn remove(services: &Services, ctx: &Ctx, school: SchoolId, from: Day, to: Day) -> Result<()> {
    let district = staff(ctx)?.district;
    require(ctx, Action::PrepareWindow, Place::District(district))?;
    services
        .store
        .write(ctx, Act::new("calendar.remove"), move |tx| {
            Box::pin(async move {
                tx.about("school", school.0);
                let known = places::get_school(tx, school).await?.filter(|s| s.district_id == district);
                known.ok_or(Error::NotFound)?;
                places::remove_holidays(tx, school, from, to).await?;
                Ok(())
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::stretches;
    use crate::store::places::Holiday;

    #[test]
    fn days_of_one_name_are_one_stretch_across_a_weekend_and_no_further() {
        let day = |on: &str, name: &str| Holiday { on_date: on.parse().unwrap(), name: name.to_owned() };
        let free = stretches(vec![
            day("2026-12-17", "Winter"),
            day("2026-12-18", "Winter"),
            day("2026-12-21", "Winter"),
            day("2026-12-23", "Winter"),
            day("2026-12-24", "Eve"),
        ]);
        let spans: Vec<_> =
            free.iter().map(|s| (s.from.to_string(), s.to.to_string(), s.name.as_str())).collect();
        assert_eq!(
            spans,
            [
                ("2026-12-17".to_owned(), "2026-12-21".to_owned(), "Winter"),
                ("2026-12-23".to_owned(), "2026-12-23".to_owned(), "Winter"),
                ("2026-12-24".to_owned(), "2026-12-24".to_owned(), "Eve"),
            ]
        );
    }
}
