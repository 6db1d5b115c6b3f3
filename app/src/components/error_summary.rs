//! What staff must mend in a form, first on the page, with links to the fields.

use leptos::prelude::*;

/// One fault and the id of the field it is about.
#[component]
pub fn ErrorSummary(text: String, #[prop(into)] field: String) -> impl IntoView {
    view! {
        <div class="error-summary" role="alert" aria-labelledby="error-summary" tabindex="-1" autofocus>
            <h2 id="error-summary">"There is a problem"</h2>
            <ul class="stack-tight"><li><a href=format!("#{field}")>{text}</a></li></ul>
        </div>
    }
    .into_any()
}
