//! May a window open? What a school owes a child before it asks: somebody who answers, at each hour and each day, in a
//! room, with a plan (K-46, LAW-01, LAW-02). What is missing is named one by one.

use questionnaires::instrument::{Informant, Instrument};
use questionnaires::library;

use super::duty::Rota;
use super::school_days;
use crate::Result;
use crate::config::{Clinical, Clocks};
use crate::model::window::ConsentMode;
use crate::model::{Day, Instant};
use crate::store::places::School;
use crate::store::window_plans::{self, CoveredClass, ResponsePlan};
use crate::store::windows::{self, Window};
use crate::store::{Conn, consent, outside, places};

/// A window is weeks long; more days than these are not looked at.
const DAYS: i64 = 400;
/// How finely the hours of a day are looked at, in minutes.
const STEP: i64 = 15;

/// For which step something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needed {
    /// Before it counts as ready.
    ToBeReady,
    /// Before it opens.
    ToOpen,
}

/// One missing piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// For which step.
    pub needed: Needed,
    /// The task of the set-up it belongs to.
    pub task: &'static str,
    /// A sentence that says what to do.
    pub text: String,
}

/// What is missing before the window may open; empty when it may.
pub(super) async fn missing(
    conn: &mut Conn,
    clinical: &Clinical,
    window: &Window,
    now: Instant,
) -> Result<Vec<Missing>> {
    let mut found = Found(Vec::new());
    let asked = windows::instruments(conn, window.id).await?;
    let covered = window_plans::covered(conn, window.id).await?;
    let known: Vec<Option<&Instrument>> = asked.iter().map(|a| library::get(&a.instrument)).collect();
    if asked.is_empty() {
        found.ready("instruments", "Choose at least one instrument.".to_owned());
    } else if asked.iter().all(|a| a.informant != "student") {
        found.ready("instruments", "Choose at least one instrument that students answer.".to_owned());
    }
    for instrument in known.iter().flatten() {
        // Adults are asked in their language where the owner's wording has it, and in the owner's otherwise.
        if instrument.informant == Informant::Student {
            wording(&mut found, instrument, window);
        }
        grades(&mut found, instrument, &covered);
    }
    let schools = places::schools_of_window(conn, window.id).await?;
    if schools.is_empty() {
        found.ready("roster", "Choose at least one school.".to_owned());
    } else if covered.iter().all(|class| class.children == 0) {
        found.ready("roster", "No child is in the classes of this window.".to_owned());
    }
    if window.consent_mode != ConsentMode::LawfulDuty
        && consent::newest_notice(conn, window.id).await?.is_none()
    {
        found.ready("consent", "Write the notice to guardians and publish it.".to_owned());
    }
    // An instrument that the program does not know may hold a critical item.
    if !known.iter().any(|instrument| instrument.is_none_or(Instrument::has_critical_items)) {
        return Ok(found.0);
    }
    if outside::services(conn, window.district_id).await?.is_empty() {
        found.open(
            "people",
            "Name at least one service in “Help outside” that a child can be referred to.".to_owned(),
        );
    }
    for school in schools {
        let plan = window_plans::response_plan(conn, window.id, school.id).await?;
        plan_of(&mut found, &school, &plan);
        days_of(conn, &mut found, &clinical.clocks, window, &school, &plan, now).await?;
    }
    Ok(found.0)
}

struct Found(Vec<Missing>);

impl Found {
    fn ready(&mut self, task: &'static str, text: String) {
        self.0.push(Missing { needed: Needed::ToBeReady, task, text });
    }

    fn open(&mut self, task: &'static str, text: String) {
        self.0.push(Missing { needed: Needed::ToOpen, task, text });
    }
}

/// The wording is there in each language of the window.
fn wording(found: &mut Found, instrument: &Instrument, window: &Window) {
    let has = instrument.languages();
    let lacks: Vec<&str> = window.languages.split_whitespace().filter(|tag| !has.contains(tag)).collect();
    if !lacks.is_empty() {
        found.ready(
            "instruments",
            format!("{} has no wording in: {}.", instrument.short_title, lacks.join(", ")),
        );
    }
}

