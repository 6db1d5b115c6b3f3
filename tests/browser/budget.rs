//! What a first question costs: bytes and requests are held to their budget; times are printed, never judged.
//!
//! `cargo xtask test -- -E 'test(budget)' --no-capture` prints them. Peers, measured the same way: a bare HTML form
//! 0.9 s and 2.5 s (6.6 kB, 2 requests), LimeSurvey 3.6 s and 29.7 s (1,279 kB, 28 requests), SurveyJS 4.1 s and 15.8 s
//! (523 kB), LForms 7.3 s and 26.1 s (972 kB), MindLogger 11.4 s on slow 4G (1,597 kB, 36 requests).

use serde_json::json;
use tests::{Kind, Server};

use crate::child::Child;

/// Bytes until the first question can be answered, without the font, which may come later.
const FIRST: u64 = 30_000;
/// Bytes in all, with the browser part, its glue, the style and one font.
const ALL: u64 = 120_000;
const REQUESTS: usize = 8;

/// Name, bytes over the network and start of everything that the page loaded, itself first.
const LOADED: &str = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
    .map(e => [new URL(e.name).pathname, e.transferSize, Math.round(e.startTime), Math.round(e.responseEnd)])";

#[tokio::test]
async fn a_first_question_stays_within_its_budget() {
    let server = Server::demo(Kind::Sqlite).await;
    for (at, (name, latency, bits)) in
        [("slow 4G", 150, 1_600_000), ("slow 3G", 400, 400_000)].into_iter().enumerate()
    {
        let code = crate::child::card(&server, "14–18", at);
        let child = Child::with_card(&server, &code).await;
        child.says_yes().await;
        child.browser.devtools("Network.clearBrowserCache", json!({})).await;
        child.browser.slow_device(4).await;
        child.browser.devtools("Network.enable", json!({})).await;
        let network = json!({ "offline": false, "latency": latency, "downloadThroughput": bits / 8,
            "uploadThroughput": bits / 8 });
        child.browser.devtools("Network.emulateNetworkConditions", network).await;
        child.browser.goto("/check-in/question/1").await;
        child.walks().await;
        let ready = child
            .browser
            .run("return Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)")
            .await;
        let loaded = child.browser.run(LOADED).await;
        let loaded: Vec<(String, u64)> = loaded
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (e[0].as_str().unwrap().to_owned(), e[1].as_u64().unwrap()))
            .collect();
        let later =
            |path: &str| path.starts_with("/pkg/") || path.ends_with("/sheets") || path.ends_with(".woff2");
        let first: u64 = loaded.iter().filter(|(path, _)| !later(path)).map(|(_, bytes)| bytes).sum();
        let all: u64 = loaded.iter().map(|(_, bytes)| bytes).sum();
        println!(
            "{name}, 4x slower device: first question at {ready} ms; {first} bytes before it, {all} in all, {} requests",
            loaded.len()
        );
        for (path, bytes) in &loaded {
            println!("  {bytes:>7} {path}");
        }
        assert!(first <= FIRST, "{first} bytes before the first question");
        assert!(all <= ALL, "{all} bytes in all");
        assert!(loaded.len() <= REQUESTS, "{} requests", loaded.len());
    }
}
