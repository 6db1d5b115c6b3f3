//! A roster becomes children, classes and schools: all of it or nothing.

use std::sync::Arc;

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::people::Role;
use server::roster::{self, Limits, Roster};
use server::services::rosters::{self, Decisions, Done};
use server::services::{Services, setup};
use tests::{Database, Kind, on_both_databases};

use crate::town::{Town, configured};

const HEADER: &str = "number,given name,family name,birth date,sex,school,grade,class\n";

fn read(lines: &str) -> Arc<Roster> {
    let today = "2026-11-26".parse().unwrap();
    Arc::new(roster::read(format!("{HEADER}{lines}").as_bytes(), today, Limits::UPLOAD).unwrap())
}

fn children(numbers: std::ops::Range<u32>, class: &str) -> String {
    numbers.map(|n| format!("{n},Mei,Lin {n},2014-03-05,f,Hill School,6,{class}\n")).collect()
}

/// A district with nothing in it but its administrator.
async fn empty_town(kind: Kind) -> Town {
    let database = Database::empty(kind).await;
    let services = Services::open(configured(&database, &[])).await.unwrap();
    let new = setup::NewUser {
        name: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
        password: "a long enough password".to_owned(),
        totp_secret: setup::fresh_sign_in().unwrap().1,
        role: Role::Administrator,
        school: None,
        district: None,
    };
    setup::add_user(&services, &Ctx::new(Actor::Console), new).await.unwrap();
    Town { services, demo: server::services::demo::Demo::default(), database }
}

async fn import(town: &Town, roster: &Arc<Roster>, decisions: Decisions) -> Result<Done, Error> {
    let ctx = Ctx::new(Actor::Console);
    let decisions = Decisions { time_zone: Some("Europe/Madrid".to_owned()), ..decisions };
    rosters::commit(&town.services, &ctx, Arc::clone(roster), decisions, Arc::new(|_| ())).await
}

async fn rows(town: &Town) -> [i64; 4] {
    [
        town.count("select count(*) from children").await,
        town.count("select count(*) from enrollments where to_date is null").await,
        town.count("select count(*) from classes").await,
        town.count("select count(*) from audit where action = 'roster.import'").await,
    ]
}

