//! An administrator reads what is kept how long, holds it, and erases one child; the server's terminal says the same.

use sqlx::Connection;
use tests::{Kind, Page, Server, Visitor, on_both_databases};

use crate::people::staff;

async fn word(server: &Server, sql: &str) -> String {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    let (word,): (String,) =
        sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await.unwrap();
    word
}

const WITHOUT_OPEN_WORK: &str = "select number from children c where not exists (select 1 from referrals r \
    where r.child_id = c.id and r.closed_at is null) order by number limit 1";
const WITH_OPEN_WORK: &str = "select number from children c where exists (select 1 from referrals r \
    where r.child_id = c.id and r.closed_at is null) order by number limit 1";

async fn erase(visitor: &mut Visitor, page: &Page, number: &str, again: &str, nevertheless: &str) -> Page {
    let form = page.form("form[action='/setup/retention/erase']");
    let form = form.set("number", number).set("again", again).set("why", "guardian_asked");
    visitor.submit(form.set("nevertheless", nevertheless)).await
}

on_both_databases! {
    async fn an_administrator_holds_and_erases_a_child_and_reads_the_proof_cap_63(kind: Kind) {
        let server = Server::demo(kind).await;
        let quiet = word(&server, WITHOUT_OPEN_WORK).await;
        let worked_on = word(&server, WITH_OPEN_WORK).await;
        let child = server.children().await.into_iter().find(|child| child.number == quiet).unwrap();
        let name = child.given_name.reveal().clone();
        let (mut visitor, _) = staff(&server, "administrator").await;
        let setup = visitor.get("/setup").await.ok();
        let page = visitor.click(&setup, "Retention and deletion").await.ok();
        for words in ["await a lawyer’s sign-off", "7 years", "Answers", "after leaving the last school", "Nobody was erased."] {
            assert!(page.says(words), "{words}: {}", page.readable());
        }

        // A hold stands in the way.
        let form = page.form("form[action='/setup/retention/holds']").set("number", &quiet);
        let page = visitor.submit(form.set("reason", "County court, file 7/26")).await.ok();
        assert!(page.says("The legal hold stands") && page.says("County court, file 7/26"), "{}", page.readable());
        let page = erase(&mut visitor, &page, &quiet, &quiet, "").await.is(409);
        assert!(page.says("A legal hold stands, so nothing was erased: County court, file 7/26"), "{}", page.readable());
        let page = visitor.submit(page.form("form[action$='/release']")).await.ok();
        assert!(page.says("The hold is released"), "{}", page.readable());

        // So do a slip, and a counselor's open work.
        let page = erase(&mut visitor, &page, &quiet, &format!("{quiet}9"), "").await.is(422);
        assert!(page.says("The two numbers differ"), "{}", page.readable());
        let page = erase(&mut visitor, &page, &worked_on, &worked_on, "").await.is(422);
        assert!(page.says("Speak with them"), "{}", page.readable());
        assert!(page.form("form[action='/setup/retention/erase']").value("number") == Some(worked_on.as_str()));

        let page = erase(&mut visitor, &page, &quiet, &quiet, "").await.ok();
        assert!(page.says("Nothing is left of this child but its tombstone"), "{}", page.readable());
        assert!(page.says("A guardian asked for it") && !page.says(&quiet) && !page.says(&name), "{}", page.readable());
        let page = erase(&mut visitor, &page, &worked_on, &worked_on, "They moved abroad; the counselor agrees.").await.ok();
        assert!(page.says("They moved abroad; the counselor agrees."), "{}", page.readable());

        // Whoever knows the number can ask.
        let form = page.form("form[action='/setup/retention/proof']:has(input[name='child'].input)");
        let page = visitor.submit(form.set("child", &quiet)).await.ok();
        assert!(page.says("Nothing is left of this child but its tombstone"), "{}", page.readable());
        let form = page.form("form[action='/setup/retention/proof']:has(input[name='child'].input)");
        let page = visitor.submit(form.set("child", "no such number")).await.is(422);
        assert!(page.says("No child and no tombstone is known"), "{}", page.readable());

        let said = server.command(&["erasure", "verify", &quiet]).succeeded();
        assert!(said.contains("no row is left but the tombstone"), "{said}");
        let living = word(&server, WITHOUT_OPEN_WORK).await;
        let outcome = server.command(&["erasure", "verify", &living]);
        assert_eq!(outcome.code, Some(4), "{}", outcome.err);
        assert!(outcome.err.contains("was not erased") && outcome.err.contains("children.id"), "{}", outcome.err);
        assert_eq!(server.command(&["erasure", "verify", "nobody"]).code, Some(1));
    }
}
