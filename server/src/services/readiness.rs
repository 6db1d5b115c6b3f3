//! May a window open? One that asks a critical item opens only where a responder and a backup are on duty at each of its
//! schools on each of its school days: a child who answers it must not wait for somebody who is not there (K-46, LAW-01).

use questionnaires::library;

use super::{duty::Rota, school_days};
use crate::Result;
use crate::model::{Day, Instant};
use crate::store::windows::{self, Window};
use crate::store::{Conn, places};

/// The hour of a school day for which the rota is asked.
const MIDDAY: i8 = 12;
/// A window is weeks long; more days than these are not looked at.
const DAYS: i64 = 400;

/// What is missing before the window may open, a sentence for each school; empty when it may.
pub(super) async fn missing(conn: &mut Conn, window: &Window, now: Instant) -> Result<Vec<String>> {
    let asked = windows::instruments(conn, window.id).await?;
    let critical =
        asked.iter().any(|asked| library::get(&asked.instrument).is_none_or(|i| i.has_critical_items()));
    let mut missing = Vec::new();
    if !critical {
        return Ok(missing);
    }
    let schools = places::schools_of_window(conn, window.id).await?;
    if schools.is_empty() {
        missing.push("No school takes part in this window.".to_owned());
    }
    for school in schools {
        let rota = Rota::of(conn, school.id, now).await?;
        let from = window.opens_on.max(now.day_in(&rota.zone));
        let holidays = places::holidays(conn, school.id, from, DAYS).await?;
        let days = (0..DAYS).map(|n| from.plus_days(n)).take_while(|day| *day <= window.closes_on);
        let days: Vec<Day> = days.filter(|day| school_days::is_school_day(*day, &holidays)).collect();
        if days.is_empty() {
            missing.push(format!("{}: the window has no school day left.", school.name));
            continue;
        }
        let short: Vec<(Day, usize)> = days
            .into_iter()
            .map(|day| (day, rota.on_duty(Instant::of_day(day, MIDDAY, &rota.zone)).len()))
            .filter(|(_, people)| *people < 2)
            .collect();
        let Some((day, people)) = short.first() else { continue };
        let lacks = if *people == 0 { "nobody is on duty" } else { "the responder has no backup" };
        let others = match short.len() {
            1 => String::new(),
            n => format!(" and on {} more days", n - 1),
        };
        missing.push(format!("{}: {lacks} on {day}{others}.", school.name));
    }
    Ok(missing)
}
