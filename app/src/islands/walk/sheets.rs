//! All sheets of the check-in, one of them on the page.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{
    DomParser, Element, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTemplateElement, SupportedType,
};

/// Whether a step stands in the browser's history of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trail {
    /// A new entry, so that Back leads to the sheet before.
    Add,
    /// The entry that is there.
    Keep,
}

/// The sheets in order of their reading.
pub(super) struct Sheets {
    sheets: Vec<Element>,
    shown: Cell<usize>,
    /// Where the child was before it looked at the help sheet.
    question: Cell<usize>,
    /// When the shown sheet appeared, on the page's clock.
    since: Cell<u32>,
}

impl Sheets {
    /// Reads them from the server's page, with the key for the device. The sheet that is on the page already stays.
    pub(super) fn read(page: &str) -> Option<(Self, String)> {
        let read = DomParser::new().ok()?.parse_from_string(page, SupportedType::TextHtml).ok()?;
        let all = read.get_element_by_id("sheets")?;
        let key = all.get_attribute("data-key")?;
        let here = document().query_selector("main .step[data-path]").ok().flatten()?;
        let list = all.query_selector_all(".step").ok()?;
        let mut sheets = Vec::new();
        let mut shown = 0;
        for at in 0..list.length() {
            let sheet = list.item(at)?.dyn_into::<Element>().ok()?;
            if path(&sheet) == path(&here) {
                shown = sheets.len();
                sheets.push(here.clone());
            } else {
                sheets.push(document().adopt_node(&sheet).ok()?.dyn_into().ok()?);
            }
        }
        let sheets =
            Self { sheets, shown: Cell::new(shown), question: Cell::new(shown), since: Cell::new(now()) };
        Some((sheets, key))
    }

    fn current(&self) -> &Element {
        &self.sheets[self.shown.get()]
    }

    /// The token that the forms carry.
    pub(super) fn token(&self) -> String {
        self.field("input[name=token]")
    }

    /// The key made with the last sheet, so that a second try of the hand-in is known as the same one.
    pub(super) fn key_of_hand_in(&self) -> String {
        self.field("input[name=key]")
    }

    fn field(&self, css: &str) -> String {
        let found = self.sheets.iter().find_map(|sheet| sheet.query_selector(css).ok().flatten());
        found
            .and_then(|input| input.dyn_into::<HtmlInputElement>().ok())
            .map(|i| i.value())
            .unwrap_or_default()
    }

    /// How long the shown sheet has been there.
    pub(super) fn seconds(&self) -> u32 {
        now().saturating_sub(self.since.get()) / 1000
    }

    /// The sheet after the shown one.
    pub(super) fn show_next(&self) {
        let next = self.current().get_attribute("data-next").unwrap_or_default();
        self.show_path(&next, Trail::Add);
    }

    /// Back from the help sheet.
    pub(super) fn show_last_question(&self) -> bool {
        self.show(self.question.get(), Trail::Keep);
        true
    }

    /// The sheet of a path; false when there is none.
    pub(super) fn show_path(&self, wanted: &str, trail: Trail) -> bool {
        let found = self.sheets.iter().position(|sheet| path(sheet).as_deref() == Some(wanted));
        if let Some(at) = found {
            // Help is a sheet on top: it has no place in the history, and Back leads where the child was.
            let aside = matches!(wanted, "/help" | "waiting");
            self.show(at, if aside { Trail::Keep } else { trail });
            if !aside {
                self.question.set(at);
            }
        }
        found.is_some()
    }

