//! A button that reads aloud, beside what it reads (K-18).

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::look::words;

/// Shown only where it can do something: with a recording, or where the browser has a voice of its own device for the
/// language. Without a script, a recording has the browser's own player.
#[component]
pub fn Listen(text: String, language: String, recording: Option<String>) -> impl IntoView {
    let words = words();
    let player = recording.clone().map(|address| {
        view! { <noscript><audio controls preload="none" src=address aria-label=words.listen></audio></noscript> }
    });
    let (spoken, tag) = (text.clone(), language.clone());
    view! {
        <button
            class="button button-quiet listen"
            type="button"
            data-recording=recording
            data-language=language
            data-text=text
        >
            <Icon name="volume"/>
            " "<span class="listen-word">{words.listen}</span>
            <span class="visually-hidden" lang=tag>": "{spoken}</span>
        </button>
        {player}
    }
    .into_any()
}
