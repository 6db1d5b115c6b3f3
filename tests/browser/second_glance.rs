//! Pages that a counselor and a school's lead meet seldom, looked at like the rest.

use tests::{Browser, Kind, Screen, Server};

use super::{look, staff};

/// C-06: the second of two who write the same plan sees both and overwrites nothing.
#[tokio::test]
async fn two_counselors_who_write_one_plan_meet_in_its_form() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    browser.goto("/queue").await;
    for line in [0, 1] {
        browser
            .run(&format!("document.querySelectorAll('input[type=checkbox][name=id]')[{line}].click()"))
            .await;
    }
    look(&browser, "queue-selected").await;
    let child =
        browser.run("return document.querySelector(\"a[href^='/children/']\").getAttribute('href')").await;
    let child = child.as_str().unwrap().to_owned();
    browser.goto(&child).await;
    if browser.has("form[action$='/claim'] button").await {
        browser.goes("form[action$='/claim'] button").await;
    }
    browser.goes("a[href$='/plan']").await;
    // The other one has the same form open, and is faster.
    let faster = "const f = document.querySelector(\"form[action$='/plan']\"); const typed = new URLSearchParams(new FormData(f)); \
        typed.set('warning_signs', 'I stop answering.'); typed.set('professionals', 'Room 12'); \
        typed.set('safer_place', 'Mom keeps the medicine.'); \
        return fetch(f.action, { method: 'POST', body: typed }).then(answer => answer.status)";
    assert_eq!(browser.run(faster).await, 200);
    browser.fill("textarea[name=warning_signs]", "I do not sleep.").await;
    browser.fill("textarea[name=professionals]", "Room 12").await;
    browser.fill("textarea[name=safer_place]", "Mom keeps the medicine.").await;
    browser.goes("form[action$='/plan'] button[type=submit]").await;
    browser.reads("I stop answering.").await;
    assert_eq!(
        browser.run("return document.querySelector('textarea[name=warning_signs]').value").await,
        "I do not sleep.",
        "what was typed is still there"
    );
    look(&browser, "plan-two").await;
}

#[tokio::test]
async fn a_schools_lead_sees_it_in_numbers() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "school_lead").await;
    browser.goto("/school").await;
    look(&browser, "school").await;
    browser.console_is_clean().await;
}
