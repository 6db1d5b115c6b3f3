//! Children answer and hand in while the server is killed, or its database cut off, again and again. Afterwards the
//! database holds what they were told, once, and what follows from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use sqlx::{AnyConnection, Connection};
use tests::cluster::Cluster;
use tests::{Card, Database, Kind, SMALL, Server, Setup, figure, on_both_databases, scored_otherwise, set};

use crate::child::Child;

/// Children in their check-in at the same time.
const AT_ONCE: usize = 96;

/// How many children come.
fn children() -> usize {
    set("FIRSTLIGHT_CHILDREN", 24)
}

/// A district with enough teens in open sittings.
fn district() -> Setup {
    if children() <= 24 {
        return Setup::new().demo(SMALL);
    }
    // A third of the children are eleven or older and in a class whose sitting is open.
    let students = (children() * 7 / 2).to_string();
    let schools = (children() / 400).clamp(1, 100).to_string();
    Setup::new().demo(&["--seed", "7", "--schools", &schools, "--students", &students, "--windows", "1"])
}

/// Cards of teens, who are asked for the critical item.
pub(crate) fn cards(server: &Server) -> Vec<Card> {
    let teen = |card: &&Card| card.age_band == "14–18" || card.age_band == "11–13";
    server.people().cards.iter().filter(teen).cloned().collect()
}

/// What the children answered, and so what must stand in the database.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    answers: i64,
    hand_ins: i64,
    sum: i64,
    critical: i64,
}

/// The child of a number in its whole check-in; every third one answers the critical item.
async fn check_in(address: String, code: String, number: usize, told: Arc<AtomicUsize>) -> Expected {
    let mut child = Child::begin(&address, &code, told).await;
    let mut expected = Expected { hand_ins: 1, ..Expected::default() };
    for n in 0..child.asked.len() {
        let (_, instrument, item, codes) = child.asked[n].clone();
        let critical = instrument == "phq9_teen" && item == "9";
        let code = match item.as_str() {
            "9" if critical => i64::from(number.is_multiple_of(3)),
            // Critical too, and asked for by themselves: a no, so that one child has one critical answer.
            "12" | "13" => 0,
            _ => codes[(number + n) % codes.len()],
        };
        child.answer(n, code).await;
        expected.answers += 1;
        // The total of PHQ-9 is the sum of its first nine items (Kroenke 2001).
        if instrument == "phq9_teen" && item.parse::<u8>().is_ok_and(|item| item <= 9) {
            expected.sum += code;
        }
        expected.critical += i64::from(critical && code > 0);
    }
    child.hand_in().await;
    expected
}

/// Counts of the database that children change.
async fn counts(database: &Database) -> [i64; 4] {
    [
        count(database, "select count(*) from responses where client is not null").await,
        count(database, "select count(*) from administrations where state = 'submitted'").await,
        count(
            database,
            "select cast(coalesce(sum(s.value), 0) as bigint) from scores s join administrations a on a.id = s.administration_id \
             where s.scale = 'total' and a.instrument = 'phq9_teen'",
        )
        .await,
        count(database, "select count(*) from flags where kind = 'critical_item'").await,
    ]
}

async fn count(database: &Database, sql: &'static str) -> i64 {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&database.url).await.unwrap();
    let (n,): (i64,) = sqlx::query_as(sql).fetch_one(&mut conn).await.unwrap();
    n
}

/// What no fault may leave behind, each with what it would mean.
const NEVER: [(&str, &str); 5] = [
    (
        "select count(*) from (select 1 as one from responses where client is not null group by administration_id, item, client, \
         client_seq having count(*) > 1) d",
        "an answer stands twice",
    ),
    (
        "select count(*) from flags f where not exists (select 1 from referrals r where r.child_id = f.child_id)",
        "a critical answer without a referral",
    ),
    (
        "select count(*) from (select 1 as one from referrals where closed_at is null group by child_id, school_id \
         having count(*) > 1) d",
        "two open referrals of one child",
    ),
    (
        "select count(*) from referral_reasons x where not exists (select 1 from referrals r where r.id = x.referral_id)",
        "a reason without its referral",
    ),
    (
        "select count(*) from referrals r where r.priority = 'critical' and r.state = 'open' and \
         not exists (select 1 from outbox o where o.referral_id = r.id)",
        "a critical referral of which nobody hears",
    ),
];

