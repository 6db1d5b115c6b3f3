//! What a first question costs: bytes and requests are held to their budget; times are printed, never judged.
//!
//! `cargo xtask test -- -E 'test(budget)' --no-capture` prints them. Peers, measured the same way: a bare HTML form
//! 0.9 s and 2.5 s (6.6 kB, 2 requests), LimeSurvey 3.6 s and 29.7 s (1,279 kB, 28 requests), SurveyJS 4.1 s and 15.8 s
//! (523 kB), LForms 7.3 s and 26.1 s (972 kB), MindLogger 11.4 s on slow 4G (1,597 kB, 36 requests).

use serde_json::json;
use tests::{Kind, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::child::Child;

/// Bytes until the first question can be answered, without the font, which may come later.
const FIRST: u64 = 30_000;
/// Bytes in all, with the browser part, its glue, the style and one font.
const ALL: u64 = 120_000;
const REQUESTS: usize = 8;

/// Name, bytes over the network and start of everything that the page loaded, itself first.
const LOADED: &str = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
    .map(e => [new URL(e.name).pathname, e.transferSize, Math.round(e.startTime), Math.round(e.responseEnd)])";

/// The same question as a bare form: what a page costs that does nothing else.
const BARE: &str = "const all = css => [...document.querySelectorAll(css)].map(e => e.innerText); \
    return '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">' + \
    '<link rel=icon href=\"data:,\"><title>Question</title><form method=post><fieldset><legend>' + \
    all('.question-stem').map(t => `<p>${t}</p>`).join('') + `<h1>${all('main h1')[0]}</h1></legend>` + \
    all('.answer').map((t, n) => `<p><label><input type=radio name=answer value=${n}> ${t}</label></p>`).join('') + \
    '</fieldset><button>Continue</button></form>'";

/// When something is painted that can be answered. A busy machine paints late, so it is waited for.
const PAINTED: &str = "return new Promise(done => { const ask = () => { \
    const painted = performance.getEntriesByName('first-contentful-paint')[0]; \
    painted ? done(Math.round(painted.startTime)) : setTimeout(ask, 50); }; ask(); })";

/// Serves one page again and again and gives its address.
async fn serve(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let page = page.clone();
            // A browser opens connections that it may not use; none may hold up another.
            tokio::spawn(async move {
                let mut request = [0; 4096];
                if stream.read(&mut request).await.unwrap_or(0) > 0 {
                    let length = page.len();
                    let head = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                    );
                    let _ = stream.write_all((head + &page).as_bytes()).await;
                }
            });
        }
    });
    address
}

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
        let ready = child.browser.run(PAINTED).await;
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
        let bare = child.browser.run(BARE).await;
        let address = serve(bare.as_str().unwrap().to_owned()).await;
        child.browser.client().goto(&address).await.unwrap();
        child.browser.find("form button").await;
        let bare = child.browser.run(PAINTED).await;
        println!(
            "  a bare form with the same text at {bare} ms; ours takes {:.2} times as long",
            ready.as_f64().unwrap() / bare.as_f64().unwrap()
        );
        for (path, bytes) in &loaded {
            println!("  {bytes:>7} {path}");
        }
        assert!(first <= FIRST, "{first} bytes before the first question");
        assert!(all <= ALL, "{all} bytes in all");
        assert!(loaded.len() <= REQUESTS, "{} requests", loaded.len());
    }
}
