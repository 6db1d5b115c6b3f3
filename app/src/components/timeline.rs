//! What happened, newest first: each line signed and timed.

use leptos::prelude::*;

use super::icon::Icon;
use crate::api::queue::{Entry, EntryKind};
use crate::when::{When, capital};

fn icon(entry: &Entry) -> &'static str {
    match entry.kind {
        EntryKind::Screen => "clipboard-list",
        EntryKind::Contact if entry.title.contains("phone") => "phone",
        EntryKind::Contact => "message-circle",
        EntryKind::Note => "notebook-pen",
        EntryKind::Look => "eye",
        EntryKind::Referral if entry.title == "Claimed" => "user-check",
        EntryKind::Referral if entry.title == "Closed" => "circle-check",
        EntryKind::Referral => "send",
    }
}

/// The timeline.
#[component]
pub fn Timeline(entries: Vec<Entry>, when: When) -> AnyView {
    let lines = entries
        .into_iter()
        .map(|entry| {
            let by = entry.by.as_ref().map(|by| format!(" · {by}"));
            let text = entry.text.reveal().clone();
            view! {
                <li>
                    <Icon name=icon(&entry)/>
                    <p class="timeline-when">
                        <time datetime=when.iso(entry.at)>{capital(&when.at(entry.at))}</time>
                        {by}
                    </p>
                    <p class="timeline-what">{entry.title}</p>
                    {(!text.is_empty()).then(|| view! { <p class="timeline-text">{text}</p> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{lines}</ol> }.into_any()
}
