//! Ten thousand open referrals: what the queue costs the server.

use std::time::Instant as Clock;

use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::services::queue::{self, Asked, Share};
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
}
