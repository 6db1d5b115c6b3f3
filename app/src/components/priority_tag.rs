//! A referral's priority: word, shape and colour, so that it reads without any one of them (V-06).

use leptos::prelude::*;
use server::model::referral::Priority;

use super::icon::Icon;

/// The icon of a priority.
pub fn icon(priority: Priority) -> &'static str {
    match priority {
        Priority::Critical => "priority-critical",
        Priority::High => "priority-high",
        Priority::Moderate => "priority-moderate",
        Priority::Low => "priority-low",
    }
}

/// The tag of a priority.
#[component]
pub fn PriorityTag(priority: Priority) -> AnyView {
    view! {
        <span class=format!("tag tag-{}", priority.as_str())>
            <Icon name=icon(priority)/>
            {priority.label()}
        </span>
    }
    .into_any()
}
