//! Answers for research, and the points of a figure by keyboard, as an analyst and an officer meet them.

use serde_json::json;
use tests::{Browser, Kind, Screen, Server};

use super::{look, staff};

/// PRV-07, AUT-11: asked for in one form, approved by a second person beside what was asked.
#[tokio::test]
async fn an_analyst_asks_for_answers_and_an_officer_approves() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "analyst").await;
    browser.goes("a[href='/district/research']").await;
    look(&browser, "research-ask").await;
    browser.goes("form[action='/district/research'] button").await;
    browser.reads("Say who gets the answers").await;
    look(&browser, "research-wrong").await;
    browser.fill("#recipient", "Institute of Child Health, Dr. Okoro").await;
    browser
        .fill(
            "#purpose",
            "How answers to single items hang together, and whether they do so in both languages.",
        )
        .await;
    browser.fill("#basis", "Ethics committee 2026-14").await;
    browser.click("input[name=windows]").await;
    browser.goes("form[action='/district/research'] button").await;
    browser.reads("Waits for a second person").await;

    let officer = Browser::open(&server.url, Screen::Desktop).await;
    staff(&officer, &server, "district_officer").await;
    officer.goto("/district/research").await;
    look(&officer, "research-decide").await;
    officer.goes("button[value=yes]").await;
    officer.reads("Approved by").await;
    browser.goto("/district/research").await;
    browser.reads("Take the files").await;
    look(&browser, "research-open").await;
    officer.console_is_clean().await;
}

/// D-11: Tab reaches a figure once, arrows go from point to point, and each says what it is.
#[tokio::test]
async fn the_points_of_a_figure_are_reached_by_arrows_d_11() {
    let server = Server::demo(Kind::Sqlite).await;
    let browser = Browser::open(&server.url, Screen::Desktop).await;
    staff(&browser, &server, "district_officer").await;
    // Each figure is drawn in two widths, and one of them is shown.
    let first =
        "[...document.querySelectorAll('svg[role=group]')].find(svg => svg.getClientRects().length > 0)";
    let stops = format!(
        "return [...{first}.querySelectorAll('[tabindex]')].map(point => point.getAttribute('tabindex')).join()"
    );
    let points =
        browser.run(&format!("return {first}.querySelectorAll('[tabindex]').length")).await.as_u64().unwrap();
    assert!(points > 3);
    let roving = |at: u64| {
        let stop = |n| if n == at { "0" } else { "-1" };
        json!((0..points).map(stop).collect::<Vec<_>>().join(","))
    };
    browser.find("svg[role=group] [tabindex='-1']").await;
    assert_eq!(browser.run(&stops).await, roving(0), "one stop of the Tab key");
    let here = "return document.activeElement.getAttribute('aria-label')";
    browser.run(&format!("{first}.querySelector('[tabindex]').focus()")).await;
    let begins = browser.run(here).await;
    browser.press("\u{E014}").await;
    let next = browser.run(here).await;
    assert!(next.as_str().is_some_and(|label| !label.is_empty()) && next != begins, "{begins} then {next}");
    assert_eq!(browser.run(&stops).await, roving(1));
    browser.screenshot("district-point").await;
    browser.press("\u{E010}").await;
    assert_eq!(browser.run(&stops).await, roving(points - 1), "End goes to the last");
    browser.press("\u{E014}").await;
    assert_eq!(browser.run(&stops).await, roving(points - 1), "and stays there");
    browser.press("\u{E011}").await;
    assert_eq!(browser.run(here).await, begins, "Home goes to the first");
    look(&browser, "district-figures").await;
    browser.console_is_clean().await;
}
