//! One answer option: a native radio whose whole card can be tapped.

use leptos::prelude::*;

use crate::components::icon::Icon;

/// A choice with its label as the instrument words it. `circle` draws a circle of that radius for the youngest;
/// `key` shows the number key that picks it.
#[component]
pub fn AnswerCard(
    value: String,
    label: String,
    checked: bool,
    #[prop(optional_no_strip)] circle: Option<u8>,
    #[prop(optional_no_strip)] key: Option<usize>,
    #[prop(optional_no_strip)] focus: bool,
) -> impl IntoView {
    view! {
        <label class="answer">
            <input type="radio" name="answer" value=value checked=checked autofocus=focus/>
            <span class="answer-face">
                {circle.map(|radius| view! {
                    <svg class="circle-mark" viewBox="0 0 64 64" aria-hidden="true">
                        <circle cx="32" cy="32" r=radius.to_string()></circle>
                    </svg>
                })}
                <span>{label}</span>
                <span class="answer-end">
                    {key.map(|key| view! { <kbd class="answer-key" aria-hidden="true">{key}</kbd> })}
                    <Icon name="check"/>
                </span>
            </span>
        </label>
    }
    .into_any()
}
