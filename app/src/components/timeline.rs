//! What happened, newest first: each line signed and timed.

use leptos::prelude::*;
use server::model::ChildId;

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
pub fn Timeline(entries: Vec<Entry>, when: When, child: ChildId) -> AnyView {
    let lines = entries
        .into_iter()
        .map(|entry| {
            let by = entry.by.as_ref().map(|by| format!(" · {by}"));
            let text = entry.text.reveal().clone();
            let struck = entry.corrected.is_some();
            let note = match (&entry.corrected, entry.corrects_since) {
                (Some((by, at)), _) => Some(format!("Corrected by {by}, {}", when.at(*at))),
                (None, Some(at)) => Some(format!("Correction, written {}", when.at(at))),
                (None, None) => None,
            };
            let correct = entry.row.map(|(kind, row)| {
                let about = format!(" this {} of {}", kind.label(), when.at(entry.at));
                view! {
                    <a class="small" href=format!("/children/{child}/correct/{}/{row}", kind.as_str())>
                        "Correct"<span class="visually-hidden">{about}</span>
                    </a>
                }
            });
            view! {
                <li>
                    <Icon name=icon(&entry)/>
                    <p class="timeline-when">
                        <time datetime=when.iso(entry.at)>{capital(&when.at(entry.at))}</time>
                        {by}
                    </p>
                    <p class="timeline-what">{as_written(entry.title, struck)}</p>
                    {(!text.is_empty()).then(|| view! { <p class="timeline-text">{as_written(text, struck)}</p> })}
                    {note.map(|note| view! { <p class="muted small">{note}</p> })}
                    {correct}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{lines}</ol> }.into_any()
}

/// Words as they were written, struck out where others stand in their place.
fn as_written(words: String, struck: bool) -> AnyView {
    if struck { view! { <del>{words}</del> }.into_any() } else { words.into_any() }
}
