//! The page about retention in a browser: as it is found, with a fault, with a hold, and with a proof.

use sqlx::Connection;
use tests::{Browser, Kind, Screen, Server};

use crate::{look, staff};

#[tokio::test]
async fn the_page_about_retention_is_clean_in_each_of_its_states_t_03() {
    let server = Server::demo(Kind::Sqlite).await;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    let sql = "select number from children c where not exists (select 1 from referrals r where r.child_id = c.id \
               and r.closed_at is null) order by number limit 1";
    let (number,): (String,) = sqlx::query_as(sql).fetch_one(&mut conn).await.unwrap();
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "administrator").await;
    browser.goto("/setup/retention").await;
    browser.reads("What is kept how long").await;
    look(&browser, "retention").await;
    browser.screenshot_whole("retention-whole").await;

    browser.click("details:has(#hold-number) summary").await;
    browser.fill("#hold-number", &number).await;
    browser.fill("#hold-reason", "County court, file 7/26").await;
    browser.goes("form[action='/setup/retention/holds'] button").await;
    browser.reads("The legal hold stands").await;
    browser.fill("#erase-number", &number).await;
    browser.fill("#erase-again", "something else").await;
    browser.run("document.querySelector('#erase-why').value = 'guardian_asked'").await;
    browser.goes("form[action='/setup/retention/erase'] button").await;
    browser.reads("The two numbers differ").await;
    look(&browser, "retention-fault").await;
    let noted = browser.console().await;
    assert!(noted.iter().all(|line| line.contains("422")), "{noted:?}");
    browser.goes("form[action$='/release'] button").await;
    browser.reads("The hold is released").await;
    browser.fill("#erase-number", &number).await;
    browser.fill("#erase-again", &number).await;
    browser.run("document.querySelector('#erase-why').value = 'guardian_asked'").await;
    browser.goes("form[action='/setup/retention/erase'] button").await;
    browser.reads("Nothing is left of this child but its tombstone").await;
    look(&browser, "retention-proof").await;
    browser.screen(Screen::Phone).await;
    browser.screenshot_whole("retention-proof-whole-phone").await;
    browser.screen(Screen::Desktop).await;
    browser.screenshot_whole("retention-proof-whole").await;
    browser.console_is_clean().await;

    // Other periods are asked for here and decided by somebody else (AUT-11).
    browser.goto("/setup/retention").await;
    browser
        .click("details:has(input[name='profile']) summary, details:has(select[name='profile']) summary")
        .await;
    browser
        .run(
            "const c = document.querySelector('[name=profile][value=eu]'); if (c) c.click(); \
        else document.querySelector('select[name=profile]').value = 'eu'",
        )
        .await;
    browser.goes("form[action='/setup/retention'] button").await;
    browser.reads("Until somebody else has decided").await;
    browser.goto("/setup/retention/change").await;
    browser.reads("You asked for it").await;
    look(&browser, "periods-asked").await;
    let second = Browser::open(&server.url, Screen::Desktop).await;
    staff(&second, &server, "district_officer").await;
    second.goto("/district").await;
    second.reads("How long data are kept is to change").await;
    look(&second, "district-periods-wait").await;
    second.goto("/setup/retention/change").await;
    second.reads("What would change").await;
    look(&second, "periods-decide").await;
    second.goes("button[value='no']").await;
    second.reads("Say why not").await;
    look(&second, "periods-no-reason").await;
    second.goes("button[value='yes']").await;
    second.reads("The new periods hold").await;
    look(&second, "periods-approved").await;
}