    fn show(&self, at: usize, trail: Trail) {
        if at == self.shown.get() {
            return;
        }
        let (old, new) = (self.current().clone(), &self.sheets[at]);
        if old.replace_with_with_node_1(new).is_err() {
            return;
        }
        self.shown.set(at);
        self.since.set(now());
        let title = new.get_attribute("data-title").unwrap_or_default();
        document().set_title(&title);
        let path = path(new).unwrap_or_default();
        if path != "waiting"
            && let Ok(Some(way_back)) = document().query_selector("form.look-panel [name=back]")
        {
            let _ = way_back.set_attribute("value", &path);
        }
        if trail == Trail::Add
            && let Ok(history) = window().history()
        {
            // A browser that refuses keeps the old entry; nothing else depends on it.
            let _ = history.push_state_with_url(&leptos::wasm_bindgen::JsValue::NULL, "", Some(&path));
        }
        if let Ok(Some(form)) = new.query_selector("form.question") {
            let _ = form.set_attribute("data-shown", &now().to_string());
            // A form may be sent again after the child came back to it.
            if let Ok(Some(button)) = form.query_selector("[aria-busy]") {
                let _ = button.remove_attribute("aria-busy");
            }
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
        if let Some(heading) = find::<HtmlElement>(new, "h1") {
            let _ = heading.focus();
        }
    }

    /// Writes into the shown sheet what is safe by now; where nothing was sent yet, what the server wrote stays.
    pub(super) fn tell(&self, text: &str, untouched: bool) {
        let Some(line) = find::<HtmlElement>(self.current(), ".saved") else { return };
        if untouched {
            return;
        }
        let _ = line.remove_attribute("hidden");
        if let Some(words) = find::<HtmlElement>(&line, "[role=status]")
            && words.text_content().as_deref() != Some(text)
        {
            words.set_text_content(Some(text));
        }
    }
}

fn path(sheet: &Element) -> Option<String> {
    sheet.get_attribute("data-path")
}

fn find<T: JsCast>(within: &Element, css: &str) -> Option<T> {
    within.query_selector(css).ok().flatten()?.dyn_into().ok()
}

/// The page's clock in whole milliseconds: printing and reading fractions would cost the browser part a tenth of its size.
pub(super) fn now() -> u32 {
    window().performance().map_or(0, |clock| clock.now() as u32)
}

/// The calm sentence of a question that nothing was picked for, and the focus on its first answer (K-26).
pub(super) fn ask_to_pick(form: &HtmlFormElement) {
    let Some(template) = find::<HtmlTemplateElement>(form, "template.pick-one") else { return };
    if find::<Element>(form, "#question-error").is_none() {
        if let Ok(note) = template.content().clone_node_with_deep(true) {
            let _ = template.after_with_node_1(&note);
        }
        if let Some(fieldset) = find::<Element>(form, "fieldset") {
            let _ = fieldset.set_attribute("aria-describedby", "question-error");
        }
    }
    if let Some(first) = find::<HtmlElement>(form, ".answers input") {
        let _ = first.focus();
    }
}

/// Takes the sentence away again.
pub(super) fn calm(form: &HtmlFormElement) {
    if let Some(note) = find::<Element>(form, "#question-error") {
        note.remove();
    }
    if let Some(fieldset) = find::<Element>(form, "fieldset") {
        let _ = fieldset.remove_attribute("aria-describedby");
    }
}

/// The language picked in the "Aa" panel.
pub(super) fn language_of(form: &HtmlFormElement) -> Option<String> {
    find::<web_sys::HtmlSelectElement>(form, "select[name=language]").map(|select| select.value())
}

/// A sentence in a form's own place for it.
pub(super) fn say(form: &HtmlFormElement, css: &str, text: &str) {
    if let Some(place) = find::<Element>(form, css) {
        place.set_text_content(Some(text));
    }
}

/// Puts the panel's choices on the page, and closes it.
pub(super) fn apply_look(form: &HtmlFormElement) {
    let Some(classes) = document().body().map(|body| body.class_list()) else { return };
    let checked = |css: &str| find::<Element>(form, css).is_some();
    for (class, css) in [
        ("look-large", "[name=size][value='1']:checked"),
        ("look-largest", "[name=size][value='2']:checked"),
        ("look-spaced", "[name=spaced]:checked"),
        ("look-contrast", "[name=contrast]:checked"),
        ("look-plain", "[name=plain]:checked"),
    ] {
        let _ = classes.toggle_with_force(class, checked(css));
    }
    if let Ok(Some(panel)) = form.closest("details") {
        let _ = panel.remove_attribute("open");
    }
}
