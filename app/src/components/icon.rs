//! One of the line icons: decoration, always beside a word.

use leptos::prelude::*;

use crate::assets;

/// An icon by its name in `assets/icons.svg`. An arrow turns round in scripts that run from right to left.
#[component]
pub fn Icon(name: &'static str) -> AnyView {
    let class = if name.starts_with("arrow-") { "icon icon-turns" } else { "icon" };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("{}#{name}", assets::url("icons.svg"))></use>
        </svg>
    }
    .into_any()
}
