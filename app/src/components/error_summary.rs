//! What has to be put right in a form, first in the page.

use leptos::prelude::*;

/// One error with a link to its field. It takes the focus with the page (`autofocus` on the summary would scroll past
/// the head), and a screen reader reads it first.
#[component]
pub fn ErrorSummary(field: String, message: String) -> AnyView {
    view! {
        <div class="error-summary" role="alert" aria-labelledby="error-summary-head" tabindex="-1">
            <h2 id="error-summary-head">"There is a problem"</h2>
            <ul class="stack-tight">
                <li><a href=format!("#{field}")>{message}</a></li>
            </ul>
        </div>
    }
    .into_any()
}
