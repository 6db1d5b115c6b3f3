//! The capacity plan counts what the database holds, and nothing that would give a child away.

use jiff::tz::TimeZone;
use server::capacity::Basis;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::{Instant, WindowId};
use server::services::capacity::{self, CapacityPage};
use server::services::demo::{self, Plan};
use server::services::{Services, duty};
use tests::{Database, Kind, on_both_databases};

use crate::town::{Town, configured};

/// The first day of the open window, whatever the weekday of the test.
async fn first_day(town: &Town) -> Instant {
    let (day,): (String,) = town
        .store()
        .await
        .first("select opens_on from windows where state = 'open'", vec![])
        .await
        .unwrap()
        .unwrap();
    Instant::of_day(day.parse().unwrap(), 9, &TimeZone::UTC)
}

async fn open_window(town: &Town) -> WindowId {
    let found: Option<(WindowId,)> =
        town.store().await.first("select id from windows where state = 'open'", vec![]).await.unwrap();
    found.unwrap().0
}

async fn page(town: &Town, now: Instant) -> CapacityPage {
    let administrator = town.staff_at(Role::Administrator, 0, now).await;
    capacity::page(&town.services, &administrator, open_window(town).await).await.unwrap()
}

on_both_databases! {
    /// 55: the cohort, the shares of the settings, the counselors who are there, and the days until all are due.
    async fn a_plan_counts_who_is_still_to_be_asked_and_the_talks_until_they_are_due_55(kind: Kind) {
        let town = Town::of(kind, 120).await;
        let now = first_day(&town).await;
        let plan = page(&town, now).await;
        let settings = &town.services.config().clinical.capacity;
        let [school] = plan.schools.as_slice() else { panic!("{:?}", plan.schools) };

        let waiting = town.count(
            "select count(*) from children c where not exists (select 1 from administrations a where a.child_id = c.id \
             and a.state in ('submitted', 'declined')) and not exists (select 1 from consents n where n.child_id = c.id \
             and n.status = 'refused')",
        ).await;
        assert_eq!(i64::try_from(school.plan.children).unwrap(), waiting);
        assert!(waiting > 50 && waiting < 120, "{waiting}: some have handed in already");
        // Who answers a questionnaire with a cut-off: 11 years and older.
        let opens = now.day_in(&TimeZone::UTC);
        let birthdays = town.words(
            "select c.birth_date from children c where not exists (select 1 from administrations a where a.child_id = c.id \
             and a.state in ('submitted', 'declined')) and not exists (select 1 from consents n where n.child_id = c.id \
             and n.status = 'refused')",
        ).await;
        let teens = birthdays.iter().filter(|b| opens.age_of(b.parse().unwrap()) >= 11).count();
        let expected = teens as f64 * settings.expected_share;
        assert!((school.plan.expected - expected).abs() < 1e-6, "{} for {teens} teens", school.plan.expected);
        assert!(plan.asked.iter().all(|(_, rate)| rate.is_none_or(|r| r.basis == Basis::Settings)));

        assert_eq!((school.counselors, plan.clock), (2.0, 10));
        let days = school.plan.days + 10;
        assert_eq!(school.plan.talks, f64::from(settings.first_talks_a_day) * 2.0 * days as f64);
        let placed: u64 = school.plan.proposal.waves().iter().map(|w| w.children).sum();
        assert!(school.plan.is_enough() && placed == school.plan.children);

        // A consent that is refused now takes a child out of the plan at once.
        town.meddle(
            "insert into consents (id, child_id, window_id, status, method, by_name, recorded_at) select c.id, c.id, w.id, \
             'refused', 'paper', 'x', 0 from children c, windows w where not exists (select 1 from consents n where \
             n.child_id = c.id) and not exists (select 1 from administrations a where a.child_id = c.id) limit 1",
        ).await;
        assert_eq!(page(&town, now).await.schools[0].plan.children, school.plan.children - 1);
        town.services.close().await;
    }

    /// LAW-01: who is away holds no talk, and what is missing is a sentence for each school.
    async fn a_school_whose_counselors_are_away_falls_short_by_a_sentence_law_01(kind: Kind) {
        let town = Town::of(kind, 120).await;
        let now = first_day(&town).await;
        let before = page(&town, now).await;
        let clinical = town.services.config().clinical.clone();
        let window = before.window.clone();
        let mut conn = town.store().await;
        assert_eq!(capacity::shortfall(&mut conn, &window, &clinical, now).await.unwrap(), Vec::<String>::new());

        let until = window.closes_on.plus_days(60);
        for n in 0..2 {
            let away = town.staff_at(Role::Counselor, n, now).await;
            let Actor::Staff(who) = &away.actor else { panic!("staff") };
            let lead = town.staff_at(Role::SchoolLead, 0, now).await;
            duty::add_absence(&town.services, &lead, before.schools[0].id, who.user, window.opens_on, until).await.unwrap();
            let plan = page(&town, now).await;
            assert_eq!(plan.schools[0].plan.talks, before.schools[0].plan.talks * [0.5, 0.0][n]);
        }
        let words = capacity::shortfall(&mut conn, &window, &clinical, now).await.unwrap();
        assert_eq!(words.len(), 1);
        assert!(words[0].starts_with("Alder Community School: about ") && words[0].contains("no counselor is there"), "{words:?}");

        // With one counselor, one talk a day and everybody positive the number that is missing is named.
        town.meddle(
            "update absences set ended_at = 1 where id in (select id from absences order by user_id limit 1)",
        ).await;
        let mut poor = clinical.clone();
        (poor.capacity.first_talks_a_day, poor.capacity.expected_share) = (1, 1.0);
        let words = capacity::shortfall(&mut conn, &window, &poor, now).await.unwrap();
        assert!(words[0].contains("are missing"), "{words:?}");
        town.services.close().await;
    }

    /// 55: closed windows give the share once there is enough of them; an open one does not.
    async fn the_expected_share_is_that_of_the_district_s_closed_windows_55(kind: Kind) {
        let database = Database::empty(kind).await;
        let services = Services::open(configured(&database, &[])).await.unwrap();
        let plan = Plan { seed: 11, schools: 2, students: 500, windows: 2 };
        let demo = demo::fill(&services, plan, |_, _| {}).await.unwrap();
        let town = Town { services, demo, database };
        let now = first_day(&town).await;
        let shown = page(&town, now).await;
        let (_, rate) = shown.asked.iter().find(|(asked, _)| asked.instrument == "phq9_teen").unwrap();
        let rate = rate.unwrap();
        let past = "from administrations a join windows w on w.id = a.window_id where w.state = 'closed' and \
                    a.state = 'submitted' and a.instrument = 'phq9_teen'";
        let screened = town.count(&format!("select count(*) {past}")).await;
        assert!(screened >= 100, "{screened}");
        assert_eq!(rate.basis, Basis::Own(u64::try_from(screened).unwrap()));
        // Whoever has a reason of one of the two rules on a referral is positive.
        let positive = town.count(&format!(
            "select count(*) {past} and exists (select 1 from referral_reasons m where m.administration_id = a.id and \
             m.rule in ('above_cutoff', 'critical_item'))"
        )).await;
        assert!((rate.share - positive as f64 / screened as f64).abs() < 1e-9, "{} for {positive}/{screened}", rate.share);

        town.meddle("update windows set state = 'paused' where state = 'closed'").await;
        let shown = page(&town, now).await;
        assert!(shown.asked.iter().all(|(_, rate)| rate.is_none_or(|r| r.basis == Basis::Settings)));
        let console = Ctx::at(Actor::Console, now);
        assert!(capacity::page(&town.services, &console, shown.window.id).await.is_ok());
        let counselor = town.staff_at(Role::Counselor, 0, now).await;
        assert!(capacity::page(&town.services, &counselor, shown.window.id).await.is_err());
        town.services.close().await;
    }
}
