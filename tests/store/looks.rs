//! The auditor's report on who looked at whose file, from looks as the program itself writes them down (AZ-09).

use server::Error;
use server::ctx::{Actor, Ctx, Staff};
use server::model::people::Role;
use server::model::{ChildId, Instant, SchoolId};
use server::services::looks::{self, Mark, Person};
use server::services::records;
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

/// The children of the town's school, those with a referral first.
async fn children(town: &Town) -> (Vec<ChildId>, Vec<ChildId>) {
    let of = async |more: &'static str| town.ids(more).await.into_iter().map(ChildId).collect::<Vec<_>>();
    let with = of("select distinct child_id from referrals where closed_at is null").await;
    let without =
        of("select id from children where id not in (select child_id from referrals) order by id").await;
    (with, without)
}

/// The counselor of the demo under a name and an id of one's own, as a colleague of the same school.
async fn colleague(town: &Town, name: &str) -> Staff {
    let school = town.ids("select id from schools limit 1").await[0];
    let district = town.ids("select district_id from schools limit 1").await[0];
    let user = Uuid::new_v4();
    let literal = |id: Uuid| crate::trail::literal(town.database.kind, id);
    town.meddle(&format!(
        "insert into users (id, district_id, email, name, password_hash, totp_secret, totp_step, created_at) \
         select {}, {}, '{user}@school.example', '{name}', password_hash, totp_secret, totp_step, created_at from users limit 1",
        literal(user),
        literal(district)
    ))
    .await;
    Staff {
        user: server::model::UserId(user),
        district: server::model::DistrictId(district),
        name: name.to_owned(),
        grants: vec![server::ctx::Grant { role: Role::Counselor, school: Some(SchoolId(school)) }],
    }
}

async fn look(town: &Town, who: &Staff, at: Instant, child: ChildId) {
    let ctx = Ctx::at(Actor::Staff(who.clone()), at);
    records::record(&town.services, &ctx, child).await.unwrap();
}

async fn of<'a>(people: &'a [Person], who: &Staff) -> &'a Person {
    people.iter().find(|person| person.id == who.user).unwrap()
}

on_both_databases! {
    async fn the_auditor_sees_whose_looks_are_worth_asking_about_and_nobody_else_does_az_09(kind: Kind) {
        let town = Town::of(kind, 90).await;
        // One week's referrals, all of the same moment, so that the days of the test are school days without urgency.
        let now = Ctx::new(Actor::Console).now;
        let (with, without) = children(&town).await;
        assert!(with.len() >= 3 && without.len() >= 40, "{} {}", with.len(), without.len());
        let zone = jiff::tz::TimeZone::get(&town.words("select time_zone from schools limit 1").await[0]).unwrap();
        // A Monday of the month after the next, so that no free day of the demo and no urgent referral is near.
        let mut monday = server::model::Day(now.day_in(&zone).plus_days(50).0.first_of_month()).plus_days(6);
        while monday.0.weekday() != jiff::civil::Weekday::Monday {
            monday = monday.plus_days(1);
        }
        town.meddle("delete from holidays").await;
        let at = |day: i64, hour: i8| Instant::of_day(monday.plus_days(day), hour, &zone);
        let names = ["Una Quiet", "Vera Late", "Max Many", "Nora Nosy", "Ida Onlyone"];
        let mut people = Vec::new();
        for name in names {
            people.push(colleague(&town, name).await);
        }
        let [quiet, late, many, nosy, own] = [&people[0], &people[1], &people[2], &people[3], &people[4]];
        // A rare name at school, and somebody on duty at night.
        let mine = without[30];
        let family = {
            let mut conn = town.store().await;
            let child = server::store::children::get(&mut conn, mine).await.unwrap().unwrap();
            child.family_name.reveal().clone()
        };
        let user = crate::trail::literal(kind, own.user.0);
        town.meddle(&format!("update users set name = 'Ida {family}' where id = {user}")).await;
        let alike = {
            let mut conn = town.store().await;
            let everybody: Vec<ChildId> = with.iter().chain(&without).copied().collect();
            let all = server::store::children::get_all(&mut conn, &everybody).await.unwrap();
            all.iter().filter(|child| *child.family_name.reveal() == family).count()
        };

        for (n, child) in with.iter().take(3).enumerate() {
            look(&town, quiet, at(n as i64, 9), *child).await;
            look(&town, late, at(n as i64, 22), *child).await;
        }
        for (n, child) in with.iter().chain(&without).take(26).enumerate() {
            look(&town, many, at(1, 10).plus_seconds(n as i64 * 100), *child).await;
        }
        for (n, child) in without.iter().take(8).enumerate() {
            look(&town, nosy, at(n as i64 % 5, 11), *child).await;
        }
        look(&town, own, at(2, 10), mine).await;

        let auditor = town.staff_at(Role::Auditor, 0, at(30, 12)).await;
        let report = looks::report(&town.services, &auditor, monday).await.unwrap();
        let marks = async |who: &Staff| of(&report.people, who).await.marks();
        assert_eq!(marks(quiet).await, []);
        assert_eq!(marks(late).await, [Mark::OffHours]);
        assert!(marks(many).await.contains(&Mark::ManyInAnHour));
        assert_eq!(marks(nosy).await, [Mark::WithoutCase]);
        assert_eq!(marks(own).await.contains(&Mark::OwnName), alike <= 5, "{alike} are called {family}");
        assert!(report.people.iter().rev().take_while(|p| p.marks().is_empty()).any(|p| p.id == quiet.user));
        let one = looks::person(&town.services, &auditor, monday, late.user).await.unwrap();
        assert_eq!((one.looks.len(), one.children()), (3, 3));
        assert!(one.looks.iter().all(|look| look.off_hours && !look.without_case));
        // Nothing of it in the month before.
        let before = looks::report(&town.services, &auditor, monday.plus_days(-40)).await.unwrap();
        assert!(before.people.iter().all(|p| people.iter().all(|one| one.user != p.id)));

        // Duty at night explains a late look, from when it was set.
        let school = late.grants[0].school.unwrap();
        let set_at = at(-7, 12).millis();
        let literal = |id: Uuid| crate::trail::literal(kind, id);
        town.meddle(&format!(
            "insert into duty_shifts (id, school_id, user_id, rank, on_date, from_minute, to_minute, set_at) \
             values ({}, {}, {}, 1, '{}', 1200, 1440, {set_at})",
            literal(Uuid::new_v4()), literal(school.0), literal(late.user.0), monday.plus_days(1)
        ))
        .await;
        let report = looks::report(&town.services, &auditor, monday).await.unwrap();
        assert_eq!(of(&report.people, late).await.weeks[0].off_hours, 2);
        assert_eq!(of(&report.people, late).await.marks(), []);

        for role in Role::ALL.iter().filter(|role| **role != Role::Auditor) {
            let other = town.staff_at(*role, 0, at(30, 12)).await;
            assert!(matches!(looks::report(&town.services, &other, monday).await, Err(Error::NotFound)), "{role:?}");
            let person = looks::person(&town.services, &other, monday, late.user).await;
            assert!(matches!(person, Err(Error::NotFound)), "{role:?}");
        }
        let nobody = looks::person(&town.services, &auditor, monday, server::model::UserId(Uuid::new_v4())).await;
        assert!(matches!(nobody, Err(Error::NotFound)));
    }
}
