//! A QR code as a drawing of one path.

use leptos::prelude::*;
use server::documents::qr;

/// The code of a text; `label` is for those who cannot see it.
#[component]
pub fn Qr(text: String, label: String) -> AnyView {
    let Some((side, path)) = qr::path(&text) else { return ().into_any() };
    view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
            <path d=path/>
        </svg>
    }
    .into_any()
}
