//! What a service sees through its link, without an account: the letter, and a way to answer (C-27).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::outside::OutsideState;

use super::counselor::outside::letter_document;
use crate::address::Address;
use crate::api::casework::{self as api, Invitation};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::field::{Check, TextArea};
use crate::components::form::Token;
use crate::components::print_sheet::PrintSheet;
use crate::components::shell::{Audience, Head};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /letters/{token}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "answered").then_some("Thank you. The school sees your answer now.");
    page(&visit, &address, StatusCode::OK, done, None).await
}

/// `POST /letters/{token}`.
pub async fn answer(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let token: String = address.part(0).unwrap_or_default();
    let done = match posted.word::<OutsideState>("to") {
        Some(to) => api::answer_by_link(visit, &token, to, posted.text("note").to_owned().into()).await,
        None => Err(Error::Conflict("Choose one of the answers.".to_owned())),
    };
    match done {
        Ok(()) if posted.word::<OutsideState>("to").is_some_and(OutsideState::is_final) => render::message(
            visit,
            StatusCode::OK,
            "Thank you",
            "The school sees your answer now. This link has ended.",
        ),
        Ok(()) => Redirect::to(&format!("/letters/{token}?done=answered")).into_response(),
        Err(Error::Conflict(why) | Error::Invalid { message: why, .. }) => {
            page(visit, &address, StatusCode::CONFLICT, None, Some(why)).await
        }
        Err(_) => gone(visit),
    }
}

fn gone(visit: &Visit) -> Response {
    render::message(
        visit,
        StatusCode::NOT_FOUND,
        "This link does not hold",
        "It may be over, or a newer one was made. Ask the school’s counselor for a new link.",
    )
}

/// The answers in the words of a service.
fn words(to: OutsideState) -> &'static str {
    match to {
        OutsideState::Sent => "Sent",
        OutsideState::Received => "We have the letter",
        OutsideState::Accepted => "We take the child on",
        OutsideState::Declined => "We cannot help here",
        OutsideState::Attended => "The child was here",
        OutsideState::NoShow => "The child did not come",
        OutsideState::Completed => "Our help is finished",
    }
}

async fn page(
    visit: &Visit,
    address: &Address,
    status: StatusCode,
    done: Option<&'static str>,
    refused: Option<String>,
) -> Response {
    let token: String = address.part(0).unwrap_or_default();
    let Ok(found) = api::get_invitation(visit, &token).await else { return gone(visit) };
    let (now, form_token) = (visit.ctx.now, visit.form_token.clone());
    let head = Head { title: "A letter from a school".to_owned(), audience: Audience::Plain };
    render::page(visit, status, head, move || {
        let Invitation { outside, .. } = &found;
        let state = outside.state;
        let buttons = state
            .next()
            .into_iter()
            .map(|to| {
                view! { <button class="button" type="submit" name="to" value=to.as_str()>{words(to)}</button> }
            })
            .collect_view();
        let check = Check { id: "note".to_owned(), error: None, hint: true };
        let action = format!("/letters/{token}");
        view! {
            <main class="page page-narrow" id="main" tabindex="-1">
                <Confirmation sentence=done/>
                {refused.clone().map(|text| view! { <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/> })}
                <PrintSheet document=letter_document(&found, now)/>
                <section class="card no-print" aria-labelledby="answer-head">
                    <h2 id="answer-head">"Your answer"</h2>
                    <p>{format!("It stands at: {}.", state.label().to_lowercase())}</p>
                    <form class="form" method="post" action=action>
                        <Token value=form_token.clone()/>
                        <TextArea
                            label="A word to the counselor"
                            name="note"
                            check=check
                            text=String::new()
                            hint="Optional: a first date, a name, a number. No findings, please."
                        />
                        <div class="buttons">{buttons}</div>
                    </form>
                </section>
            </main>
        }
    })
}
