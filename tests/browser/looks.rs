//! The auditor's report on who looked, as an auditor meets it: the month, one person, and the way to a child's ledger.

use sqlx::Connection;
use tests::{Browser, Kind, Screen, Server};

use crate::{look, staff};

/// AZ-09: after a counselor has opened many files within an hour, the trail says so and the report shows which.
#[tokio::test]
async fn the_auditor_meets_who_looked_and_why_it_is_worth_asking_az_09() {
    let server = Server::demo(Kind::Sqlite).await;
    let mut counselor = server.sign_in(server.people().staff("counselor")).await.0;
    let queue = counselor.get("/queue").await.ok();
    let first = queue.attributes("a[href^='/children/']", "href")[0].clone();
    counselor.get(&first).await.ok();
    // What a nosy hour would leave behind, written where the program writes it.
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    let sql = "insert into audit (id, at, district_id, request_id, actor_kind, actor_id, action, subject_kind, subject_id, detail) \
               select randomblob(16), a.at, a.district_id, a.request_id, 'staff', a.actor_id, 'child.view', 'child', c.id, '' \
               from (select * from audit where action = 'child.view' order by at desc limit 1) a, \
               (select id from children where id not in (select child_id from referrals) order by id limit 30) c";
    sqlx::query(sql).execute(&mut conn).await.unwrap();

    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "auditor").await;
    browser.goto("/trail").await;
    browser.reads("worth asking about").await;
    look(&browser, "trail-marked").await;
    browser.goes(".banner a[href='/trail/looks']").await;
    browser.reads("Many children within an hour").await;
    look(&browser, "looks").await;
    browser.screenshot_whole("looks-whole").await;
    browser.goes("a[href*='person=']").await;
    browser.reads("Without a case").await;
    look(&browser, "looks-person").await;
    browser.goes("a[href^='/trail/children/']").await;
    browser.reads("Who had this record").await;
    browser.goto("/trail/looks?month=2020-01").await;
    browser.reads("No looks").await;
    look(&browser, "looks-none").await;
    browser.goto("/trail/looks?month=1").await;
    browser.reads("There is no such month").await;
}
