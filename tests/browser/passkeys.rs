//! Passkeys in Chromium, with an authenticator of the browser's own (AUT-06, AUT-10, KEY-04).

use tests::{Browser, Kind, SMALL, Screen, Server, Setup, Staff, totp};

use crate::{look, sign_in};

/// Browsers know passkeys only under a name.
async fn named(passkeys: &str) -> (Server, String) {
    let server = Setup::new()
        .setting("HTTP__PUBLIC_URL", "http://localhost:{port}")
        .setting("STAFF__PASSKEYS", passkeys)
        .demo(SMALL)
        .start(Kind::Sqlite)
        .await;
    let site = server.url.replace("127.0.0.1", "localhost");
    (server, site)
}

async fn password(browser: &Browser, person: &Staff) {
    browser.goto("/sign-in").await;
    browser.fill("#email", &person.email).await;
    browser.fill("#password", &person.password).await;
    browser.goes("form[action='/sign-in'] button").await;
}

async fn signs_out(browser: &Browser) {
    browser.goes("form[action='/sign-out'] button").await;
    browser.find("#email").await;
}

/// The button asks the browser once the page's script is there.
async fn goes_by_passkey(browser: &Browser, form: &str) {
    browser.goes(&format!("form[action='{form}'] button[data-ready]")).await;
}

/// A passkey is added on the account page, signs in, confirms a grave act, and is removed.
#[tokio::test]
async fn a_passkey_is_added_and_signs_in_aut_06() {
    let (server, site) = named("offered").await;
    let browser = Browser::open(&site, Screen::Desktop).await;
    browser.goto("/sign-in").await;
    browser.authenticator().await;
    let person = server.people().staff("administrator").clone();
    sign_in(&browser, &person).await;
    browser.goto("/account").await;
    look(&browser, "account-without-passkey").await;
    browser.fill("#name", "Anna’s laptop").await;
    goes_by_passkey(&browser, "/account/passkeys").await;
    browser.reads("The passkey is added.").await;
    browser.reads("Anna’s laptop").await;
    look(&browser, "account-with-passkey").await;
    signs_out(&browser).await;

    password(&browser, &person).await;
    browser.reads("Use your passkey").await;
    look(&browser, "second-step").await;
    goes_by_passkey(&browser, "/sign-in/passkey").await;
    browser.reads("Set-up").await;
    browser.goto("/confirm").await;
    look(&browser, "confirm-by-passkey").await;
    goes_by_passkey(&browser, "/confirm/passkey").await;
    browser.goto("/account").await;
    browser.reads("last used today").await;
    browser.goes("form[action='/account/passkeys/remove'] button").await;
    browser.reads("The passkey is removed").await;
    browser.console_is_clean().await;
}

/// Without JavaScript the second step is a code, and nothing on the page needs a script.
#[tokio::test]
async fn without_javascript_the_second_step_is_a_code_aut_06() {
    let (server, site) = named("offered").await;
    let person = server.people().staff("administrator").clone();
    {
        let browser = Browser::open(&site, Screen::Desktop).await;
        browser.goto("/sign-in").await;
        browser.authenticator().await;
        sign_in(&browser, &person).await;
        browser.goto("/account").await;
        goes_by_passkey(&browser, "/account/passkeys").await;
        browser.reads("The passkey is added.").await;
    }
    let browser = Browser::open(&site, Screen::Phone).await;
    browser.without_javascript().await;
    password(&browser, &person).await;
    assert!(!browser.text().await.contains("Use your passkey"), "a button that does nothing");
    browser.fill("#code", &totp::at(person.totp_secret.as_deref().unwrap(), 1)).await;
    browser.goes("form[action='/sign-in/code'] button").await;
    browser.goto("/account").await;
    browser.reads("Adding one needs JavaScript").await;
}

/// Where passkeys are required, a counselor's pages open once there is one; a lost one is removed by an administrator.
#[tokio::test]
async fn a_counselor_adds_the_passkey_that_is_required_and_loses_it_key_04() {
    let (server, site) = named("required").await;
    let browser = Browser::open(&site, Screen::Desktop).await;
    browser.goto("/sign-in").await;
    browser.authenticator().await;
    let person = server.people().staff("counselor").clone();
    sign_in(&browser, &person).await;
    browser.reads("Add a passkey to go on").await;
    look(&browser, "passkey-needed").await;
    browser.goto("/queue").await;
    browser.reads("Add a passkey to go on").await;
    goes_by_passkey(&browser, "/account/passkeys").await;
    browser.goto("/queue").await;
    browser.reads("My work").await;
    assert_eq!(browser.path().await, "/queue");

    let other = Browser::open(&site, Screen::Desktop).await;
    other.goto("/sign-in").await;
    other.authenticator().await;
    sign_in(&other, server.people().staff("administrator")).await;
    goes_by_passkey(&other, "/account/passkeys").await;
    other.goto("/setup/people").await;
    look(&other, "people-with-passkeys").await;
    let row = "tr:has(form[action$='/remove-passkeys'])";
    let removal = format!("{row}:has(th span.table-sub) form[action$='/remove-passkeys'] button");
    let hers = format!(
        "return [...document.querySelectorAll(\"{row}\")].findIndex(row => row.innerText.includes('{}'))",
        person.email
    );
    let at = other.run(&hers).await.as_i64().unwrap();
    assert!(at >= 0, "no button removes her passkeys");
    other.run("window.isOldPage = true").await;
    other.run(&format!("document.querySelectorAll(\"{removal}\")[{at}].click()")).await;
    other.reads("The account is changed.").await;
    browser.goto("/queue").await;
    browser.find("#email").await;
    other.console_is_clean().await;
    browser.console_is_clean().await;
}
