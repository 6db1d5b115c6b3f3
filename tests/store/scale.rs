//! Ten thousand open referrals, and a child with forty screenings: what the pages cost the server.

use std::time::Instant as Clock;

use server::ctx::{Actor, Ctx};
use server::model::ChildId;
use server::model::people::Role;
use server::services::queue::{self, Asked, Share};
use server::services::records;
use tests::crowd::{crowd, forty_screenings};
use tests::{Kind, on_both_databases};

use crate::town::Town;

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
