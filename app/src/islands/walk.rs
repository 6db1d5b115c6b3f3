//! Walks through the questions without leaving the page (K-10 … K-17, K-37, K-38).
//!
//! The page works as a form before this part arrives. Then it fetches every sheet of the check-in once, made by the
//! same code as the pages; shows the next one from memory; and sends answers in the background, over and over until
//! the server has said that they are saved. What is not sent yet is kept on the device, encrypted under a key that
//! lives in this page's memory only.

mod answers;
mod net;
mod sheets;
mod vault;

use std::cell::Cell;
use std::rc::Rc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement, HtmlInputElement};

use answers::Outbox;
use sheets::Sheets;

/// What is shown while things happen; rendered words come from the server.
#[derive(Clone, Debug)]
struct Notes {
    saved: String,
    waiting: String,
    needs_wifi: String,
}

/// How often unsent answers are looked at, in milliseconds; they are sent when the server may be asked again.
const TRY_AGAIN: i32 = 4000;

/// How often the device says that it is there, in milliseconds.
const HERE: i32 = 20_000;

/// Takes over the page's question form; shows nothing of its own.
#[island]
pub fn Walk(saved: String, waiting: String, needs_wifi: String) -> impl IntoView {
    let notes = Notes { saved, waiting, needs_wifi };
    Effect::new(move |_| {
        let notes = notes.clone();
        spawn_local(async move {
            // Without the sheets the form goes on working as it is.
            let Some(walk) = Walker::fetch(notes).await else { return };
            walk.listen();
            walk.send();
        });
    });
}

/// One child's walk on one page.
struct Walker {
    notes: Notes,
    sheets: Sheets,
    outbox: Outbox,
    /// The child has pressed Finish and waits for the network.
    finishing: Cell<bool>,
}

impl Walker {
    async fn fetch(notes: Notes) -> Option<Rc<Self>> {
        let page = net::get("/check-in/sheets").await?;
        let (sheets, key) = Sheets::read(&page)?;
        let outbox = Outbox::open(&key, sheets.token()).await;
        Some(Rc::new(Self { notes, sheets, outbox, finishing: Cell::new(false) }))
    }

    fn listen(self: &Rc<Self>) {
        let walk = Rc::clone(self);
        let submits = move |event: web_sys::SubmitEvent| walk.submitted(&event);
        let walk = Rc::clone(self);
        let clicks = move |event: web_sys::MouseEvent| walk.clicked(&event);
        let walk = Rc::clone(self);
        let backs = move |_: web_sys::PopStateEvent| {
            walk.sheets.show_path(&window().location().pathname().unwrap_or_default(), sheets::Trail::Keep);
            walk.tell();
        };
        let walk = Rc::clone(self);
        let here = move || walk.here();
        let _ = set_interval_with_handle(here, std::time::Duration::from_millis(HERE.unsigned_abs().into()));
        let walk = Rc::clone(self);
        let again = move || walk.send();
        // The page's own life is the listeners' life: none is ever taken off.
        capture(&document(), "submit", submits);
        capture(&document(), "click", clicks);
        let _ = window_event_listener(ev::popstate, backs);
        let (online, walk) = (again.clone(), Rc::clone(self));
        let _ = window_event_listener(ev::online, move |_| {
            walk.outbox.pause().answered();
            online();
        });
        if let Some(body) = document().body() {
            // Told to whoever waits for it: a test, or a style.
            let _ = body.set_attribute("data-walk", "ready");
        }
        let _ = set_interval_with_handle(
            again,
            std::time::Duration::from_millis(TRY_AGAIN.unsigned_abs().into()),
        );
    }

    /// Tells the proctor's board that this device is there, and whether it still holds answers: never which or how many.
    fn here(self: &Rc<Self>) {
        if !self.outbox.pause().lets_ask() {
            return;
        }
        let walk = Rc::clone(self);
        spawn_local(async move {
            let body = if walk.outbox.is_empty() { "{\"unsent\":false}" } else { "{\"unsent\":true}" };
            let _ = net::post_json("/check-in/here", walk.outbox.token(), body).await;
        });
    }

    /// A form of the page: an answer, the end, the look; any other goes its own way.
    fn submitted(self: &Rc<Self>, event: &Event) {
        let Some(form) = event.target().and_then(|t| t.dyn_into::<HtmlFormElement>().ok()) else { return };
        let action = form.get_attribute("action").unwrap_or_default();
        if form.has_attribute("data-part") {
            stop(event);
            self.answered(&form);
        } else if action == "/check-in/finish" {
            stop(event);
            self.finish();
        } else if action == "/look" {
            self.look(event, &form);
        } else if action == "/check-in/hand" {
            stop(event);
            Self::hand(form);
        }
    }

