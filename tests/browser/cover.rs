//! A counselor turns away from her desk: what she typed is kept, the page covers itself, and comes back as it was.

use tests::{Browser, Kind, Screen, Server};

use super::{look, staff};

const ESCAPE: &str = "\u{e00c}";

/// C-28, C-33: kept while it is typed, covered after ten minutes without a touch, opened by the password and nothing else.
#[tokio::test]
async fn a_page_that_nobody_touches_covers_itself_and_loses_nothing_c_28_c_33() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    browser.goto("/queue").await;
    let child = "return document.querySelector(\"a[href^='/children/']\").getAttribute('href')";
    let child = browser.run(child).await.as_str().unwrap().to_owned();
    browser.goto(&child).await;
    browser.run("document.querySelector('#note').open = true").await;
    browser.fill("#note-body", "She waits by the gate.").await;
    browser.reads("Not saved yet").await;

    // The lid was closed: another page of the same child has it.
    browser.goto(&child).await;
    browser.reads("is here again").await;
    let typed = "return document.querySelector('#note-body').value";
    assert_eq!(browser.run(typed).await.as_str(), Some("She waits by the gate."));
    browser.run("document.querySelector('#note').scrollIntoView()").await;
    browser.screenshot("draft-kept").await;

    // Ten minutes pass.
    browser.run("const real = Date.now; Date.now = () => real() + 601_000").await;
    browser.reads("Nobody has touched this page").await;
    look(&browser, "covered").await;
    assert_eq!(browser.run("return document.title").await.as_str(), Some("Covered"));
    // Not for a moment: a browser that does not know the word lets the second one through and gets the cover back.
    assert!(browser.has("dialog.cover[closedby=none]").await);
    browser
        .run("window.opened = 0; document.querySelector('dialog.cover').addEventListener('close', () => window.opened++)")
        .await;
    for _ in 0..3 {
        browser.press(ESCAPE).await;
    }
    assert!(browser.has("dialog.cover[open]").await, "Escape does not take the cover off");
    assert_eq!(browser.run("return window.opened").await.as_u64(), Some(0), "nor for a moment");
    browser.fill("#cover-secret", "not the password").await;
    browser.click("dialog.cover form button").await;
    browser.reads("That does not fit").await;
    let person = server.people().staff.iter().find(|s| s.role == "counselor").unwrap();
    browser.fill("#cover-secret", &person.password).await;
    browser.click("dialog.cover form button").await;
    let open = "return new Promise(done => { const clock = setInterval(() => { if (!document.querySelector('dialog.cover[open]')) \
                { clearInterval(clock); done(true) } }, 50) })";
    browser.run(open).await;
    assert_eq!(
        browser.run(typed).await.as_str(),
        Some("She waits by the gate."),
        "what was typed is still there"
    );

    // Saved, it is no draft any more.
    browser.run("document.querySelector('#note').open = true").await;
    browser.click("form[action$='/note'] .buttons button").await;
    browser.reads("The note is saved").await;
    assert_eq!(browser.run(typed).await.as_str(), Some(""));
    let noted = browser.console().await;
    assert!(noted.iter().all(|line| line.contains("422")), "{noted:?}");
}

/// C-09: a selection becomes letters to print, and says who has none.
#[tokio::test]
async fn selected_children_s_letters_are_printed_together_c_09() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    browser.goto("/queue").await;
    browser
        .run("for (const box of [...document.querySelectorAll('input[name=id]')].slice(0, 2)) box.click()")
        .await;
    browser.goes("#bulk button[value=letters]").await;
    browser.reads("Letters to print").await;
    look(&browser, "letters-to-print").await;
    browser.console_is_clean().await;
}
