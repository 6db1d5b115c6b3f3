//! The capacity plan of a window: expected positives of each school against the first talks that its counselors can hold,
//! and dates that keep every child within its clock (55, LAW-01). No child's answer is in it: the expectation comes from
//! shares, and those only from closed windows.

use std::collections::HashMap;

use questionnaires::library;

use super::team::Team;
use super::{Services, require, rules, school_days, scoring};
use crate::capacity::{BaseRate, Group, Plan, base_rate, for_one_child, plan, whole};
use crate::config::Clinical;
use crate::ctx::Ctx;
use crate::model::{Day, Instant, SchoolId, WindowId};
use crate::policy::{Action, Place};
use crate::referral_rules::Switch;
use crate::store::capacity::{self as stored, BirthRow};
pub use crate::store::windows::{Window, WindowInstrument};
use crate::store::{Conn, places, windows};
use crate::suppression::Policy;
use crate::{Error, Result};

/// School days after a window that are looked at for further dates: half a year of lessons.
const FURTHER_DAYS: usize = 100;

/// The plan of a window.
#[derive(Clone, Debug)]
pub struct CapacityPage {
    /// The window.
    pub window: Window,
    /// Whether it is over, so that nothing is left to plan.
    pub is_over: bool,
    /// What it asks, with the share expected to be positive; none for an instrument that screens nobody out.
    pub asked: Vec<(WindowInstrument, Option<BaseRate>)>,
    /// Its schools, by name.
    pub schools: Vec<SchoolPlan>,
    /// School days until a positive screen is due.
    pub clock: u32,
    /// First talks that a counselor holds on a day.
    pub talks_a_day: u32,
    /// Smaller counts of past positives are taken as this one.
    pub smallest: u64,
}

/// One school's plan.
#[derive(Clone, Debug)]
pub struct SchoolPlan {
    /// The school.
    pub id: SchoolId,
    /// Its name.
    pub name: String,
    /// Its counselors; whom it shares counts for a part.
    pub counselors: f64,
    /// What was reckoned.
    pub plan: Plan,
}

impl SchoolPlan {
    /// What is missing, as a sentence; none where it is enough.
    pub fn shortfall(&self) -> Option<String> {
        if self.plan.is_enough() {
            return None;
        }
        let (name, expected) = (&self.name, whole(self.plan.expected));
        let Some(until) = self.plan.until else {
            return Some(format!("{name}: the window has no school day left."));
        };
        if self.plan.talks <= 0.0 {
            return Some(format!(
                "{name}: about {expected} first talks are expected, and no counselor is there."
            ));
        }
        let talks = self.plan.talks.floor();
        Some(match self.plan.missing() {
            0 => format!(
                "{name}: about {expected} first talks are expected and {talks} can be held by {until}, but not within \
                 their time after each class: give the window more days or the school more counselors."
            ),
            missing => format!(
                "{name}: about {expected} first talks are expected and {talks} can be held by {until}: {missing} are \
                 missing."
            ),
        })
    }
}

