//! The pages on which a child's record is moved, reported and corrected, as people see them.

use tests::{Browser, Kind, Screen, Server};

use super::{look, staff};

/// The address of a child that the signed-in counselor sees first in the queue.
async fn first_child(browser: &Browser) -> String {
    browser.goto("/queue").await;
    let child =
        browser.run("return document.querySelector(\"a[href^='/children/']\").getAttribute('href')").await;
    child.as_str().unwrap().to_owned()
}

/// AZ-07: chosen, looked at, done; and the old school's page of the child is gone.
#[tokio::test]
async fn a_counselor_sends_a_child_to_another_school() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    let child = first_child(&browser).await;
    browser.goto(&child).await;
    look(&browser, "child-before-move").await;
    browser.goes("a[href$='/move']").await;
    look(&browser, "move-where").await;
    browser.goes("form[action$='/move'][method=get] button").await;
    browser.reads("no longer see this child").await;
    look(&browser, "move-preview").await;
    browser.fill("textarea[name=reason]", "Her aunt lives there now.").await;
    browser.goes("form[action$='/move'][method=post] button").await;
    browser.reads("The child is at its new school").await;
    browser.console_is_clean().await;
    browser.goto(&child).await;
    browser.reads("does not exist, or it is not yours").await;
}
