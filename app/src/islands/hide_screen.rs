//! The cover (K-33): a button or three times Shift puts a quiet picture over the page, in one frame and offline.
//!
//! Without wasm the button is a link to the quiet page.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;

/// Three presses of Shift within this time cover the page, in milliseconds.
const SHIFT_WINDOW: f64 = 5000.0;

/// The element that tells of the Shift key, hidden until it works.
pub const SHIFT_HINT: &str = "shift-hint";

/// The button in the corner, and the cover itself.
#[island]
pub fn HideScreen(icons: String, hide: String, back: String, school: String) -> impl IntoView {
    let cover = NodeRef::<Dialog>::new();
    let title = StoredValue::new(String::new());
    let name = StoredValue::new(school.clone());
    let cover_up = move || {
        let Some(dialog) = cover.get_untracked().filter(|dialog| !dialog.open()) else { return };
        if dialog.show_modal().is_ok() {
            title.set_value(document().title());
            document().set_title(&name.get_value());
            set_inert(true);
            super::read_aloud::hush();
        }
    };
    let shown_again = move |_| {
        set_inert(false);
        document().set_title(&title.get_value());
    };
    let uncover = move |_| {
        if let Some(dialog) = cover.get_untracked() {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        let presses = StoredValue::new(Vec::<f64>::new());
        let keys = window_event_listener(ev::keydown, move |event| {
            if event.key() != "Shift" {
                // Capital letters are not a call for help.
                presses.set_value(Vec::new());
            } else if !event.repeat() {
                let now = event.time_stamp();
                presses.update_value(|presses| {
                    presses.retain(|then| now - then < SHIFT_WINDOW);
                    presses.push(now);
                });
                if presses.with_value(Vec::len) >= 3 {
                    presses.set_value(Vec::new());
                    cover_up();
                }
            }
        });
        // A page that comes back from the browser's memory may belong to somebody who has left (K-35).
        let memory = window_event_listener(ev::pageshow, |event| {
            if event.persisted() {
                let _ = window().location().reload();
            }
        });
        if let Some(hint) = document().get_element_by_id(SHIFT_HINT) {
            let _ = hint.remove_attribute("hidden");
        }
        on_cleanup(move || {
            keys.remove();
            memory.remove();
        });
    });
    view! {
        <a
            class="button"
            href="/quiet"
            on:click=move |event| {
                event.prevent_default();
                cover_up();
            }
        >
            <svg class="icon" aria-hidden="true"><use href=format!("{icons}#eye-off")></use></svg>
            " "<span class="tool-word">{hide}</span>
        </a>
        <dialog class="cover" aria-label=school node_ref=cover on:close=shown_again>
            <div class="cover-inner">
                <svg class="art" viewBox="0 0 800 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
                    <use href=format!("{icons}#scene-quiet")></use>
                </svg>
                <div class="cover-back">
                    <button class="button" type="button" on:click=uncover>{back}</button>
                </div>
            </div>
        </dialog>
    }
}

/// The modal cover blocks the page already; the attribute says so to older helpers too.
fn set_inert(on: bool) {
    let Some(main) = document().get_element_by_id("main") else { return };
    // Nothing is lost when it fails: the dialog itself blocks the page.
    let _ = if on { main.set_attribute("inert", "") } else { main.remove_attribute("inert") };
}
