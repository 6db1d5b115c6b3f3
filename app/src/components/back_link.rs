//! The way back, above a page's head.

use leptos::prelude::*;

use super::icon::Icon;

/// A link to the page above.
#[component]
pub fn BackLink(#[prop(into)] href: String, children: Children) -> AnyView {
    view! { <a class="back-link" href=href><Icon name="arrow-left"/>" "{children()}</a> }.into_any()
}
