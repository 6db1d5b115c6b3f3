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
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(message), code)
        }
        Err(error) => render::failure_page(visit, &error),
    }
}

/// The door, with a calm sentence where something is not right. A typed code is shown again only as far as one goes.
pub fn page(visit: &Visit, status: StatusCode, note: Option<String>, typed: &str) -> Response {
    let token = visit.form_token.clone();
    let typed: String = typed.chars().take(LONGEST).collect();
    let title = if note.is_some() { "Error: Type your code" } else { "Type your code" };
    render::page(visit, status, Head::student(title, None), move || {
        let invalid = note.is_some();
        view! {
            <StudentFrame band=None hide=false>
                <form class="sheet sheet-narrow" method="post" action="/card" autocomplete="off">
                    <Token value=token/>
                    <h1>"Type the code on your card"</h1>
                    {note.map(|text| view! { <CalmNote id="code-error" text/> })}
                    <div class="field">
                        <label for="code">"Card code"</label>
                        <p class="hint" id="code-hint">
                            "Ten letters and numbers, like 7KD2M-9QX4T. Small letters are fine."
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
                    <button class="button button-primary" type="submit">"Go "<Icon name="arrow-right" turns=true/></button>
                    <p class="question-note">"No card? Ask your teacher."</p>
                </form>
                <p class="student-foot"><a href="/sign-in">"For staff: sign in"</a></p>
            </StudentFrame>
        }
    })
}

/// Ten signs, the dash, and a few spaces that slip in.
const LONGEST: usize = 14;
