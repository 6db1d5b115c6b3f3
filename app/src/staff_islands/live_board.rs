//! Keeps a sitting's board as it is now while it stays open: the page is asked for again every three seconds and
//! its board put in place of the old one. Without wasm the proctor presses Refresh.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::{DomParser, Element, Response, SupportedType};

/// How often to ask.
const EVERY: Duration = Duration::from_secs(3);

/// Nothing to see: it works on the board beside it.
#[island]
pub fn LiveBoard() -> impl IntoView {
    Effect::new(|_| {
        let ask = || {
            spawn_local(async {
                renew().await;
            });
        };
        if let Ok(handle) = set_interval_with_handle(ask, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// Puts the new board in place, unless nothing has changed or somebody is about to press a button on it.
async fn renew() -> Option<()> {
    let shown = board(&document())?;
    if document().active_element().is_some_and(|focused| shown.contains(Some(&focused))) {
        return None;
    }
    // `live` says that the page asks by itself, which keeps nobody signed in.
    let path = format!("{}?live", window().location().pathname().ok()?);
    let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str(&path)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    if !answer.ok() || answer.redirected() {
        return None;
    }
    let text = wasm_bindgen_futures::JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    let page = DomParser::new().ok()?.parse_from_string(&text, SupportedType::TextHtml).ok()?;
    let fresh = board(&page)?;
    if fresh.text_content() != shown.text_content() {
        shown.replace_with_with_node_1(&fresh).ok()?;
    }
    Some(())
}

fn board(page: &web_sys::Document) -> Option<Element> {
    page.get_element_by_id("live-board")
}
