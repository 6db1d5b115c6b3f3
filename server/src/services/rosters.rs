//! Taking over a roster: first what would change, then all of it or nothing.

pub mod uploads;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::transfers::{self, Going};
use super::{Services, require};
use crate::ctx::{Actor, Ctx};
use crate::model::{AreaId, ChildId, ClassId, Day, DistrictId, Private, SchoolId};
use crate::policy::{Action, Place};
use crate::roster::{Known, Plan, Pupil, Roster, compare};
use crate::store::areas::{self, Area};
use crate::store::children::NewChild;
use crate::store::places::{self, School};
use crate::store::{Act, Conn, Tx, rosters};
use crate::{Error, Result};

/// Rows of one insert: large enough to be quick, small enough that what is held twice stays little.
const CHUNK: usize = 200;

/// What was decided about the open ends of a roster.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Take over the good rows though others are rejected.
    pub skip_rejected: bool,
    /// Mark the children of the file's schools who are not in the file as having left.
    pub mark_leavers: bool,
    /// Do so even when more than one in twenty would leave.
    pub confirm_leavers: bool,
    /// The time zone of schools that are made; else that of the district's first school.
    pub time_zone: Option<String>,
    /// The language in which new children are greeted; else English.
    pub language: Option<String>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Done {
    pub added: usize,
    pub changed: usize,
    pub same: usize,
    pub left: usize,
    pub held: usize,
    pub rejected: usize,
    pub new_schools: usize,
}

/// Hears how many children have been written.
pub type Progress = Arc<dyn Fn(usize) + Send + Sync>;

/// What a roster would change. Nothing is written.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps no rosters.
pub async fn plan(services: &Services, ctx: &Ctx, roster: &Roster) -> Result<Plan> {
    let mut conn = services.store.read(ctx).await?;
    let district = district(&mut conn, ctx).await?;
    Ok(find(&mut conn, ctx, district, roster).await?.plan)
}

/// Takes a roster over: everything in one transaction, or nothing. What changes is found again inside of it, so that it
/// is true at that moment.
///
/// # Errors
/// [`Error::Conflict`] when something has to be decided first; then nothing was changed.
pub async fn commit(
    services: &Services,
    ctx: &Ctx,
    roster: Arc<Roster>,
    decisions: Decisions,
    progress: Progress,
) -> Result<Done> {
    let shared = services.clone();
    services
        .store
        .write(ctx, Act::new("roster.import"), move |tx| {
            let (roster, decisions, progress) =
                (Arc::clone(&roster), decisions.clone(), Arc::clone(&progress));
            let services = shared.clone();
            Box::pin(async move { import(&services, tx, &roster, &decisions, &progress).await })
        })
        .await
}

async fn district(conn: &mut Conn, ctx: &Ctx) -> Result<DistrictId> {
    let district = match &ctx.actor {
        Actor::Staff(staff) => staff.district,
        _ => {
            require(ctx, Action::ImportRoster, Place::Anywhere)?;
            let first = places::first_district(conn).await?;
            first.map(|(id, _)| id).ok_or_else(|| {
                Error::Conflict("There is no district yet. Add its first administrator before.".to_owned())
            })?
        }
    };
    require(ctx, Action::ImportRoster, Place::District(district))?;
    Ok(district)
}

struct Found {
    plan: Plan,
    schools: Vec<School>,
    /// The number of each leaver.
    numbers: HashMap<ChildId, String>,
}

async fn find(conn: &mut Conn, ctx: &Ctx, district: DistrictId, roster: &Roster) -> Result<Found> {
    let schools = places::list_schools(conn, district).await?;
    let known: Vec<Known> = rosters::children(conn, district)
        .await?
        .into_iter()
        .map(|c| Known {
            id: c.id,
            number: c.number,
            given_name: c.given_name,
            family_name: c.family_name,
            birth_date: c.birth_date,
            sex: c.sex,
            school: c.school_id.zip(c.school_name),
            class: c.class_name,
            in_care: c.in_care,
        })
        .collect();
    let names: Vec<String> = schools.iter().map(|s| s.name.clone()).collect();
    let receiving = receiving(conn, ctx, roster, &known, &schools).await?;
    let plan = compare(roster, &known, &names, &receiving);
    let leavers: HashSet<ChildId> = plan.leavers.iter().copied().collect();
    let numbers = known.into_iter().filter(|k| leavers.contains(&k.id)).map(|k| (k.id, k.number)).collect();
    Ok(Found { plan, schools, numbers })
}