/// The plan of a window of the reader's district.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no administrator of it.
pub async fn page(services: &Services, ctx: &Ctx, id: WindowId) -> Result<CapacityPage> {
    let mut conn = services.store.read(ctx).await?;
    let Some(window) = windows::get(&mut conn, id).await? else {
        require(ctx, Action::SeeSetup, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, Action::SeeSetup, Place::District(window.district_id))?;
    let clinical = &services.config.clinical;
    let reckoned = Reckoned::of(&mut conn, &window, clinical).await?;
    Ok(CapacityPage {
        is_over: window.state.is_over(),
        schools: reckoned.schools(&mut conn, &window, clinical, ctx.now).await?,
        asked: reckoned.asked,
        clock: reckoned.clock,
        talks_a_day: clinical.capacity.first_talks_a_day,
        smallest: Policy::default().k(),
        window,
    })
}

/// What is missing before everybody whom the window is expected to find can be seen in time: a sentence for each school,
/// and none where it is enough. It counts over all past screens of the district, so call it on a connection for reading
/// and not within a write that children's answers wait for.
///
/// # Errors
/// [`Error::Store`] when the database cannot be read.
pub async fn shortfall(
    conn: &mut Conn,
    window: &Window,
    clinical: &Clinical,
    now: Instant,
) -> Result<Vec<String>> {
    let reckoned = Reckoned::of(conn, window, clinical).await?;
    let schools = reckoned.schools(conn, window, clinical, now).await?;
    Ok(schools.iter().filter_map(SchoolPlan::shortfall).collect())
}

/// What holds for all schools of a window.
struct Reckoned {
    asked: Vec<(WindowInstrument, Option<BaseRate>)>,
    clock: u32,
}

impl Reckoned {
    async fn of(conn: &mut Conn, window: &Window, clinical: &Clinical) -> Result<Self> {
        let history = stored::history(conn, window.district_id).await?;
        let rate = |asked: &WindowInstrument| {
            let known = library::get(&asked.instrument);
            // What has no cut-off and no critical item raises nothing.
            if known.is_some_and(|i| i.positive.is_none() && !i.has_critical_items()) {
                return None;
            }
            let past = history
                .iter()
                .find(|h| h.instrument == asked.instrument && h.informant == asked.informant)
                .map_or((0, 0), |h| (count(h.positive), count(h.screened)));
            let settings = &clinical.capacity;
            let (enough, otherwise) = (settings.own_history_from, settings.share_of(&asked.instrument));
            Some(base_rate(past.0, past.1, enough, Policy::default().k(), otherwise))
        };
        let asked = windows::instruments(conn, window.id).await?;
        let asked = asked.into_iter().map(|asked| (asked.clone(), rate(&asked))).collect();
        let priority = match rules::in_force(conn, window.district_id).await?.get("above_cutoff") {
            Some(Switch::Gives(priority)) => priority,
            _ => clinical.priorities.above_cutoff.0,
        };
        Ok(Self { asked, clock: school_days::until_contact(clinical, priority) })
    }

    async fn schools(
        &self,
        conn: &mut Conn,
        window: &Window,
        clinical: &Clinical,
        now: Instant,
    ) -> Result<Vec<SchoolPlan>> {
        let mut groups: HashMap<SchoolId, Vec<Group>> = HashMap::new();
        let rows = stored::to_be_asked(conn, window.id).await?;
        for class in rows.chunk_by(|a, b| a.class_id == b.class_id) {
            if let Some(first) = class.first() {
                groups.entry(first.school_id).or_default().extend(self.group(class, window.opens_on));
            }
        }
        let schools = places::schools_of_window(conn, window.id).await?;
        // Somewhere it is still yesterday.
        let from = now.day_in(&jiff::tz::TimeZone::UTC).plus_days(-1).max(window.opens_on);
        let team = Team::of(conn, window.district_id, from).await?;
        let talks = f64::from(clinical.capacity.first_talks_a_day);
        let clock = usize::try_from(self.clock).unwrap_or(usize::MAX);
        let mut plans = Vec::with_capacity(schools.len());
        for school in schools {
            let today = now.day_in(&scoring::zone(&school.time_zone));
            let span = (window.opens_on.max(today), window.closes_on);
            let more = clock.saturating_add(FURTHER_DAYS);
            let (calendar, days) = team.calendar(conn, school.id, span, more, talks).await?;
            let groups = groups.remove(&school.id).unwrap_or_default();
            plans.push(SchoolPlan {
                id: school.id,
                counselors: team.size(school.id),
                plan: plan(&groups, &calendar, days, clock),
                name: school.name,
            });
        }
        Ok(plans)
    }

    /// A class with those of its children who are asked something; none where nobody is.
    fn group(&self, class: &[BirthRow], opens_on: Day) -> Option<Group> {
        let mut group = Group { name: class.first()?.class_name.clone(), children: 0, expected: 0.0 };
        for row in class {
            let age = i64::from(opens_on.age_of(row.birth_date));
            let asked = self.asked.iter().filter(|(asked, _)| (asked.min_age..=asked.max_age).contains(&age));
            if asked.clone().next().is_none() {
                continue;
            }
            let children = count(row.children);
            let shares = asked.filter_map(|(_, rate)| rate.map(|rate| rate.share));
            group.children += children;
            group.expected += children as f64 * for_one_child(shares);
        }
        (group.children > 0).then_some(group)
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
