//! Listens while a page of staff stays open: an urgent item is announced within five seconds (REL-10), and the queue says
//! when it has changed. A stream of events tells when to ask; while there is none, the page asks by itself. Without wasm
//! the next page tells.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{EventSource, Response};

use crate::islands::pause::Pause;

/// How often to ask while no stream tells.
const EVERY: Duration = Duration::from_secs(4);

thread_local! {
    /// A page asks in one place, so it waits in one.
    static PAUSE: Pause = Pause::default();
}

/// The live region; empty until something happens.
#[island]
pub fn LiveAlerts(alerts: String, queue: String) -> impl IntoView {
    let news = RwSignal::new(String::new());
    let moved = RwSignal::new(false);
    let known = StoredValue::new((alerts, queue));
    Effect::new(move |_| {
        let ask = move || {
            spawn_local(async move {
                let Some((alerts, queue, sentence)) = asked().await else { return };
                let (alerts_before, queue_before) = known.get_value();
                if alerts != alerts_before {
                    news.set(sentence);
                }
                if !queue_before.is_empty() && queue != queue_before {
                    moved.set(true);
                }
                known.set_value((alerts, if queue_before.is_empty() { queue_before } else { queue }));
            });
        };
        let events = follow(ask);
        let unless_told = move || {
            if events.as_ref().is_none_or(|events| events.ready_state() != EventSource::OPEN) {
                ask();
            }
        };
        if let Ok(handle) = set_interval_with_handle(unless_told, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
    view! {
        <div class="live" role="alert">
            <Show when=move || !news.get().is_empty()>
                <div class="banner banner-critical">
                    <div><p><strong>{move || news.get()}</strong></p></div>
                    <div class="buttons"><a class="button" href="/home">"Look now"</a></div>
                </div>
            </Show>
        </div>
        <div class="live" role="status">
            <Show when=move || moved.get()>
                <div class="banner">
                    <div><p>"The list has changed since you opened it."</p></div>
                    <div class="buttons"><a class="button" href="">"Show it as it is now"</a></div>
                </div>
            </Show>
        </div>
    }
}

/// The stream of events; the browser opens it again by itself when it ends.
fn follow(ask: impl Fn() + 'static) -> Option<EventSource> {
    let events = EventSource::new("/alerts/events").ok()?;
    // What changed while there was no stream is asked for when there is one again.
    let told = Closure::<dyn FnMut()>::new(ask);
    events.set_onopen(Some(told.as_ref().unchecked_ref()));
    events.set_onmessage(Some(told.as_ref().unchecked_ref()));
    // The page's own life is the listener's life.
    told.forget();
    Some(events)
}

/// The two marks and the sentence; none when nobody is signed in any more or the network is away.
pub(super) async fn asked() -> Option<(String, String, String)> {
    let answer = fetched("/alerts").await?;
    let text = wasm_bindgen_futures::JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    let mut lines = text.lines().map(str::to_owned);
    let alerts = lines.next().filter(|line| line.starts_with("alerts "))?;
    Some((alerts, lines.next().unwrap_or_default(), lines.next().unwrap_or_default()))
}

/// A page, when the server may be asked for one.
pub(super) async fn fetched(path: &str) -> Option<Response> {
    if !PAUSE.with(Pause::lets_ask) {
        return None;
    }
    let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str(path)).await.ok();
    let answer: Option<Response> = answer.and_then(|answer| answer.dyn_into().ok());
    PAUSE.with(|pause| pause.heard(answer.as_ref()));
    answer
}