/// No class lies outside the grades that an instrument is made for.
fn grades(found: &mut Found, instrument: &Instrument, covered: &[CoveredClass]) {
    let Some(made_for) = instrument.grades else { return };
    let outside =
        |class: &&CoveredClass| u8::try_from(class.grade).is_ok_and(|grade| !made_for.contains(grade));
    let classes: Vec<&str> = covered.iter().filter(outside).map(|class| class.name.as_str()).collect();
    if let Some(first) = classes.first() {
        let more = match classes.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        found.ready(
            "instruments",
            format!(
                "{} is made for grades {} to {}; class {first}{more} is outside.",
                instrument.short_title, made_for.min, made_for.max
            ),
        );
    }
}

/// What is said about how a school answers.
fn plan_of(found: &mut Found, school: &School, plan: &ResponsePlan) {
    let name = &school.name;
    if plan.opens_minute.is_none() || plan.closes_minute.is_none() {
        found.ready("people", format!("{name}: say between which hours check-ins begin."));
    }
    if plan.room.is_empty() {
        found.ready("people", format!("{name}: name the room where a child can talk undisturbed."));
    }
    if plan.escalation.is_empty() {
        found.ready("people", format!("{name}: say who is called when nobody on duty answers, and how."));
    }
    if plan.guardian_rule.is_empty() {
        found.ready("people", format!("{name}: say who tells guardians, when, and when not."));
    }
}

/// Who is there, on each school day that is left and at each hour of check-ins.
async fn days_of(
    conn: &mut Conn,
    found: &mut Found,
    clocks: &Clocks,
    window: &Window,
    school: &School,
    plan: &ResponsePlan,
    now: Instant,
) -> Result<()> {
    let rota = Rota::of(conn, school.id, now).await?;
    let name = &school.name;
    let from = window.opens_on.max(now.day_in(&rota.zone));
    let holidays = places::holidays(conn, school.id, from, DAYS).await?;
    let days = (0..DAYS).map(|n| from.plus_days(n)).take_while(|day| *day <= window.closes_on);
    let days: Vec<Day> = days.filter(|day| school_days::is_school_day(*day, &holidays)).collect();
    if days.is_empty() {
        found.open("calendar", format!("{name}: the window has no school day left."));
        return Ok(());
    }
    let breaks: Vec<&Day> =
        days.iter().filter(|day| school_days::is_before_break(**day, &holidays, clocks.break_days)).collect();
    if let Some(day) = breaks.first() {
        found.open(
            "calendar",
            format!("{name}: {day} is the last school day before a break; end the window earlier."),
        );
    }
    // Without hours of its own the middle of the day stands for them.
    let hours = (plan.opens_minute.unwrap_or(12 * 60), plan.closes_minute.unwrap_or(12 * 60));
    let fewest = |day: Day, from: i64, to: i64| {
        let minutes = (from..to).step_by(usize::try_from(STEP).unwrap_or(15)).chain([to]);
        minutes
            .map(|minute| rota.on_duty(Instant::of_minute(day, minute, &rota.zone)).len())
            .min()
            .unwrap_or(0)
    };
    let short: Vec<(Day, usize)> =
        days.iter().map(|day| (*day, fewest(*day, hours.0, hours.1))).filter(|(_, n)| *n < 2).collect();
    if let Some((day, people)) = short.first() {
        let lacks = if *people == 0 { "nobody is on duty" } else { "the responder has no backup" };
        found.open("people", format!("{name}: {lacks} on {day}{}.", others(short.len())));
    }
    let stay = hours.1 + clocks.stay_minutes;
    let last = rota.shifts.is_empty().then_some(i64::from(clocks.school_day_ends_hour) * 60);
    let leaves = |day: &&Day| {
        last.map_or_else(
            || fewest(**day, hours.1, stay) == 0 && fewest(**day, hours.1, hours.1) > 0,
            |end| stay > end,
        )
    };
    let early: Vec<&Day> = days.iter().filter(leaves).collect();
    if let Some(day) = early.first() {
        let minutes = clocks.stay_minutes;
        found.open(
            "people",
            format!(
                "{name}: check-ins end less than {minutes} minutes before the last of the staff leaves on {day}{}.",
                others(early.len())
            ),
        );
    }
    Ok(())
}

fn others(days: usize) -> String {
    match days {
        1 => String::new(),
        n => format!(" and on {} more days", n - 1),
    }
}
