//! Keyboard verbs on the queue and on a child's page (C-05): J and K move, Enter opens, A claims, C contact, N note,
//! R refer, S put aside, X select, / search, ? help, G then Q or D go. They can be turned off (SC 2.1.4), and
//! everything works without them.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Where the browser keeps that they are off.
const OFF: &str = "firstlight-keys-off";

/// Key and what it does, as the help shows it.
const VERBS: [(&str, &str); 11] = [
    ("J / K", "Next line, line before"),
    ("Enter", "Open the child"),
    ("A", "Claim"),
    ("C", "Log a contact"),
    ("N", "Write a note"),
    ("R", "Refer outside"),
    ("S", "Put aside until a day"),
    ("X", "Select the line"),
    ("/", "Search a name"),
    ("G then Q, D", "Go to the queue, to duty"),
    ("?", "This help"),
];

/// Listens for the verbs, and shows what they are.
#[island]
pub fn QueueKeys() -> impl IntoView {
    let help = NodeRef::<Dialog>::new();
    let off = RwSignal::new(false);
    let after_g = StoredValue::new(false);
    Effect::new(move |_| {
        let stored = window().local_storage().ok().flatten().and_then(|s| s.get_item(OFF).ok().flatten());
        off.set(stored.is_some());
        let keys = window_event_listener(ev::keydown, move |event| {
            let typing = event.target().and_then(|t| t.dyn_into::<Element>().ok()).is_some_and(|e| {
                e.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog")
                    .ok()
                    .flatten()
                    .is_some()
            });
            if off.get_untracked() || typing || event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            let key = event.key();
            if after_g.get_value() {
                after_g.set_value(false);
                let to = match key.as_str() {
                    "q" => "/queue",
                    "d" => "/duty",
                    _ => return,
                };
                event.prevent_default();
                let _ = window().location().set_href(to);
                return;
            }
            let done = match key.as_str() {
                "j" => step(1),
                "k" => step(-1),
                "a" => click("form[action$='/claim'] button"),
                "x" => click("input[type=checkbox][name=id]"),
                "c" => go("contact"),
                "n" => go("note"),
                "r" => go("refer"),
                "s" => go("snooze"),
                "/" => focus("#search"),
                "g" => {
                    after_g.set_value(true);
                    true
                }
                "?" => help.get_untracked().is_some_and(|dialog| dialog.show_modal().is_ok()),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        on_cleanup(move || keys.remove());
    });
    let turn = move |_| {
        let now_off = !off.get_untracked();
        if let Ok(Some(storage)) = window().local_storage() {
            // A browser that keeps nothing forgets the choice with the page.
            let _ = if now_off { storage.set_item(OFF, "1") } else { storage.remove_item(OFF) };
        }
        off.set(now_off);
    };
    let close = move |_| {
        if let Some(dialog) = help.get_untracked() {
            dialog.close();
        }
    };
    let open = move |_| {
        if let Some(dialog) = help.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let lines = VERBS
        .iter()
        .map(|(key, words)| view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*words}</dd></div> })
        .collect_view();
    view! {
        <p class="keys-note">
            <button class="button button-quiet button-small" type="button" on:click=open>"Keys"</button>
        </p>
        <dialog class="dialog" aria-labelledby="keys-head" node_ref=help>
            <div class="dialog-body">
                <h2 id="keys-head">"Keys"</h2>
                <dl class="keys">{lines}</dl>
                <div class="buttons">
                    <button class="button button-primary" type="button" on:click=close>"Close"</button>
                    <button class="button" type="button" on:click=turn>
                        {move || if off.get() { "Turn keys on" } else { "Turn keys off" }}
                    </button>
                </div>
            </div>
        </dialog>
    }
}

/// The line that the focus is in.
fn line() -> Option<Element> {
    document().active_element()?.closest("table.queue tbody tr").ok().flatten()
}

/// Moves the focus to the child of the next line, or of the one before.
fn step(by: i32) -> bool {
    let Ok(links) = document().query_selector_all("table.queue tbody th a") else { return false };
    let here = line().and_then(|line| line.query_selector("th a").ok().flatten());
    let at = (0..links.length()).find(|n| here.as_deref() == links.item(*n).as_ref());
    let last = i32::try_from(links.length()).unwrap_or(0) - 1;
    let next = at.map_or(0, |n| i32::try_from(n).unwrap_or(0) + by).clamp(0, last.max(0));
    let target =
        u32::try_from(next).ok().and_then(|n| links.item(n)).and_then(|n| n.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|link| link.focus().is_ok())
}

/// Presses what the line holds, or on a child's page what the page holds.
fn click(selector: &str) -> bool {
    let found = match line() {
        Some(line) => line.query_selector(selector),
        None if document().query_selector("table.queue").ok().flatten().is_none() => {
            document().query_selector(selector)
        }
        None => return false,
    };
    let Some(button) = found.ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    button.click();
    true
}

fn focus(selector: &str) -> bool {
    let found =
        document().query_selector(selector).ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok());
    found.is_some_and(|field| field.focus().is_ok())
}

/// Goes to a part of the child's page; from the queue, to the line's child first.
fn go(part: &str) -> bool {
    if let Some(link) = line().and_then(|line| line.query_selector("th a").ok().flatten()) {
        let href = link.get_attribute("href").unwrap_or_default();
        return window().location().set_href(&format!("{href}#{part}")).is_ok();
    }
    let Some(place) = document().get_element_by_id(part) else { return false };
    if place.tag_name() == "DETAILS" {
        let _ = place.set_attribute("open", "");
    }
    if place.tag_name() == "A" {
        return place.dyn_into::<HtmlElement>().is_ok_and(|link| {
            link.click();
            true
        });
    }
    place.scroll_into_view();
    let field = place.query_selector("select, textarea, input:not([type=hidden])").ok().flatten();
    field.and_then(|e| e.dyn_into::<HtmlElement>().ok()).is_some_and(|field| field.focus().is_ok())
}
