//! The district, its schools and classes.

use super::screenings::Progress;
use super::{Named, Plan, names};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::{ChildId, ClassId, Day, DistrictId, SchoolId, UserId};
use crate::services::Services;
use crate::store::{Act, places};

/// The time zone of the schools.
pub const ZONE: &str = "America/New_York";

#[derive(Clone, Debug)]
pub(super) struct School {
    pub id: SchoolId,
    pub name: String,
    pub classes: Vec<Class>,
    pub counselor: UserId,
    pub backup: UserId,
    pub proctor: UserId,
}

#[derive(Clone, Debug)]
pub(super) struct Class {
    pub id: ClassId,
    pub name: String,
    pub grade: i64,
    pub seats: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Child {
    pub id: ChildId,
    pub name: String,
    pub birth: Day,
    pub school: usize,
    pub class: usize,
    /// How burdened this child is by nature: standard normal.
    pub burden: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    pub district: DistrictId,
    pub name: String,
    /// What the addresses of its people end in.
    pub mail: &'static str,
    pub schools: Vec<School>,
    pub children: Vec<Child>,
}

/// What grades a school teaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    High,
    Middle,
    Primary,
}

impl Kind {
    fn of(index: usize) -> Self {
        [Self::High, Self::Middle, Self::Primary][index % 3]
    }

    fn word(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Middle => "Middle",
            Self::Primary => "Primary",
        }
    }

    /// Grades taught. In a district of one or two schools each teaches all, so that there is a card for every age band.
    fn grades(self, all: bool) -> &'static [i64] {
        match self {
            _ if all => &[1, 3, 5, 7, 9, 11],
            Self::High => &[9, 10, 11, 12],
            Self::Middle => &[6, 7, 8],
            Self::Primary => &[1, 2, 3, 4, 5],
        }
    }
}

pub(super) async fn build(
    services: &Services,
    ctx: &Ctx,
    plan: Plan,
    named: &Named,
    progress: &Progress,
) -> Result<Place> {
    progress("schools and classes", 1);
    let district = DistrictId(ctx.id());
    let name = named.district.to_owned();
    let mut schools = Vec::new();
    let mut left = plan.students;
    let all_grades = plan.schools < 3;
    for index in 0..plan.schools {
        let kind = Kind::of(index);
        let share = left.div_ceil(plan.schools - index);
        left -= share;
        let grades = kind.grades(all_grades);
        let count = share.div_ceil(26).max(grades.len().min(share));
        let mut classes = Vec::new();
        let mut seats_left = share;
        for number in 0..count {
            let grade = grades[number % grades.len()];
            let seats = seats_left.div_ceil(count - number);
            seats_left -= seats;
            let letter = char::from(b'A' + u8::try_from((number / grades.len()) % 26).unwrap_or(0));
            let round = number / grades.len() / 26;
            let suffix = if round == 0 { String::new() } else { round.to_string() };
            classes.push(Class {
                id: ClassId(ctx.id()),
                name: format!("{grade}{letter}{suffix}"),
                grade,
                seats,
            });
        }
        schools.push(School {
            id: SchoolId(ctx.id()),
            name: names::school(index, if all_grades { "Community" } else { kind.word() }),
            classes,
            counselor: UserId(ctx.id()),
            backup: UserId(ctx.id()),
            proctor: UserId(ctx.id()),
        });
    }
    let place = Place { district, name, mail: named.mail, schools, children: Vec::new() };
    let rows = place.clone();
    services
        .store
        .write(ctx, Act::new("demo.places"), move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                places::add_district(tx, rows.district, &rows.name).await?;
                for school in &rows.schools {
                    let row = places::School {
                        id: school.id,
                        district_id: rows.district,
                        name: school.name.clone(),
                        time_zone: ZONE.to_owned(),
                        rehearsal: false,
                    };
                    places::add_school(tx, &row).await?;
                    for class in &school.classes {
                        places::add_class(tx, class.id, school.id, &class.name, class.grade).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
    Ok(place)
}
