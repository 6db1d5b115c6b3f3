//! What a write promises: all or nothing, with its audit row, and never lost once it is answered.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use questionnaires::response::Answer;
use serde_json::json;
use server::Error;
use server::ctx::{Actor, Ctx};
use server::services::check_in;
use server::store::{Act, Store, StoreError, Val};
use tests::{Database, Kind, figure, on_both_databases};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::town::Town;

async fn store(kind: Kind) -> (Store, Database) {
    let database = Database::empty(kind).await;
    (Store::open(&database.url, crate::town::sealer()).await.unwrap(), database)
}

fn console() -> Ctx {
    Ctx::new(Actor::Console)
}

/// Adds a district of this name; fails afterwards where asked to.
async fn add(store: &Store, name: String, fails: Option<&'static str>) -> Result<(), Error> {
    let ctx = console();
    let id = ctx.id();
    store
        .write(&ctx, Act::new("test.add"), move |tx| {
            let name = name.clone();
            Box::pin(async move {
                tx.about("district", id);
                let now = tx.ctx().now;
                let values = vec![Val::from(id), Val::from(name), Val::from(now)];
                tx.run("insert into districts (id, name, created_at) values ($1, $2, $3)", values).await?;
                match fails {
                    Some("panic") => panic!("on purpose"),
                    Some(why) => Err(Error::Conflict(why.to_owned())),
                    None => Ok(()),
                }
            })
        })
        .await
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    let mut conn = store.read(&console()).await.unwrap();
    conn.first::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0
}

/// A child at its last page. Every tenth says yes to item 9, every fifth is above the cut-off.
async fn answered(town: &Town, code: &str, n: usize) -> Ctx {
    let ctx = town.child_at_first_question(code).await;
    for number in 1..=9usize {
        let raised = n.is_multiple_of(5) && number <= 6;
        let code = match number {
            9 => i32::from(n.is_multiple_of(10)),
            _ if raised => 2,
            _ => 0,
        };
        let item = number.to_string();
        check_in::answer(&town.services, &ctx, number, &item, Answer::Code(code)).await.unwrap();
    }
    ctx
}

/// REL-03: the same drops with the transaction in the request's own future, as it is usually written. An opened transaction
/// stays on its connection, and the next borrower's acknowledged writes go into it and are lost: what the test above looks
/// for is really there.
#[tokio::test]
async fn the_usual_way_loses_what_it_acknowledged_when_requests_are_dropped_rel_03() {
    let mut lost = 0;
    // Now and then a dropped one gets as far as its commit, and takes along what was acknowledged meanwhile.
    let times = if full() { 34 } else { 5 };
    for _ in 0..times {
        lost += lost_in_the_usual_way(300).await;
    }
    let all = 300 * times;
    println!("{lost} of {all} acknowledged writes lost in the usual way");
    figure(
        &json!({ "fault": "request dropped, the usual way", "strikes": all, "acknowledged": all, "lost": lost }),
    );
    assert!(lost > 0, "nothing is lost any more: the wall may be simpler now");
}

