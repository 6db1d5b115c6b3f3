//! Texts that would run if a page let them: written by those who can write, viewed by those who can read (INP-04).

use tests::{Browser, Kind, Screen, Server, markup};

use crate::staff;

async fn nothing_ran(browser: &Browser, place: &str) {
    let ran = browser.run("return String(window.ran)").await;
    assert_eq!(ran.as_str(), Some("undefined"), "something ran on {place}");
    let foreign = format!("return document.querySelectorAll({:?}).length", markup::FOREIGN);
    assert_eq!(browser.run(&foreign).await.as_u64(), Some(0), "markup came through on {place}");
}

/// Posts each text with the page's own form, from the page itself.
async fn post_all(browser: &Browser, texts: &[String], form: &str, fields: &str) -> usize {
    let payloads = serde_json::to_string(texts).unwrap();
    let script = format!(
        "const form = document.querySelector({form:?}); \
         return (async () => {{ let taken = 0; for (const text of {payloads}) {{ \
         const fields = new URLSearchParams(new FormData(form)); \
         for (const [name, value] of Object.entries(({fields})(text))) fields.set(name, value); \
         const answer = await fetch(form.getAttribute('action'), {{ method: 'POST', body: fields }}); \
         if (answer.ok) taken += 1; }} return taken; }})()"
    );
    browser.run(&script).await.as_u64().map_or(0, |taken| taken as usize)
}

#[tokio::test]
async fn texts_that_would_run_are_shown_as_texts_inp_04() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "counselor").await;
    let child =
        browser.run("return document.querySelector(\"a[href^='/children/']\").getAttribute('href')").await;
    let child = child.as_str().unwrap().to_owned();
    browser.goes("form[action$='/claim'] button").await;
    browser.goto(&child).await;
    let contact = "text => ({ with: 'child', how: 'in_person', reached: 'yes', note: text })";
    // A note has room for many at once, a name for one, and for no line break.
    let (notes, mut names) = (markup::together(1_900), markup::texts());
    names.truncate(25);
    names.retain(|text| !text.contains(['\n', '\t']));
    let taken = post_all(&browser, &notes, "form[action$='/contact']", contact).await;
    assert_eq!(taken, notes.len(), "every text is taken as it is");
    browser.goto(&child).await;
    browser.reads("window.ran=1").await;
    nothing_ran(&browser, "a child's page").await;
    browser.click("form[action='/sign-out'] button").await;
    browser.find("#email").await;

    staff(&browser, &server, "administrator").await;
    browser.goto("/setup/people").await;
    let invite = "text => ({ name: text, email: 'a' + Math.random().toString(36).slice(2) + '@x.example', role: 'auditor' })";
    let taken = post_all(&browser, &names, "form[action='/setup/people/invite']", invite).await;
    assert_eq!(taken, names.len());
    for page in ["/setup/people", "/setup"] {
        browser.goto(page).await;
        browser.reads("window.ran=1").await;
        nothing_ran(&browser, page).await;
    }
    for page in [
        "/sign-in?done=<script>window.ran=1</script>",
        "/setup?done=%22%3E%3Cimg%20src=x%20onerror=window.ran=1%3E",
    ] {
        browser.goto(page).await;
        nothing_ran(&browser, page).await;
    }
    browser.console_is_clean().await;
    println!(
        "{} texts in notes and {} in names, seen on five pages: 0 ran, 0 reports",
        markup::texts().len(),
        names.len()
    );
}
