//! Who looked at whose file, and which looks are worth asking about: the auditor's monthly report (AZ-09). Only ids of
//! children stand in it, no name, no answer, no score.

mod marks;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;

pub use marks::{Mark, Seen, Week};

use super::{Services, require, school_days, scoring, staff};
use crate::config::Looks;
use crate::ctx::Ctx;
use crate::model::{ChildId, Day, Instant, SchoolId, UserId};
use crate::policy::{Action, Place};
use crate::store::looks::{self as stored, Case, Look, Shift};
use crate::store::{Conn, children, places};
use crate::{Error, Result};

/// For so many days after a referral was closed there is a reason to look.
const AFTER_CLOSING_DAYS: i64 = 90;
/// A referral that is opened soon after a look was the reason for it: a counselor opens the file and then begins.
const BEFORE_OPENING_SECONDS: i64 = 3600;
/// An urgent case is worked on at any hour for so long.
const URGENT_SECONDS: i64 = 24 * 3600;
/// What was opened with a reason stays open for so long.
const GLASS_SECONDS: i64 = super::break_glass::SECONDS;
/// Children whose files are read in one go.
const AT_ONCE: usize = 512;

/// One person's looks in a month.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Person {
    pub id: UserId,
    pub name: String,
    /// Every look, oldest first.
    pub looks: Vec<Seen>,
    /// The same in numbers, week by week.
    pub weeks: Vec<Week>,
}

impl Person {
    /// Why the month is worth asking about; nothing where it is not.
    pub fn marks(&self) -> Vec<Mark> {
        let all: BTreeSet<Mark> = self.weeks.iter().flat_map(|week| week.marks.iter().copied()).collect();
        all.into_iter().collect()
    }

    /// How many different children.
    pub fn children(&self) -> usize {
        self.looks.iter().map(|look| look.child).collect::<BTreeSet<_>>().len()
    }
}

/// A month's report.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Report {
    /// The month's first day.
    pub month: Day,
    /// Those whose looks are worth asking about first, then by name.
    pub people: Vec<Person>,
    pub limits: Looks,
}

impl Report {
    /// How many people's looks are worth asking about.
    pub fn marked(&self) -> usize {
        self.people.iter().filter(|person| !person.marks().is_empty()).count()
    }
}

/// The report of the month in which a day lies.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no auditor of the district.
pub async fn report(services: &Services, ctx: &Ctx, day: Day) -> Result<Report> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeAudit, Place::District(district))?;
    let month = Day(day.0.first_of_month());
    let next = Day(day.0.last_of_month()).plus_days(1);
    let limits = services.config.looks;
    let mut conn = services.store.read(ctx).await?;
    // A district's days begin at different instants; the trail has one clock.
    let (from, to) = (Instant::of_day(month, 0, &TimeZone::UTC), Instant::of_day(next, 0, &TimeZone::UTC));
    let looks = stored::list(&mut conn, district, from, to).await?;
    let known = Known::of(&mut conn, &looks, limits, month).await?;
    let mut people: Vec<Person> = Vec::new();
    // What is opened through a broken glass is one look, with its reason.
    let mut glass: HashMap<(UserId, ChildId), Instant> = HashMap::new();
    for mut look in looks {
        let through = (look.user_id, look.child_id);
        if look.broken_glass {
            glass.insert(through, look.at);
        }
        look.broken_glass |=
            glass.get(&through).is_some_and(|at| look.at.seconds_since(*at) <= GLASS_SECONDS);
        let seen = known.seen(&look, &limits);
        match people.last_mut().filter(|person| person.id == look.user_id) {
            Some(person) => person.looks.push(seen),
            None => people.push(Person {
                id: look.user_id,
                name: look.user_name,
                looks: vec![seen],
                weeks: Vec::new(),
            }),
        }
    }
    for person in &mut people {
        person.weeks = marks::weeks(&person.looks, &limits);
    }
    people.sort_by(|a, b| {
        let quiet = |person: &Person| person.marks().is_empty();
        (quiet(a), &a.name, a.id.0).cmp(&(quiet(b), &b.name, b.id.0))
    });
    Ok(Report { month, people, limits })
}

/// One person's part of a report.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no auditor, and for somebody who looked at nobody in that month.
pub async fn person(services: &Services, ctx: &Ctx, day: Day, id: UserId) -> Result<Person> {
    let report = report(services, ctx, day).await?;
    report.people.into_iter().find(|person| person.id == id).ok_or(Error::NotFound)
}

/// A school as its clock and calendar have it.
struct School {
    zone: TimeZone,
    holidays: Vec<Day>,
}

/// What is known of the children and people of a month's looks.
struct Known {
    schools: HashMap<SchoolId, School>,
    /// Where a child is enrolled now.
    at: HashMap<ChildId, SchoolId>,
    cases: HashMap<ChildId, Vec<Case>>,
    shifts: HashMap<UserId, Vec<Shift>>,
    /// Who looked at a child of their own, rare family name.
    own: BTreeSet<(UserId, ChildId)>,
}

