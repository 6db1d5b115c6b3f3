//! A history of kills (REL-01): children check in while the server is killed again and again, as by a power cut, and
//! everything that was acknowledged is there afterwards, once.
//!
//! `FIRSTLIGHT_KILLS=300` makes the long form of it; without it there are a few kills.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use server::model::AdministrationId;
use server::store::responses;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tests::{Kind, Page, Server, Setup, Visitor, on_both_databases, scored_otherwise};

/// How many devices are in use at once.
const DEVICES: usize = 12;
/// Questions of a teen's check-in.
const QUESTIONS: usize = 13;
/// Its instruments.
const INSTRUMENTS: i64 = 1;

/// What was acknowledged so far, by all devices.
#[derive(Default)]
struct Acknowledged {
    all: AtomicUsize,
    /// The next card to use.
    next: AtomicUsize,
    /// Children who have seen their last page.
    finished: AtomicUsize,
}

/// One step, which a killed server leaves without an answer.
async fn tried<T: Send + 'static>(step: impl Future<Output = T> + Send + 'static) -> Option<T> {
    tokio::spawn(step).await.ok()
}

/// The number of the question on a page; one more than the last on the page before handing in.
fn stands_at(page: &Page) -> usize {
    let words = page.readable();
    (1..=QUESTIONS).find(|k| words.contains(&format!("Question {k} of {QUESTIONS}"))).unwrap_or(QUESTIONS + 1)
}

/// The answer of the `n`-th child: every third says yes to item 9.
fn value(n: usize, number: usize) -> &'static str {
    if number == 9 && n.is_multiple_of(3) { "1" } else { "0" }
}

