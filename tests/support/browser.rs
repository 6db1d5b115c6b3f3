//! A real browser.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::driver::{Driver, chrome};
use crate::place;

/// The two screens that every page must be good on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// A school's laptop: 1366 × 768.
    Desktop,
    /// A small telephone: 360 × 640.
    Phone,
}

impl Screen {
    fn size(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1366, 768),
            Self::Phone => (360, 640),
        }
    }
}

const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// How long something that must happen is waited for: it costs nothing where it happens, and a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
const TRIES: u128 = PATIENCE.as_millis() / PAUSE.as_millis();

/// Chromium with a fresh profile. It closes with this value.
#[derive(Debug)]
pub struct Browser {
    // Declared first, so that it goes first: its drop only ends an idle connection.
    client: Client,
    base: String,
    _driver: Driver,
}

impl Browser {
    /// Opens one for the site at `base`; paths are relative to it.
    pub async fn open(base: &str, screen: Screen) -> Self {
        let mut driver = Driver::start();
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", driver.profile.path().display()));
        // Small /dev/shm in containers makes tabs crash.
        flags.push("--disable-dev-shm-usage".into());
        let wishes = json!({
            "goog:chromeOptions": { "binary": chrome(), "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let wishes: Capabilities = serde_json::from_value(wishes).unwrap();
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(wishes)
            .connect(&driver.url())
            .await
            .unwrap_or_else(|error| panic!("starting {}: {error}", chrome().display()));
        driver.owns(client.session_id().await.unwrap());
        let browser = Self { client, base: base.trim_end_matches('/').into(), _driver: driver };
        browser.screen(screen).await;
        browser
    }

    /// WebDriver's own commands.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Opens a path of the site, or a whole address.
    pub async fn goto(&self, path: &str) {
        let url = if path.contains("://") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.client.goto(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The path it is at.
    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// The first such element, waited for.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("no {css} ({error}) on {}:\n{}", self.path().await, self.text().await),
        }
    }

    /// Whether such an element is there now.
    pub async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
    }

    /// Clicks on the first such element, waited for until it can be clicked on.
    pub async fn click(&self, css: &str) {
        self.patiently(&format!("clicking {css}"), async || self.find(css).await.click().await).await;
    }

    /// Clicks on what leads to another page and waits for that page: what follows must not happen on the old one.
    pub async fn goes(&self, css: &str) {
        self.find(css).await;
        self.run("window.isOldPage = true").await;
        self.click(css).await;
        for _ in 0..TRIES {
            let script = "return !window.isOldPage && document.readyState === 'complete'";
            // A script that runs while the page changes fails; then the page is still on its way.
            if self.client.execute(script, vec![]).await.is_ok_and(|answer| answer == json!(true)) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{css} leads nowhere on {}:\n{}", self.path().await, self.text().await);
    }

    /// Types into a field after emptying it, as soon as it can be typed into.
    pub async fn fill(&self, css: &str, text: &str) {
        self.patiently(&format!("typing into {css}"), async || {
            let field = self.find(css).await;
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Tries for a while: what a script draws anew, or what moves, refuses a hand that is quicker than a person's.
    async fn patiently(&self, what: &str, does: impl AsyncFn() -> Result<(), CmdError>) {
        let mut refused = None;
        for _ in 0..TRIES {
            match does().await {
                Ok(()) => return,
                Err(error) => refused = Some(error),
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!(
            "{what} on {}: {}",
            self.path().await,
            refused.map(|error| error.to_string()).unwrap_or_default()
        );
    }

    /// Presses keys where the focus is; named ones from [`fantoccini::key::Key`].
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    /// Everything a reader reads.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body ? document.body.innerText : ''").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a reader finds these words.
    pub async fn reads(&self, words: &str) {
        for _ in 0..TRIES {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{words:?} did not appear on {}:\n{}", self.path().await, self.text().await);
    }

    /// Runs a script's body and returns what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{script:.200}: {error}"))
    }

    /// Makes the page exactly this large: a window cannot be as narrow as a telephone.
    pub async fn screen(&self, screen: Screen) {
        let (width, height) = screen.size();
        self.viewport(width, height).await;
    }

    /// Makes the page exactly this large.
    pub async fn viewport(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Puts a picture of what is on screen into `target/screens/NAME.png`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let path = place::screens().join(format!("{name}.png"));
        std::fs::write(&path, self.client.screenshot().await.unwrap()).unwrap();
        path
    }

    /// The same of the whole page, as tall as it is.
    pub async fn screenshot_whole(&self, name: &str) -> PathBuf {
        let size = self.run("return [innerWidth, innerHeight, document.documentElement.scrollHeight]").await;
        let number = |at: usize| size[at].as_u64().unwrap() as u32;
        self.viewport(number(0), number(2).max(number(1))).await;
        let path = self.screenshot(name).await;
        self.viewport(number(0), number(1)).await;
        path
    }

    /// Whether the page is wider than the screen, so that a reader would have to scroll sideways.
    pub async fn scrolls_sideways(&self) -> bool {
        self.run("return document.documentElement.scrollWidth > innerWidth").await == json!(true)
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let wanted = Vendor("goog/cdp/execute", json!({ "cmd": command, "params": parameters }));
        self.client.issue_cmd(wanted).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Gives the browser an authenticator that knows its person, as a laptop with a fingerprint reader has one.
    pub async fn authenticator(&self) {
        let wanted = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true });
        self.client.issue_cmd(Vendor("webauthn/authenticator", wanted)).await.unwrap();
    }

    /// Without a network from now on, or with one again.
    pub async fn offline(&self, offline: bool) {
        self.network(offline, 0, -1).await;
    }

    /// A bad school network: 400 ms there and back, 400 kbit/s. [`Browser::offline`] with `false` ends it.
    pub async fn slow_network(&self) {
        self.network(false, 400, 50_000).await;
    }

    async fn network(&self, offline: bool, latency: i64, throughput: i64) {
        self.devtools("Network.enable", json!({})).await;
        let conditions = json!({ "offline": offline, "latency": latency,
            "downloadThroughput": throughput, "uploadThroughput": throughput });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// A device so many times slower than this machine; 1 is normal.
    pub async fn slow_device(&self, times: u32) {
        self.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": times })).await;
    }

    /// Pages loaded from now on run no script of their own; the test's still work.
    pub async fn without_javascript(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// What the browser wrote to its console since the last call: faults of scripts, refusals of the content
    /// security policy, files not found.
    pub async fn console(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Vendor("se/log", json!({ "type": "browser" }))).await.unwrap();
        let line = |entry: &Value| format!("{} {}", entry["level"].as_str().unwrap_or("?"), entry["message"]);
        log.as_array().into_iter().flatten().map(line).collect()
    }

    /// A failed test if the console holds a warning or a fault.
    pub async fn console_is_clean(&self) {
        let mut lines = self.console().await;
        lines.retain(|line| line.starts_with("SEVERE") || line.starts_with("WARNING"));
        assert!(lines.is_empty(), "the console of {} says:\n{}", self.path().await, lines.join("\n"));
    }
}

/// A command that chromedriver knows beyond the standard: a path below the session, and its body.
#[derive(Debug)]
struct Vendor(&'static str, Value);

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}
