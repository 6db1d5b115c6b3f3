//! The order of things: an answer is synced to the disk before the child is told that it is saved (REL-02).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use serde_json::json;
use tests::{Kind, SMALL, Server, Setup, figure, set};

use crate::child::Child;
use crate::history::cards;
use crate::trace::Trace;

/// What is heard of an answer's way through the server.
const HEARD: &str = "trace=read,recvfrom,write,writev,sendto,fsync,fdatasync";

/// How many acknowledgements a trace holds, and how many of them came before the sync of what they acknowledge.
fn acknowledged(trace: &str) -> (usize, usize) {
    let (mut told, mut early) = (0, 0);
    let mut asked = false;
    let mut synced = false;
    // A call of one thread may be cut in two by another's: the file stands in its first half, the outcome in its second.
    let mut syncing: HashMap<&str, bool> = HashMap::new();
    for line in trace.lines() {
        let thread = line.split_whitespace().next().unwrap_or_default();
        let call = line[thread.len()..].trim_start();
        if call.contains("\"POST /check-in/answers") || call.contains("\"POST /check-in/hand-in") {
            (asked, synced) = (true, false);
        } else if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
            let of_log = call.contains("-wal>");
            if call.contains("<unfinished") {
                syncing.insert(thread, of_log);
            } else {
                synced |= of_log && call.ends_with("= 0");
            }
        } else if call.starts_with("<... fsync resumed") || call.starts_with("<... fdatasync resumed") {
            let of_log = syncing.remove(thread).unwrap_or(false);
            synced |= of_log && call.ends_with("= 0");
        } else if call.contains("\"HTTP/1.1 2") && asked {
            told += 1;
            early += usize::from(!synced);
            asked = false;
        }
    }
    (told, early)
}

/// Children answer while the kernel is asked what the server does: how many answers were sent, acknowledged, and
/// acknowledged before their sync; and the trace.
async fn watched(server: &Server) -> (usize, usize, usize, String) {
    let address = server.url.trim_start_matches("http://").to_owned();
    let wanted = set("FIRSTLIGHT_ANSWERS", 104);
    let cards = cards(server);
    let mut children = Vec::new();
    // Thirteen questions each.
    for card in cards.iter().take(wanted.div_ceil(13)) {
        children.push(Child::begin(&address, &card.code, Arc::new(AtomicUsize::new(0))).await);
    }
    let trace = Trace::attach(server.id(), &["-e", HEARD]);
    let mut answers = 0;
    for (number, child) in children.iter_mut().enumerate() {
        for n in 0..child.asked.len().min(wanted - answers) {
            let codes = child.asked[n].3.clone();
            child.answer(n, codes[(n + number) % codes.len()]).await;
            answers += 1;
        }
    }
    assert_eq!(answers, wanted, "enough children answered");
    let seen = trace.detach();
    let (told, early) = acknowledged(&seen);
    println!("{told} acknowledgements of {answers} answers, {early} before their sync");
    (answers, told, early, seen)
}

#[tokio::test]
async fn every_acknowledgement_comes_after_the_sync_of_its_commit_rel_02() {
    let server = Server::demo(Kind::Sqlite).await;
    let (answers, told, early, seen) = watched(&server).await;
    assert_eq!((told, early), (answers, 0));
    // The same trace without the syncs is what a server without them would look like: every one is found.
    let without: String =
        seen.lines().filter(|line| !line.contains("sync")).map(|line| format!("{line}\n")).collect();
    assert_eq!(acknowledged(&without), (answers, answers));
    figure(&json!({
        "fault": "order of acknowledgement and sync", "answers": answers, "acknowledged": told, "early": early,
    }));
}

/// What the test above looks for is really found: the same server with `synchronous = normal`, which only an unoptimised
/// build can be asked for.
#[tokio::test]
async fn the_mutant_that_syncs_later_is_found_rel_02() {
    let mutant = Setup::new().demo(SMALL).environment("FIRSTLIGHT_MUTANT", "synchronous=normal");
    let server = mutant.start(Kind::Sqlite).await;
    let (answers, told, early, _) = watched(&server).await;
    assert_eq!(told, answers);
    assert!(early > told * 9 / 10, "only {early} of {told} were found");
    figure(&json!({
        "fault": "mutant with synchronous = normal", "answers": answers, "acknowledged": told, "early": early,
    }));
}

#[test]
fn an_acknowledgement_before_its_sync_is_found() {
    let asks =
        "7 recvfrom(9<TCP:[a]>, \"POST /check-in/answers HTTP/1.1\\r\\n\"..., 8192, 0, NULL, NULL) = 500";
    let tells = "7 writev(9<TCP:[a]>, [{iov_base=\"HTTP/1.1 200 OK\\r\\n\"...}], 1) = 120";
    let begins = "8 fdatasync(5</d/f.db-wal> <unfinished ...>";
    let ends = "8 <... fdatasync resumed>) = 0";
    let whole = "8 fdatasync(5</d/f.db-wal>) = 0";
    let other = "8 fdatasync(6</d/f.db>) = 0";
    let failed = "8 fdatasync(5</d/f.db-wal>) = -1 EIO (Input/output error)";
    for (lines, early) in [
        (vec![asks, whole, tells], 0),
        (vec![asks, begins, ends, tells], 0),
        (vec![asks, begins, tells, ends], 1),
        (vec![whole, asks, tells], 1),
        (vec![asks, other, tells], 1),
        (vec![asks, failed, tells], 1),
    ] {
        assert_eq!(acknowledged(&lines.join("\n")), (1, early), "{lines:?}");
    }
}
