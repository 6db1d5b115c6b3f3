//! A disk that is full or breaks, at each write of a commit in turn: the child is asked to come back, the next try succeeds,
//! and the file is whole (REL-14).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use serde_json::json;
use sqlx::{AnyConnection, Connection};
use tests::{Kind, Server, figure};

use crate::child::Child;
use crate::history::cards;
use crate::trace::Trace;

/// More writes than the commit of one answer has.
const MOST: usize = 60;

/// What SQLite finds in the file, which must be nothing.
async fn whole(server: &Server) -> String {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&server.database.url).await.unwrap();
    let (whole,): (String,) = sqlx::query_as("pragma integrity_check").fetch_one(&mut conn).await.unwrap();
    assert_eq!(whole, "ok");
    whole
}

#[tokio::test]
async fn a_full_or_broken_disk_at_any_write_loses_nothing_and_the_server_recovers_rel_14() {
    let mut server = Server::demo(Kind::Sqlite).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut cards = cards(&server).into_iter();
    whole(&server).await;
    let mut conn = AnyConnection::connect(&server.database.url).await.unwrap();
    let (before,): (i64,) = sqlx::query_as("select count(*) from administrations where state = 'submitted'")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    drop(conn);
    let (mut strikes, mut acknowledged) = (0, 0);
    let mut refusals = BTreeSet::new();
    for (call, error) in [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO"), ("fsync", "EIO")]
    {
        let mut child: Option<(Child, usize)> = None;
        for k in 1..=MOST {
            // Each child answers thirteen questions; then the next one comes.
            if child.as_ref().is_none_or(|(child, n)| *n == child.asked.len()) {
                let card = cards.next().expect("a card");
                child = Some((Child::begin(&address, &card.code, Arc::new(AtomicUsize::new(0))).await, 0));
            }
            let Some((device, n)) = &mut child else { unreachable!() };
            let code = device.asked[*n].3[k % 2];
            let bent = format!("inject={call}:error={error}:when={k}");
            let trace = Trace::attach(server.id(), &["-e", &format!("trace={call}"), "-e", &bent]);
            let first = device.send(*n, code).await;
            let seen = trace.detach();
            let struck = seen.contains("(INJECTED)");
            strikes += usize::from(struck);
            match first {
                Ok(answer) if answer.status.is_success() => acknowledged += 1,
                Ok(answer) => {
                    assert!(struck, "refused without a fault: {}", answer.status);
                    assert_eq!(answer.status.as_u16(), 503, "{call} {error} at {k}");
                    assert!(answer.retry_after.is_some(), "it says when to come back");
                    refusals.insert(format!("{call} {error}"));
                    // By itself: nobody restarts anything.
                    device.answer(*n, code).await;
                    acknowledged += 1;
                }
                Err(why) => panic!("{call} {error} at {k}: the connection broke: {why}"),
            }
            whole(&server).await;
            *n += 1;
            if !struck {
                break;
            }
        }
    }
    let mut handed_in = 0;
    for (call, error) in [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO")] {
        let mut child: Option<Child> = None;
        for k in 1..=MOST {
            // Whoever was refused tries again, into the next fault.
            let mut device = match child.take() {
                Some(refused) => refused,
                None => {
                    let card = cards.next().expect("a card");
                    let mut child = Child::begin(&address, &card.code, Arc::new(AtomicUsize::new(0))).await;
                    for n in 0..child.asked.len() {
                        child.answer(n, child.asked[n].3[0]).await;
                        acknowledged += 1;
                    }
                    child
                }
            };
            let bent = format!("inject={call}:error={error}:when={k}");
            let trace = Trace::attach(server.id(), &["-e", &format!("trace={call}"), "-e", &bent]);
            let answer = device.send_in().await.unwrap_or_else(|why| panic!("{call} {error} at {k}: {why}"));
            let struck = trace.detach().contains("(INJECTED)");
            strikes += usize::from(struck);
            if answer.status.is_success() {
                handed_in += 1;
            } else {
                assert!(struck && answer.status.as_u16() == 503, "{call} {error} at {k}: {}", answer.status);
                refusals.insert(format!("hand-in, {call} {error}"));
                child = Some(device);
            }
            whole(&server).await;
            if !struck {
                break;
            }
        }
        if let Some(mut refused) = child {
            refused.hand_in().await;
            handed_in += 1;
        }
    }
    // What it was is in the metrics and in the log, or nobody is called.
    let metrics = server.visitor().get("/metrics").await.ok().body();
    let counted =
        metrics.lines().find(|line| line.starts_with("firstlight_writes_refused_total{cause=\"disk\"}"));
    let counted: usize = counted.and_then(|line| line.split(' ').next_back()?.parse().ok()).unwrap();
    assert!(counted > 0, "{metrics}");
    assert!(server.log().contains("a commit failed"), "{}", server.log());
    println!("{strikes} faults struck, {acknowledged} answers acknowledged, refused at {refusals:?}");
    assert!(strikes >= 4 && refusals.len() >= 2, "the faults reached the commits: {strikes}, {refusals:?}");
    assert!(server.stop(), "it ends as asked");
    let integrity = whole(&server).await;
    let mut conn = AnyConnection::connect(&server.database.url).await.unwrap();
    let (submitted,): (i64,) =
        sqlx::query_as("select count(*) from administrations where state = 'submitted'")
            .fetch_one(&mut conn)
            .await
            .unwrap();
    assert_eq!(submitted - before, handed_in, "every acknowledged form is handed in");
    let (held,): (i64,) = sqlx::query_as("select count(*) from responses where client is not null")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(held, acknowledged, "every acknowledged answer stands, each once");
    figure(&json!({
        "fault": "disk full or broken at the k-th write", "strikes": strikes, "acknowledged": acknowledged,
        "lost": 0, "hand_ins": handed_in, "refused_at": refusals, "integrity": integrity,
    }));
}