/// Each request dropped while `begin` is on its way, then one acknowledged write, which commits by itself.
async fn lost_in_the_usual_way(acknowledged: i32) -> i64 {
    use sqlx::Connection;
    let database = Database::empty(Kind::Postgres).await;
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect(&database.url).await.unwrap();
    sqlx::query("create table kept (n int)").execute(&pool).await.unwrap();
    let insert = async |n: i32| {
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("insert into kept values ($1)").bind(n).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    for n in 0..acknowledged {
        // Given back by a task of its own.
        while pool.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        {
            let mut dropped = pin!(insert(-1));
            let _ = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        sqlx::query("insert into kept values ($1)").bind(n).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let mut conn = sqlx::PgConnection::connect(&database.url).await.unwrap();
    let (there,): (i64,) =
        sqlx::query_as("select count(*) from kept where n >= 0").fetch_one(&mut conn).await.unwrap();
    i64::from(acknowledged) - there
}

/// The full size: `cargo xtask faults` and `figures`.
pub(crate) fn full() -> bool {
    std::env::var("FIRSTLIGHT_TESTS").is_ok_and(|v| v == "full")
}

const DISTRICTS: &str = "select count(*) from districts";
const TRAIL: &str = "select count(*) from audit where action = 'test.add'";

on_both_databases! {
    /// AUD-01.
    async fn an_act_and_its_audit_row_stand_or_fall_together(kind: Kind) {
        let (store, _database) = store(kind).await;
        add(&store, "kept".to_owned(), None).await.unwrap();
        let refused = add(&store, "refused".to_owned(), Some("no")).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!((count(&store, DISTRICTS).await, count(&store, TRAIL).await), (1, 1));
        store.close().await;
    }

    /// AUD-01: the trail cannot be written, so neither is the act.
    async fn without_a_trail_nothing_is_done(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let ctx = town.child(&town.teens()[0]).await;
        town.meddle("alter table audit rename to audit_gone").await;
        let done = check_in::give_assent(&town.services, &ctx, check_in::Assent::Yes).await;
        assert!(matches!(done, Err(Error::Store(_))), "{done:?}");
        town.meddle("alter table audit_gone rename to audit").await;
        assert_eq!(town.count("select count(*) from administrations where started_at is not null and \
            receipt is null and state = 'started' and id not in (select administration_id from responses)").await, 0);
    }

    /// REL-04.
    async fn sixty_four_writers_at_once_lose_nothing_and_see_no_lock(kind: Kind) {
        let (store, _database) = store(kind).await;
        let store = Arc::new(store);
        let each = if full() { 5_000 } else { 20i64 };
        let mut writers = Vec::new();
        for writer in 0..64 {
            let store = Arc::clone(&store);
            writers.push(tokio::spawn(async move {
                for n in 0..each {
                    add(&store, format!("{writer}-{n}"), None).await.unwrap();
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!((count(&store, DISTRICTS).await, count(&store, TRAIL).await), (64 * each, 64 * each));
        println!("{kind:?}: 64 writers, {each} writes each, none refused");
        figure(&json!({
            "database": format!("{kind:?}"), "fault": "64 writers at once", "writes": 64 * each, "refused": 0, "lost": 0,
        }));
        store.close().await;
    }

    /// One caller's fault must not take its neighbours' work with it.
    async fn a_unit_that_fails_or_panics_undoes_itself_alone(kind: Kind) {
        let (store, _database) = store(kind).await;
        let store = Arc::new(store);
        let mut units = Vec::new();
        for n in 0..60 {
            let store = Arc::clone(&store);
            let fails = [None, Some("no"), Some("panic")][n % 3];
            units.push(tokio::spawn(async move { (fails, add(&store, format!("{n}"), fails).await) }));
        }
        for unit in units {
            match unit.await.unwrap() {
                (None, done) => done.unwrap(),
                (Some("panic"), done) => assert!(matches!(done, Err(Error::Store(StoreError::Panicked))), "{done:?}"),
                (_, done) => assert!(matches!(done, Err(Error::Conflict(_))), "{done:?}"),
            }
        }
        assert_eq!((count(&store, DISTRICTS).await, count(&store, TRAIL).await), (20, 20));
        store.close().await;
    }

    /// REL-03: the browser goes away in the middle; what was begun is finished, and no connection is left in a
    /// transaction that would swallow the next one's work.
    async fn a_dropped_request_neither_tears_its_write_nor_the_next_ones(kind: Kind) {
        let (store, _database) = store(kind).await;
        let drops = if full() { 10_000 } else { 300u32 };
        for n in 0..drops {
            {
                let mut dropped = pin!(add(&store, format!("dropped {n}"), None));
                let mut context = Context::from_waker(Waker::noop());
                for _ in 0..n % 4 {
                    if let Poll::Ready(done) = dropped.as_mut().poll(&mut context) {
                        done.unwrap();
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            add(&store, format!("acknowledged {n}"), None).await.unwrap();
        }
        let acknowledged = count(&store, "select count(*) from districts where name like 'acknowledged%'").await;
        assert_eq!(acknowledged, i64::from(drops));
        println!("{kind:?}: {drops} requests dropped, {acknowledged} of {drops} acknowledged writes there");
        figure(&json!({
            "database": format!("{kind:?}"), "fault": "request dropped", "strikes": drops,
            "acknowledged": drops, "lost": i64::from(drops) - acknowledged,
        }));
        store.close().await;
    }

    /// K-42, REL-01: the referral is there before the page says that the answer is saved.
    async fn a_critical_answer_is_referred_in_the_transaction_that_saves_it(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let ctx = town.child_at_first_question(&town.teens()[0]).await;
        // The town's other children have answered before: what counts is what this answer adds.
        let now = async || {
            [
                town.count("select count(*) from referrals where priority = 'critical' and state = 'open'").await,
                town.count("select count(*) from flags where item = '9'").await,
                town.count("select count(*) from outbox where reason = 'critical'").await,
                town.count("select count(*) from responses where item = '9'").await,
            ]
        };
        let [referrals, flags, alerts, answers] = now().await;
        check_in::answer(&town.services, &ctx, 9, "9", Answer::Code(1)).await.unwrap();
        assert_eq!(now().await, [referrals + 1, flags + 1, alerts + 1, answers + 1]);
        // The child takes it back: the flag stays, and both answers can be read.
        check_in::answer(&town.services, &ctx, 9, "9", Answer::Code(0)).await.unwrap();
        assert_eq!(now().await, [referrals + 1, flags + 1, alerts + 1, answers + 2]);
    }

    /// The issue's own figure: a thousand children hand in at the same moment.
    async fn a_thousand_submissions_at_once_make_a_thousand_scores_and_the_right_referrals_once(kind: Kind) {
        let town = Arc::new(Town::of(kind, 2900).await);
        let codes: Vec<_> = town.teens().into_iter().take(1000).collect();
        assert_eq!(codes.len(), 1000, "the town has too few teens");
        // Forty children answer at a time, each its items in order, as several classes would.
        let mut answering = JoinSet::new();
        for first in 0..40 {
            let (town, codes) = (Arc::clone(&town), codes.clone());
            answering.spawn(async move {
                let mut ready = Vec::new();
                for n in (first..codes.len()).step_by(40) {
                    ready.push(answered(&town, &codes[n], n).await);
                }
                ready
            });
        }
        let ready: Vec<Ctx> = answering.join_all().await.into_iter().flatten().collect();
        let before = town.count("select count(*) from scores").await;
        let begun = std::time::Instant::now();
        let mut submits = Vec::new();
        for ctx in ready {
            let town = Arc::clone(&town);
            submits.push(tokio::spawn(async move {
                let key = Uuid::new_v4();
                // Whoever waits too long for a connection is told so, and tries again with the same key.
                for _ in 0..5 {
                    match check_in::submit(&town.services, &ctx, key).await {
                        Err(server::Error::Store(_)) => {}
                        done => return done,
                    }
                }
                check_in::submit(&town.services, &ctx, key).await
            }));
        }
        for submit in submits {
            submit.await.unwrap().unwrap();
        }
        println!("a thousand handed in at once: {:.1} s", begun.elapsed().as_secs_f64());
        assert_eq!(town.count("select count(*) from scores").await, before + 1000);
        let mine = "from referral_reasons m join administrations a on a.id = m.administration_id where \
            a.receipt is not null and a.submit_key is not null and a.submitted_at >= (select max(opened_at) from sittings)";
        assert_eq!(town.count(&format!("select count(*) {mine} and m.rule = 'critical_item'")).await, 100);
        assert_eq!(town.count(&format!("select count(*) {mine} and m.rule = 'above_cutoff'")).await, 200);
        let twice = "select count(*) from (select child_id from referrals where closed_at is null \
            group by child_id, school_id having count(*) > 1) d";
        assert_eq!(town.count(twice).await, 0);
    }
}
