//! What every form carries.

use leptos::prelude::*;

/// The hidden token that shows a form came from our page (AUT-08).
#[component]
pub fn Token(value: String) -> impl IntoView {
    view! { <input type="hidden" name="token" value=value/> }
}
