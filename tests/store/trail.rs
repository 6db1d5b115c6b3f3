//! The trail is tamper-evident: whatever is changed, removed, swapped or cut behind the program's back is found (AUD-02).

use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::services::trail::{self, Fault};
use server::services::{Services, disclosures};
use server::store::{Act, Store};
use sqlx::{AnyConnection, Connection};
use tests::place::Scratch;
use tests::{Database, Kind, on_both_databases};

use crate::town::Town;

fn console() -> Ctx {
    Ctx::new(Actor::Console)
}

/// Services over an empty database, with the file of checkpoints in a folder of the test's own.
async fn house(kind: Kind) -> (Services, Database, Scratch) {
    let (database, folder) = (Database::empty(kind).await, Scratch::new());
    let mut settings = database.settings();
    settings.push(("FIRSTLIGHT__DATA_DIR".into(), folder.path().join("data").display().to_string()));
    let config = Config::parse("", settings.into_iter()).unwrap();
    (Services::open(config).await.unwrap(), database, folder)
}

/// So many acts on the trail.
async fn act(database: &Database, acts: usize) {
    let store = Store::open(&database.url, crate::town::sealer()).await.unwrap();
    for n in 0..acts {
        let ctx = console();
        let id = ctx.id();
        let noted = store.write(&ctx, Act::new("test.act"), move |tx| {
            Box::pin(async move {
                tx.about("nothing", id);
                tx.detail(format!("act {n}"));
                Ok(())
            })
        });
        noted.await.unwrap();
    }
    store.close().await;
}

async fn raw(database: &Database) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&database.url).await.unwrap()
}

async fn run(conn: &mut AnyConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(conn).await.unwrap();
}

/// What somebody with the database in hand, but not the key, could do to line `n` (and to its neighbour).
fn tampering(way: usize, n: i64) -> String {
    let id = |n: i64| format!("(select audit_id from audit_seals where seq = {n})");
    let other = n + 1;
    match way {
        0 => format!("update audit set detail = 'nothing happened' where id = {}", id(n)),
        1 => format!("update audit set at = at + 1 where id = {}", id(n)),
        2 => format!("update audit set action = 'test.other' where id = {}", id(n)),
        3 => format!("update audit set actor_kind = 'job' where id = {}", id(n)),
        4 => format!("update audit set subject_id = request_id where id = {}", id(n)),
        5 => format!("delete from audit where id = {}", id(n)),
        6 => format!("delete from audit_seals where seq = {n}"),
        7 => format!("delete from audit where id = {}; delete from audit_seals where seq = {n}", id(n)),
        // Two lines change places.
        8 => format!(
            "update audit_seals set seq = -1 where seq = {n}; update audit_seals set seq = {n} where seq = {other}; \
             update audit_seals set seq = {other} where seq = -1"
        ),
        // The hole is closed by moving all later lines up.
        9 => format!(
            "delete from audit where id = {}; delete from audit_seals where seq = {n}; \
             update audit_seals set seq = -seq where seq > {n}; update audit_seals set seq = -seq - 1 where seq < 0",
            id(n)
        ),
        // Everything from here on is cut off.
        10 => format!(
            "delete from audit where id in (select audit_id from audit_seals where seq >= {n}); \
             delete from audit_seals where seq >= {n}"
        ),
        _ => format!(
            "insert into audit (id, at, request_id, actor_kind, action, subject_kind, detail) select request_id, at, \
             request_id, actor_kind, action, subject_kind, detail from audit where id = {}",
            id(n)
        ),
    }
}

const WAYS: usize = 12;
const LINES: i64 = 24;

/// 1,000 tamperings, 1,000 found; and the honest trail between them is never accused.
#[tokio::test]
async fn of_a_thousand_tamperings_each_is_found_aud_02() {
    let (services, database, _folder) = house(Kind::Sqlite).await;
    act(&database, usize::try_from(LINES).unwrap()).await;
    assert_eq!(trail::seal(&services, &console()).await.unwrap(), LINES as u64);
    trail::checkpoint(&services, &console()).await.unwrap();
    let mut conn = raw(&database).await;
    run(
        &mut conn,
        "pragma synchronous = off; drop trigger audit_is_not_changed; drop trigger audit_is_not_removed; \
         create table kept as select * from audit; create table kept_seals as select * from audit_seals",
    )
    .await;
    let mut found = 0;
    for n in 0..1000usize {
        let line = (n / WAYS) as i64 % (LINES - 1) + 1;
        run(&mut conn, &tampering(n % WAYS, line)).await;
        let verdict = trail::verify(&services, &console()).await.unwrap();
        assert!(!verdict.faults.is_empty(), "way {} at line {line} was not found", n % WAYS);
        found += 1;
        run(
            &mut conn,
            "begin; delete from audit; insert into audit select * from kept; delete from audit_seals; \
             insert into audit_seals select * from kept_seals; commit",
        )
        .await;
        if n % 100 == 0 {
            let honest = trail::verify(&services, &console()).await.unwrap();
            assert_eq!((honest.lines, honest.faults), (LINES as u64, vec![]));
        }
    }
    println!("{found} of 1000 tamperings found");
    services.close().await;
}

