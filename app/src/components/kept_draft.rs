//! In a form about a child: words that were typed and not saved are there again (C-28), and the place where the page says
//! that it keeps them. Without wasm nothing is kept, and the form works as any other.

use leptos::prelude::*;
use server::model::ChildId;
use server::model::draft::DraftForm;

use crate::api::drafts::Kept;
use crate::when::When;

/// A line of a form; `StaffShell` brings the part that keeps what is typed.
#[component]
pub fn KeptDraft(child: ChildId, form: DraftForm, kept: Option<Kept>, when: When) -> AnyView {
    let path = format!("/children/{child}/drafts/{}", form.as_str());
    let discard = kept.is_some().then(|| {
        view! {
            <button
                class="button button-quiet button-small"
                type="submit"
                formaction=format!("{path}/discard")
                formnovalidate=true
            >
                "Throw it away"
            </button>
        }
    });
    let words = kept
        .map(|kept| format!("What you typed {} is here again. It is not saved yet.", when.at(kept.at)))
        .unwrap_or_default();
    view! {
        <div class="kept" data-draft=format!("{path}?page={}", when.now.millis())>
            <p class="kept-words small">{words}</p>
            {discard}
        </div>
    }
    .into_any()
}