/// Of the schools to which the roster moves a child with an open referral, those at which somebody can own it.
async fn receiving(
    conn: &mut Conn,
    ctx: &Ctx,
    roster: &Roster,
    known: &[Known],
    schools: &[School],
) -> Result<HashSet<String>> {
    let in_care: HashMap<&str, &Known> =
        known.iter().filter(|k| k.in_care).map(|k| (k.number.as_str(), k)).collect();
    let goes = |pupil: &&Pupil| {
        in_care.get(pupil.number.as_str()).is_some_and(|known| known.goes_to_another(&pupil.school))
    };
    let named: HashSet<&str> = roster.pupils.iter().filter(goes).map(|p| p.school.as_str()).collect();
    let mut receiving = HashSet::new();
    for school in schools.iter().filter(|school| named.contains(school.name.as_str())) {
        if transfers::receives(conn, ctx, school.id).await? {
            receiving.insert(school.name.clone());
        }
    }
    Ok(receiving)
}

fn decided(plan: &Plan, roster: &Roster, decisions: &Decisions) -> Result<()> {
    if !roster.faults.is_empty() && !decisions.skip_rejected {
        let rows = match roster.rejected.len() {
            1 => "One row is rejected".to_owned(),
            n => format!("{n} rows are rejected"),
        };
        return Err(Error::Conflict(format!(
            "{rows}. Mend what is wrong in the file, or say that the others are to be taken over without it."
        )));
    }
    if decisions.mark_leavers && plan.leaves_many() && !decisions.confirm_leavers {
        return Err(Error::Conflict(format!(
            "{} of {} children would be marked as having left, which is more than 5 %. Is the file complete? \
             Confirm it a second time if it is.",
            plan.leavers.len(),
            plan.enrolled
        )));
    }
    Ok(())
}

async fn import(
    services: &Services,
    tx: &mut Tx,
    roster: &Roster,
    decisions: &Decisions,
    progress: &Progress,
) -> Result<Done> {
    let ctx = tx.ctx();
    let district = district(tx, &ctx).await?;
    let Found { plan, schools, .. } = find(tx, &ctx, district, roster).await?;
    decided(&plan, roster, decisions)?;
    tx.about("district", district.0);
    let mut places = Places::load(tx, district, schools, roster, decisions).await?;
    let language = decisions.language.as_deref().unwrap_or("en");
    let mut written = 0;
    for chunk in plan.adds.chunks(CHUNK) {
        let mut children = Vec::with_capacity(chunk.len());
        for pupil in chunk.iter().filter_map(|at| roster.pupils.get(*at)) {
            let (school_id, class_id, enrolled_on) = places.of(tx, pupil).await?;
            children.push(NewChild {
                id: ChildId(ctx.id()),
                district_id: district,
                number: pupil.number.clone(),
                given_name: pupil.given_name.clone(),
                family_name: pupil.family_name.clone(),
                birth_date: pupil.birth_date,
                sex: pupil.sex,
                language: language.to_owned(),
                school_id,
                class_id,
                enrolled_on,
            });
        }
        rosters::add_children(tx, &children).await?;
        written += children.len();
        progress(written);
    }
    for change in &plan.changes {
        let Some(pupil) = roster.pupils.get(change.pupil) else { continue };
        let (given, family) = (&pupil.given_name, &pupil.family_name);
        rosters::update_child(tx, change.child, given, family, pupil.birth_date, pupil.sex).await?;
        if change.changes_school {
            let (school, class, on) = places.of(tx, pupil).await?;
            let going = Going { child: change.child, school, school_name: &pupil.school, class, on };
            let by = if let Actor::Staff(staff) = &ctx.actor { Some(staff.user) } else { None };
            let why = Private::new("By the district’s roster".to_owned());
            transfers::carry_out(services, tx, &going, by, &why).await?;
            tx.also("child.transfer", ("child", change.child.0), &format!("to {}", pupil.school)).await?;
        } else if change.moves {
            let (school, class, today) = places.of(tx, pupil).await?;
            rosters::end_enrollment(tx, change.child, today).await?;
            rosters::enroll(tx, change.child, school, class, today).await?;
        }
        written += 1;
        if written % CHUNK == 0 {
            progress(written);
        }
    }
    let leavers: &[ChildId] = if decisions.mark_leavers { &plan.leavers } else { &[] };
    for child in leavers {
        let zone = places.first_zone.clone();
        rosters::end_enrollment(tx, *child, ctx.now.day_in(&zone)).await?;
    }
    progress(written + leavers.len());
    let done = Done {
        added: plan.adds.len(),
        changed: plan.changes.len(),
        same: plan.same,
        left: leavers.len(),
        held: plan.held.len(),
        rejected: roster.rejected.len(),
        new_schools: plan.new_schools.len(),
    };
    tx.detail(format!(
        "{} added, {} changed, {} left, {} rows rejected, {} schools made",
        done.added, done.changed, done.left, done.rejected, done.new_schools
    ));
    Ok(done)
}

