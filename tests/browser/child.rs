//! A child in a browser, step by step.

use serde_json::json;
use sqlx::Connection;
use tests::{Browser, Screen, Server};

/// A browser with a child's card in it.
pub struct Child {
    pub browser: Browser,
}

impl Child {
    /// Opens the door on a laptop and types the card of a band.
    pub async fn signed_in(server: &Server, band: &str) -> Self {
        Self::with_card(server, &card(server, band, 0)).await
    }

    /// The same with a card of one's choice.
    pub async fn with_card(server: &Server, code: &str) -> Self {
        let browser = Browser::open(&server.url, Screen::Desktop).await;
        let child = Self { browser };
        child.type_card(code).await;
        child
    }

    pub async fn type_card(&self, code: &str) {
        self.browser.goto("/").await;
        self.browser.fill("#code", code).await;
        self.browser.goes("form[action='/card'] button").await;
    }

    /// Says yes, tries the practice out where there is one, and stands at the first question.
    pub async fn says_yes(&self) {
        self.browser.goes("button[name='assent'][value='yes']").await;
        self.browser.find("form.question").await;
        for value in ["2", "0"] {
            if self.browser.path().await != "/check-in/practice" {
                break;
            }
            self.tries(value).await;
        }
        self.browser.find("form.question[data-part]").await;
    }

    /// Waits until the browser part walks by itself. A slowed device on a busy machine takes long, and that is no fault.
    pub async fn walks(&self) {
        for _ in 0..6 {
            let waiting = self.browser.client().wait().at_most(std::time::Duration::from_secs(10));
            if waiting.for_element(fantoccini::Locator::Css("body[data-walk='ready']")).await.is_ok() {
                return;
            }
        }
        panic!(
            "the browser part never walks on {}:\n{}",
            self.browser.path().await,
            self.browser.text().await
        );
    }

    /// Picks an answer of the shown question.
    pub async fn pick(&self, value: &str) {
        // A tap within the first quarter of a second is a carry-over and is ignored (K-16).
        self.browser.run("return new Promise(done => setTimeout(done, 300))").await;
        self.browser.click(&format!("label:has(input[name='answer'][value='{value}'])")).await;
    }

    /// Presses Next.
    pub async fn next(&self) {
        self.browser.run("return new Promise(done => setTimeout(done, 300))").await;
        self.browser.click("form.question button[type='submit']").await;
    }

    /// Presses Next and waits until something else is shown, be it the next sheet or a page of its own.
    pub async fn goes_on(&self) {
        let shown = "return location.pathname + (document.querySelector('main h1')?.innerText ?? '')";
        let before = self.browser.run(shown).await;
        self.next().await;
        for _ in 0..200 {
            if self.browser.client().execute(shown, vec![]).await.is_ok_and(|now| now != before) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nothing else is shown after {before}:\n{}", self.browser.text().await);
    }

    /// Answers a practice item: each is a page of its own.
    pub async fn tries(&self, value: &str) {
        self.pick(value).await;
        self.browser.goes("form.question button[type='submit']").await;
    }

    /// Answers the shown question and waits for the next sheet.
    pub async fn answers(&self, number: usize, of: usize, value: &str) {
        self.browser.reads(&format!("Question {number} of {of}")).await;
        self.pick(value).await;
        self.next().await;
    }

    /// Everything that this browser keeps for the site.
    pub async fn kept(&self) -> String {
        let kept = self
            .browser
            .run(
                "return (async () => { const out = [document.documentElement.outerHTML, document.title]; \
                 out.push(JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie); \
                 for (const name of await caches.keys()) out.push(name); \
                 for (const {name} of await indexedDB.databases()) { \
                   const db = await new Promise((y, n) => { const r = indexedDB.open(name); r.onsuccess = () => y(r.result); r.onerror = n; }); \
                   for (const store of db.objectStoreNames) { \
                     const all = await new Promise((y, n) => { const r = db.transaction(store).objectStore(store).getAll(); r.onsuccess = () => y(r.result); r.onerror = n; }); \
                     for (const one of all) out.push('record ' + new TextDecoder('latin1').decode(one)); } \
                   db.close(); } \
                 return out.join('\\n'); })()",
            )
            .await;
        kept.as_str().unwrap_or_default().to_owned()
    }

    /// Sets the "Aa" panel's language by its own form.
    pub async fn reads_in(&self, tag: &str) {
        self.browser.click("details.look > summary").await;
        self.browser.run(&format!("document.querySelector('#look-language').value = {}", json!(tag))).await;
        self.browser.click("form.look-panel button[type='submit']").await;
        self.browser.find(&format!("html[lang='{tag}'] main h1")).await;
    }
}

/// The code of a card of an age band.
pub fn card(server: &Server, band: &str, at: usize) -> String {
    let cards = server.people().cards.iter().filter(|card| card.age_band == band);
    cards.map(|card| card.code.clone()).nth(at).unwrap_or_else(|| panic!("no card {at} of {band}"))
}

/// One number from the database, read behind the program's back.
pub async fn count(server: &Server, sql: &str) -> i64 {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    let row: (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await.unwrap();
    row.0
}
