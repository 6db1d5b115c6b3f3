//! Answers that wait for the server: in order, each until it has been told that it is saved.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use web_sys::{HtmlFormElement, HtmlInputElement};

use super::net;
use super::vault::Vault;
use crate::islands::pause::Pause;

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing is left.
    All,
    /// Something is left; tried again later.
    Waiting,
    /// Another try is under way.
    Busy,
    /// The sign-in is over.
    Ended,
}

/// An answer as the server takes it, but for its age, which grows until it is sent.
#[derive(Clone)]
struct Kept {
    /// JSON without the closing brace.
    start: String,
    /// When it was given, in seconds of the wall clock, which goes on while the tab is closed.
    at: u32,
}

/// The queue.
pub(super) struct Outbox {
    client: String,
    token: String,
    next: Cell<u32>,
    kept: RefCell<Vec<Kept>>,
    vault: Option<Vault>,
    busy: Cell<bool>,
    failed: Cell<bool>,
    sent: Cell<bool>,
    pause: Pause,
}

impl Outbox {
    /// An outbox with what an earlier tab of this child could not send.
    pub(super) async fn open(key: &str, token: String) -> Self {
        let vault = Vault::open(key).await;
        let mut kept = Vec::new();
        if let Some(vault) = &vault
            && let Some(text) = vault.read().await
        {
            kept.extend(text.split('\n').filter_map(|line| {
                let (at, start) = line.split_once(' ')?;
                Some(Kept { start: start.to_owned(), at: at.parse().ok()? })
            }));
        }
        let client = window().crypto().map(|crypto| crypto.random_uuid()).unwrap_or_default();
        let failed = Cell::new(!kept.is_empty());
        Self {
            client,
            token,
            next: Cell::new(1),
            kept: RefCell::new(kept),
            vault,
            busy: Cell::new(false),
            failed,
            sent: Cell::new(false),
            pause: Pause::default(),
        }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.borrow().is_empty()
    }

    /// Whether the last try failed.
    pub(super) fn is_waiting(&self) -> bool {
        self.failed.get()
    }

    /// Whether any answer was saved by this page.
    pub(super) fn has_sent(&self) -> bool {
        self.sent.get()
    }

    /// Puts an answer at the end.
    pub(super) fn add(&self, form: &HtmlFormElement, answer: &str, seconds: u32) {
        let sequence = self.next.replace(self.next.get() + 1);
        let attribute = |name: &str| form.get_attribute(name).unwrap_or_default();
        let item = form.query_selector("input[name=item]").ok().flatten();
        let item = item.and_then(|i| leptos::wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(i).ok());
        let item = item.map(|input| input.value()).unwrap_or_default();
        let given = match answer.parse::<i32>() {
            Ok(code) => format!("{{\"code\":{code}}}"),
            Err(_) => "\"declined\"".to_owned(),
        };
        // Ids of items and languages are the server's own and hold no quotation mark.
        let start = format!(
            "{{\"client\":\"{}\",\"part\":{},\"item\":\"{item}\",\"sequence\":{sequence},\"answer\":{given},\
             \"seconds\":{seconds},\"language\":\"{}\"",
            self.client,
            attribute("data-part"),
            attribute("data-language"),
        );
        self.kept.borrow_mut().push(Kept { start, at: seconds_now() });
    }

    /// When the server may be asked again.
    pub(super) fn pause(&self) -> &Pause {
        &self.pause
    }

    /// Posts when the server may be asked; the status of its answer.
    async fn post(&self, path: &str, body: &str) -> Option<u16> {
        if !self.pause.lets_ask() {
            return None;
        }
        let answer = net::post_json(path, &self.token, body).await;
        self.pause.heard(answer.as_ref());
        answer.map(|answer| answer.status())
    }

    /// Sends what waits, once.
    pub(super) async fn send(&self) -> Sent {
        if self.busy.replace(true) {
            return Sent::Busy;
        }
        // On the device first: a tab may die while the network is slow.
        self.keep().await;
        let outcome = loop {
            let batch: Vec<Kept> = self.kept.borrow().iter().take(BATCH).cloned().collect();
            if batch.is_empty() {
                self.failed.set(false);
                break Sent::All;
            }
            let now = seconds_now();
            let age = |kept: &Kept| now.saturating_sub(kept.at);
            let answers: Vec<String> =
                batch.iter().map(|kept| format!("{},\"ago\":{}}}", kept.start, age(kept))).collect();
            let body = format!("{{\"answers\":[{}]}}", answers.join(","));
            match self.post("/check-in/answers", &body).await {
                Some(200) => {
                    self.kept.borrow_mut().drain(..batch.len());
                    self.sent.set(true);
                    self.keep().await;
                }
                Some(403 | 404 | 409) => break Sent::Ended,
                _ => {
                    self.failed.set(true);
                    break Sent::Waiting;
                }
            }
        };
        self.busy.set(false);
        outcome
    }

    /// Hands the check-in in; true when the server has it.
    pub(super) async fn hand_in(&self, key: &str) -> bool {
        let body = format!("{{\"key\":\"{key}\"}}");
        // 409: it was handed in already, and the way on is the same.
        let done = matches!(self.post("/check-in/hand-in", &body).await, Some(200 | 409));
        self.failed.set(!done);
        done
    }

    /// Wipes what the device kept.
    pub(super) async fn forget(&self) {
        if let Some(vault) = &self.vault {
            vault.clear().await;
        }
    }

    async fn keep(&self) {
        let Some(vault) = &self.vault else { return };
        let lines: Vec<String> =
            self.kept.borrow().iter().map(|kept| format!("{} {}", kept.at, kept.start)).collect();
        if lines.is_empty() {
            vault.clear().await;
        } else {
            vault.write(&lines.join("\n")).await;
        }
    }
}

fn seconds_now() -> u32 {
    (js_sys::Date::now() / 1000.0) as u32
}

/// Answers in one request; the server takes more.
const BATCH: usize = 100;
