//! Keeps asking while a page of staff stays open: an urgent item is announced within five seconds (REL-10), and the
//! queue says when it has changed. Without wasm the next page tells.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::Response;

/// How often to ask.
const EVERY: Duration = Duration::from_secs(4);

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
        if let Ok(handle) = set_interval_with_handle(ask, EVERY) {
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

/// The two marks and the sentence; none when nobody is signed in any more or the network is away.
async fn asked() -> Option<(String, String, String)> {
    let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str("/alerts")).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let text = wasm_bindgen_futures::JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    let mut lines = text.lines().map(str::to_owned);
    let alerts = lines.next().filter(|line| line.starts_with("alerts "))?;
    Some((alerts, lines.next().unwrap_or_default(), lines.next().unwrap_or_default()))
}
