//! Label, hint, error and control in their fixed order.

use leptos::prelude::*;

use super::icon::Icon;

/// How a field stands: its id, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Unique in the page.
    pub id: String,
    /// The sentence that says what to do; none while nothing is wrong.
    pub error: Option<String>,
    /// Whether a hint stands above the control.
    pub hint: bool,
}

impl Check {
    /// For a field whose id is its name, where the one wrong field of a form and its sentence are known.
    pub fn of(wrong: Option<&(String, String)>, field: &str, hint: bool) -> Self {
        let error = wrong.filter(|(name, _)| name == field).map(|(_, sentence)| sentence.clone());
        Self { id: field.to_owned(), error, hint }
    }

    /// For `aria-invalid`.
    pub fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    /// For `aria-describedby`: the hint, then the error.
    pub fn described(&self) -> Option<String> {
        let hint = self.hint.then(|| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        let both: Vec<String> = hint.into_iter().chain(error).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }
}

/// The sentence under a label that says what to put right.
#[component]
pub fn FieldError(check: Check) -> AnyView {
    let Check { id, error, .. } = check;
    error
        .map(|error| {
            view! { <p class="field-error" id=format!("{id}-error")><Icon name="circle-alert"/>{error}</p> }
        })
        .into_any()
}

/// A list to choose one from: value and words, the chosen value first found wins.
#[component]
pub fn Select(
    label: &'static str,
    name: &'static str,
    check: Check,
    /// Value and words.
    options: Vec<(&'static str, &'static str)>,
    chosen: String,
    #[prop(optional)] required: bool,
) -> AnyView {
    let id = check.id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <FieldError check=check.clone()/>
            <select
                class="input"
                id=id
                name=name
                required=required
                aria-invalid=check.invalid()
                aria-describedby=check.described()
            >
                {options
                    .into_iter()
                    .map(|(value, words)| {
                        let selected = value == chosen;
                        view! { <option value=value selected=selected>{words}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// A list to choose one from, where the words come from the data.
#[component]
pub fn Choice(
    label: &'static str,
    name: &'static str,
    check: Check,
    /// Value and words.
    options: Vec<(String, String)>,
    #[prop(optional, into)] chosen: String,
    #[prop(optional)] hint: &'static str,
) -> AnyView {
    let id = check.id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            <FieldError check=check.clone()/>
            <select
                class="input"
                id=id.clone()
                name=name
                aria-invalid=check.invalid()
                aria-describedby=check.described()
            >
                {options
                    .into_iter()
                    .map(|(value, words)| {
                        let selected = value == chosen;
                        view! { <option value=value selected=selected>{words}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// A text as a text area holds it. The renderer writes its content as it comes, and a browser leaves the area at an end
/// tag in it and drops a first line break.
fn inside_a_text_area(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    if escaped.starts_with('\n') { format!("\n{escaped}") } else { escaped }
}

/// A text of several lines, at most 2,000 characters, or 10,000 of a long one.
#[component]
pub fn TextArea(
    label: &'static str,
    name: &'static str,
    check: Check,
    text: String,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] long: bool,
) -> AnyView {
    let id = check.id.clone();
    let (rows, most) = if long { ("14", "10000") } else { ("3", "2000") };
    let text = inside_a_text_area(&text);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            <FieldError check=check.clone()/>
            <textarea
                class="input"
                id=id.clone()
                name=name
                rows=rows
                maxlength=most
                aria-invalid=check.invalid()
                aria-describedby=check.described()
            >
                {text}
            </textarea>
        </div>
    }
    .into_any()
}

/// A box to tick, with its words beside it.
#[component]
pub fn Tick(
    #[prop(into)] name: String,
    #[prop(into)] value: String,
    #[prop(into)] words: String,
    #[prop(optional)] on: bool,
) -> AnyView {
    view! {
        <label class="radio"><input type="checkbox" name=name value=value checked=on/><span>{words}</span></label>
    }
    .into_any()
}

/// A text of one line, or a date.
#[component]
pub fn Input(
    label: &'static str,
    name: &'static str,
    check: Check,
    text: String,
    #[prop(optional)] hint: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] required: bool,
    /// The earliest date.
    #[prop(optional, into)]
    min: Option<String>,
) -> AnyView {
    let id = check.id.clone();
    let class = if matches!(kind, "date" | "time" | "number") { "input input-short" } else { "input" };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            <FieldError check=check.clone()/>
            <input
                class=class
                id=id.clone()
                name=name
                type=kind
                value=text
                min=min
                required=required
                aria-invalid=check.invalid()
                aria-describedby=check.described()
            />
        </div>
    }
    .into_any()
}
