//! Staff with their sign-ins, and children with their guardians.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use totp_rs::Secret;

use super::places::{Child, Place};
use super::screenings::Progress;
use super::{DemoStaff, Plan, names};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::people::{Role, Sex};
use crate::model::{ChildId, Day, Private, SchoolId, UserId};
use crate::services::{Services, sessions};
use crate::store::children::{Guardian, NewChild};
use crate::store::duty::NewShift;
use crate::store::users::{User, UserRole};
use crate::store::{Act, children, duty, places, users};

/// Children added in one unit of work.
const BATCH: usize = 200;

struct Post {
    role: Role,
    school: Option<(SchoolId, String)>,
    user: UserId,
}

pub(super) async fn add_staff(
    services: &Services,
    ctx: &Ctx,
    place: &mut Place,
    seed: u64,
    random: &mut StdRng,
    progress: &Progress,
) -> Result<Vec<DemoStaff>> {
    progress("staff", 2);
    let mut posts = Vec::new();
    for role in [Role::Proctor, Role::Counselor, Role::SchoolLead, Role::Teacher] {
        // The first three schools have people of their own; further ones share them, as small districts do.
        for (index, school) in place.schools.iter_mut().enumerate() {
            let user = match role {
                Role::Proctor => school.proctor,
                Role::Counselor => school.counselor,
                _ if index >= 3 => continue,
                _ => UserId(ctx.id()),
            };
            posts.push(Post { role, school: Some((school.id, school.name.clone())), user });
        }
    }
    for role in [Role::DistrictOfficer, Role::Analyst, Role::Administrator, Role::Auditor] {
        posts.push(Post { role, school: None, user: UserId(ctx.id()) });
    }
    // Signing in is for trying out, so one password per role will do; hashing one for each person would take minutes.
    let mut by_role: Vec<(Role, String, String)> = Vec::new();
    let mut staff = Vec::new();
    let mut rows = Vec::new();
    for post in posts {
        if !by_role.iter().any(|(role, ..)| *role == post.role) {
            let password = names::password(random);
            let hash = sessions::hash_password(&password)?;
            by_role.push((post.role, password, hash));
        }
        let Some((_, password, hash)) = by_role.iter().find(|(role, ..)| *role == post.role) else {
            continue;
        };
        let name = format!("{} {}", names::given(random), names::family(random));
        let at = post.school.as_ref().map_or("district".to_owned(), |(_, name)| place_word(name));
        let role_word = post.role.as_str().replace('_', "-");
        let email = format!("{role_word}@{at}.{}", place.mail);
        let mut bytes = [0u8; 20];
        random.fill_bytes(&mut bytes);
        let secret = Secret::from(bytes).to_base32();
        staff.push(DemoStaff {
            role: post.role.as_str(),
            name: name.clone(),
            email: email.clone(),
            password: password.clone(),
            totp_secret: secret.clone(),
            school: post.school.as_ref().map(|(_, name)| name.clone()),
        });
        let user = User {
            id: post.user,
            district_id: place.district,
            name,
            email,
            password_hash: hash.clone(),
            totp_secret: secret,
            disabled_at: None,
        };
        rows.push((
            user,
            UserRole { user_id: post.user, role: post.role, school_id: post.school.map(|(id, _)| id) },
        ));
    }
    // A second counselor for each school: the backup, and the second person who confirms. A generator of its own, so
    // that nobody else's name or code changes.
    let mut own = StdRng::seed_from_u64(seed ^ 0xBAC);
    for school in &place.schools {
        let Some((_, password, hash)) = by_role.iter().find(|(role, ..)| *role == Role::Counselor) else {
            break;
        };
        let name = format!("{} {}", names::given(&mut own), names::family(&mut own));
        let email = format!("counselor-2@{}.{}", place_word(&school.name), place.mail);
        let mut bytes = [0u8; 20];
        own.fill_bytes(&mut bytes);
        let secret = Secret::from(bytes).to_base32();
        staff.push(DemoStaff {
            role: Role::Counselor.as_str(),
            name: name.clone(),
            email: email.clone(),
            password: password.clone(),
            totp_secret: secret.clone(),
            school: Some(school.name.clone()),
        });
        let user = User {
            id: school.backup,
            district_id: place.district,
            name,
            email,
            password_hash: hash.clone(),
            totp_secret: secret,
            disabled_at: None,
        };
        rows.push((
            user,
            UserRole { user_id: school.backup, role: Role::Counselor, school_id: Some(school.id) },
        ));
    }
    let duties: Vec<_> = place.schools.iter().map(|s| (s.id, s.counselor, s.backup)).collect();
    services
        .store
        .write(ctx, Act::new("demo.staff"), move |tx| {
            let (rows, duties) = (rows.clone(), duties.clone());
            Box::pin(async move {
                for (user, role) in &rows {
                    users::add(tx, user).await?;
                    users::add_role(tx, role).await?;
                }
                for (school, counselor, backup) in &duties {
                    for (rank, user) in [(1, *counselor), (2, *backup)] {
                        places::add_duty(tx, *school, rank, user).await?;
                        for (weekday, from_minute, to_minute) in hours(rank) {
                            let shift = NewShift {
                                school: *school,
                                user,
                                rank,
                                weekday: Some(weekday),
                                on_date: None,
                                from_minute,
                                to_minute,
                            };
                            duty::add_shift(tx, None, &shift).await?;
                        }
                    }
                }
                Ok(())
            })
        })
        .await?;
    Ok(staff)
}

