//! Listening to a question, in a browser (K-18).

use serde_json::json;
use tests::{Kind, Server, axe};

use crate::child::Child;

/// What was asked of the server for listening, in order.
const HEARD: &str = "return performance.getEntriesByType('resource').map(e => new URL(e.name).pathname) \
                     .filter(path => path.startsWith('/check-in/audio/'))";

/// Puts recordings of the first question into the folder of every instrument that the youngest are asked.
fn record(server: &Server) {
    let settings = server.settings();
    let data = &settings.iter().rfind(|(name, _)| name == "FIRSTLIGHT__DATA_DIR").unwrap().1;
    let folder = std::path::Path::new(data).join("audio/checkin_6_7/1/en");
    std::fs::create_dir_all(&folder).unwrap();
    let definition = tests::place::root().join("questionnaires/instruments/checkin_6_7.toml");
    let definition: toml::Table = std::fs::read_to_string(definition).unwrap().parse().unwrap();
    let items = definition["items"].as_array().unwrap();
    let first = items[0]["id"].as_str().unwrap();
    std::fs::write(folder.join(format!("{first}.wav")), wav()).unwrap();
    for code in 0..5 {
        std::fs::write(folder.join(format!("option.{code}.wav")), wav()).unwrap();
    }
}

/// A tenth of a second of silence.
fn wav() -> Vec<u8> {
    let samples = 800u32;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + samples).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for (value, bytes) in [(16u32, 4usize), (1, 2), (1, 2), (8000, 4), (8000, 4), (1, 2), (8, 2)] {
        file.extend(&value.to_le_bytes()[..bytes]);
    }
    file.extend(b"data");
    file.extend(samples.to_le_bytes());
    file.resize(44 + samples as usize, 128);
    file
}

async fn taps(child: &Child, css: &str) {
    child.browser.run("return new Promise(done => setTimeout(done, 300))").await;
    child.browser.click(css).await;
    child.browser.run("return new Promise(done => setTimeout(done, 300))").await;
}

/// Nothing is fetched before a tap, and a tap asks for the same whatever is picked.
#[tokio::test]
async fn a_recording_is_fetched_on_tap_only_and_asks_the_same_whatever_was_answered_k_18() {
    let server = Server::demo(Kind::Sqlite).await;
    record(&server);
    let child = Child::signed_in(&server, "6–7").await;
    child.says_yes().await;
    child.walks().await;
    child.browser.find("body[data-listen]").await;
    assert_eq!(child.browser.run(HEARD).await, json!([]), "something is fetched before a tap");
    axe::is_clean(&child.browser).await;
    child.browser.screenshot("listen").await;
    // A tab asks the network once for each sound, so what is played is written down where it is started.
    let record = "window.played = []; const play = HTMLMediaElement.prototype.play; \
                  HTMLMediaElement.prototype.play = function () { \
                    window.played.push(new URL(this.src).pathname); return play.call(this); }";
    child.browser.run(record).await;
    let both = json!(["/check-in/audio/1/item", "/check-in/audio/1/1"]);
    for value in [None, Some("0"), Some("1")] {
        if let Some(value) = value {
            child.pick(value).await;
        }
        child.browser.run("window.played.length = 0").await;
        taps(&child, ".listen-line .listen").await;
        taps(&child, ".answers .listen").await;
        assert_eq!(child.browser.run("return window.played").await, both, "with {value:?} picked");
        let mut heard: Vec<String> = serde_json::from_value(child.browser.run(HEARD).await).unwrap();
        heard.sort();
        heard.dedup();
        assert_eq!(heard, ["/check-in/audio/1/1", "/check-in/audio/1/item"], "with {value:?} picked");
    }
    // What was picked stays picked: listening to an answer gives none.
    assert!(child.browser.has("input[name='answer'][value='1']:checked").await);
    child.browser.console_is_clean().await;
}

/// Without a recording only a voice of the device itself reads; where there is none, there is no button.
#[tokio::test]
async fn a_remote_voice_never_reads_and_a_local_one_reads_the_question_k_18() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Child::signed_in(&server, "8–10").await;
    child.says_yes().await;
    child.walks().await;
    child.browser.find("body[data-listen]").await;
    let voices = |local: bool| {
        format!(
            "window.said ??= []; speechSynthesis.getVoices = () => [{{ lang: 'en-US', name: 'v', localService: {local} }}]; \
             speechSynthesis.speak = u => window.said.push(u.text); \
             Object.defineProperty(SpeechSynthesisUtterance.prototype, 'voice', {{ set() {{}}, configurable: true }}); \
             speechSynthesis.dispatchEvent(new Event('voiceschanged')); \
             return getComputedStyle(document.querySelector('.listen-line .listen')).display"
        )
    };
    assert_eq!(child.browser.run(&voices(false)).await, "none");
    assert_eq!(child.browser.run(&voices(true)).await, "inline-flex");
    child.browser.screenshot("listen-voice").await;
    child.pick("1").await;
    taps(&child, ".listen-line .listen").await;
    let item = child.browser.run("return document.querySelector('main h1').innerText").await;
    assert_eq!(child.browser.run("return window.said").await, json!([item]));
    assert_eq!(child.browser.run(HEARD).await, json!([]));
}

/// A recording is for the child that is signed in, and no browser keeps it.
#[tokio::test]
async fn a_recording_opens_for_a_signed_in_child_only_and_is_not_kept_k_18() {
    let server = Server::demo(Kind::Sqlite).await;
    record(&server);
    let address = "/check-in/audio/1/item";
    assert!(server.visitor().request("GET", address, None).await.status >= 300);
    let card = server.people().cards.iter().find(|c| c.age_band == "6–7").unwrap().clone();
    let mut child = server.visitor();
    let page = child.get(&card.link).await.ok();
    let page = child.submit(page.form("form[action='/c']")).await.ok();
    // Not before the child has said yes.
    assert_eq!(child.request("GET", address, None).await.status, 404);
    child.submit(page.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
    let heard = child.request("GET", address, None).await.ok();
    assert_eq!(heard.header("content-type"), Some("audio/wav"));
    assert_eq!(heard.header("cache-control"), Some("no-store"));
    let part = child.clone().with_header("range", "bytes=0-3").request("GET", address, None).await.is(206);
    assert_eq!(part.header("content-range"), Some("bytes 0-3/844"));
    for odd in ["/check-in/audio/1/9", "/check-in/audio/99/item", "/check-in/audio/1/..%2Fkey.hex"] {
        assert_eq!(child.request("GET", odd, None).await.status, 404, "{odd}");
    }
}
