//! Help, for everyone, signed in or not.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;

use super::{check_in_if_any, failure};
use crate::api::check_in::{Closing, Step, get_closing, is_hand_raised, raise_hand as raise};
use crate::components::form::Token;
use crate::components::help_lines::HelpLines;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::look::words;
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /help`.
pub async fn show(visit: Visit) -> Response {
    let check_in = check_in_if_any(&visit).await;
    let band = check_in.as_ref().map(|c| c.band);
    let under_way = check_in.as_ref().is_some_and(|c| matches!(c.step, Step::Question(_) | Step::Review));
    let (readers, until) = check_in.map(|c| (c.readers, c.there_until)).unwrap_or_default();
    let closing = get_closing(&visit, &readers);
    let hand = is_hand_raised(&visit).await;
    let token = visit.form_token.clone();
    let title = visit.look.language.words().help_title;
    render::page(&visit, StatusCode::OK, Head::student(title, band), move || {
        view! {
            <StudentFrame band hide=band.is_some()>
                <HelpSheet token closing readers until signed_in=band.is_some() under_way hand/>
            </StudentFrame>
        }
    })
}

/// `POST /check-in/hand`: an adult in the room sees that this child needs one, and nothing else (K-27).
pub async fn raise_hand(posted: Posted) -> Response {
    match raise(&posted.visit).await {
        Ok(()) => Redirect::to("/help").into_response(),
        Err(error) => failure(&posted.visit, &error),
    }
}

/// Asks the adult in the room to come, and says that one does.
#[component]
fn Hand(token: String, raised: bool) -> impl IntoView {
    let words = words();
    view! {
        <form
            class="hand"
            method="post"
            action="/check-in/hand"
            data-done=words.hand_up
            data-failed=words.hand_no_wifi
        >
            <Token value=token/>
            <button class="button button-primary" type="submit"><Icon name="hand"/>" "{words.hand_button}</button>
            <p class="hand-note" role="status">{raised.then_some(words.hand_up)}</p>
        </form>
    }
    .into_any()
}

/// Where help is, and the way back.
#[component]
pub fn HelpSheet(
    token: String,
    closing: Closing,
    readers: Vec<String>,
    until: Option<String>,
    signed_in: bool,
    under_way: bool,
    /// Whether the child's hand is up; none where nobody in a room would see it.
    hand: Option<bool>,
) -> impl IntoView {
    let words = words();
    let (back, back_words) = match signed_in {
        true => ("/check-in", words.back_where),
        false => ("/", words.back_first),
    };
    view! {
        <div class="sheet">
            <h1 tabindex="-1">{words.help_heading}</h1>
            <p>{words.help_text}</p>
            {hand.map(|raised| view! { <Hand token=token.clone() raised/> })}
            <HelpLines heading=words.who_is_there closing readers until wide=false/>
            <form class="question-end" method="post" action="/check-in/close">
                <Token value=token/>
                <a class="button" href=back data-back="yes"><Icon name="arrow-left"/>" "{back_words}</a>
                {under_way.then(|| view! {
                    <button class="button button-quiet" type="submit">{words.stop_for_now}</button>
                })}
            </form>
        </div>
    }
    .into_any()
}