/// Weekday and minutes of a person's shifts: both are there in school hours; the first keeps watch at night and on the
/// weekend too, because a demo is tried at any hour and a check-in begins only where somebody is on duty.
fn hours(rank: i64) -> Vec<(i64, i64, i64)> {
    const DAY: (i64, i64) = (7 * 60 + 30, 16 * 60 + 30);
    const MIDNIGHT: i64 = 24 * 60;
    let mut hours: Vec<_> = (1..=5).map(|weekday| (weekday, DAY.0, DAY.1)).collect();
    if rank == 1 {
        hours.extend((1..=5).flat_map(|weekday| [(weekday, 0, DAY.0), (weekday, DAY.1, MIDNIGHT)]));
        hours.extend([(6, 0, MIDNIGHT), (7, 0, MIDNIGHT)]);
    }
    hours
}

/// The school's whole name less the word "School": unique, and short enough to type.
fn place_word(school: &str) -> String {
    school.to_lowercase().replace(" school", "").replace(' ', "-")
}

pub(super) async fn add_children(
    services: &Services,
    ctx: &Ctx,
    place: &mut Place,
    plan: Plan,
    random: &mut StdRng,
    progress: &Progress,
) -> Result<()> {
    let today = ctx.now.day_in(&jiff::tz::TimeZone::UTC);
    let enrolled_on = today.plus_days(-365 * 3);
    let mut rows = Vec::new();
    for (school_index, school) in place.schools.iter().enumerate() {
        for (class_index, class) in school.classes.iter().enumerate() {
            for _ in 0..class.seats {
                // Grade 1 is six years old, turning seven.
                let days = (class.grade + 5) * 365 + (class.grade + 5) / 4 + random.random_range(20..345);
                let given = names::given(random);
                let child = Child {
                    id: ChildId(ctx.id()),
                    name: given.to_owned(),
                    birth: today.plus_days(-days),
                    school: school_index,
                    class: class_index,
                    burden: normal(random),
                };
                let family = names::family(random);
                let new = NewChild {
                    id: child.id,
                    district_id: place.district,
                    number: format!("{:07}", 1_000_000 + place.children.len()),
                    given_name: given.to_owned().into(),
                    family_name: family.to_owned().into(),
                    birth_date: child.birth,
                    sex: [Sex::Female, Sex::Male, Sex::Female, Sex::Male, Sex::Other]
                        [usize::try_from(random.random_range(0..41u32) / 10).unwrap_or(0)],
                    language: "en".to_owned(),
                    school_id: school.id,
                    class_id: class.id,
                    enrolled_on,
                };
                let guardian = Guardian {
                    name: format!("{} {family}", names::given(random)).into(),
                    relation: ["mother", "father", "grandmother", "foster parent"]
                        [random.random_range(0..40usize) / 13]
                        .to_owned(),
                    phone: Private::new(format!(
                        "+1 555 01{:02} {:04}",
                        random.random_range(0..100u32),
                        random.random_range(0..10_000u32)
                    )),
                    do_not_contact: random.random_bool(0.03),
                };
                place.children.push(child);
                rows.push((new, guardian));
            }
        }
    }
    let total = rows.len().max(1);
    for (index, batch) in rows.chunks(BATCH).enumerate() {
        progress(&format!("{} of {} students", index * BATCH, plan.students), 3 + 12 * index * BATCH / total);
        let batch = batch.to_vec();
        services
            .store
            .write(ctx, Act::new("demo.children"), move |tx| {
                let batch = batch.clone();
                Box::pin(async move {
                    for (child, guardian) in &batch {
                        children::add(tx, child).await?;
                        children::add_guardian(tx, child.id, guardian).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
    Ok(())
}

/// A standard normal draw: the sum of twelve uniform ones less six.
pub(super) fn normal(random: &mut StdRng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// A day within a window, for something that happened then.
pub(super) fn day_within(from: Day, days: i64, random: &mut StdRng) -> Day {
    let mut day = from.plus_days(random.random_range(0..days.max(1)));
    while day.is_weekend() {
        day = day.plus_days(1);
    }
    day
}
