//! The real pages in a real browser: JavaScript on, keyboard, phone and desktop, axe, policy reports, screenshots.

#![allow(clippy::unwrap_used)]

mod budget;
mod child;
mod counselor;
mod cover;
mod doors;
mod hostile;
mod informants;
mod looks;
mod offline;
mod oidc;
mod passkeys;
mod read_aloud;
mod records;
mod research;
mod retention;
mod second_glance;
mod shared_device;
mod skins;

use tests::{Browser, Kind, Screen, Server, Staff, axe, on_both_databases, totp};

async fn staff(browser: &Browser, server: &Server, role: &str) {
    sign_in(browser, server.people().staff(role)).await;
}

async fn sign_in(browser: &Browser, person: &Staff) {
    browser.goto("/sign-in").await;
    browser.fill("#email", &person.email).await;
    browser.fill("#password", &person.password).await;
    browser.click("form[action='/sign-in'] button").await;
    browser.find("form[action='/sign-in/code']").await;
    browser.fill("#code", &totp::now(person.totp_secret.as_deref().unwrap())).await;
    browser.goes("form[action='/sign-in/code'] button").await;
}

/// A page is looked at: no axe violation, nothing beside the screen, and a picture for people to look at too.
pub(crate) async fn look(browser: &Browser, name: &str) {
    axe::is_clean(browser).await;
    for (screen, suffix) in [(Screen::Phone, "phone"), (Screen::Desktop, "desktop")] {
        browser.screen(screen).await;
        assert!(!browser.scrolls_sideways().await, "{name} scrolls sideways on a {suffix}");
        browser.screenshot(&format!("{name}-{suffix}")).await;
    }
}

on_both_databases! {
    /// The journey, in Chromium: card → assent → critical answer → tab closed → queue → claimed → contact → closed.
    async fn a_childs_critical_answer_is_followed_to_an_outcome_in_a_browser(kind: Kind) {
        let server = Server::demo(kind).await;
        let card = server.people().cards.iter().find(|c| c.age_band == "14–18").unwrap().code.clone();
        let child = Browser::open(&server.url, Screen::Desktop).await;
        child.goto("/").await;
        look(&child, "entry").await;
        child.fill("#code", &card).await;
        child.click("form[action='/card'] button").await;
        child.find("button[name='assent'][value='yes']").await;
        look(&child, "assent").await;
        child.click("button[name='assent'][value='yes']").await;
        for number in 1..=9 {
            child.reads(&format!("Question {number} of 13")).await;
            if number == 1 {
                look(&child, "question").await;
            }
            let value = if number == 9 { "1" } else { "0" };
            // A tap within the first quarter of a second is a carry-over and is ignored (K-16).
            child.run("return new Promise(done => setTimeout(done, 300))").await;
            child.run(&format!("document.querySelector(\"input[name=answer][value='{value}']\").click()")).await;
            child.click("form.question button[type='submit']").await;
        }
        child.reads("Question 10 of 13").await;
        // A tab that is closed within the answer's way to the server has not sent it yet; that is another test's.
        child.find("body:not([data-unsent])").await;
        child.console_is_clean().await;
        drop(child);

        let browser = Browser::open(&server.url, Screen::Desktop).await;
        staff(&browser, &server, "counselor").await;
        browser.reads("Critical item 9").await;
        look(&browser, "queue").await;
        let child_page = browser.run("return document.querySelector(\"a[href^='/children/']\").getAttribute('href')").await;
        let child_page = child_page.as_str().unwrap().to_owned();
        let name = browser.run("return document.querySelector(\"a[href^='/children/']\").innerText").await;
        let name = name.as_str().unwrap().to_owned();
        browser.goes("form[action$='/claim'] button").await;
        browser.goto(&child_page).await;
        browser.reads("better off dead").await;
        look(&browser, "child").await;
        browser.run("const f = document.querySelector(\"form[action$='/contact']\"); \
            f.elements.with.value = 'child'; f.elements.how.value = 'in_person'; f.elements.reached.value = 'yes'; \
            f.elements.note.value = 'Seen and safe.'; f.querySelector('button[type=submit]').click()").await;
        browser.reads("Seen and safe.").await;
        browser.run("const f = document.querySelector(\"form[action$='/close']\"); \
            f.elements.outcome.value = 'supported_here'; f.elements.seen_by.value = 'Ana'; \
            f.elements.reason.value = 'Support has begun.'; f.querySelector('button[type=submit]').click()").await;
        browser.reads("Support has begun.").await;
        browser.click("form[action='/sign-out'] button").await;
        browser.find("#email").await;

        // The window ends; the district reads what came of it, and nothing of the child.
        staff(&browser, &server, "administrator").await;
        browser.goes("form[action^='/setup/windows/'][action$='/closed'] button").await;
        browser.click("form[action='/sign-out'] button").await;
        browser.find("#email").await;
        let built = server.command(&["release", "build"]).succeeded();
        let window = built.split("release 1 of ").nth(1).and_then(|rest| rest.split(" built").next()).unwrap().to_owned();
        staff(&browser, &server, "district_officer").await;
        browser.reads(&window).await;
        assert!(!browser.text().await.contains(&name), "a child's name on the district's page");
        browser.console_is_clean().await;
    }
}

/// T-02, K-13: the whole check-in with JavaScript switched off in the browser.
#[tokio::test]
async fn a_check_in_works_with_javascript_off() {
    let server = Server::demo(Kind::Sqlite).await;
    let card = server.people().cards.iter().find(|c| c.age_band == "11–13").unwrap().code.clone();
    let child = Browser::open(&server.url, Screen::Phone).await;
    child.without_javascript().await;
    child.goto("/").await;
    child.fill("#code", &card).await;
    child.click("form[action='/card'] button").await;
    child.goes("button[name='assent'][value='yes']").await;
    for number in 1..=13 {
        child.reads(&format!("Question {number} of 13")).await;
        child.click("label:has(input[name='answer'][value='0'])").await;
        child.click("form.question button[type='submit']").await;
    }
    child.click("form[action='/check-in/finish'] button").await;
    child.reads("All done").await;
}