on_both_databases! {
    /// INP-06.
    async fn a_roster_is_planned_then_taken_over_as_a_whole_and_absence_deletes_nobody(kind: Kind) {
        let town = empty_town(kind).await;
        let ctx = Ctx::new(Actor::Console);
        // More than one statement's worth of rows.
        let first = read(&children(1000..1450, "6A"));
        let plan = rosters::plan(&town.services, &ctx, &first).await.unwrap();
        assert_eq!((plan.adds.len(), plan.new_schools.as_slice()), (450, ["Hill School".to_owned()].as_slice()));
        assert_eq!(rows(&town).await, [0, 0, 0, 0], "a plan writes nothing");

        let done = import(&town, &first, Decisions::default()).await.unwrap();
        assert_eq!((done.added, done.new_schools), (450, 1));
        assert_eq!(rows(&town).await, [450, 450, 1, 1]);
        let again = import(&town, &first, Decisions::default()).await.unwrap();
        assert_eq!((again.added, again.changed, again.same), (0, 0, 450), "twice is once");

        // Ten move to another class, one is new, twenty are missing.
        let second = read(&format!("{}{}", children(1020..1440, "6A"), children(1440..1451, "6B")));
        let kept = import(&town, &second, Decisions::default()).await.unwrap();
        assert_eq!((kept.added, kept.changed, kept.left), (1, 10, 0));
        assert_eq!(rows(&town).await[..3], [451, 451, 2], "who is not in the file stays");
        assert_eq!(town.count("select count(*) from enrollments").await, 461, "a move keeps where the child was");
        let marked = Decisions { mark_leavers: true, ..Decisions::default() };
        assert_eq!(import(&town, &second, marked).await.unwrap().left, 20);
        assert_eq!(rows(&town).await[..2], [451, 431], "a leaver is no longer enrolled and still there");
        let back = import(&town, &read(&children(1000..1001, "6A")), Decisions::default()).await.unwrap();
        assert_eq!((back.added, back.changed), (0, 1));
        assert_eq!(rows(&town).await[..2], [451, 432], "and may come back");
        town.services.close().await;
    }

    /// what is not decided, or fails at the last row, leaves nothing behind.
    async fn nothing_is_written_while_rows_are_rejected_many_would_leave_or_one_insert_fails(kind: Kind) {
        let town = empty_town(kind).await;
        let faulty = read(&format!("{}99,Ana,Ng,31/02/2014,f,Hill School,6,6A\n", children(1..41, "6A")));
        let refused = import(&town, &faulty, Decisions::default()).await.unwrap_err();
        assert!(refused.to_string().starts_with("One row is rejected"), "{refused}");
        assert_eq!(rows(&town).await, [0, 0, 0, 0]);
        let skipping = Decisions { skip_rejected: true, ..Decisions::default() };
        let done = import(&town, &faulty, skipping.clone()).await.unwrap();
        assert_eq!((done.added, done.rejected), (40, 1));
        let before = rows(&town).await;

        let few = read(&children(1..38, "6A"));
        let marking = Decisions { mark_leavers: true, ..Decisions::default() };
        let refused = import(&town, &few, marking.clone()).await.unwrap_err();
        assert!(refused.to_string().contains("3 of 40 children"), "{refused}");
        assert_eq!(rows(&town).await, before);
        let sure = Decisions { confirm_leavers: true, ..marking };
        assert_eq!(import(&town, &few, sure).await.unwrap().left, 3);

        // The last of three statements fails: the first two are taken back with it.
        let before = rows(&town).await;
        town.meddle("create unique index one_of_these on children (sex) where length(number) = 5").await;
        let last = "70000,Ana,Lin,2014-03-05,f,New School,6,6A\n70001,Bea,Lin,2014-03-06,f,New School,6,6A\n";
        let lines = format!("{}{last}", children(2000..2450, "6C"));
        let failed = import(&town, &read(&lines), Decisions::default()).await;
        assert!(failed.is_err());
        assert_eq!(rows(&town).await, before, "all or nothing");
        town.services.close().await;
    }

    /// E1: the levels that a OneRoster archive names above a school are made with it, once.
    async fn levels_above_a_school_come_with_it_and_are_made_once_e1(kind: Kind) {
        let town = empty_town(kind).await;
        let named = |number: &str, school: &str| {
            let mut roster = (*read(&format!("{number},Mei,Lin,2014-03-05,f,{school},6,6A\n"))).clone();
            roster.areas.insert(school.to_owned(), vec!["North".to_owned(), "Valley".to_owned()]);
            Arc::new(roster)
        };
        import(&town, &named("1", "Hill School"), Decisions::default()).await.unwrap();
        import(&town, &named("2", "Lake School"), Decisions::default()).await.unwrap();
        assert_eq!(town.count("select count(*) from areas").await, 2);
        let placed = "select count(*) from schools s join areas a on a.id = s.area_id and a.name = 'Valley' \
                      join areas p on p.id = a.parent_id and p.name = 'North' and p.parent_id is null";
        assert_eq!(town.count(placed).await, 2);
    }

    /// A child whom a counselor cares for does not vanish from the queue because a file forgot it.
    async fn a_child_with_an_open_referral_stays_enrolled_and_only_administrators_import(kind: Kind) {
        let town = Town::of(kind, 60).await;
        town.critical_answer(0).await;
        let open = town.count("select count(*) from referrals where closed_at is null").await;
        assert!(open >= 1);
        let school = town.words("select name from schools").await.remove(0);
        let roster = read(&format!("x1,Mei,Lin,2014-03-05,f,{school},6,6Z\n"));
        let sure = Decisions { mark_leavers: true, confirm_leavers: true, ..Decisions::default() };
        let done = import(&town, &roster, sure.clone()).await.unwrap();
        assert_eq!(i64::try_from(done.held).unwrap(), open);
        let lost = "select count(*) from referrals r where closed_at is null and not exists (select 1 from enrollments e \
                    where e.child_id = r.child_id and e.to_date is null)";
        assert_eq!(town.count(lost).await, 0);
        assert_eq!(town.count("select count(*) from enrollments where to_date is null").await, open + 1);

        for role in [Role::Counselor, Role::Proctor, Role::Auditor] {
            let ctx = town.staff_at(role, 0, Ctx::new(Actor::Console).now).await;
            assert!(matches!(rosters::plan(&town.services, &ctx, &roster).await, Err(Error::NotFound)), "{role:?}");
        }
        // One school's administrator does not keep the district's roster.
        let mut ctx = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        rosters::plan(&town.services, &ctx, &roster).await.unwrap();
        let Actor::Staff(Staff { grants, .. }) = &mut ctx.actor else { panic!("staff") };
        let mut conn = town.store().await;
        let (school,) = conn.first("select id from schools", vec![]).await.unwrap().unwrap();
        *grants = vec![Grant { role: Role::Administrator, school: Some(school) }];
        let nothing = Arc::new(|_| ());
        let refused = rosters::commit(&town.services, &ctx, roster, sure, nothing).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        town.services.close().await;
    }
}
