//! Who the child is: name and the few facts one needs before a call.

use leptos::prelude::*;

/// The head of a child's page; what can be done stands at its end.
#[component]
pub fn PersonHeader(given: String, family: String, facts: Vec<String>, children: Children) -> AnyView {
    let initials: String = [&given, &family].into_iter().filter_map(|name| name.chars().next()).collect();
    view! {
        <div class="card person-bar">
            <div class="person">
                <div class="person-who">
                    <span class="person-initials" aria-hidden="true">{initials}</span>
                    <div>
                        <h1>{format!("{given} {family}")}</h1>
                        <p class="person-facts">
                            {facts.into_iter().map(|fact| view! { <span>{fact}</span>" " }).collect_view()}
                        </p>
                    </div>
                </div>
                <div class="buttons">{children()}</div>
            </div>
        </div>
    }
    .into_any()
}
