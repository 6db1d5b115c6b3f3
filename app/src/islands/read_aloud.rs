//! Reads a question or an answer aloud when a child taps the button beside it (K-18), never by itself.
//!
//! A recording of the school's goes first. Without one only a voice of this device reads: other voices send the text to
//! somebody else's server. What the child has picked is neither read nor sent, and nothing is fetched before the tap.

use std::cell::RefCell;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, Event, HtmlAudioElement, SpeechSynthesis, SpeechSynthesisUtterance, SpeechSynthesisVoice,
};

thread_local! {
    /// What plays now, if anything.
    static PLAYING: RefCell<Option<HtmlAudioElement>> = const { RefCell::new(None) };
}

/// Makes the page's listen buttons work; shows nothing of its own.
#[island]
pub fn ReadAloud() -> impl IntoView {
    Effect::new(move |_| {
        offer();
        if let Some(speech) = speech() {
            // Browsers learn their voices late.
            let again = Closure::<dyn Fn()>::new(offer);
            let heard = again.as_ref().unchecked_ref();
            // A browser that cannot tell has told what it has.
            let _ = speech.add_event_listener_with_callback("voiceschanged", heard);
            again.forget();
        }
        let handles = [
            window_event_listener(ev::click, |event| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                if let Some(button) = target.and_then(|t| t.closest("button.listen").ok().flatten()) {
                    read(&button);
                }
            }),
            window_event_listener(ev::submit, |_| hush()),
            window_event_listener(ev::popstate, |_| hush()),
            window_event_listener(ev::pagehide, |_| hush()),
        ];
        let hidden = Closure::<dyn Fn(Event)>::new(|_| {
            if document().hidden() {
                hush();
            }
        });
        // The closure lives as long as the page.
        let _ =
            document().add_event_listener_with_callback("visibilitychange", hidden.as_ref().unchecked_ref());
        hidden.forget();
        on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    });
}

/// Tells the style sheet which buttons can do something: recordings now, and voices by language.
fn offer() {
    let Some(body) = document().body() else { return };
    let _ = body.set_attribute("data-listen", "");
    let mut languages: Vec<String> = voices()
        .filter_map(|voice| voice.lang().split(['-', '_']).next().map(str::to_ascii_lowercase))
        .collect();
    languages.sort();
    languages.dedup();
    let _ = body.set_attribute("data-voices", &languages.join(" "));
}

/// Stops whatever is read.
pub(super) fn hush() {
    if let Some(audio) = PLAYING.take() {
        // What does not play cannot be stopped.
        let _ = audio.pause();
    }
    if let Some(speech) = speech() {
        speech.cancel();
    }
}

fn read(button: &Element) {
    hush();
    let Some(address) = button.get_attribute("data-recording") else { return say(button) };
    let Ok(audio) = HtmlAudioElement::new_with_src(&address) else { return };
    let Ok(started) = audio.play() else { return };
    PLAYING.set(Some(audio.clone()));
    let button = button.clone();
    spawn_local(async move {
        let broke_off = JsFuture::from(started).await.is_err();
        // Stopped by the child is no failure; without a network the device's own voice may read.
        let mine = PLAYING.with_borrow(|now| now.as_ref() == Some(&audio));
        if broke_off && mine {
            say(&button);
        }
    });
}

/// Reads with a voice of this device, where there is one for the language.
fn say(button: &Element) {
    let text = button.get_attribute("data-text").unwrap_or_default();
    let language = button.get_attribute("data-language").unwrap_or_default();
    let (Some(speech), Some(voice)) = (speech(), voice_for(&language)) else { return };
    if let Ok(utterance) = SpeechSynthesisUtterance::new_with_text(&text) {
        utterance.set_lang(&language);
        utterance.set_voice(Some(&voice));
        speech.speak(&utterance);
    }
}

fn voice_for(language: &str) -> Option<SpeechSynthesisVoice> {
    let wanted = |tag: &str| tag.split(['-', '_']).next().map(str::to_ascii_lowercase);
    voices().find(|voice| wanted(&voice.lang()) == wanted(language))
}

/// The voices that speak on this device alone.
fn voices() -> impl Iterator<Item = SpeechSynthesisVoice> {
    let all = speech().map(|speech| speech.get_voices().to_vec()).unwrap_or_default();
    all.into_iter().map(|voice| voice.unchecked_into::<SpeechSynthesisVoice>()).filter(|v| v.local_service())
}

fn speech() -> Option<SpeechSynthesis> {
    // Some browsers have none; then the property is missing and not merely empty.
    window().speech_synthesis().ok().filter(|speech| !speech.is_undefined())
}
