//! Ten thousand open referrals, and a child with forty screenings: what the pages cost the server.

use std::time::Instant as Clock;

use server::ctx::{Actor, Ctx};
use server::model::ChildId;
use server::model::people::Role;
use server::services::queue::{self, Asked, Share};
use server::services::records;
use tests::{Kind, on_both_databases};

use crate::town::Town;

/// So many children at the one school, each with an open referral and its reason, written behind the program.
pub fn crowd(kind: Kind, children: usize) -> String {
    let (numbers, id) = match kind {
        Kind::Sqlite => (
            format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {children})"),
            "randomblob(16)",
        ),
        Kind::Postgres => {
            (format!("with n(i) as (select generate_series(1, {children}))"), "gen_random_uuid()")
        }
    };
    format!(
        "insert into children (id, district_id, number, given_name, family_name, birth_date, sex, language, created_at) \
         {numbers} select {id}, (select id from districts), 'x' || i, 'Kim', 'Number' || i, '2012-01-01', 'unknown', 'en', 0 from n; \
         insert into enrollments (id, child_id, school_id, class_id, from_date) select {id}, c.id, k.school_id, k.id, \
         '2020-01-01' from children c join classes k on k.id = (select id from classes limit 1) where c.number like 'x%'; \
         insert into referrals (id, child_id, school_id, priority, rank, state, owner_id, opened_at, due_at) select {id}, c.id, \
         e.school_id, 'moderate', 3, 'open', (select user_id from duties where rank = 1 limit 1), 1700000000000, \
         1700000000000 + length(c.number) from children c join enrollments e on e.child_id = c.id where c.number like 'x%'; \
         insert into referral_reasons (id, referral_id, rule, item, priority, why, found_at) select {id}, r.id, 'above_cutoff', \
         '', 'moderate', 'Twelve', 0 from referrals r where r.opened_at = 1700000000000;"
    )
}

on_both_databases! {
    /// C-11, 16: the first rows of 10,000 open referrals. The figure is printed; only a gross slip fails the test.
    async fn the_first_rows_of_ten_thousand_open_referrals_come_at_once(kind: Kind) {
        let town = Town::of(kind, 30).await;
        town.meddle(&crowd(kind, 10_000)).await;
        if kind == Kind::Postgres {
            town.meddle("analyze").await;
        }
        let reader = town.staff_at(Role::Counselor, 0, Ctx::new(Actor::Console).now).await;
        for (name, asked) in [
            ("team", Asked::default()),
            ("overdue", Asked { show: Some(Share::Overdue), ..Asked::default() }),
            ("by name", Asked { name: "number77".to_owned(), ..Asked::default() }),
        ] {
            let mut times = Vec::new();
            for _ in 0..20 {
                let start = Clock::now();
                let list = queue::queue(&town.services, &reader, &asked).await.unwrap();
                times.push(start.elapsed());
                assert_eq!(list.rows.len(), 50, "{name}");
                assert!(list.counts.open >= 10_000);
            }
            times.sort();
            println!("{kind:?} queue {name}: median {:?}, slowest {:?}", times[10], times[19]);
            assert!(times[10].as_millis() < 2_000, "{name} takes {:?}", times[10]);
        }
        town.services.close().await;
    }

    /// C-22: the file of a child with 40 screenings. The figure is printed; only a gross slip fails the test.
    async fn the_file_of_a_child_with_forty_screenings_comes_at_once(kind: Kind) {
        let town = Town::of(kind, 30).await;
        town.meddle(&crowd(kind, 1)).await;
        town.meddle(&forty_screenings(kind)).await;
        let reader = town.staff_at(Role::Counselor, 0, Ctx::new(Actor::Console).now).await;
        let child = ChildId(town.ids("select id from children where number = 'x1'").await[0]);
        let mut times = Vec::new();
        for _ in 0..20 {
            let start = Clock::now();
            let record = records::record(&town.services, &reader, child).await.unwrap();
            times.push(start.elapsed());
            assert_eq!((record.screenings.len(), record.trends.len()), (40, 1));
        }
        times.sort();
        println!("{kind:?} file of a child: median {:?}, slowest {:?}", times[10], times[19]);
        assert!(times[10].as_millis() < 2_000, "it takes {:?}", times[10]);
        town.services.close().await;
    }
}

/// Forty windows in the past, in each of which the first child of the crowd was screened.
fn forty_screenings(kind: Kind) -> String {
    let (numbers, id) = match kind {
        Kind::Sqlite => {
            ("with recursive n(i) as (select 1 union all select i + 1 from n where i < 40)", "randomblob(16)")
        }
        Kind::Postgres => ("with n(i) as (select generate_series(1, 40))", "gen_random_uuid()"),
    };
    format!(
        "insert into windows (id, district_id, name, opens_on, closes_on, state, consent_mode, created_at) {numbers} \
         select {id}, (select id from districts), 'Past ' || i, '2020-01-01', '2020-01-15', 'closed', 'opt_out', i from n; \
         insert into administrations (id, window_id, child_id, school_id, class_id, informant, instrument, version, position, \
         language, state, offered_at, submitted_at) select {id}, w.id, e.child_id, e.school_id, e.class_id, 'student', \
         'phq9_teen', 1, 1, 'en', 'submitted', 0, 1500000000000 + w.created_at * 1209600000 from windows w join children c \
         on c.number = 'x1' join enrollments e on e.child_id = c.id where w.name like 'Past %'; \
         insert into scores (id, administration_id, scale, engine, value, prorated, band, scored_at) select {id}, a.id, 'total', \
         1, 5 + w.created_at / 4, false, 'mild', 0 from administrations a join windows w on w.id = a.window_id \
         where w.name like 'Past %';"
    )
}
