//! A drawing from the sheet of icons; decoration that always stands beside a word.

use leptos::prelude::*;

use crate::assets;
use crate::look::Here;

/// One icon by its id in `icons.svg`. An arrow turns round where text runs from right to left.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    let class = if name.starts_with("arrow-") { "icon icon-turns" } else { "icon" };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("{}#{name}", assets::url(Here::drawings()))></use>
        </svg>
    }
    // Pages nest many icons: without this the compiler meets its limit of nested types.
    .into_any()
}