/// Schools and classes by name; what a roster names and is not there is made.
struct Places {
    district: DistrictId,
    time_zone: Option<String>,
    first_zone: jiff::tz::TimeZone,
    schools: HashMap<String, (SchoolId, Day)>,
    classes: HashMap<(SchoolId, String), ClassId>,
    /// The levels that the file names above a school, and those that there are.
    levels: BTreeMap<String, Vec<String>>,
    areas: HashMap<(Option<AreaId>, String), AreaId>,
}

impl Places {
    async fn load(
        tx: &mut Tx,
        district: DistrictId,
        schools: Vec<School>,
        roster: &Roster,
        decisions: &Decisions,
    ) -> Result<Self> {
        let now = tx.ctx().now;
        let time_zone = decisions.time_zone.clone().or_else(|| schools.first().map(|s| s.time_zone.clone()));
        let first_zone = match &time_zone {
            Some(name) => zone(name)?,
            None => jiff::tz::TimeZone::UTC,
        };
        let mut by_name = HashMap::new();
        for school in schools {
            let today = now.day_in(&zone(&school.time_zone)?);
            by_name.insert(school.name, (school.id, today));
        }
        let classes = rosters::classes(tx, district).await?;
        let classes = classes.into_iter().map(|c| ((c.school_id, c.name), c.id)).collect();
        let areas = areas::list(tx, district).await?;
        let areas = areas.into_iter().map(|a| ((a.parent_id, a.name), a.id)).collect();
        let levels = roster.areas.clone();
        Ok(Self { district, time_zone, first_zone, schools: by_name, classes, levels, areas })
    }

    /// A pupil's school and class, and the day it is there.
    async fn of(&mut self, tx: &mut Tx, pupil: &Pupil) -> Result<(SchoolId, ClassId, Day)> {
        let (school, today) = match self.schools.get(&pupil.school) {
            Some(there) => *there,
            None => self.add_school(tx, &pupil.school).await?,
        };
        let key = (school, pupil.class.clone());
        let class = match self.classes.get(&key) {
            Some(class) => *class,
            None => {
                let class = ClassId(tx.ctx().id());
                places::add_class(tx, class, school, &pupil.class, pupil.grade).await?;
                self.classes.insert(key, class);
                class
            }
        };
        Ok((school, class, today))
    }

    async fn add_school(&mut self, tx: &mut Tx, name: &str) -> Result<(SchoolId, Day)> {
        let Some(time_zone) = self.time_zone.clone() else {
            return Err(Error::Conflict(
                "The district has no school yet, so say in which time zone its schools are (Europe/Madrid)."
                    .to_owned(),
            ));
        };
        let ctx = tx.ctx();
        let id = SchoolId(ctx.id());
        let school =
            School { id, district_id: self.district, name: name.to_owned(), time_zone, rehearsal: false };
        places::add_school(tx, &school).await?;
        if let Some(area) = self.area_of(tx, name).await? {
            areas::place(tx, id, Some(area)).await?;
            areas::spread(tx, self.district).await?;
        }
        let there = (id, ctx.now.day_in(&self.first_zone));
        self.schools.insert(name.to_owned(), there);
        Ok(there)
    }
}

impl Places {
    /// The area of a school that is made, with the levels above it that are not there yet.
    async fn area_of(&mut self, tx: &mut Tx, school: &str) -> Result<Option<AreaId>> {
        let mut parent_id = None;
        for name in self.levels.get(school).cloned().unwrap_or_default() {
            let key = (parent_id, name.clone());
            let id = match self.areas.get(&key) {
                Some(id) => *id,
                None => {
                    let id = AreaId(tx.ctx().id());
                    areas::put(tx, self.district, &Area { id, parent_id, name }).await?;
                    self.areas.insert(key, id);
                    id
                }
            };
            parent_id = Some(id);
        }
        Ok(parent_id)
    }
}

fn zone(name: &str) -> Result<jiff::tz::TimeZone> {
    jiff::tz::TimeZone::get(name)
        .map_err(|_| Error::invalid("time_zone", format!("'{name}' is no time zone; write Europe/Madrid.")))
}
