//! A page with one message.

use leptos::prelude::*;

/// A title, a sentence that says what to do, and the way on.
#[component]
pub fn Message(title: &'static str, text: String, home: &'static str) -> impl IntoView {
    view! {
        <main id="main" class="message" tabindex="-1">
            <h1>{title}</h1>
            <p>{text}</p>
            <p><a class="button quiet" href=home>"Go to the first page"</a></p>
        </main>
    }
}
