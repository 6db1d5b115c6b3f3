//! Keeps a sitting's board as it is now while it stays open: told by a stream of events that something has changed,
//! it asks for the page again and puts its board in place of the old one. While there is no stream it asks every three
//! seconds. Without wasm the proctor presses Refresh.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{DomParser, Element, EventSource, SupportedType};

/// How often to ask while no stream tells.
const EVERY: Duration = Duration::from_secs(3);

/// Nothing to see: it works on the board beside it.
#[island]
pub fn LiveBoard() -> impl IntoView {
    Effect::new(|_| {
        let events = follow();
        let ask = move || {
            if events.as_ref().is_none_or(|events| events.ready_state() != EventSource::OPEN) {
                again();
            }
        };
        if let Ok(handle) = set_interval_with_handle(ask, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
}

fn again() {
    spawn_local(async {
        renew().await;
    });
}

/// The stream of this board; the browser opens it again by itself when it ends.
fn follow() -> Option<EventSource> {
    let path = window().location().pathname().ok()?;
    let events = EventSource::new(&format!("{path}/events")).ok()?;
    let told = Closure::<dyn FnMut()>::new(again);
    events.set_onmessage(Some(told.as_ref().unchecked_ref()));
    // The page's own life is the listener's life.
    told.forget();
    Some(events)
}

/// Puts the new board in place, unless nothing has changed or somebody is about to press a button on it.
async fn renew() -> Option<()> {
    let shown = part(&document(), "live-board")?;
    if document().active_element().is_some_and(|focused| shown.contains(Some(&focused))) {
        return None;
    }
    // `live` says that the page asks by itself, which keeps nobody signed in.
    let path = format!("{}?live", window().location().pathname().ok()?);
    let answer = super::live_alerts::fetched(&path).await?;
    if !answer.ok() || answer.redirected() {
        return None;
    }
    let text = wasm_bindgen_futures::JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    let page = DomParser::new().ok()?.parse_from_string(&text, SupportedType::TextHtml).ok()?;
    let fresh = part(&page, "live-board")?;
    if fresh.text_content() != shown.text_content() {
        shown.replace_with_with_node_1(&fresh).ok()?;
        // The counts in words, in a place that stays, so that a screen reader says them politely.
        part(&document(), "board-words")?
            .set_text_content(part(&page, "board-words")?.text_content().as_deref());
    }
    Some(())
}

fn part(page: &web_sys::Document, id: &str) -> Option<Element> {
    page.get_element_by_id(id)
}