on_both_databases! {
    /// Sealing goes on where it stopped, and an honest trail is whole.
    async fn what_is_committed_is_sealed_and_an_honest_trail_is_whole(kind: Kind) {
        let (services, database, _folder) = house(kind).await;
        act(&database, 250).await;
        assert_eq!(trail::seal(&services, &console()).await.unwrap(), 250);
        trail::checkpoint(&services, &console()).await.unwrap();
        act(&database, 10).await;
        let before = trail::verify(&services, &console()).await.unwrap();
        assert_eq!((before.lines, before.waiting, before.checkpoints), (250, 10, 1));
        assert_eq!(trail::seal(&services, &console()).await.unwrap(), 10);
        let verdict = trail::verify(&services, &console()).await.unwrap();
        assert_eq!((verdict.lines, verdict.waiting, verdict.faults), (260, 0, vec![]));
        services.close().await;
    }

    /// Several nodes on one database seal at once and never make two chains of one.
    async fn two_nodes_that_seal_at_once_make_one_chain(kind: Kind) {
        let (services, database, folder) = house(kind).await;
        let mut settings = database.settings();
        settings.push(("FIRSTLIGHT__DATA_DIR".into(), folder.path().join("data").display().to_string()));
        let other = Services::open(Config::parse("", settings.into_iter()).unwrap()).await.unwrap();
        act(&database, 600).await;
        let ctx = console();
        for _ in 0..20 {
            let (one, two) = tokio::join!(trail::seal(&services, &ctx), trail::seal(&other, &ctx));
            one.unwrap();
            two.unwrap();
        }
        let verdict = trail::verify(&services, &ctx).await.unwrap();
        assert_eq!((verdict.lines, verdict.waiting, verdict.faults), (600, 0, vec![]));
        other.close().await;
        services.close().await;
    }

    /// The database itself refuses to change the trail.
    async fn the_trail_takes_no_update_and_no_delete(kind: Kind) {
        let (services, database, _folder) = house(kind).await;
        act(&database, 3).await;
        let mut conn = raw(&database).await;
        for sql in ["update audit set detail = 'x'", "delete from audit"] {
            assert!(sqlx::raw_sql(sql).execute(&mut conn).await.is_err(), "{sql}");
        }
        services.close().await;
    }

    /// A cut right at the end leaves a chain that is whole in itself: only the checkpoint outside knows better.
    async fn a_cut_of_the_last_lines_is_found_by_the_checkpoint(kind: Kind) {
        let (services, database, _folder) = house(kind).await;
        act(&database, 20).await;
        trail::seal(&services, &console()).await.unwrap();
        trail::checkpoint(&services, &console()).await.unwrap();
        let mut conn = raw(&database).await;
        let triggers = match kind {
            Kind::Sqlite => "drop trigger audit_is_not_changed; drop trigger audit_is_not_removed",
            Kind::Postgres => "drop trigger audit_is_not_changed on audit",
        };
        run(&mut conn, triggers).await;
        run(&mut conn, &tampering(10, 18)).await;
        let verdict = trail::verify(&services, &console()).await.unwrap();
        assert!(matches!(verdict.faults[..], [Fault::Cut(_, 20)]), "{:?}", verdict.faults);
        services.close().await;
    }

    /// AUD-03: who has seen a child's record, with all that 34 CFR 99.32 asks for, and no answer in it.
    async fn the_ledger_of_a_child_tells_who_when_what_and_why_aud_03(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let ctx = town.child(&town.teens()[0]).await;
        let Actor::Student(student) = &ctx.actor else { panic!() };
        town.meddle(&format!("insert into audit (id, at, district_id, request_id, actor_kind, actor_id, action, \
            subject_kind, subject_id, detail) select u.id, 1, u.district_id, u.id, 'staff', u.id, 'answers.view', \
            'child', c.id, '=1+1' from users u join children c on c.district_id = u.district_id where u.email = \
            (select min(email) from users) and c.id = {}", literal(kind, student.child.0))).await;
        let entries = disclosures::ledger(&town.services, &console(), student.child).await.unwrap();
        let entry = entries.iter().find(|e| e.action == "answers.view").unwrap();
        assert!(!entry.who.is_empty() && !entry.roles.is_empty() && !entry.why.is_empty());
        let csv = disclosures::csv(&entries);
        assert!(csv.starts_with("when (UTC),who,role,act,about,interest,request\r\n"));
        assert!(csv.contains("\"1970-01-01 00:00:00\"") && csv.contains("answers.view"), "{csv}");
        // A child's own answers are no disclosure.
        assert!(entries.iter().all(|e| !e.action.starts_with("assent")));
    }
}

/// An id as the database writes one.
pub fn literal(kind: Kind, id: uuid::Uuid) -> String {
    match kind {
        Kind::Sqlite => format!("x'{}'", id.simple()),
        Kind::Postgres => format!("'{id}'"),
    }
}