/// Every other page of every role: axe 0, no sideways scroll, no policy report (T-03, T-04).
#[tokio::test]
async fn every_page_of_staff_is_clean() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    browser.goto("/sign-in").await;
    look(&browser, "sign-in").await;
    browser.goto("/help").await;
    look(&browser, "help").await;
    for (role, name) in [
        ("proctor", "sittings"),
        ("school_lead", "school"),
        ("district_officer", "district"),
        ("administrator", "setup"),
        ("auditor", "trail"),
    ] {
        staff(&browser, &server, role).await;
        look(&browser, name).await;
        if role == "proctor" {
            browser.goes("a[href^='/sittings/']").await;
            look(&browser, "board").await;
            browser.goes("a[href$='/cards']").await;
            look(&browser, "cards").await;
            browser.goes("button[value='class']").await;
            look(&browser, "cards-sheet").await;
            browser.devtools("Emulation.setEmulatedMedia", serde_json::json!({ "media": "print" })).await;
            browser.screenshot_whole("cards-print").await;
            browser.devtools("Emulation.setEmulatedMedia", serde_json::json!({ "media": "" })).await;
            browser.goto("/make-ups").await;
            look(&browser, "make-ups").await;
            browser.goto("/sittings").await;
        }
        if role == "administrator" {
            browser.goes("th a[href^='/setup/windows/']").await;
            browser.reads("From set-up to opening").await;
            look(&browser, "window").await;
            let window = browser.path().await;
            browser.goto(&format!("{window}/rehearsal")).await;
            browser.goes("form[action$='/rehearsal'] button").await;
            browser.reads("Cards of made-up children").await;
            look(&browser, "rehearsal").await;
            browser.goes("form[action$='/rehearsal/end'] button").await;
            browser.reads("The rehearsal is over").await;
            for (path, name) in [
                ("/setup/windows/new", "window-new"),
                ("/setup/calendar", "calendar"),
                ("/setup/places", "places"),
                ("/setup/roster", "roster"),
                ("/consent", "consents"),
            ] {
                browser.goto(path).await;
                look(&browser, name).await;
            }
            browser.goes("h2 a[href^='/consent/windows/']").await;
            look(&browser, "consent").await;
            browser.goes("th a[href*='/classes/']").await;
            look(&browser, "consent-class").await;
            browser.goto(&window).await;
            browser.goes("a[href$='/capacity']").await;
            browser.reads("First talks possible").await;
            browser.click("details.disclosure summary").await;
            look(&browser, "capacity").await;
            browser.screenshot_whole("capacity-whole").await;
            browser.goto("/rules").await;
            look(&browser, "rules").await;
            browser.run("document.querySelector(\"form[action='/rules/above_cutoff']\").closest('details').open = true").await;
            browser.run("document.querySelector(\"form[action='/rules/above_cutoff']\").elements.setting.value = 'high'").await;
            browser.goes("form[action='/rules/above_cutoff'] button[formaction='/rules/try']").await;
            browser.reads("Nothing is changed yet").await;
            look(&browser, "rule-trial").await;
            browser.screenshot_whole("rule-trial-whole").await;
            browser.fill("#note", "Tried out over a closed window.").await;
            browser.goes("form[action='/rules/above_cutoff'] button").await;
            browser.reads("The rule is changed").await;
            browser.goto("/setup/people").await;
            look(&browser, "people").await;
            browser.goto("/account").await;
            look(&browser, "account").await;
            browser.goto("/confirm").await;
            look(&browser, "confirm").await;
            browser.goto("/setup").await;
        }
        if role == "school_lead" {
            browser.goto("/break-glass").await;
            look(&browser, "break-glass").await;
        }
        browser.click("form[action='/sign-out'] button").await;
        browser.find("#email").await;
    }
    browser.console_is_clean().await;
}

/// an open board follows the class within seconds, and says no more than where each child is.
#[tokio::test]
async fn an_open_board_follows_the_class_by_itself_a_08() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "proctor").await;
    let boards = browser.run("return [...document.querySelectorAll(\"a[href^='/sittings/']\")].map(a => a.getAttribute('href'))").await;
    let mut code = None;
    for board in boards.as_array().unwrap() {
        browser.goto(board.as_str().unwrap()).await;
        if browser.has("form[action$='/close']").await && browser.has(".seat-waiting").await {
            let board = board.as_str().unwrap();
            browser.goto(&format!("{board}/cards")).await;
            browser.goes("button[value='not_finished']").await;
            let printed = browser.run("return document.querySelector('.student-card-code').innerText").await;
            code = printed.as_str().map(str::to_owned);
            browser.goto(board).await;
            break;
        }
    }
    let code = code.expect("an open sitting with somebody who has not finished");
    let working = "return document.querySelectorAll('.seat-working').length";
    let before = browser.run(working).await.as_u64().unwrap();
    let mut child = server.visitor();
    let door = child.get("/").await.ok();
    let assent = child.submit(door.form("form[action='/card']").set("code", &code)).await.ok();
    if assent.has("form[action='/check-in/assent']") {
        child.submit(assent.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
        for _ in 0..600 {
            if browser.run(working).await.as_u64().unwrap() > before {
                return;
            }
            browser.run("return new Promise(done => setTimeout(done, 100))").await;
        }
        panic!("the board stays as it was:\n{}", browser.text().await);
    }
}
