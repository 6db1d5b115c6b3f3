//! Trying rules out: what other settings would have given on the answers of the past, beside what those in force give
//! (54). Everything is only read; a referral is never opened here.
//!
//! All findings about a child at a school in one window are one referral, as they are when a window runs and its referrals
//! are closed before the next one.

mod load;
mod shown;

use std::collections::BTreeMap;

use super::team::Team;
use super::{Services, require, rules};
use crate::ctx::{Actor, Ctx};
use crate::model::referral::Priority;
use crate::model::{ChildId, SchoolId, WindowId};
use crate::policy::{Action, Place};
use crate::referral_rules::{FRIEND, Finding, Known, Switch, TEACHER_CONCERN};
use crate::store::windows::{self, Window};
use crate::store::{Act, places, rule_trials as stored};
use crate::{Error, Result};
pub use shown::{ShownSchool, ShownTrial, try_one};

/// Children that are read at once: enough to be quick, few enough to stay small.
const BATCH: i64 = 200;

/// Referrals by priority, the most urgent first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; 4]);

/// The priorities in the order of [`Counts`].
pub const PRIORITIES: [Priority; 4] = [Priority::Critical, Priority::High, Priority::Moderate, Priority::Low];

impl Counts {
    /// How many of a priority.
    pub fn of(&self, priority: Priority) -> u64 {
        PRIORITIES.iter().zip(self.0).find(|(one, _)| **one == priority).map_or(0, |(_, n)| n)
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    fn add(&mut self, findings: &[Finding]) {
        let Some(priority) = findings.iter().map(|f| f.priority).min_by_key(|p| p.rank()) else { return };
        for (one, n) in PRIORITIES.iter().zip(&mut self.0) {
            *n += u64::from(*one == priority);
        }
    }

    fn plus(&mut self, other: &Self) {
        for (n, more) in self.0.iter_mut().zip(other.0) {
            *n += more;
        }
    }
}

/// One school in a trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchoolTrial {
    /// Its name.
    pub name: String,
    /// Children of whom something was begun.
    pub children: u64,
    /// Referrals under the settings in force.
    pub now: Counts,
    /// Referrals under the settings that are tried out.
    pub then: Counts,
    /// Days that counselors were there while the windows ran, summed over the counselors.
    pub counselor_days: f64,
}

impl SchoolTrial {
    fn plus(&mut self, other: &Self) {
        self.children += other.children;
        self.now.plus(&other.now);
        self.then.plus(&other.then);
        self.counselor_days += other.counselor_days;
    }
}

/// What came of a trial: exact counts, which leave the server's terminal only after suppression.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// The windows that were looked at, by name.
    pub windows: Vec<String>,
    /// What was set otherwise: the rule, how it is set now (none: as the clinical settings have it), and how it is tried.
    pub changed: Vec<(&'static Known, Option<Switch>, Switch)>,
    /// By school.
    pub schools: BTreeMap<SchoolId, SchoolTrial>,
    /// Administrations of instruments that this program does not know any more: no rule looked at them.
    pub unknown: u64,
}

impl Trial {
    /// The whole district.
    pub fn all(&self) -> SchoolTrial {
        let mut all = SchoolTrial::default();
        self.schools.values().for_each(|school| all.plus(school));
        all
    }
}

/// A rule and the setting to try, if there are past answers to try it on.
fn tryable(rule: &str, setting: &str) -> Result<(&'static Known, Switch)> {
    let wanted = rules::wanted(rule, setting)?;
    if [FRIEND, TEACHER_CONCERN].contains(&wanted.0.name) {
        return Err(Error::invalid(
            "setting",
            "No past answers stand behind this rule, so it cannot be tried out.",
        ));
    }
    Ok(wanted)
}

/// Whether a rule has past answers behind it and may be set otherwise.
pub fn can_be_tried(rule: &str) -> bool {
    rule != "critical_item" && tryable(rule, "off").is_ok()
}

/// Tries settings out from the server's terminal: on one window, by its name or id, or on all of the first district.
/// `set` holds rules and settings; `progress` is told how many of how many children are done.
///
/// # Errors
/// [`Error::Invalid`] with what to change.
pub async fn try_at_terminal(
    services: &Services,
    ctx: &Ctx,
    window: Option<&str>,
    set: &[(String, String)],
    progress: impl FnMut(u64, u64),
) -> Result<Trial> {
    if !matches!(ctx.actor, Actor::Console) {
        return Err(Error::NotFound);
    }
    let mut changes = Vec::new();
    for (rule, setting) in set {
        changes.push(tryable(rule, setting).map_err(|error| match error {
            Error::NotFound => {
                Error::invalid("set", format!("There is no rule '{rule}'; there are {}.", names()))
            }
            Error::Invalid { field, message } => {
                Error::Invalid { field, message: format!("{rule}: {message}") }
            }
            other => other,
        })?);
    }
    let windows = {
        let mut conn = services.store.read(ctx).await?;
        let (district, _) = places::first_district(&mut conn).await?.ok_or_else(|| {
            Error::invalid("window", "There is no district yet; fill one with 'firstlight demo'.")
        })?;
        let mut windows = windows::list(&mut conn, district).await?;
        if let Some(wanted) = window {
            let known: Vec<String> = windows.iter().map(|w| w.name.clone()).collect();
            windows.retain(|w| w.name == wanted || w.id.to_string() == wanted);
            if windows.is_empty() {
                let known = known.join(", ");
                return Err(Error::invalid("window", format!("No window '{wanted}'; there are: {known}")));
            }
        }
        windows
    };
    run(services, ctx, windows, &changes, progress).await
}

