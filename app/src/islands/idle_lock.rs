//! The lock (K-34): three minutes without a touch, then a question, then a minute, then the sign-in ends. What the
//! device has not sent yet keeps the page open behind the cover until it is sent. Without wasm the server ends it.

use leptos::ev;
use leptos::html::{Dialog, Form};
use leptos::prelude::*;

/// When the question is asked, and when nobody has answered it, in milliseconds without a touch.
const ASK: f64 = 180_000.0;
const LOCK: f64 = 240_000.0;

/// The question over the whole page, and the form that ends the sign-in.
#[island]
pub fn IdleLock(token: String, title: String, text: String, stay: String) -> impl IntoView {
    let asked = NodeRef::<Dialog>::new();
    let end = NodeRef::<Form>::new();
    let touched = StoredValue::new(f64::MAX);
    let locked = StoredValue::new(false);
    let touch = move || {
        let open = asked.get_untracked().is_some_and(|dialog| dialog.open());
        if !open {
            touched.set_value(js_sys::Date::now());
        }
    };
    let stays = move |_| {
        if let Some(dialog) = asked.get_untracked().filter(|_| !locked.get_value()) {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        touched.set_value(js_sys::Date::now());
        let keys = window_event_listener(ev::keydown, move |_| touch());
        let taps = window_event_listener(ev::pointerdown, move |_| touch());
        let look = move || {
            let idle = js_sys::Date::now() - touched.get_value();
            if idle < ASK {
                return;
            }
            if let Some(dialog) = asked.get_untracked().filter(|dialog| !dialog.open()) {
                // A page in the background of a browser may refuse; the next second tries again.
                let _ = dialog.show_modal();
            }
            let unsent = document().body().is_some_and(|body| body.has_attribute("data-unsent"));
            if idle >= LOCK {
                locked.set_value(true);
                if let Some(form) = end.get_untracked().filter(|_| !unsent) {
                    let _ = form.submit();
                }
            }
        };
        let clock = set_interval_with_handle(look, std::time::Duration::from_secs(1));
        on_cleanup(move || {
            keys.remove();
            taps.remove();
            if let Ok(clock) = clock {
                clock.clear();
            }
        });
    });
    view! {
        <dialog
            class="cover idle"
            aria-labelledby="idle-title"
            node_ref=asked
            on:cancel=move |event: web_sys::Event| {
                if locked.get_value() {
                    event.prevent_default();
                }
            }
            on:close=move |_| touched.set_value(js_sys::Date::now())
        >
            <div class="idle-inner">
                <h2 id="idle-title">{title}</h2>
                <p>{text}</p>
                <button class="button button-primary" type="button" on:click=stays>{stay}</button>
                <form method="post" action="/check-in/close" node_ref=end>
                    <input type="hidden" name="token" value=token/>
                </form>
            </div>
        </dialog>
    }
}
