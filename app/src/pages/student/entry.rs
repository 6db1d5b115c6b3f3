//! The door: a child types the code on its card.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::ctx::Actor;

use crate::api::sign_in::sign_in_card;
use crate::components::calm_note::CalmNote;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::i18n::Language;
use crate::look::words;
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /`.
pub async fn show(visit: Visit) -> Response {
    match visit.ctx.actor {
        Actor::Student(_) => Redirect::to("/check-in").into_response(),
        Actor::Staff(_) => Redirect::to("/home").into_response(),
        _ => page(&visit, StatusCode::OK, None, ""),
    }
}

/// `POST /card`.
pub async fn sign_in(posted: Posted) -> Response {
    let visit = &posted.visit;
    let code = posted.text("code");
    match sign_in_card(visit, code).await {
        Ok(token) => visit.signed_in(token.reveal(), "/check-in"),
        Err(Error::Invalid { message, .. }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(in_words(visit, message)), code)
        }
        Err(error) => render::failure_page(visit, &error),
    }
}

/// The door, with a calm sentence where something is not right. A typed code is shown again only as far as one goes.
pub fn page(visit: &Visit, status: StatusCode, note: Option<String>, typed: &str) -> Response {
    let token = visit.form_token.clone();
    let typed: String = typed.chars().take(LONGEST).collect();
    let words = visit.look.language.words();
    let title = match note {
        Some(_) => format!("{}: {}", words.error_mark, words.code_title),
        None => words.code_title.to_owned(),
    };
    render::page(visit, status, Head::student(title, None), move || {
        let invalid = note.is_some();
        view! {
            <StudentFrame band=None hide=false>
                <form class="sheet sheet-narrow" method="post" action="/card" autocomplete="off">
                    <Token value=token/>
                    <h1>{words.code_heading}</h1>
                    {note.map(|text| view! { <CalmNote id="code-error" text/> })}
                    <CodeField typed invalid/>
                    <button class="button button-primary" type="submit">{words.go}" "<Icon name="arrow-right"/></button>
                    <p class="question-note">{words.no_card}</p>
                </form>
                <p class="student-foot">
                    {words.no_window_doors}" "<a href="/talk">{words.talk_door}</a>" · "
                    <a href="/learn">{words.learn_door}</a>
                </p>
                <p class="student-foot"><a href="/sign-in">{words.staff_link}</a></p>
            </StudentFrame>
        }
    })
}

/// The field for a card's code.
#[component]
pub fn CodeField(typed: String, invalid: bool) -> impl IntoView {
    let words = words();
    view! {
        <div class="field">
            <label for="code">{words.code_label}</label>
            <p class="hint" id="code-hint">
                {words.code_hint}
            </p>
            <input
                class="input code-input"
                id="code"
                name="code"
                type="text"
                inputmode="text"
                autocapitalize="characters"
                autocomplete="off"
                spellcheck="false"
                maxlength=LONGEST.to_string()
                required
                autofocus
                value=typed
                aria-describedby=if invalid { "code-hint code-error" } else { "code-hint" }
                aria-invalid=invalid.then_some("true")
            />
        </div>
    }
    .into_any()
}

/// A sentence of the sign-in in the page's language; a sentence that it does not know stays English.
pub fn in_words(visit: &Visit, message: String) -> String {
    let (english, words) = (Language::En.words(), visit.look.language.words());
    let pairs = [
        (english.slip_length, words.slip_length),
        (english.slip_sign, words.slip_sign),
        (english.slip_check, words.slip_check),
        (english.code_unknown, words.code_unknown),
        (english.code_replaced, words.code_replaced),
        (english.code_not_open, words.code_not_open),
        (english.code_not_today, words.code_not_today),
        (english.code_rests, words.code_rests),
    ];
    pairs.into_iter().find(|(known, _)| *known == message).map_or(message, |(_, own)| own.to_owned())
}

/// Ten signs, the dash, and a few spaces that slip in.
pub const LONGEST: usize = 14;
