//! The door that a card's QR code opens.
//!
//! The link's page is never shown under the link's address: a cookie for two minutes carries what it said to `/c`,
//! which posts it. So a look at the link changes nothing, and no address, history, referrer or log of a page holds it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;

use super::entry;
use crate::api::sign_in::{sign_in_link, sign_out};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::{Head, SendOn};
use crate::components::student_frame::StudentFrame;
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /c/{secret}`: what the QR code points to.
pub async fn scanned(visit: Visit, Path(secret): Path<String>) -> Response {
    let plain = (16..=64).contains(&secret.len()) && secret.bytes().all(|sign| sign.is_ascii_alphanumeric());
    if plain { visit.with_card(&secret, "/c") } else { Redirect::to("/").into_response() }
}

/// `GET /c`: one button, which presses itself where there is a script.
pub async fn show(visit: Visit) -> Response {
    let Some(card) = visit.card.clone() else { return Redirect::to("/").into_response() };
    let token = visit.form_token.clone();
    let words = visit.look.language.words();
    let page = render::page(&visit, StatusCode::OK, Head::student(words.card_title, None), move || {
        view! {
            <StudentFrame band=None hide=false>
                <form class="sheet sheet-narrow" method="post" action="/c" autocomplete="off">
                    <Token value=token/>
                    <input type="hidden" name="card" value=card/>
                    <h1>{words.card_heading}</h1>
                    <button class="button button-primary" type="submit">{words.go}" "<Icon name="arrow-right"/></button>
                </form>
                <SendOn/>
            </StudentFrame>
        }
    });
    visit.without_card(page)
}

/// `POST /c`.
pub async fn sign_in(posted: Posted) -> Response {
    let visit = &posted.visit;
    match sign_in_link(visit, posted.text("card")).await {
        Ok(token) => {
            // Whoever was signed in on this device before is not any more.
            if let Err(error) = sign_out(visit).await {
                return render::failure_page(visit, &error);
            }
            visit.signed_in(token.reveal(), "/check-in")
        }
        Err(Error::Invalid { message, .. }) => {
            let note = Some(entry::in_words(visit, message));
            entry::page(visit, StatusCode::UNPROCESSABLE_ENTITY, note, "")
        }
        Err(error) => render::failure_page(visit, &error),
    }
}