/// The rules that can be tried out.
fn names() -> String {
    let names = crate::referral_rules::KNOWN.iter().map(|known| known.name).filter(|name| can_be_tried(name));
    names.collect::<Vec<_>>().join(", ")
}

/// Runs the rules over windows of one district, a batch of children at a time.
async fn run(
    services: &Services,
    ctx: &Ctx,
    windows: Vec<Window>,
    changes: &[(&'static Known, Switch)],
    mut progress: impl FnMut(u64, u64),
) -> Result<Trial> {
    let Some(district) = windows.first().map(|w| w.district_id) else { return Ok(Trial::default()) };
    require(ctx, Action::SetRules, Place::District(district))?;
    note(services, ctx, changes).await?;
    let clinical = &services.config.clinical;
    let (now, all, schools) = {
        let mut conn = services.store.read(ctx).await?;
        let now = rules::in_force(&mut conn, district).await?;
        let mut all = 0;
        for window in &windows {
            all += u64::try_from(stored::count(&mut conn, window.id).await?).unwrap_or(0);
        }
        (now, all, places::list_schools(&mut conn, district).await?)
    };
    let then = changes.iter().fold(now.clone(), |set, (known, switch)| set.with(known.name, *switch));
    let mut trial = Trial {
        changed: changes.iter().map(|(known, switch)| (*known, now.get(known.name), *switch)).collect(),
        ..Trial::default()
    };
    let mut done = 0;
    for window in windows {
        let mut of_window: BTreeMap<SchoolId, SchoolTrial> = BTreeMap::new();
        let mut after = ChildId(uuid::Uuid::nil());
        loop {
            // A connection for each batch: whoever else wants to read gets a turn.
            let mut conn = services.store.read(ctx).await?;
            let children = stored::children(&mut conn, window.id, after, BATCH).await?;
            let Some(last) = children.last() else { break };
            after = *last;
            let batch = load::batch(&mut conn, &window, &children, &schools, clinical).await?;
            drop(conn);
            trial.unknown += batch.unknown;
            for ((_, school), findings) in &batch.found {
                let school = of_window.entry(*school).or_default();
                school.children += 1;
                school.now.add(&now.apply(findings));
                school.then.add(&then.apply(findings));
            }
            done += children.len() as u64;
            progress(done, all);
        }
        add_days(services, ctx, &window, &mut of_window).await?;
        for (id, found) in of_window {
            trial.schools.entry(id).or_default().plus(&found);
        }
        trial.windows.push(window.name);
    }
    for school in schools {
        if let Some(found) = trial.schools.get_mut(&school.id) {
            found.name = school.name;
        }
    }
    Ok(trial)
}

/// Leaves a line in the trail: what was tried out is read from children's answers.
async fn note(services: &Services, ctx: &Ctx, changes: &[(&'static Known, Switch)]) -> Result<()> {
    let detail: Vec<String> =
        changes.iter().map(|(known, switch)| format!("{} {switch}", known.name)).collect();
    let detail = detail.join(", ");
    services
        .store
        .write(ctx, Act::new("rule.try"), move |tx| {
            let detail = detail.clone();
            Box::pin(async move {
                tx.detail(detail);
                Ok(())
            })
        })
        .await
}

/// The days that each school's counselors were there while the window ran, up to today.
async fn add_days(
    services: &Services,
    ctx: &Ctx,
    window: &Window,
    schools: &mut BTreeMap<SchoolId, SchoolTrial>,
) -> Result<()> {
    let mut conn = services.store.read(ctx).await?;
    let team = Team::of(&mut conn, window.district_id, window.opens_on).await?;
    let until = window.closes_on.min(ctx.now.day_in(&jiff::tz::TimeZone::UTC));
    for (id, school) in schools {
        let (days, _) = team.calendar(&mut conn, *id, (window.opens_on, until), 0, 1.0).await?;
        school.counselor_days = days.iter().map(|day| day.talks).sum();
    }
    Ok(())
}

/// A closed window of a district by its id, or its newest.
async fn closed_window(
    services: &Services,
    ctx: &Ctx,
    district: crate::model::DistrictId,
    wanted: Option<WindowId>,
) -> Result<(Window, Vec<Window>)> {
    use crate::model::window::WindowState::{Archived, Closed};
    let mut conn = services.store.read(ctx).await?;
    let mut closed = windows::list(&mut conn, district).await?;
    closed.retain(|w| matches!(w.state, Closed | Archived));
    let found = match wanted {
        Some(id) => closed.iter().find(|w| w.id == id).ok_or(Error::NotFound)?,
        None => closed.first().ok_or_else(|| {
            Error::invalid("window", "No window is closed yet: there are no past answers to try this on.")
        })?,
    };
    Ok((found.clone(), closed))
}
