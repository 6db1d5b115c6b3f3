//! A quiet minute: for a child that said no thanks, that has finished, or that hides its page. It asks for no sign-in.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use super::check_in_if_any;
use crate::api::check_in::Step;
use crate::assets;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::render;
use crate::visit::Visit;

/// `GET /quiet`: at a glance the same as a question, so that nobody stands out (K-30).
pub async fn show(visit: Visit) -> Response {
    let check_in = check_in_if_any(&visit).await;
    let band = check_in.as_ref().map(|c| c.band);
    let back = check_in.is_some_and(|c| !matches!(c.step, Step::Quiet | Step::Nothing));
    let token = visit.form_token.clone();
    let words = visit.look.language.words();
    // What there is to find in the picture.
    let find = [words.quiet_kite, words.quiet_birds, words.quiet_boat, words.quiet_house];
    render::page(&visit, StatusCode::OK, Head::student(words.quiet_title, band), move || {
        view! {
            <StudentFrame band hide=band.is_some()>
                <form class="sheet question" method="post" action="/check-in/close" autocomplete="off">
                    <Token value=token/>
                    <svg class="picture art" viewBox="0 0 800 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
                        <use href=format!("{}#scene-quiet", assets::url("student.svg"))></use>
                    </svg>
                    <fieldset>
                        <legend><h1 tabindex="-1" autofocus>{words.quiet_heading}</h1></legend>
                        <div class="answers answers-two">
                            {find.map(|thing| view! {
                                // Without a name, so that nothing of it is ever sent.
                                <label class="answer">
                                    <input type="checkbox"/>
                                    <span class="answer-face">
                                        <span>{thing}</span>
                                        <span class="answer-end"><Icon name="check"/></span>
                                    </span>
                                </label>
                            }).collect_view()}
                        </div>
                    </fieldset>
                    <p class="question-note">{words.quiet_note}</p>
                    <div class="question-end">
                        {back.then(|| view! {
                            <a class="button button-quiet" href="/check-in"><Icon name="arrow-left"/>" "{words.back}</a>
                        })}
                        <button class="button button-primary" type="submit">{words.close}</button>
                    </div>
                </form>
            </StudentFrame>
        }
    })
}
