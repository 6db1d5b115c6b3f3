//! Help, for everyone, signed in or not.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use super::check_in_if_any;
use crate::api::check_in::{Closing, Step, get_closing};
use crate::components::form::Token;
use crate::components::help_lines::HelpLines;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::look::words;
use crate::render;
use crate::visit::Visit;

/// `GET /help`.
pub async fn show(visit: Visit) -> Response {
    let check_in = check_in_if_any(&visit).await;
    let band = check_in.as_ref().map(|c| c.band);
    let under_way = check_in.as_ref().is_some_and(|c| matches!(c.step, Step::Question(_) | Step::Review));
    let readers = check_in.map(|c| c.readers).unwrap_or_default();
    let closing = get_closing(&visit, &readers);
    let token = visit.form_token.clone();
    let title = visit.look.language.words().help_title;
    render::page(&visit, StatusCode::OK, Head::student(title, band), move || {
        view! {
            <StudentFrame band hide=band.is_some()>
                <HelpSheet token closing readers signed_in=band.is_some() under_way/>
            </StudentFrame>
        }
    })
}

/// Where help is, and the way back.
#[component]
pub fn HelpSheet(
    token: String,
    closing: Closing,
    readers: Vec<String>,
    signed_in: bool,
    under_way: bool,
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
            <HelpLines heading=words.who_is_there closing readers wide=false/>
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
