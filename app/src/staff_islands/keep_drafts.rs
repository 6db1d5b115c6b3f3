//! Keeps what is typed into a form about a child before it is saved (C-28): a moment after the last key, and at once when
//! the page is left or covered. Says so in the form. Without wasm nothing is kept.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, FormData, HtmlFormElement, RequestInit, Response, UrlSearchParams};

/// Kept when no key was pressed for this long, and in any case after this long, in milliseconds.
const PAUSE: f64 = 1_200.0;
const LONGEST: f64 = 6_000.0;
/// How often to look.
const EVERY: Duration = Duration::from_millis(400);

/// A form with words that are not kept: since when, and when the last one was typed.
struct Typed {
    form: HtmlFormElement,
    since: f64,
    last: f64,
}

/// Listens on the whole page.
#[island]
pub fn KeepDrafts() -> impl IntoView {
    let waiting = StoredValue::new_local(Vec::<Typed>::new());
    let typed = move |event: Event| {
        let Some(form) = form_of(&event) else { return };
        let now = js_sys::Date::now();
        waiting.update_value(|waiting| match waiting.iter_mut().find(|typed| typed.form == form) {
            Some(known) => known.last = now,
            None => waiting.push(Typed { form, since: now, last: now }),
        });
    };
    let take = move |due: fn(&Typed) -> bool| -> Vec<HtmlFormElement> {
        let mut taken = Vec::new();
        waiting.update_value(|waiting| {
            waiting.retain(|typed| {
                let keep = !due(typed);
                if !keep {
                    taken.push(typed.form.clone());
                }
                keep
            });
        });
        taken
    };
    Effect::new(move |_| {
        let inputs = window_event_listener(ev::input, typed);
        let changes = window_event_listener(ev::change, typed);
        // What is saved is no draft any more.
        let submits = window_event_listener(ev::submit, move |event| {
            if let Some(form) = form_of(&event) {
                waiting.update_value(|waiting| waiting.retain(|typed| typed.form != form));
            }
        });
        let leaves = window_event_listener(ev::pagehide, move |_| {
            for form in take(|_| true) {
                let _ = leave(&form);
            }
        });
        let hides = window_event_listener(ev::visibilitychange, move |_| {
            if document().hidden() {
                for form in take(|_| true) {
                    let _ = leave(&form);
                }
            }
        });
        let look = move || {
            let due = |typed: &Typed| {
                let now = js_sys::Date::now();
                now - typed.last >= PAUSE || now - typed.since >= LONGEST
            };
            for form in take(due) {
                spawn_local(async move {
                    let words = match send(&form).await {
                        Some(204) => format!("Kept at {}. Not saved yet.", clock()),
                        Some(409) => "Saved in another window meanwhile. Reload to see it.".to_owned(),
                        _ => "This could not be kept. Save it before you leave.".to_owned(),
                    };
                    if let Ok(Some(line)) = form.query_selector(".kept-words") {
                        line.set_text_content(Some(&words));
                    }
                });
            }
        };
        let clock = set_interval_with_handle(look, EVERY);
        on_cleanup(move || {
            for listener in [inputs, changes, submits, leaves, hides] {
                listener.remove();
            }
            if let Ok(clock) = clock {
                clock.clear();
            }
        });
    });
}

/// The form that an event belongs to, when its words are kept.
fn form_of(event: &Event) -> Option<HtmlFormElement> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let form = target.closest("form").ok()??.dyn_into::<HtmlFormElement>().ok()?;
    path(&form).map(|_| form)
}

/// Where a form's words go.
fn path(form: &HtmlFormElement) -> Option<String> {
    form.query_selector(".kept[data-draft]").ok()??.get_attribute("data-draft")
}

/// What the form holds, as it would be sent.
fn body(form: &HtmlFormElement) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
}

async fn send(form: &HtmlFormElement) -> Option<u16> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from(body(form)?));
    let asked = window().fetch_with_str_and_init(&path(form)?, &init);
    let answer = JsFuture::from(asked).await.ok()?.dyn_into::<Response>().ok()?;
    Some(answer.status())
}

/// The page is left: the browser sends it by itself.
fn leave(form: &HtmlFormElement) -> Option<()> {
    let navigator = window().navigator();
    navigator.send_beacon_with_opt_url_search_params(&path(form)?, Some(&body(form)?)).ok().map(drop)
}

/// The time of day, as people write it.
fn clock() -> String {
    let now = js_sys::Date::new_0();
    format!("{:02}:{:02}", now.get_hours(), now.get_minutes())
}
