//! A kill in the middle loses nothing that was acknowledged (REL-01, in short).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tests::{Kind, Server, on_both_databases};

use crate::people::{begin, staff, teen_card};

on_both_databases! {
    /// Children answer item after item while the server is killed; each acknowledged answer is there afterwards.
    async fn every_acknowledged_answer_survives_a_kill(kind: Kind) {
        let mut server = Server::demo(kind).await;
        let mut running = Vec::new();
        let acknowledged: Arc<Vec<AtomicUsize>> = Arc::new((0..12).map(|_| AtomicUsize::new(0)).collect());
        for n in 0..12 {
            let mut child = server.visitor();
            let mut page = begin(&mut child, &teen_card(&server, n)).await;
            let acknowledged = Arc::clone(&acknowledged);
            running.push(tokio::spawn(async move {
                for number in 1..=13 {
                    let value = if number == 9 { "1" } else { "0" };
                    let form = page.form("form.question").set("answer", value);
                    let Ok(next) = tokio::spawn({
                        let mut child = child.clone();
                        async move { child.submit(form).await.ok() }
                    })
                    .await
                    else {
                        return;
                    };
                    acknowledged[n].store(number, Ordering::SeqCst);
                    page = next;
                }
            }));
        }
        // Killed once the first child is past item 9, so that some are before and some after it.
        while acknowledged.iter().all(|a| a.load(Ordering::SeqCst) < 9) {
            tokio::task::yield_now().await;
        }
        server.kill9();
        for child in running {
            let _ = child.await;
        }
        server.start_again().await;
        let mut critical = 0;
        for n in 0..12 {
            let known = acknowledged[n].load(Ordering::SeqCst);
            let mut child = server.visitor();
            let entry = child.get("/").await.ok();
            let form = entry.form("form[action='/card']").set("code", &teen_card(&server, n));
            let page = child.submit(form).await.ok();
            let words = page.readable();
            let at = (1..=13).find(|k| words.contains(&format!("Question {k} of 13"))).unwrap_or(14);
            assert!(at > known, "child {n} had {known} answers acknowledged and stands at {at}");
            critical += usize::from(known >= 9);
        }
        let (_, queue) = staff(&server, "counselor").await;
        let flagged = queue.texts("table tbody tr").iter().filter(|row| row.contains("Critical item 9")).count();
        assert!(flagged >= critical, "{critical} critical answers were acknowledged, {flagged} stand in the queue");
    }
}