/// All children, while `fault` strikes each time so many more acknowledgements were given; then the books are checked.
async fn strike(mut server: Server, what: &str, times: usize, mut fault: impl AsyncFnMut(&mut Server)) {
    let children = children();
    let before = counts(&server.database).await;
    let told = Arc::new(AtomicUsize::new(0));
    let cards = cards(&server);
    assert!(cards.len() >= children, "only {} cards for {children} children", cards.len());
    let address = server.url.trim_start_matches("http://").to_owned();
    // As many at once as a few schools have; all of them would only be put off, again and again.
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let running: Vec<_> = cards
        .into_iter()
        .take(children)
        .enumerate()
        .map(|(n, card)| {
            let (address, told, places) = (address.clone(), Arc::clone(&told), Arc::clone(&places));
            tokio::spawn(async move {
                let _place = places.acquire_owned().await;
                check_in(address, card.code, n, told).await
            })
        })
        .collect();
    // Thirteen answers and a hand-in each: the strikes are spread over them, each at a moment of its own.
    let all = children * 14;
    for strike in 0..times {
        let at = all * (strike + 1) / (times + 1);
        while told.load(Ordering::SeqCst) < at && running.iter().any(|child| !child.is_finished()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        fault(&mut server).await;
        if (strike + 1) % 50 == 0 {
            println!(
                "{} of {times} strikes, {} of {all} acknowledgements",
                strike + 1,
                told.load(Ordering::SeqCst)
            );
        }
    }
    let mut expected = Expected::default();
    for child in running {
        let one = child.await.unwrap();
        expected.answers += one.answers;
        expected.hand_ins += one.hand_ins;
        expected.sum += one.sum;
        expected.critical += one.critical;
    }
    let after = counts(&server.database).await;
    let held = Expected {
        answers: after[0] - before[0],
        hand_ins: after[1] - before[1],
        sum: after[2] - before[2],
        critical: after[3] - before[3],
    };
    assert_eq!(held, expected, "what the children were told, and what the database holds");
    for (sql, meaning) in NEVER {
        assert_eq!(count(&server.database, sql).await, 0, "{meaning}");
    }
    // At each start the reconciler looked at all of it too, and found nothing to repair and no other score.
    assert!(!server.log().contains("repaired them"), "{}", server.log());
    assert!(!server.log().contains("second scorer"), "{}", server.log());
    let (scored_anew, scored_otherwise) = scored_otherwise(&mut server.reading().await).await;
    assert!(scored_anew as i64 >= held.hand_ins, "every form was scored anew: {scored_anew}");
    assert_eq!(scored_otherwise, 0, "a score is not the second scorer's");
    figure(&json!({
        "database": format!("{:?}", server.database.kind), "fault": what, "strikes": times, "children": children,
        "answers": held.answers, "hand_ins": held.hand_ins, "critical": held.critical,
        "lost": 0, "twice": 0, "without_referral": 0, "scored_anew": scored_anew, "scored_otherwise": scored_otherwise,
    }));
    println!(
        "{children} children, {} answers, {times} strikes: {held:?}, nothing lost, nothing twice",
        held.answers
    );
}

on_both_databases! {
    /// REL-01: SIGKILL in the middle, again and again.
    async fn nothing_acknowledged_is_lost_however_often_the_server_is_killed_rel_01(kind: Kind) {
        let server = district().start(kind).await;
        strike(server, "killed", set("FIRSTLIGHT_KILLS", 4), async |server| {
            server.kill9();
            server.start_again().await;
        })
        .await;
    }
}

/// REL-16: PostgreSQL goes down as in a power cut and comes back; the server finds it again by itself.
#[tokio::test]
async fn a_database_that_is_cut_off_and_comes_back_loses_nothing_rel_16() {
    let cluster = Cluster::start();
    let database = Database::empty_on(&cluster).await;
    let server = district().start_demo_on(database).await;
    let pid = server.id();
    // Each cut costs PostgreSQL a recovery of seconds.
    strike(server, "database cut off", set("FIRSTLIGHT_KILLS", 30) / 10, async |server| {
        cluster.cut();
        cluster.resume();
        assert_eq!(server.id(), pid, "it is the same process");
    })
    .await;
}
