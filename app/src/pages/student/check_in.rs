//! Before the first question and after the last one.

use crate::api::check_in::AssentText;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::people::AgeBand;

use super::{entry, failure, path_of, question_path};
use crate::api::check_in::{Assent, CheckIn, Step, get_assent, get_check_in, give_assent};
use crate::components::calm_note::CalmNote;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::saved_note::SavedNote;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::islands::answer_keys::AnswerKeys;
use crate::islands::hide_screen::SHIFT_HINT;
use crate::look::words;
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /check-in`: the page of the child's step.
pub async fn show(visit: Visit) -> Response {
    let check_in = match get_check_in(&visit).await {
        Ok(check_in) => check_in,
        Err(error) => return failure(&visit, &error),
    };
    match check_in.step {
        Step::Assent => assent_page(&visit, StatusCode::OK, &check_in, None),
        Step::Review => review_page(&visit, StatusCode::OK, &check_in),
        Step::Nothing => nothing_page(&visit, &check_in),
        step => Redirect::to(&path_of(step)).into_response(),
    }
}

/// `POST /check-in/assent`.
pub async fn assent(posted: Posted) -> Response {
    let visit = &posted.visit;
    let check_in = match get_check_in(visit).await {
        Ok(check_in) => check_in,
        Err(error) => return failure(visit, &error),
    };
    if check_in.step != Step::Assent {
        // The Back button brought an old page: the first word holds.
        return Redirect::to(&path_of(check_in.step)).into_response();
    }
    let said = match posted.text("assent") {
        "yes" => Assent::Yes,
        "no" => Assent::No,
        _ => {
            let note = Some(visit.look.language.words().two_buttons.to_owned());
            return assent_page(visit, StatusCode::UNPROCESSABLE_ENTITY, &check_in, note);
        }
    };
    match give_assent(visit, said).await {
        // The young try two questions out before the first one that counts (K-06).
        Ok(()) if said == Assent::Yes && matches!(check_in.band, AgeBand::A | AgeBand::B) => {
            Redirect::to("/check-in/practice").into_response()
        }
        // Nothing is answered yet: both of these come only from the page before the first question.
        Ok(()) if said == Assent::Yes => Redirect::to(&question_path(1)).into_response(),
        Ok(()) => Redirect::to("/check-in").into_response(),
        // Not now: the same kind page as at the door.
        Err(Error::Invalid { message, .. }) => {
            let note = Some(entry::in_words(visit, message));
            entry::page(visit, StatusCode::FORBIDDEN, note, "")
        }
        Err(error) => failure(visit, &error),
    }
}

fn assent_page(visit: &Visit, status: StatusCode, check_in: &CheckIn, note: Option<String>) -> Response {
    let token = visit.form_token.clone();
    let AssentText { paragraphs, yes, no } = get_assent(visit, check_in);
    let (band, name) = (check_in.band, check_in.first_name.reveal().clone());
    let words = visit.look.language.words();
    render::page(visit, status, Head::student(words.before_title, Some(band)), move || {
        let young = matches!(band, AgeBand::A | AgeBand::B);
        view! {
            <StudentFrame band=Some(band) hide=true>
                <form class="sheet" method="post" action="/check-in/assent" autocomplete="off">
                    <Token value=token/>
                    <h1 tabindex="-1" autofocus>
                        {if young { words.hello } else { words.hello_before }.replace("{name}", &name)}
                    </h1>
                    {note.map(|text| view! { <CalmNote id="assent-error" text/> })}
                    <AssentWords paragraphs young/>
                    <div class="choice-pair">
                        <button class="button" type="submit" name="assent" value="no">{no}</button>
                        <button class="button" type="submit" name="assent" value="yes">{yes}</button>
                    </div>
                </form>
            </StudentFrame>
        }
    })
}

/// Icons of the points in the order in which the older bands' assent tells them: who reads, its limit, freedom.
const POINTS: [&str; 3] = ["users", "message-circle", "hand"];

/// The words of the clinical settings: plain for the young; for the older the first on its own, the others as points.
#[component]
fn AssentWords(paragraphs: Vec<String>, young: bool) -> impl IntoView {
    let mut paragraphs = paragraphs.into_iter();
    if young {
        let words = paragraphs.map(|text| view! { <p>{text}</p> }).collect_view();
        return view! { {words}<p class="question-note"><HideHint/></p> }.into_any();
    }
    let first = paragraphs.next().map(|text| view! { <p>{text}</p> });
    let icons = POINTS.into_iter().chain(std::iter::repeat("info"));
    let points =
        paragraphs.zip(icons).map(|(text, name)| view! { <li><Icon name/><p>{text}</p></li> }).collect_view();
    view! {
        {first}
        <ul class="points points-two">
            {points}
            <li><Icon name="eye-off"/><p><HideHint/></p></li>
        </ul>
    }
    .into_any()
}

/// How to hide the page (K-33). The key works only where the browser part runs, so only then it is told.
#[component]
fn HideHint() -> impl IntoView {
    let words = words();
    view! { {words.hide_hint}<span id=SHIFT_HINT hidden>{words.shift_hint}</span> }
}

/// After the last question: hand in, or go back and change something.
pub fn review_page(visit: &Visit, status: StatusCode, check_in: &CheckIn) -> Response {
    let (band, last) = (check_in.band, check_in.questions);
    let token = visit.form_token.clone();
    // Made with the page, so that a second tap on Finish is known as the same one.
    let key = uuid::Uuid::new_v4().simple().to_string();
    let title = visit.look.language.words().last_title;
    render::page(visit, status, Head::student(title, Some(band)), move || {
        view! {
            <StudentFrame band=Some(band) hide=true>
                <LastSheet token last key/>
                <AnswerKeys/>
            </StudentFrame>
        }
    })
}

/// The sheet after the last question.
#[component]
pub fn LastSheet(token: String, last: usize, key: String) -> impl IntoView {
    let words = words();
    view! {
        <form class="sheet question" method="post" action="/check-in/finish" autocomplete="off">
            <Token value=token/>
            <input type="hidden" name="key" value=key/>
            <h1 tabindex="-1" autofocus>{words.last_heading}</h1>
            <p>{words.last_text}</p>
            <div class="question-end">
                <a class="button button-quiet" href=question_path(last)><Icon name="arrow-left"/>" "{words.back}</a>
                <SavedNote text=Some(words.saved)/>
                <button class="button button-primary" type="submit">{words.finish}" "<Icon name="check"/></button>
            </div>
        </form>
    }
    .into_any()
}

fn nothing_page(visit: &Visit, check_in: &CheckIn) -> Response {
    let token = visit.form_token.clone();
    let (band, name) = (check_in.band, check_in.first_name.reveal().clone());
    let words = visit.look.language.words();
    render::page(visit, StatusCode::OK, Head::student(words.nothing_title, Some(band)), move || {
        view! {
            <StudentFrame band=Some(band) hide=false>
                <form class="sheet sheet-narrow" method="post" action="/check-in/close">
                    <Token value=token/>
                    <h1>{words.hello.replace("{name}", &name)}</h1>
                    <p>{words.nothing_text}</p>
                    <div class="question-end">
                        <a class="button button-quiet" href="/quiet">{words.quiet_title}</a>
                        <button class="button button-primary" type="submit">{words.close}</button>
                    </div>
                </form>
            </StudentFrame>
        }
    })
}
