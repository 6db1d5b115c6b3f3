//! The cover of a counselor's page (C-33): so many minutes without a touch, and nothing of it can be read; a password or a
//! one-time code takes it off, and what was typed is still there. Something urgent is still announced, without a name.
//! While somebody types or taps on a page that asks for nothing, the server hears of it. Without wasm the server covers the
//! next page.

use std::time::Duration;

use leptos::ev;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response, UrlSearchParams};

/// Where the browser keeps when one of its pages was touched, so that a page beside it does not cover itself meanwhile.
const TOUCHED: &str = "firstlight-touched";
/// How often the server hears of a touch, in milliseconds.
const HERE: f64 = 120_000.0;
/// How often a covered page asks whether something urgent waits, in seconds of its clock.
const ASK: u32 = 5;

/// The cover; with `minutes` 0 the page only says that somebody is there.
#[island]
pub fn Cover(token: String, minutes: i64, name: String) -> impl IntoView {
    let cover = NodeRef::<Dialog>::new();
    let secret = NodeRef::<Input>::new();
    let covered = RwSignal::new(false);
    let wrong = RwSignal::new(String::new());
    let urgent = RwSignal::new(String::new());
    let title = StoredValue::new(String::new());
    let touched = StoredValue::new(f64::MAX);
    let told = StoredValue::new(f64::MAX);
    let token = StoredValue::new(token);
    let longest = f64::from(u32::try_from(minutes).unwrap_or(0)) * 60_000.0;
    let touch = move || {
        if !covered.get_untracked() {
            let now = js_sys::Date::now();
            // One write a second is enough for the pages beside this one.
            if now - touched.get_value() > 1_000.0 {
                keep(now);
            }
            touched.set_value(now);
        }
    };
    let cover_up = move || {
        let Some(dialog) = cover.get_untracked().filter(|dialog| !dialog.open()) else { return };
        // No key and no tap beside it closes it, in browsers that know this word.
        let _ = dialog.set_attribute("closedby", "none");
        if dialog.show_modal().is_ok() && !covered.get_untracked() {
            covered.set(true);
            title.set_value(document().title());
            document().set_title("Covered");
        }
    };
    let uncover = move || {
        covered.set(false);
        wrong.set(String::new());
        document().set_title(&title.get_value());
        if let Some(input) = secret.get_untracked() {
            input.set_value("");
        }
        touched.set_value(0.0);
        touch();
        if let Some(dialog) = cover.get_untracked() {
            dialog.close();
        }
    };
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = secret.get_untracked().map(|input| input.value()).unwrap_or_default();
        spawn_local(async move {
            match post("/cover?here=1", &token.get_value(), &typed).await {
                Some(204) => uncover(),
                Some(422) => wrong.set("That does not fit. Try once more.".to_owned()),
                Some(429) => wrong.set("Too many tries. Wait a few minutes.".to_owned()),
                Some(403) => {
                    let _ = window().location().set_href("/sign-in");
                }
                _ => wrong.set("The network is away. Try again in a moment.".to_owned()),
            }
        });
    };
    Effect::new(move |_| {
        let now = js_sys::Date::now();
        touched.set_value(now);
        told.set_value(now);
        keep(now);
        let keys = window_event_listener(ev::keydown, move |_| touch());
        let taps = window_event_listener(ev::pointerdown, move |_| touch());
        let wheels = window_event_listener(ev::wheel, move |_| touch());
        let rounds = StoredValue::new(0_u32);
        let look = move || {
            let now = js_sys::Date::now();
            let last = touched.get_value().max(kept());
            if !covered.get_untracked() && last > told.get_value() && now - told.get_value() >= HERE {
                told.set_value(now);
                spawn_local(async move {
                    let _ = post("/cover/here", &token.get_value(), "").await;
                });
            }
            if longest > 0.0 && now - last >= longest {
                cover_up();
            }
            rounds.update_value(|n| *n = n.wrapping_add(1));
            if covered.get_untracked() && rounds.get_value().is_multiple_of(ASK) {
                spawn_local(async move {
                    if let Some((_, _, sentence)) = super::live_alerts::asked().await {
                        urgent.set(sentence);
                    }
                });
            }
        };
        let clock = set_interval_with_handle(look, Duration::from_secs(1));
        on_cleanup(move || {
            for listener in [keys, taps, wheels] {
                listener.remove();
            }
            if let Ok(clock) = clock {
                clock.clear();
            }
        });
    });
    view! {
        <dialog
            class="cover"
            aria-labelledby="cover-title"
            node_ref=cover
            // Where that word is not known the first Escape is taken back, and a dialog that the second one closes comes back.
            on:cancel=move |event: web_sys::Event| event.prevent_default()
            on:close=move |_| if covered.get_untracked() { cover_up() }
        >
            <div class="cover-lock">
                <h2 id="cover-title">"Covered"</h2>
                <p>"Nobody has touched this page for a while. What you typed is still here."</p>
                <div role="alert">
                    <Show when=move || !urgent.get().is_empty()>
                        <p class="banner banner-critical"><strong>{move || urgent.get()}</strong></p>
                    </Show>
                </div>
                <form class="form" autocomplete="off" on:submit=send>
                    // Who a browser's own keeper of passwords takes it for.
                    <input class="visually-hidden" type="text" autocomplete="username" value=name readonly tabindex="-1" aria-hidden="true"/>
                    <div class="field">
                        <label for="cover-secret">"Password or one-time code"</label>
                        <p class="field-error" role="alert">{move || wrong.get()}</p>
                        <input
                            class="input"
                            id="cover-secret"
                            type="password"
                            autocomplete="current-password"
                            maxlength="200"
                            node_ref=secret
                        />
                    </div>
                    <button class="button button-primary" type="submit">"Go on"</button>
                </form>
            </div>
        </dialog>
    }
    .into_any()
}

fn keep(now: f64) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(TOUCHED, &now.to_string());
    }
}

fn kept() -> f64 {
    let storage = window().local_storage().ok().flatten();
    let text = storage.and_then(|storage| storage.get_item(TOUCHED).ok().flatten());
    text.and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// The status of the answer; none without a network.
async fn post(path: &str, token: &str, secret: &str) -> Option<u16> {
    let body = UrlSearchParams::new().ok()?;
    body.append("token", token);
    body.append("secret", secret);
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from(body));
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.ok()?;
    answer.dyn_into::<Response>().ok().map(|answer| answer.status())
}
