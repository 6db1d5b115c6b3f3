//! A door of its own for a child that would like to talk, whether or not there is a check-in.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::administration::TalkWish;

use super::entry::{self, CodeField, LONGEST};
use crate::api::check_in::{Ask, ask_to_talk, get_closing};
use crate::components::calm_note::CalmNote;
use crate::components::form::Token;
use crate::components::help_lines::HelpLines;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::render;
use crate::visit::{Posted, Visit};

/// The value of the friend's button beside the two wishes.
const FRIEND: &str = "friend";

/// `GET /talk`.
pub async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    match query.as_deref() {
        Some("noted") => noted(&visit),
        _ => page(&visit, StatusCode::OK, None, ""),
    }
}

/// `POST /talk`. What was asked stands in no address.
pub async fn ask(posted: Posted) -> Response {
    let visit = &posted.visit;
    let code = posted.text("code");
    let asked = match posted.text("ask") {
        FRIEND => Some(Ask::Friend),
        _ => posted.word::<TalkWish>("ask").filter(|wish| *wish != TalkWish::No).map(Ask::Talk),
    };
    let Some(asked) = asked else {
        let note = visit.look.language.words().talk_pick.to_owned();
        return page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(note), code);
    };
    match ask_to_talk(visit, code, asked).await {
        Ok(()) => Redirect::to("/talk?noted").into_response(),
        Err(Error::Invalid { message, .. }) => {
            let note = Some(entry::in_words(visit, message));
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, note, code)
        }
        Err(error) => render::failure_page(visit, &error),
    }
}

fn page(visit: &Visit, status: StatusCode, note: Option<String>, typed: &str) -> Response {
    let token = visit.form_token.clone();
    let typed: String = typed.chars().take(LONGEST).collect();
    let closing = get_closing(visit, &[]);
    let words = visit.look.language.words();
    let title = match note {
        Some(_) => format!("{}: {}", words.error_mark, words.talk_title),
        None => words.talk_title.to_owned(),
    };
    render::page(visit, status, Head::student(title, None), move || {
        let invalid = note.is_some();
        view! {
            <StudentFrame band=None hide=false>
                <div class="sheet">
                    <h1>{words.talk_heading}</h1>
                    <p>{words.talk_text}</p>
                    <form class="talk-door" method="post" action="/talk" autocomplete="off">
                        <Token value=token/>
                        {note.map(|text| view! { <CalmNote id="code-error" text/> })}
                        <CodeField typed invalid/>
                        <h2 id="talk-when">{words.talk_when}</h2>
                        <div class="choice-pair" role="group" aria-labelledby="talk-when">
                            <button class="button" type="submit" name="ask" value=TalkWish::Today.as_str()>{words.today}</button>
                            <button class="button" type="submit" name="ask" value=TalkWish::ThisWeek.as_str()>{words.this_week}</button>
                        </div>
                        <h2>{words.friend_question}</h2>
                        <p class="question-note">{words.friend_text}</p>
                        <button class="button" type="submit" name="ask" value=FRIEND>
                            <Icon name="heart-handshake"/>" "{words.friend_button}
                        </button>
                    </form>
                    <p class="question-note">{words.talk_no_card}</p>
                    <p class="question-note">{words.talk_limits}</p>
                    <HelpLines heading=words.need_help_now closing readers=Vec::new() until=None wide=true/>
                </div>
                <p class="student-foot"><a href="/">{words.back_first}</a></p>
            </StudentFrame>
        }
    })
}

fn noted(visit: &Visit) -> Response {
    let closing = get_closing(visit, &[]);
    let words = visit.look.language.words();
    render::page(visit, StatusCode::OK, Head::student(words.talk_title, None), move || {
        view! {
            <StudentFrame band=None hide=false>
                <div class="sheet">
                    <h1 tabindex="-1" autofocus>{words.talk_done_title}</h1>
                    <p>{words.talk_done_text}</p>
                    <p class="question-note">{words.talk_limits}</p>
                    <HelpLines heading=words.need_help_now closing readers=Vec::new() until=None wide=true/>
                </div>
                <p class="student-foot"><a href="/">{words.back_first}</a></p>
            </StudentFrame>
        }
    })
}
