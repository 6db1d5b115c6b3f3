//! Several nodes on one database: what one has taken no other takes, nobody waits for it, and what a dead node held is done by
//! another.

use std::sync::Arc;

use server::ctx::{Actor, Ctx};
use server::jobs;
use server::model::{Instant, ReferralId, UserId};
use server::services::{Services, trail};
use server::store::deliveries::{self, Claimed};
use server::store::{Act, Store, audit_chain, outbox};
use tests::{Gateway, Kind, on_both_databases};
use tokio::sync::Notify;

use crate::town::{Town, configured};

fn job(at: Instant) -> Ctx {
    Ctx::at(Actor::Job("alerts"), at)
}

/// A town with a gateway, and a second node on its database.
async fn two_nodes(kind: Kind) -> (Town, Services, Gateway) {
    let gateway = Gateway::start().await;
    let hook = gateway.url();
    let settings = [
        ("FIRSTLIGHT__ALERTS__WEBHOOK", hook.as_str()),
        ("FIRSTLIGHT__ALERTS__WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ];
    let town = Town::with(kind, 30, &settings).await;
    let other = Services::open(configured(&town.database, &settings)).await.unwrap();
    (town, other, gateway)
}

async fn store(town: &Town) -> Store {
    Store::open(&town.database.url, town.services.config().keys.sealer().unwrap()).await.unwrap()
}

/// So many more urgent alerts about the first referral, for whoever owns it.
async fn ring(town: &Town, at: Instant, alerts: usize) {
    let store = store(town).await;
    let mut conn = store.read(&job(at)).await.unwrap();
    let (referral, owner): (ReferralId, UserId) = conn
        .first("select id, owner_id from referrals where rank = 1 order by id limit 1", vec![])
        .await
        .unwrap()
        .unwrap();
    drop(conn);
    let ctx = job(at);
    let added = store.write(&ctx, Act::recorded_in_itself("test.ring"), move |tx| {
        Box::pin(async move {
            for n in 0..alerts {
                outbox::add(tx, referral, owner, &format!("critical:{n}")).await?;
            }
            Ok(())
        })
    });
    added.await.unwrap();
    store.close().await;
}

/// Takes what is due, as a node does before it sends it.
async fn claim(store: &Store, at: Instant, seconds: i64, most: i64) -> Vec<Claimed> {
    let ctx = job(at);
    let claimed = store.write(&ctx, Act::recorded_in_itself("test.claim"), move |tx| {
        Box::pin(async move { Ok(deliveries::claim(tx, at.plus_seconds(seconds), most).await?) })
    });
    claimed.await.unwrap()
}

on_both_databases! {
    /// REL-10: more than one batch. The later one is held from when it was taken and not from when the run began, and while
    /// both are under way another node sends none of them and the ladder is climbed.
    async fn a_later_batch_is_held_from_when_it_was_taken_rel_10(kind: Kind) {
        let (town, other, gateway) = two_nodes(kind).await;
        let t0 = town.critical_answer(0).await;
        ring(&town, t0, 60).await;
        let at = job(t0.plus_seconds(5));
        let held = "select coalesce(max(claimed_until), 0) from deliveries where delivered_at is null";
        gateway.hold();
        let sending = tokio::spawn({
            let (services, at) = (town.services.clone(), at.clone());
            async move { jobs::deliver(&services, &at).await.unwrap() }
        });
        gateway.came(1).await;
        let first = town.count(held).await;
        // A gateway that keeps its callers waiting keeps nobody from being called in the pages.
        assert!(jobs::escalate(&other, &job(t0.plus_seconds(3600))).await.unwrap() > 0);
        gateway.release(1);
        gateway.came(2).await;
        let second = town.count(held).await;
        assert!(second > first, "the second batch is held until {second}, the first was until {first}");
        assert_eq!(jobs::deliver(&other, &at).await.unwrap().messages, 0);
        gateway.release(usize::from(u8::MAX));
        sending.await.unwrap();
        let twice = "select count(*) from deliveries where attempts > 1";
        assert_eq!(town.count(twice).await, 0);
        other.close().await;
        town.services.close().await;
    }

    /// REL-10: a node dies with deliveries in its hands. While its hold lasts nobody sends them, and then another node does,
    /// each once.
    async fn what_a_dead_node_held_is_sent_once_by_another_rel_10(kind: Kind) {
        let (town, other, gateway) = two_nodes(kind).await;
        let t0 = town.critical_answer(0).await;
        // A gateway that refuses leaves the row behind, due again in a moment.
        gateway.refuse(1);
        jobs::deliver(&town.services, &job(t0.plus_seconds(5))).await.unwrap();
        let dead = store(&town).await;
        let taken = claim(&dead, t0.plus_seconds(30), 70, 10).await;
        assert!(!taken.is_empty());
        dead.close().await;
        let urgent = || gateway.calls().iter().filter(|call| call.contains("alert.urgent")).count();
        for (seconds, sent) in [(40, 0), (99, 0), (101, 1), (300, 1)] {
            let (now, then) = (job(t0.plus_seconds(seconds)), job(t0.plus_seconds(seconds)));
            let (one, two) = tokio::join!(jobs::deliver(&town.services, &now), jobs::deliver(&other, &then));
            one.unwrap();
            two.unwrap();
            assert_eq!(urgent(), sent, "{seconds} seconds after the alert");
        }
        other.close().await;
        town.services.close().await;
    }
}

/// While one node's transaction is still open another takes other rows, and does not wait for it: if it did, neither would go
/// on, for the first ends only when the second has.
#[tokio::test]
async fn two_nodes_that_claim_at_once_get_different_rows_and_neither_waits_rel_10() {
    let (town, _other, gateway) = two_nodes(Kind::Postgres).await;
    let t0 = town.critical_answer(0).await;
    ring(&town, t0, 11).await;
    gateway.refuse(100);
    jobs::deliver(&town.services, &job(t0.plus_seconds(5))).await.unwrap();
    let now = t0.plus_seconds(60);
    let (one, two) = (store(&town).await, store(&town).await);
    let (taken, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let first = tokio::spawn({
        let (taken, go) = (Arc::clone(&taken), Arc::clone(&go));
        async move {
            let ctx = job(now);
            let claimed = one.write(&ctx, Act::recorded_in_itself("test.claim"), move |tx| {
                let (taken, go) = (Arc::clone(&taken), Arc::clone(&go));
                Box::pin(async move {
                    let claimed = deliveries::claim(tx, now.plus_seconds(70), 5).await?;
                    taken.notify_one();
                    go.notified().await;
                    Ok(claimed)
                })
            });
            claimed.await.unwrap()
        }
    });
    taken.notified().await;
    let second = claim(&two, now, 70, 100).await;
    go.notify_one();
    let first = first.await.unwrap();
    assert_eq!(first.len(), 5);
    assert!(second.len() >= 7, "{} rows were left to take", second.len());
    assert!(first.iter().all(|a| second.iter().all(|b| a.id != b.id)));
    assert!(claim(&two, now, 70, 100).await.is_empty());
}

/// A chain is a line: while one node makes its links another leaves it at once, and what is committed is sealed once.
#[tokio::test]
async fn while_one_node_seals_another_does_not_wait_aud_02() {
    let (town, other, _gateway) = two_nodes(Kind::Postgres).await;
    let console = Ctx::new(Actor::Console);
    let one = store(&town).await;
    let (taken, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let first = tokio::spawn({
        let (taken, go, console) = (Arc::clone(&taken), Arc::clone(&go), console.clone());
        async move {
            let held = one.write(&console, Act::recorded_in_itself("test.seal"), move |tx| {
                let (taken, go) = (Arc::clone(&taken), Arc::clone(&go));
                Box::pin(async move {
                    let may = audit_chain::may_seal(tx).await?;
                    taken.notify_one();
                    go.notified().await;
                    Ok(may)
                })
            });
            held.await.unwrap()
        }
    });
    taken.notified().await;
    assert_eq!(trail::seal(&other, &console).await.unwrap(), 0);
    go.notify_one();
    assert!(first.await.unwrap());
    assert!(trail::seal(&other, &console).await.unwrap() > 0);
}
