//! A rehearsal uses the real path and leaves nothing behind.

use std::collections::BTreeMap;

use server::ctx::{Actor, Ctx};
use server::model::WindowId;
use server::model::administration::Progress;
use server::model::people::Role;
use server::services::{check_in, hands, rehearsals, sittings};
use tests::{Kind, on_both_databases};

use crate::town::Town;

/// How many rows each table has, but for the trail and the note that there was a rehearsal.
async fn rows(town: &Town) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for table in town.tables().await {
        if !table.starts_with("audit") && table != "rehearsals" && table != "_sqlx_migrations" {
            let count = town.count(&format!("select count(*) from {table}")).await;
            counts.insert(table, count);
        }
    }
    counts
}

on_both_databases! {
    /// made-up children answer, one of them as if in danger; nobody is called, nothing is counted, and all of it goes.
    async fn a_rehearsal_calls_nobody_counts_nothing_and_leaves_nothing_behind(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let ada = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        let row = town.store().await.first("select id from windows where state = 'open'", vec![]).await.unwrap();
        let (window,): (WindowId,) = row.unwrap();
        // The first one sets up the shelf on which every later one stands: an empty district with its key.
        let none = rows(&town).await;
        rehearsals::begin(&town.services, &ada, window).await.unwrap();
        rehearsals::end(&town.services, &ada, window).await.unwrap();
        let before = rows(&town).await;
        let grown: Vec<_> = before.iter().filter(|(table, n)| none[*table] != **n).map(|(table, _)| table.as_str()).collect();
        assert_eq!(grown, ["data_keys", "districts"]);

        let begun = rehearsals::begin(&town.services, &ada, window).await.unwrap();
        assert_eq!(begun.cards.len(), 6);
        let (card, _) = begun.cards.iter().find(|(_, age)| *age == 11).expect("a child of eleven");
        let ctx = town.child_at_first_question(card.code.reveal()).await;
        town.answer_all(&ctx, |_| 1).await;
        hands::raise(&town.services, &ctx).await.unwrap();
        check_in::submit(&town.services, &ctx, uuid::Uuid::from_u128(3)).await.unwrap();
        let board = sittings::board(&town.services, &ada, begun.sitting).await.unwrap();
        assert!(board.seats.iter().any(|s| s.progress == Progress::Finished && s.hand), "the real board");
        assert!(town.count("select count(*) from flags where kind = 'critical_item'").await >= 1, "it is scored like any other");
        server::jobs::reconcile(&town.services, &Ctx::new(Actor::Job("reconcile")), server::jobs::Span::Everything).await.unwrap();
        let during = rows(&town).await;
        for table in ["referrals", "referral_reasons", "outbox"] {
            assert_eq!(during[table], before[table], "{table}");
        }
        let bo = town.staff_at(Role::Proctor, 0, ada.now).await;
        assert!(sittings::board(&town.services, &bo, begun.sitting).await.is_err(), "only who began it");
        let all = server::services::windows::schools(&town.services, &ada).await.unwrap();
        assert!(all.iter().all(|school| !school.rehearsal), "no list of the district shows it");

        rehearsals::end(&town.services, &ada, window).await.unwrap();
        assert_eq!(rows(&town).await, before, "nothing is left");
        assert!(sittings::board(&town.services, &ada, begun.sitting).await.is_err());
        assert!(server::services::windows::get(&town.services, &ada, window).await.unwrap().rehearsed);
        town.services.close().await;
    }
}