    fn answered(self: &Rc<Self>, form: &HtmlFormElement) {
        let picked = form.query_selector("input[name=answer]:checked").ok().flatten();
        let Some(picked) = picked.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else {
            sheets::ask_to_pick(form);
            return;
        };
        sheets::calm(form);
        let answer = picked.value();
        if form.get_attribute("data-sent").as_deref() != Some(answer.as_str()) {
            self.outbox.add(form, &answer, self.sheets.seconds());
            let _ = form.set_attribute("data-sent", &answer);
        }
        self.sheets.show_next();
        self.tell();
        self.send();
    }

    /// Links to another sheet are followed without the network; everything else stays a link.
    fn clicked(self: &Rc<Self>, event: &web_sys::MouseEvent) {
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
            return;
        }
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let Some(link) = target.and_then(|t| t.closest("a[href]").ok().flatten()) else { return };
        let shown = if link.has_attribute("data-back") {
            self.sheets.show_last_question()
        } else {
            let path = link.get_attribute("href").unwrap_or_default();
            self.sheets.show_path(&path, sheets::Trail::Add)
        };
        if shown {
            event.prevent_default();
            self.tell();
        }
    }

    /// Size, space and contrast change at once; a language needs the server.
    fn look(self: &Rc<Self>, event: &Event, form: &HtmlFormElement) {
        if sheets::language_of(form)
            != document().document_element().and_then(|root| root.get_attribute("lang"))
        {
            if self.outbox.is_empty() && window().navigator().on_line() {
                return;
            }
            stop(event);
            sheets::say(form, ".look-note", &self.notes.needs_wifi);
            self.send();
            return;
        }
        stop(event);
        sheets::apply_look(form);
        let form = form.clone();
        spawn_local(async move {
            // Kept for the next page; this one has it already.
            net::post_form("/look", &form).await;
        });
    }

    /// Raises the child's hand without leaving the page; where no network is, it says to raise the real one.
    fn hand(form: HtmlFormElement) {
        spawn_local(async move {
            let said = net::post_form("/check-in/hand", &form).await.is_some();
            let words = form.get_attribute(if said { "data-done" } else { "data-failed" });
            sheets::say(&form, ".hand-note", &words.unwrap_or_default());
        });
    }

    /// Hands in when everything is saved; until then asks, like of every child without a network, to show the screen.
    fn finish(self: &Rc<Self>) {
        self.finishing.set(true);
        self.send();
    }

    fn send(self: &Rc<Self>) {
        let walk = Rc::clone(self);
        spawn_local(async move {
            match walk.outbox.send().await {
                // Another try is under way and will end in its own time.
                answers::Sent::Busy => return,
                answers::Sent::Ended => {
                    // The sign-in is over: the answers stay on the device until this child's card opens it again.
                    let _ = window().location().assign("/check-in");
                    return;
                }
                answers::Sent::All | answers::Sent::Waiting => {}
            }
            walk.tell();
            if walk.finishing.get() {
                walk.hand_in().await;
            }
        });
    }

    async fn hand_in(self: &Rc<Self>) {
        if self.outbox.is_empty() && self.outbox.hand_in(&self.sheets.key_of_hand_in()).await {
            self.outbox.forget().await;
            let _ = window().location().replace("/check-in/done");
            return;
        }
        self.sheets.show_path("waiting", sheets::Trail::Keep);
        self.tell();
    }

    /// Says on the shown sheet what is safe by now.
    fn tell(&self) {
        if let Some(body) = document().body() {
            // Whoever would close the page waits for it.
            let _ = body.toggle_attribute_with_force("data-unsent", !self.outbox.is_empty());
        }
        let text = if self.outbox.is_empty() { &self.notes.saved } else { &self.notes.waiting };
        if self.outbox.is_empty() || self.outbox.is_waiting() {
            self.sheets.tell(text, self.outbox.is_empty() && !self.outbox.has_sent());
        }
    }
}

fn stop(event: &Event) {
    event.prevent_default();
    event.stop_propagation();
}

/// Listens before the page's other listeners.
fn capture<E: JsCast + 'static>(target: &web_sys::Document, name: &str, hear: impl Fn(E) + 'static) {
    let closure = leptos::wasm_bindgen::closure::Closure::<dyn Fn(Event)>::new(move |event: Event| {
        if let Ok(event) = event.dyn_into::<E>() {
            hear(event);
        }
    });
    // A document takes every listener; the closure lives as long as the page.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}
