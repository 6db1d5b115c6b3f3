//! The counselor's walk, from a flag to a child who was helped.
//!
//! Ana has her queue open when a child answers a critical item and closes the tab. The page tells her within seconds.
//! She claims with a key, opens the child, logs that she saw her, takes the second look, writes the safety plan with
//! her, and refers her to a clinic with the mother's consent. The clinic reads the letter and answers through its link,
//! without an account. Ana proposes to close; Ben confirms. All of it works by keyboard.

use tests::{Browser, Kind, Screen, Server, on_both_databases};

use super::look;

async fn sign_in(browser: &Browser, server: &Server, email: &str) {
    let person = server.people().staff.iter().find(|s| s.email == email).unwrap();
    super::sign_in(browser, person).await;
}

/// A teen answers item 9 and closes the tab.
async fn critical_answer(server: &Server) {
    let school = |email: &str| email.split('@').nth(1).unwrap().replace(".example", "").replace('-', " ");
    let counselor = server.people().staff.iter().find(|s| s.role == "counselor").unwrap();
    let here = school(&counselor.email);
    let card = server.people().cards.iter().find(|c| {
        let at = c.school.as_str().unwrap_or_default().to_lowercase();
        (c.age_band == "14–18" || c.age_band == "11–13") && at.starts_with(&here)
    });
    let mut child = server.visitor();
    let entry = child.get("/").await.ok();
    let form = entry.form("form[action='/card']").set("code", &card.unwrap().code);
    let assent = child.submit(form).await.ok();
    let mut page =
        child.submit(assent.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
    for number in 1..=9 {
        page = child
            .submit(page.form("form.question").set("answer", if number == 9 { "1" } else { "0" }))
            .await
            .ok();
    }
}

/// Tab, until the focus is on what a person wants to reach.
async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..150 {
        let there = browser.run(&format!("return document.activeElement.matches({css:?})")).await;
        if there.as_bool() == Some(true) {
            return;
        }
        // A real key, because typing into a date sets its value and never leaves it.
        for kind in ["keyDown", "keyUp"] {
            let key =
                serde_json::json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
            browser.devtools("Input.dispatchKeyEvent", key).await;
        }
    }
    panic!("Tab never reaches {css} on {}", browser.path().await);
}

/// J, as soon as the page listens: before, a key does nothing.
async fn to_first_line(browser: &Browser) {
    for _ in 0..100 {
        browser.press("j").await;
        let there = browser.run("return document.activeElement.closest('table.queue tbody') !== null").await;
        if there.as_bool() == Some(true) {
            return;
        }
        browser.run("return new Promise(done => setTimeout(done, 100))").await;
    }
    panic!("J never reaches a line");
}

const ENTER: &str = "\u{e007}";

/// A form is filled and sent by the page's own means.
async fn send(browser: &Browser, form: &str, fields: &[(&str, &str)], press: &str) {
    let mut script = format!("const f = document.querySelector({form:?});");
    for (name, value) in fields {
        script += &format!(
            "{{ const e = f.elements[{name:?}]; if (e instanceof RadioNodeList || e.type !== 'radio') e.value = {value:?}; \
             else e.checked = true; }}"
        );
    }
    script += &format!("f.querySelector({press:?}).click()");
    browser.run(&script).await;
}

