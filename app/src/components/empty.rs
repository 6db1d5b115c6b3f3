//! What a list says when there is nothing in it.

use leptos::prelude::*;

use crate::assets;

/// A calm picture, a head and a sentence.
#[component]
pub fn Empty(head: &'static str, #[prop(into)] text: String) -> AnyView {
    view! {
        <div class="card">
            <div class="empty">
                <svg class="art" viewBox="440 0 320 180" aria-hidden="true">
                    <use href=format!("{}#scene-harbour", assets::url("icons.svg"))></use>
                </svg>
                <h2>{head}</h2>
                <p class="muted">{text}</p>
            </div>
        </div>
    }
    .into_any()
}
