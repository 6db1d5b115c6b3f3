//! Sign-in at an OpenID provider of another site, in Chromium.

use serde_json::json;
use tests::place::Scratch;
use tests::provider::{Mood, Provider, Signed};
use tests::{Browser, Kind, SMALL, Screen, Server, Setup, totp};

use crate::look;

/// The site is at localhost and the provider at 127.0.0.1: to a browser these are two sites.
async fn beside(provider: &Provider, secret: &Scratch) -> (Server, String) {
    let mut setup = Setup::new().setting("HTTP__PUBLIC_URL", "http://localhost:{port}").demo(SMALL);
    for (name, value) in provider.settings(secret) {
        setup = setup.setting(name, &value);
    }
    let server = setup.start(Kind::Sqlite).await;
    let site = server.url.replace("127.0.0.1", "localhost");
    (server, site)
}

/// There and back, the second factor here; then a stranger, and a provider that is away.
#[tokio::test]
async fn staff_sign_in_with_their_districts_provider_and_a_code() {
    let (provider, secret) = (Provider::start().await, Scratch::new());
    let (server, site) = beside(&provider, &secret).await;
    let person = server.people().staff("counselor").clone();
    provider.person("counselor-1", &person.email, true);
    let browser = Browser::open(&site, Screen::Desktop).await;
    browser.goto("/sign-in").await;
    look(&browser, "sign-in-with").await;
    browser.click("form[action='/sign-in/with'] button").await;
    browser.find("form[action='/sign-in/code']").await;
    browser.fill("#code", &totp::now(person.totp_secret.as_deref().unwrap())).await;
    browser.goes("form[action='/sign-in/code'] button").await;
    browser.reads("My work").await;
    browser.goes("form[action='/sign-out'] button").await;
    browser.goto("/queue").await;
    browser.find("#email").await;
    browser.console_is_clean().await;

    provider.person("stranger-1", "stranger@elsewhere.example", true);
    browser.click("form[action='/sign-in/with'] button").await;
    browser.reads("There is no account here for this sign-in").await;
    look(&browser, "sign-in-with-a-stranger").await;
    provider.says(Signed::WithAnotherKey, json!({}));
    browser.click("form[action='/sign-in/with'] button").await;
    browser.reads("The sign-in with Alder district did not work").await;
    provider.mood(Mood::Failing);
    browser.goto("/sign-in").await;
    browser.click("form[action='/sign-in/with'] button").await;
    browser.reads("does not answer").await;
    look(&browser, "sign-in-with-nobody-there").await;
}

/// The same without JavaScript: one more button to press.
#[tokio::test]
async fn signing_in_at_the_provider_needs_no_javascript() {
    let (provider, secret) = (Provider::start().await, Scratch::new());
    let (server, site) = beside(&provider, &secret).await;
    let person = server.people().staff("proctor").clone();
    provider.person("proctor-1", &person.email, true);
    let browser = Browser::open(&site, Screen::Phone).await;
    browser.without_javascript().await;
    browser.goto("/sign-in").await;
    browser.click("form[action='/sign-in/with'] button").await;
    browser.reads("Almost there").await;
    browser.screenshot("sign-in-with-back-phone").await;
    browser.goes("form[action='/sign-in/with/back'] button").await;
    browser.fill("#code", &totp::now(person.totp_secret.as_deref().unwrap())).await;
    browser.goes("form[action='/sign-in/code'] button").await;
    assert_eq!(browser.path().await, "/sittings");
}
