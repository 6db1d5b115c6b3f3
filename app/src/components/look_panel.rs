//! The "Aa" panel, at the same place on every page of a child (K-24): a plain form, so that it works without scripts.

use leptos::prelude::*;

use crate::components::form::Token;
use crate::i18n::Language;
use crate::look::{Here, words};

/// Language, size, spacing, contrast and letters.
#[component]
pub fn LookPanel(token: String) -> impl IntoView {
    let Here { look, path, .. } = use_context::<Here>().unwrap_or_default();
    let words = words();
    let sizes = [words.size_normal, words.size_large, words.size_largest];
    let switch = |name: &'static str, label: &'static str, on: bool| {
        view! {
            <label class="look-row">
                <input type="checkbox" name=name value="yes" checked=on/>
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <details class="look">
            <summary class="button">
                <span aria-hidden="true">"Aa"</span>
                <span class="visually-hidden">{words.look}</span>
            </summary>
            <form class="look-panel" method="post" action="/look" autocomplete="off">
                <Token value=token/>
                <input type="hidden" name="back" value=path/>
                <div class="look-row look-select">
                    <label for="look-language">{words.language}</label>
                    <select class="input" id="look-language" name="language">
                        {Language::ALL.map(|language| view! {
                            <option value=language.tag() lang=language.tag() selected=language == look.language>
                                {language.name()}
                            </option>
                        }).collect_view()}
                    </select>
                </div>
                <fieldset class="look-sizes">
                    <legend>{words.size}</legend>
                    {sizes.into_iter().zip(0u8..).map(|(label, size)| view! {
                        <label class="look-row">
                            <input type="radio" name="size" value=size.to_string() checked=look.size == size/>
                            <span>{label}</span>
                        </label>
                    }).collect_view()}
                </fieldset>
                {switch("spaced", words.spacing, look.spaced)}
                {switch("contrast", words.contrast, look.contrast)}
                {switch("plain", words.plain_font, look.plain)}
                <p class="look-note" role="status"></p>
                <button class="button button-primary" type="submit">{words.apply}</button>
            </form>
        </details>
    }
    .into_any()
}
