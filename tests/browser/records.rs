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

/// LAW-12: written in a guided form, seen above the queue, printed, told by phone and sent by letter.
#[tokio::test]
async fn a_counselor_writes_a_mandatory_report_and_says_how_it_was_sent() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    let child = first_child(&browser).await;
    browser.goto(&child).await;
    if browser.run("return document.querySelector(\"form[action$='/claim']\") !== null").await == true {
        browser.goes("form[action$='/claim'] button").await;
    }
    browser.goes("a[href$='/report']").await;
    look(&browser, "report-form").await;
    browser.run("for (const [name, text] of Object.entries({ seen: 'Two bruises on the left arm, seen at 9:40 in the office.', \
        words: '“He grabbed me and would not let go.”', danger: 'This child, tonight.', asked: 'The head of the team.', \
        told: 'The school lead.', not_told: 'Her stepfather.' })) document.querySelector(`textarea[name=${name}]`).value = text").await;
    browser.goes("form[action$='/report'] button").await;
    browser.reads("It goes nowhere by itself").await;
    look(&browser, "report").await;
    let report = browser.path().await;
    browser.goto(&child).await;
    browser.reads("Not sent yet").await;
    look(&browser, "child-with-report").await;
    browser.goto("/queue").await;
    browser.reads("Reports that wait").await;
    look(&browser, "queue-with-report").await;
    for (how, then) in [("phone", "Told; in writing by"), ("letter", "By letter or fax")] {
        browser.goto(&report).await;
        browser.run(&format!("const f = document.querySelector(\"form[action$='/sent']\"); f.elements.how.value = '{how}'; \
            f.elements.time.value = '00:00'; f.elements.by.value = 'Imani Ahmed'; f.elements.reference.value = 'CP 77/26'")).await;
        browser.goes("form[action$='/sent'] button").await;
        browser.reads(then).await;
    }
    look(&browser, "report-sent").await;
    browser.console_is_clean().await;
}

/// C-21: what was written wrongly stays, struck out, beside what is right.
#[tokio::test]
async fn a_counselor_corrects_a_note() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    let child = first_child(&browser).await;
    browser.goto(&child).await;
    browser.run("for (const part of document.querySelectorAll('details')) part.open = true").await;
    browser.fill("form[action$='/note'] textarea", "Came with her brother Tom.").await;
    browser.goes("form[action$='/note'] button").await;
    browser.goes(".timeline a[href*='/correct/note/']").await;
    browser.reads("Nothing is overwritten").await;
    look(&browser, "correct").await;
    browser.fill("textarea[name=body]", "Came with her cousin Tom.").await;
    browser.goes("form[action*='/correct/'] button").await;
    browser.reads("Corrected by").await;
    browser.reads("Came with her brother Tom.").await;
    browser.reads("Came with her cousin Tom.").await;
    look(&browser, "child-corrected").await;
    browser.run("document.querySelector('#timeline-head').scrollIntoView()").await;
    browser.screenshot("child-corrected-timeline").await;
    browser.console_is_clean().await;
}
