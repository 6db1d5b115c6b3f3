//! Comfort on a question (K-12, K-16): number keys pick an answer, Enter goes on, and a tap that was meant for the page
//! before, or a second one, does nothing. Without wasm the form works the same by Tab, arrows and Space.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlFormElement};

/// A tap sooner than this after the page appeared was aimed at the page before, in milliseconds.
const CARRY_OVER: f64 = 250.0;
/// A form sent again this soon is a second tap; later it is a child whose network broke off, in milliseconds.
const SECOND_TAP: f64 = 5000.0;

/// Listens for the page's question form; shows nothing.
#[island]
pub fn AnswerKeys() -> impl IntoView {
    Effect::new(move |_| {
        let appeared = appeared();
        let sent = StoredValue::new(f64::NEG_INFINITY);
        let handles = [
            window_event_listener(ev::keydown, move |event| {
                if event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() {
                    return;
                }
                let Some((form, target)) = in_question(&event) else { return };
                match event.key().as_str() {
                    "Enter" if target.tag_name() == "H1" => {
                        event.prevent_default();
                        // The browser refuses only a form that is gone.
                        let _ = form.request_submit();
                    }
                    key => {
                        let number = key.parse::<u32>().ok().filter(|n| (1..=9).contains(n));
                        if let Some(choice) = number.and_then(|n| choice(&form, n)) {
                            event.prevent_default();
                            choice.click();
                            let _ = choice.focus();
                        }
                    }
                }
            }),
            window_event_listener(ev::click, move |event| {
                let Some((form, _)) = in_question(&event) else { return };
                // A sheet that was shown later than the page says so itself.
                let shown = form
                    .get_attribute("data-shown")
                    .and_then(|at| at.parse::<u32>().ok())
                    .map_or(appeared, f64::from);
                if event.time_stamp() - shown < CARRY_OVER {
                    event.prevent_default();
                }
            }),
            window_event_listener(ev::submit, move |event| {
                let Some((form, _)) = in_question(&event) else { return };
                if event.time_stamp() - sent.get_value() < SECOND_TAP {
                    event.prevent_default();
                    return;
                }
                sent.set_value(event.time_stamp());
                if let Ok(Some(button)) = form.query_selector("button[type=submit]") {
                    let _ = button.set_attribute("aria-busy", "true");
                }
            }),
        ];
        on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    });
}

/// The question form that an event happened in, and the element.
fn in_question(event: &Event) -> Option<(HtmlFormElement, Element)> {
    let target = event.target().and_then(|target: EventTarget| target.dyn_into::<Element>().ok())?;
    let form = target.closest("form.question").ok().flatten()?;
    Some((form.dyn_into().ok()?, target))
}

/// The nth choice of the scale, counted from 1. Declining is no part of it.
fn choice(form: &HtmlFormElement, number: u32) -> Option<HtmlElement> {
    let choices = form.query_selector_all(".answers input").ok()?;
    choices.item(number - 1)?.dyn_into().ok()
}

/// When the page could first be tapped, on the clock of events.
fn appeared() -> f64 {
    let navigation = window().performance().map(|p| p.get_entries_by_type("navigation").get(0));
    navigation
        .and_then(|entry| entry.dyn_into::<web_sys::PerformanceNavigationTiming>().ok())
        .map_or(0.0, |timing| timing.dom_interactive())
}