async fn signs_in(mut child: Visitor, code: String) -> (Visitor, Page) {
    let entry = child.get("/").await.ok();
    let page = child.submit(entry.form("form[action='/card']").set("code", &code)).await.ok();
    let page = match page.has("form[action='/check-in/assent']") {
        true => child.submit(page.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok(),
        false => page,
    };
    (child, page)
}

/// A child checks in, through as many kills as there are; gives up nothing that was acknowledged.
async fn checks_in(visitor: Visitor, code: String, n: usize, acknowledged: Arc<Acknowledged>) {
    let mut known = 0;
    let mut handed_in = false;
    loop {
        let Some((mut child, mut page)) = tried(signs_in(visitor.clone(), code.clone())).await else {
            until_it_answers(&visitor).await;
            continue;
        };
        if page.path() == "/check-in/done" {
            break;
        }
        assert!(!handed_in, "child {n} was told that all is handed in, and is asked again");
        let at = stands_at(&page);
        assert!(at > known, "child {n} had {known} answers acknowledged and stands at {at}");
        loop {
            let number = stands_at(&page);
            let form = match number > QUESTIONS {
                true => page.form("form[action='/check-in/finish']"),
                false => page.form("form.question").set("answer", value(n, number)),
            };
            let step = {
                let mut child = child.clone();
                async move { (child.submit(form).await.ok(), child) }
            };
            let Some((next, same)) = tried(step).await else { break };
            (page, child) = (next, same);
            acknowledged.all.fetch_add(1, Ordering::SeqCst);
            if number > QUESTIONS {
                handed_in = page.path() == "/check-in/done";
                break;
            }
            known = known.max(number);
        }
        if handed_in {
            break;
        }
        until_it_answers(&visitor).await;
    }
    acknowledged.finished.fetch_add(1, Ordering::SeqCst);
}

async fn until_it_answers(visitor: &Visitor) {
    while visitor.status("/healthz").await != Some(200) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn number(server: &Server, sql: &str) -> i64 {
    sqlx::any::install_default_drivers();
    let url = server.settings().into_iter().find(|(name, _)| name.ends_with("DATABASE__URL")).unwrap().1;
    let mut conn = AnyConnection::connect(&url).await.unwrap();
    let row: (i64,) = sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await.unwrap();
    row.0
}

on_both_databases! {
    /// REL-01, REL-04, REL-09: nothing acknowledged is lost, nothing is there twice, each critical answer has one owner.
    async fn a_history_of_kills_loses_nothing_and_doubles_nothing_rel_01(kind: Kind) {
        let kills: usize = std::env::var("FIRSTLIGHT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
        let children = (kills * 2).max(DEVICES);
        // One teen in four, and half of them sit in an open sitting.
        let students = (children * 8).max(400).to_string();
        let demo: &[&str] = &["--seed", "7", "--schools", "2", "--students", &students, "--windows", "2"];
        let mut server = Setup::new().demo(demo).start(kind).await;
        let cards: Vec<String> = server
            .people()
            .cards
            .iter()
            .filter(|card| card.age_band == "14–18" || card.age_band == "11–13")
            .map(|card| card.code.clone())
            .take(children)
            .collect();
        assert_eq!(cards.len(), children, "the demo has too few cards");
        let began = number(&server, "select coalesce(max(submitted_at), 0) from administrations").await;
        let referred = number(&server, "select count(*) from referrals").await;

        let acknowledged = Arc::new(Acknowledged::default());
        let cards = Arc::new(cards);
        let devices: Vec<_> = (0..DEVICES)
            .map(|_| {
                let (visitor, acknowledged, cards) =
                    (server.visitor(), Arc::clone(&acknowledged), Arc::clone(&cards));
                tokio::spawn(async move {
                    loop {
                        let n = acknowledged.next.fetch_add(1, Ordering::SeqCst);
                        let Some(code) = cards.get(n) else { return };
                        checks_in(visitor.clone(), code.clone(), n, Arc::clone(&acknowledged)).await;
                    }
                })
            })
            .collect();
        let mut killed = 0;
        let mut random = 7_u64;
        while killed < kills && acknowledged.finished.load(Ordering::SeqCst) < children {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let next = acknowledged.all.load(Ordering::SeqCst) + 3 + (random >> 33) as usize % 30;
            while acknowledged.all.load(Ordering::SeqCst) < next
                && acknowledged.finished.load(Ordering::SeqCst) < children
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            server.kill9();
            killed += 1;
            server.start_again().await;
        }
        for device in devices {
            device.await.unwrap();
        }
        assert!(killed >= kills / 2, "only {killed} kills met children at work");

        let critical = (0..children).filter(|n| n.is_multiple_of(3)).count() as i64;
        let fresh = format!("a.submitted_at > {began} and a.state = 'submitted'");
        let handed_in = number(&server, &format!("select count(*) from administrations a where {fresh}")).await;
        assert_eq!(handed_in, children as i64 * INSTRUMENTS, "each is handed in once");
        let mut conn = server.reading().await;
        let forms: Vec<(AdministrationId,)> =
            conn.all("select id from administrations where submitted_at > $1 and state = 'submitted'", vec![began.into()]).await.unwrap();
        let forms: Vec<AdministrationId> = forms.into_iter().map(|(id,)| id).collect();
        let answers = responses::current_of_all(&mut conn, &forms).await.unwrap();
        assert_eq!(answers.len(), children * QUESTIONS);
        assert_eq!(answers.iter().filter_map(|answer| answer.code).sum::<i64>(), critical);
        let referrals = number(&server, "select count(*) from referrals").await - referred;
        assert_eq!(referrals, critical, "each critical answer is one referral, and nothing else is");
        for (what, sql) in [
            ("two open referrals of one child", "select count(*) from (select child_id from referrals where closed_at is null group by child_id, school_id having count(*) > 1) x"),
            ("a referral without an owner", "select count(*) from referrals where owner_id is null and closed_at is null"),
            ("a referral without a history", "select count(*) from referrals r where not exists (select 1 from referral_events e where e.referral_id = r.id)"),
            ("a screening handed in and not scored", &format!("select count(*) from administrations a where {fresh} and not exists (select 1 from scores s where s.administration_id = a.id)")),
        ] {
            assert_eq!(number(&server, sql).await, 0, "{what}");
        }
        let (looked, otherwise) = scored_otherwise(&mut conn).await;
        assert!(looked >= children, "{looked} forms were scored anew");
        assert_eq!(otherwise, 0, "a score is not the second scorer's");
        eprintln!("{killed} kills, {children} children, {} acknowledged steps", acknowledged.all.load(Ordering::SeqCst));
    }
}