on_both_databases! {
    /// The issue's walk in Chromium, with the counselor's part by keyboard from the alert to the contact.
    async fn a_counselor_follows_a_flag_until_the_child_was_helped(kind: Kind) {
        let server = Server::demo(kind).await;
        let first = server.people().staff("counselor").email.clone();
        let second = format!("counselor-2@{}", first.split('@').nth(1).unwrap());
        let ana = Browser::open(&server.url, Screen::Desktop).await;
        sign_in(&ana, &server, &first).await;
        critical_answer(&server).await;
        // REL-10: an open page says it within five seconds, without being reloaded.
        ana.reads("urgent item").await;
        ana.reads("The list has changed").await;
        ana.goto("/queue").await;
        ana.reads("Critical item 9").await;
        look(&ana, "queue").await;

        // C-05: J to the first line, A claims, J and Enter open the child, C logs a contact.
        to_first_line(&ana).await;
        ana.press("a").await;
        ana.reads("You are on this now").await;
        to_first_line(&ana).await;
        ana.press(ENTER).await;
        ana.find("form[action$='/contact']").await;
        let child = ana.path().await;
        ana.press("c").await;
        tab_to(&ana, "input[name=reached]").await;
        ana.press(" ").await;
        tab_to(&ana, "#contact-note").await;
        ana.press("Seen at 10:50. Safe for now.").await;
        tab_to(&ana, "form[action$='/contact'] button").await;
        ana.press(ENTER).await;
        ana.reads("The contact is saved").await;
        ana.reads("Seen at 10:50. Safe for now.").await;

        // 19, C-25: the second look and the plan.
        ana.click("a[href$='/assessment']").await;
        ana.find("form[action$='/assessment']").await;
        look(&ana, "assessment").await;
        ana.run("document.querySelector('input[name=danger][value=possible]').click()").await;
        send(&ana, "form[action$='/assessment']", &[("level", "critical"), ("summary", "Low for weeks."), ("strengths", "Her aunt.")], "button[type=submit]").await;
        ana.reads("The second look is saved").await;
        ana.click("a[href$='/plan']").await;
        ana.find("form[action$='/plan']").await;
        send(&ana, "form[action$='/plan']", &[("warning_signs", "I stop answering."), ("professionals", "Room 12"), ("safer_place", "")], "button[type=submit]").await;
        ana.reads("Steps 5 and 6 make a plan safe").await;
        // The browser notes the refusal itself; nothing else may stand there.
        let noted = ana.console().await;
        assert!(noted.iter().all(|line| line.contains("422")), "{noted:?}");
        look(&ana, "plan-form").await;
        send(&ana, "form[action$='/plan']", &[("safer_place", "Mom keeps the medicine.")], "button[type=submit]").await;
        ana.reads("The plan is saved").await;
        ana.goto(&format!("{child}/plan")).await;
        ana.reads("I stop answering.").await;
        look(&ana, "plan").await;

        // C-27: R refers; consent, letter, and a link that is shown once.
        ana.goto(&child).await;
        ana.press("r").await;
        ana.find("form[action$='/outside']").await;
        look(&ana, "outside-form").await;
        ana.run("const s = document.querySelector('select[name=service]'); s.selectedIndex = 1; \
            document.querySelector('input[name=consent][value=guardian]').click()").await;
        send(&ana, "form[action$='/outside']", &[("consent_words", "Mother, by phone, today."), ("letter", "Please see her this week.\nShe sleeps badly.")], "button[type=submit]").await;
        ana.find("#service-link").await;
        look(&ana, "outside-link").await;
        let link = ana.run("return document.querySelector('#service-link').getAttribute('href')").await;
        let link = link.as_str().unwrap().to_owned();
        ana.click("a[href$='/letter']").await;
        ana.reads("Please see her this week.").await;
        look(&ana, "letter").await;

        // The clinic, without an account.
        let clinic = Browser::open(&server.url, Screen::Phone).await;
        clinic.goto(&link[link.find("/letters/").unwrap()..]).await;
        clinic.reads("Please see her this week.").await;
        look(&clinic, "service").await;
        clinic.click("button[value=accepted]").await;
        clinic.reads("The school sees your answer now").await;
        clinic.click("button[value=attended]").await;
        clinic.reads("It stands at: attended").await;
        clinic.console_is_clean().await;
        drop(clinic);

        ana.goto(&child).await;
        ana.reads("Attended").await;
        ana.reads("through its link").await;
        look(&ana, "child-helped").await;
        // C-31: what a colleague would need, on one page.
        ana.click("#hand-over-sheet").await;
        ana.reads("Mom keeps the medicine.").await;
        look(&ana, "hand-over").await;
        ana.devtools("Emulation.setEmulatedMedia", serde_json::json!({ "media": "print" })).await;
        ana.screenshot_whole("hand-over-print").await;
        ana.devtools("Emulation.setEmulatedMedia", serde_json::json!({ "media": "" })).await;
        ana.goto(&child).await;
        send(&ana, "form[action$='/close']", &[("outcome", "referred_and_seen"), ("seen_by", "Ana, 10:50"), ("reason", "In care since today.")], "button[type=submit]").await;
        ana.reads("A second person confirms now").await;
        ana.console_is_clean().await;
        drop(ana);

        let ben = Browser::open(&server.url, Screen::Desktop).await;
        sign_in(&ben, &server, &second).await;
        ben.goto("/queue?show=waiting").await;
        ben.goto(&child).await;
        ben.reads("proposes to close").await;
        look(&ben, "closing").await;
        ben.click("button[name=answer][value=yes]").await;
        ben.reads("Confirmed: the referral is closed").await;
        ben.goto("/queue/closed").await;
        ben.reads("Referred and seen").await;
        look(&ben, "closed").await;
        ben.console_is_clean().await;
    }
}

/// The other pages around the walk: axe 0, no sideways scroll, no policy report.
#[tokio::test]
async fn the_pages_around_the_counselor_s_walk_are_clean() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    sign_in(&browser, &server, &server.people().staff("counselor").email.clone()).await;
    for (path, name) in [
        ("/duty", "duty"),
        ("/directory", "directory"),
        ("/queue?priority=high&initials=on", "queue-filtered"),
    ] {
        browser.goto(path).await;
        look(&browser, name).await;
    }
    let child = browser
        .run("return document.querySelector(\"a[href^='/children/']\")?.getAttribute('href') ?? ''")
        .await;
    let child = child.as_str().unwrap().to_owned();
    if !child.is_empty() {
        browser.goto(&format!("{child}/looks")).await;
        look(&browser, "looks").await;
    }
    // SC 2.1.4: the keys can be turned off, and stay off.
    browser.goto("/queue").await;
    browser.press("?").await;
    browser.reads("Turn keys off").await;
    browser.run("[...document.querySelectorAll('dialog button')].find(b => b.textContent.includes('Turn keys off')).click()").await;
    browser.goto("/queue").await;
    browser.press("j").await;
    let moved = browser.run("return document.activeElement.closest('tbody') !== null").await;
    assert_eq!(moved.as_bool(), Some(false), "a key that is turned off does nothing");
    browser.console_is_clean().await;
    for (role, path, name) in [("teacher", "/concerns", "concern"), ("administrator", "/rules", "rules")] {
        let other = Browser::open(&server.url, Screen::Desktop).await;
        sign_in(&other, &server, &server.people().staff(role).email.clone()).await;
        other.goto(path).await;
        look(&other, name).await;
        other.console_is_clean().await;
    }
}
