//! Doing it twice is doing it once.

use std::sync::Arc;

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::people::Role;
use server::model::{DistrictId, ReferralId, UserId};
use server::services::{check_in, referrals};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

on_both_databases! {
    /// REL-05.
    async fn a_hand_in_replayed_five_times_at_once_gives_one_row_and_one_receipt(kind: Kind) {
        let children = if crate::promises::full() { 2_000 } else { 5 };
        let town = Arc::new(Town::of(kind, if children == 5 { 60 } else { 5_800 }).await);
        let before = town.count("select count(*) from scores").await;
        let teens = town.teens();
        assert!(teens.len() >= children, "{} teens", teens.len());
        for code in teens.iter().take(children) {
            let ctx = town.child_at_first_question(code).await;
            town.answer_all(&ctx, |_| 0).await;
            let mut replays = Vec::new();
            for _ in 0..5 {
                let (town, ctx) = (Arc::clone(&town), ctx.clone());
                replays.push(tokio::spawn(async move { check_in::submit(&town.services, &ctx, Uuid::new_v4()).await }));
            }
            let mut receipts = Vec::new();
            for replay in replays {
                receipts.push(replay.await.unwrap().unwrap());
            }
            receipts.dedup();
            assert_eq!(receipts.len(), 1, "one hand-in, one receipt");
        }
        assert_eq!(town.count("select count(*) from scores").await, before + i64::try_from(children).unwrap());
        println!("{kind:?}: {} hand-ins of {children} check-ins, each five at once: {children} rows", children * 5);
        tests::figure(&serde_json::json!({
            "database": format!("{kind:?}"), "fault": "hand-in replayed five times at once", "check_ins": children,
            "hand_ins": children * 5, "rows": children,
        }));
    }

    /// REL-09: 16 counselors, 20 referrals.
    async fn of_many_claimers_one_wins_and_the_others_learn_who(kind: Kind) {
        let town = Arc::new(Town::of(kind, 60).await);
        for code in town.teens().iter().take(20) {
            let ctx = town.child_at_first_question(code).await;
            check_in::answer(&town.services, &ctx, 9, "9", questionnaires::response::Answer::Code(2)).await.unwrap();
        }
        let store = server::store::Store::open(&town.database.url, crate::town::sealer()).await.unwrap();
        let console = Ctx::new(Actor::Console);
        let mut conn = store.read(&console).await.unwrap();
        let open: Vec<(ReferralId,)> =
            conn.all("select id from referrals where state = 'open' and priority = 'critical'", vec![]).await.unwrap();
        let (district, user): (DistrictId, UserId) = conn
            .first("select u.district_id, u.id from users u join user_roles r on r.user_id = u.id where \
                r.role = 'counselor' limit 1", vec![])
            .await
            .unwrap()
            .unwrap();
        drop(conn);
        assert!(open.len() >= 20, "{}", open.len());
        let counselor = Staff {
            user,
            district,
            name: "Ana".to_owned(),
            grants: vec![Grant { role: Role::Counselor, school: None }],
        };
        let mut claims = Vec::new();
        for (id,) in &open {
            for _ in 0..16 {
                let (town, id, staff) = (Arc::clone(&town), *id, counselor.clone());
                claims.push(tokio::spawn(async move {
                    referrals::claim(&town.services, &Ctx::new(Actor::Staff(staff)), id).await
                }));
            }
        }
        let (mut won, mut told) = (0, 0);
        for claim in claims {
            match claim.await.unwrap() {
                Ok(()) => won += 1,
                Err(Error::Conflict(words)) if words.contains("is on this") => told += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((won, told), (open.len(), open.len() * 15));
        store.close().await;
    }
}
