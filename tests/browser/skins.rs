//! Every page of a child in every band and language: accessible, within the screen, large enough, and looked at.

use serde_json::Value;
use tests::{Browser, Kind, Screen, Server, axe};

use crate::child::{Child, card};

const BANDS: [(&str, &str); 4] = [("6–7", "a"), ("8–10", "b"), ("11–13", "c"), ("14–18", "d")];
const LANGUAGES: [&str; 4] = ["en", "zh-CN", "es", "ar"];

/// axe, both screens, and a narrow one; pictures in English and in Arabic.
async fn look(browser: &Browser, name: &str, pictures: bool) {
    axe::is_clean(browser).await;
    for (screen, suffix) in [(Screen::Phone, "phone"), (Screen::Desktop, "desktop")] {
        browser.screen(screen).await;
        assert!(!browser.scrolls_sideways().await, "{name} scrolls sideways on a {suffix}");
        if pictures {
            browser.screenshot(&format!("{name}-{suffix}")).await;
        }
    }
    // 200 % on a laptop, and the narrowest screen (SC 1.4.4, 1.4.10).
    for (width, height) in [(683, 384), (320, 568)] {
        browser.viewport(width, height).await;
        assert!(!browser.scrolls_sideways().await, "{name} scrolls sideways at {width}");
    }
    browser.screen(Screen::Desktop).await;
}

async fn every_page_of_a_band(band: (&str, &str)) {
    let server = Server::demo(Kind::Sqlite).await;
    for (at, language) in LANGUAGES.into_iter().enumerate() {
        let child = Child { browser: Browser::open(&server.url, Screen::Desktop).await };
        let pictures = matches!(language, "en" | "ar");
        let named = |page: &str| format!("child-{}-{language}-{page}", band.1);
        child.browser.goto("/").await;
        child.reads_in(language).await;
        look(&child.browser, &named("1-door"), pictures && band.1 == "d").await;
        child.type_card(&card(&server, band.0, at)).await;
        look(&child.browser, &named("2-assent"), pictures).await;
        child.browser.goes("button[name='assent'][value='yes']").await;
        child.browser.find("form.question").await;
        for value in ["2", "0"] {
            if child.browser.path().await == "/check-in/practice" {
                look(&child.browser, &named(&format!("3-practice-{value}")), pictures).await;
                child.tries(value).await;
            }
        }
        child.walks().await;
        look(&child.browser, &named("4-question"), pictures).await;
        child.browser.click("details.look > summary").await;
        look(&child.browser, &named("5-look"), pictures).await;
        child.browser.click("details.look > summary").await;
        fits(&child.browser, band.1).await;
        child.browser.click("header a[href='/help']").await;
        child.browser.find("main dl").await;
        look(&child.browser, &named("6-help"), pictures).await;
        child.browser.click("main a[data-back]").await;
        child.browser.find("form.question").await;
        let mut rested = false;
        while !child.browser.has("form[action='/check-in/finish']").await {
            if child.browser.path().await.starts_with("/check-in/break/") {
                look(&child.browser, &named("7-break"), pictures).await;
                rested = true;
                child.browser.click("main a.button-primary").await;
                child.browser.find("form.question").await;
            }
            child.pick("1").await;
            child.goes_on().await;
        }
        assert!(rested || band.1 != "b", "twelve items before a break");
        look(&child.browser, &named("8-last"), pictures).await;
        child.next().await;
        child.browser.find("form[action='/check-in/talk']").await;
        look(&child.browser, &named("9-done"), pictures).await;
        child.browser.goto("/quiet").await;
        look(&child.browser, &named("quiet"), pictures && band.1 == "a").await;
        child.browser.goto("/check-in/done").await;
        child.browser.goes("form[action='/check-in/close'] button").await;
        look(&child.browser, &named("all-done"), pictures && band.1 == "a").await;
        child.browser.console_is_clean().await;
    }
}

/// K-15, K-17: answers as large as the band wants, and Next on the screen without scrolling for the young.
async fn fits(browser: &Browser, band: &str) {
    let (least, gap) = match band {
        "a" => (96.0, 16.0),
        "b" => (72.0, 12.0),
        "c" => (56.0, 8.0),
        _ => (52.0, 8.0),
    };
    for (width, height) in [(1366, 768), (1024, 768), (360, 640)] {
        browser.viewport(width, height).await;
        let sizes = browser
            .run("return [...document.querySelectorAll('.answer-face')].map(a => { const r = a.getBoundingClientRect(); \
                return [r.width, r.height, r.top, r.left]; })")
            .await;
        let number = |v: &Value| v.as_f64().unwrap();
        let sizes: Vec<Vec<f64>> = sizes
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s.as_array().unwrap().iter().map(number).collect())
            .collect();
        for size in &sizes {
            assert!(size[1] >= least - 0.5 && size[0] >= least - 0.5, "{band} at {width}: {size:?}");
        }
        for pair in sizes.windows(2) {
            let below = pair[1][2] - (pair[0][2] + pair[0][1]);
            let beside = (pair[1][3] - pair[0][3]).abs() - pair[0][0];
            assert!(below >= gap - 0.5 || beside >= gap - 0.5, "{band} at {width}: {pair:?}");
        }
        if matches!(band, "a" | "b") && height == 768 {
            let end = browser
                .run("return document.querySelector('.question-end .button-primary').getBoundingClientRect().bottom")
                .await;
            assert!(end.as_f64().unwrap() <= f64::from(height), "{band} at {width}: Next ends at {end}");
        }
    }
    browser.screen(Screen::Desktop).await;
}

#[tokio::test]
async fn every_page_of_six_and_seven_in_every_language_is_clean() {
    every_page_of_a_band(BANDS[0]).await;
}

#[tokio::test]
async fn every_page_of_eight_to_ten_in_every_language_is_clean() {
    every_page_of_a_band(BANDS[1]).await;
}

#[tokio::test]
async fn every_page_of_eleven_to_thirteen_in_every_language_is_clean() {
    every_page_of_a_band(BANDS[2]).await;
}

#[tokio::test]
async fn every_page_of_fourteen_and_older_in_every_language_is_clean() {
    every_page_of_a_band(BANDS[3]).await;
}
