//! Saves each cell of a teacher's grid as it is chosen, and says so (43). What could not be saved is marked, and sent by
//! the form's own button. Without wasm the form saves everything.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, HtmlSelectElement, RequestInit, Response};

/// Says whether everything is saved.
#[island]
pub fn RatingGrid(path: String, token: String) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let waiting = StoredValue::new(0_u32);
    let to = StoredValue::new((path, token));
    Effect::new(move |_| {
        let changes = window_event_listener(ev::change, move |event| {
            let cell = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let Some(cell) = cell.filter(|cell| cell.closest("#grid").ok().flatten().is_some()) else {
                return;
            };
            let (path, token) = to.get_value();
            waiting.update_value(|n| *n += 1);
            said.set("Saving…".to_owned());
            spawn_local(async move {
                let saved = send(&path, &token, &cell).await == Some(204);
                let _ = cell.class_list().toggle_with_force("is-unsaved", !saved);
                waiting.update_value(|n| *n = n.saturating_sub(1));
                if waiting.get_value() == 0 {
                    said.set(words().to_owned());
                }
            });
        });
        on_cleanup(move || changes.remove());
    });
    view! { <p class="muted" role="status">{move || said.get()}</p> }
}

fn words() -> &'static str {
    match document().query_selector("#grid .is-unsaved") {
        Ok(None) => "All saved.",
        _ => "Not everything is saved. Press “Save” when the network is back.",
    }
}

/// The status of the answer; none without a network.
async fn send(path: &str, token: &str, cell: &HtmlSelectElement) -> Option<u16> {
    let body = format!(
        "{{\"child\":\"{}\",\"item\":\"{}\",\"value\":\"{}\"}}",
        plain(&cell.get_attribute("data-child")?),
        plain(&cell.get_attribute("data-item")?),
        plain(&cell.value())
    );
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/json").ok()?;
    headers.set("x-form-token", token).ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(&body));
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.ok()?;
    answer.dyn_into::<Response>().ok().map(|answer| answer.status())
}

/// Ids, items and codes hold nothing that JSON would need to escape; whatever else there is, is left out.
fn plain(text: &str) -> String {
    text.chars().filter(|sign| sign.is_ascii_alphanumeric() || "-_.".contains(*sign)).collect()
}