impl Known {
    async fn of(conn: &mut Conn, looks: &[Look], limits: Looks, month: Day) -> Result<Self> {
        let ids: BTreeSet<ChildId> = looks.iter().map(|look| look.child_id).collect();
        let people: BTreeSet<UserId> = looks.iter().map(|look| look.user_id).collect();
        let (ids, people) = (Vec::from_iter(ids), Vec::from_iter(people));
        let mut known = Self {
            schools: HashMap::new(),
            at: HashMap::new(),
            cases: HashMap::new(),
            shifts: HashMap::new(),
            own: BTreeSet::new(),
        };
        for case in stored::cases(conn, &ids).await? {
            known.cases.entry(case.child_id).or_default().push(case);
        }
        for shift in stored::shifts(conn, &people).await? {
            known.shifts.entry(shift.user_id).or_default().push(shift);
        }
        let mut family: HashMap<ChildId, String> = HashMap::new();
        for ids in ids.chunks(AT_ONCE) {
            for child in children::get_all(conn, ids).await? {
                if let Entry::Vacant(place) = known.schools.entry(child.school_id) {
                    let holidays = places::holidays(conn, child.school_id, month, 60).await?;
                    place.insert(School { zone: scoring::zone(&child.time_zone), holidays });
                }
                known.at.insert(child.id, child.school_id);
                family.insert(child.id, plain(child.family_name.reveal()));
            }
        }
        let mut namesakes: BTreeMap<SchoolId, Vec<(UserId, ChildId, &str)>> = BTreeMap::new();
        for look in looks {
            let (Some(name), Some(school)) = (family.get(&look.child_id), known.at.get(&look.child_id))
            else {
                continue;
            };
            if bears(&look.user_name, name) {
                namesakes.entry(*school).or_default().push((look.user_id, look.child_id, name));
            }
        }
        for (school, found) in namesakes {
            let common = counted(conn, school).await?;
            let rare = |name: &str| common.get(name).is_none_or(|n| *n <= limits.rare_name);
            let rare = found.into_iter().filter(|(.., name)| rare(name));
            known.own.extend(rare.map(|(user, child, _)| (user, child)));
        }
        Ok(known)
    }

    fn seen(&self, look: &Look, limits: &Looks) -> Seen {
        let stands = |case: &&Case| {
            look.at.plus_seconds(BEFORE_OPENING_SECONDS) >= case.opened_at
                && case.closed_at.is_none_or(|at| look.at.seconds_since(at) <= AFTER_CLOSING_DAYS * 86_400)
        };
        let standing: Vec<&Case> =
            self.cases.get(&look.child_id).into_iter().flatten().filter(stands).collect();
        let is_owners = standing.iter().any(|case| case.owner_id == look.user_id);
        let urgent = standing
            .iter()
            .any(|case| case.urgent && (0..URGENT_SECONDS).contains(&look.at.seconds_since(case.opened_at)));
        let school = self.at.get(&look.child_id).and_then(|school| self.schools.get(school));
        let off = school.is_some_and(|school| self.is_off(look, school, limits));
        Seen {
            at: look.at,
            child: look.child_id,
            broken_glass: look.broken_glass,
            off_hours: off && !urgent,
            without_case: standing.is_empty() && !look.broken_glass,
            own_name: self.own.contains(&(look.user_id, look.child_id)) && !is_owners,
        }
    }

    /// Whether a look fell outside the day of a child's school, and outside the person's own duty.
    fn is_off(&self, look: &Look, school: &School, limits: &Looks) -> bool {
        let day = look.at.day_in(&school.zone);
        let clock = look.at.civil_in(&school.zone);
        let minute = i64::from(clock.hour()) * 60 + i64::from(clock.minute());
        let within = (limits.day.0..limits.day.1).contains(&minute);
        if within && school_days::is_school_day(day, &school.holidays) {
            return false;
        }
        let on_duty = |shift: &Shift| {
            let weekday = i64::from(day.0.weekday().to_monday_one_offset());
            (shift.on_date == Some(day) || shift.weekday == Some(weekday))
                && (shift.from_minute..shift.to_minute).contains(&minute)
                && shift.set_at <= look.at
                && shift.removed_at.is_none_or(|at| look.at < at)
        };
        !self.shifts.get(&look.user_id).is_some_and(|shifts| shifts.iter().any(on_duty))
    }
}

/// How many children of a school bear each family name.
async fn counted(conn: &mut Conn, school: SchoolId) -> Result<BTreeMap<String, usize>> {
    let pupils = stored::pupils(conn, school).await?;
    let mut names = BTreeMap::new();
    for pupils in pupils.chunks(AT_ONCE) {
        for child in children::get_all(conn, pupils).await? {
            *names.entry(plain(child.family_name.reveal())).or_insert(0) += 1;
        }
    }
    Ok(names)
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Whether a person of this name bears a family name: as one of its words, or at the front where names are written
/// without a space.
fn bears(person: &str, family: &str) -> bool {
    let person = plain(person);
    if family.is_empty() {
        return false;
    }
    let unspaced = !person.contains(char::is_whitespace) && !person.is_ascii();
    person.split(|c: char| c.is_whitespace() || c == '-' || c == ',').any(|word| word == family)
        || (unspaced && person.starts_with(family))
}

/// How many people's looks of this month are worth asking about, for the head of the trail.
///
/// # Errors
/// As [`report`].
pub async fn marked(services: &Services, ctx: &Ctx) -> Result<usize> {
    Ok(report(services, ctx, ctx.now.day_in(&TimeZone::UTC)).await?.marked())
}

#[cfg(test)]
mod tests {
    use super::bears;

    #[test]
    fn a_family_name_is_found_in_a_name_however_it_is_written() {
        for (person, family) in [
            ("Ana Lindqvist", "lindqvist"),
            ("Smith-Okafor, Ben", "okafor"),
            ("王小明", "王"),
            ("Wang Wei", "wang"),
        ] {
            assert!(bears(person, family), "{person} {family}");
        }
        for (person, family) in [("Ana Lindqvist", "lind"), ("Annabel Li", "an"), ("Ana", ""), ("李王", "王")]
        {
            assert!(!bears(person, family), "{person} {family}");
        }
    }
}
