//! The browser and what it is asked.

use tests::{Browser, Screen, axe};

use crate::site;

#[tokio::test]
async fn the_screen_is_as_large_as_asked() {
    let browser = Browser::open(&site::start(), Screen::Phone).await;
    browser.goto("/").await;
    assert_eq!(browser.run("return [innerWidth, innerHeight]").await, serde_json::json!([360, 640]));
    let picture = browser.screenshot("support-phone").await;
    let png = std::fs::read(&picture).unwrap();
    // Width and height stand at a fixed place in a PNG.
    assert_eq!((&png[16..20], &png[20..24]), (&360u32.to_be_bytes()[..], &640u32.to_be_bytes()[..]));
    std::fs::remove_file(picture).unwrap();
}

#[tokio::test]
async fn scripts_can_be_switched_off() {
    let browser = Browser::open(&site::start(), Screen::Desktop).await;
    browser.goto("/").await;
    assert_eq!(browser.find("#js").await.text().await.unwrap(), "moved");
    browser.without_javascript().await;
    browser.goto("/").await;
    assert_eq!(browser.find("#js").await.text().await.unwrap(), "still");
}

#[tokio::test]
async fn the_network_can_be_cut() {
    let browser = Browser::open(&site::start(), Screen::Desktop).await;
    browser.goto("/").await;
    let reach = "return fetch('/').then(() => 'reached', () => 'cut')";
    browser.offline(true).await;
    assert_eq!(browser.run(reach).await, "cut");
    browser.offline(false).await;
    assert_eq!(browser.run(reach).await, "reached");
}

#[tokio::test]
async fn axe_and_the_console_see_what_is_wrong_and_only_that() {
    let browser = Browser::open(&site::start(), Screen::Desktop).await;
    browser.goto("/").await;
    axe::is_clean(&browser).await;
    browser.console_is_clean().await;

    browser.goto("/bad").await;
    let broken: Vec<String> =
        axe::violations(&browser).await.into_iter().map(|violation| violation.id).collect();
    assert_eq!(broken, ["image-alt"]);
    let console = browser.console().await.join("\n");
    assert!(console.contains("Content Security Policy"), "{console}");
    assert!(console.contains("404"), "{console}");
}
