//! What went wrong, calmly, where the child looks anyway (K-26).

use leptos::prelude::*;

use crate::components::icon::Icon;

/// A sentence by the field; the field names it in `aria-describedby`.
#[component]
pub fn CalmNote(id: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="note-error" id=id role="alert">
            <Icon name="info"/>
            <p>{text}</p>
        </div>
    }
}
