//! The doors of a child in a browser: the scanned card, and the one for a child that wants to talk.

use tests::{Browser, Kind, Screen, Server};

use crate::look;

/// K-39: with a script the scanned page goes on by itself, and no page of the history holds what the link says.
#[tokio::test]
async fn a_scanned_card_goes_on_by_itself_and_leaves_nothing_in_the_history_k_39() {
    let server = Server::demo(Kind::Sqlite).await;
    let card = server.people().cards[0].clone();
    let secret = card.link.strip_prefix("/c/").unwrap();
    let child = Browser::open(&server.url, Screen::Phone).await;
    child.goto(&card.link).await;
    child.find("button[name='assent'][value='yes']").await;
    assert_eq!(child.path().await, "/check-in");
    let told = child
        .run(
            "return [location.href, document.referrer, document.cookie, \
             ...performance.getEntries().map(e => e.name), JSON.stringify(sessionStorage)].join(' ')",
        )
        .await;
    assert!(!told.as_str().unwrap().contains(secret), "{told}");
    child.console_is_clean().await;
    // Back finds no page that signs in again.
    let _ = child.client().back().await;
    let page = child.client().source().await.unwrap();
    assert!(!page.contains(secret));
}

/// K-39: without a script there is one large button.
#[tokio::test]
async fn a_scanned_card_works_without_a_script_k_39() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Browser::open(&server.url, Screen::Phone).await;
    child.without_javascript().await;
    child.goto(&server.people().cards[0].link).await;
    assert_eq!(child.path().await, "/c");
    child.screenshot("card-scanned-phone").await;
    child.click("main button").await;
    child.reads("Hi ").await;
}

/// The door for a child that wants to talk: clean for axe, within the screen, and without anything of the child.
#[tokio::test]
async fn the_door_to_talk_is_clean_on_a_phone_and_a_laptop() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Browser::open(&server.url, Screen::Desktop).await;
    child.goto("/").await;
    look(&child, "entry").await;
    child.goes("a[href='/talk']").await;
    look(&child, "talk").await;
    child.fill("#code", &server.people().cards[0].code).await;
    child.goes("button[name='ask'][value='this_week']").await;
    child.reads("We have noted it").await;
    look(&child, "talk-noted").await;
    child.console_is_clean().await;
}
