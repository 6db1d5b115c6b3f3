//! A parent's form behind a letter's link, without an account (43).
//!
//! No page is ever shown under the link's address: a cookie carries what the link said, so that no address, history,
//! referrer or log of a page holds it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::form::FormItem;
use questionnaires::response::Answer;
use server::Error;

use crate::address::Address;
use crate::api::check_in::get_closing;
use crate::api::informants::{self as api, Family, PER_PAGE, Sheet};
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::components::shell::{Audience, Head};
use crate::i18n::Language;
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

const PREFER_NOT: &str = "declined";

/// `GET /f/{secret}`: what the letter's code points to.
pub async fn scanned(visit: Visit, Path(secret): Path<String>) -> Response {
    let plain = (16..=64).contains(&secret.len()) && secret.bytes().all(|sign| sign.is_ascii_alphanumeric());
    if plain { visit.with_family(&secret, "/family") } else { gone(&visit) }
}

fn gone(visit: &Visit) -> Response {
    render::message(
        visit,
        StatusCode::NOT_FOUND,
        "This link does not hold",
        "It may be over, or the school has made a newer letter. Scan the code of your letter again, or ask the school’s \
         office for a new one.",
    )
}

/// The language in which questions are wished: chosen on the first page, or the browser's.
fn wish(visit: &Visit, chosen: &str) -> String {
    Language::of_tag(chosen).unwrap_or(visit.look.language).tag().to_owned()
}

async fn load(visit: &Visit, language: &str) -> Result<Family, Response> {
    let Some(secret) = visit.family.clone() else { return Err(gone(visit)) };
    match api::get_family(visit, &secret, language).await {
        Ok(family) => Ok(family),
        Err(Error::NotFound) => Err(gone(visit)),
        Err(error) => Err(render::failure_page(visit, &error)),
    }
}

/// `GET /family`: what it is about, or thanks.
pub async fn show(visit: Visit, address: Address) -> Response {
    let language = wish(&visit, address.query("language"));
    let family = match load(&visit, &language).await {
        Ok(family) => family,
        Err(response) => return response,
    };
    let closing = get_closing(&visit, &[]);
    let when = When::new(visit.ctx.now, "UTC");
    render::page(&visit, StatusCode::OK, head("Questions for a parent"), move || {
        if family.done {
            return view! {
                <main class="page page-narrow" id="main" tabindex="-1">
                    <section class="card">
                        <h1>"Thank you. Your answers are handed in."</h1>
                        <p>"The school’s counselors read them. This link has ended; you can close this page."</p>
                        <p>{closing.in_danger.clone()}</p>
                    </section>
                </main>
            }
            .into_any();
        }
        let (questions, missing) = family.counts();
        let first = family.pages.iter().position(|sheet| sheet.items.iter().any(|(_, a)| a.is_none()));
        let to = first.map_or_else(
            || "/family/check".to_owned(),
            |at| format!("/family/{}?language={language}", at + 1),
        );
        let begun = missing < questions;
        let name = family.child.reveal().clone();
        let others = (family.languages.len() > 1 && !begun).then(|| languages(&family.languages, &language));
        view! {
            <main class="page page-narrow" id="main" tabindex="-1">
                <div class="page-head"><div>
                    <h1>{format!("Some questions about {name}")}</h1>
                    <p class="lede">{family.school.clone()}</p>
                </div></div>
                <section class="card">
                    <div class="prose">
                        <p>{format!("There are {questions} questions, {PER_PAGE} on a page. What you have answered is saved when you go on; you can stop and come back with the same letter until {}.", when.date(family.until))}</p>
                        <p>"There are no right or wrong answers, and you may leave any question out. The school’s counselors read your answers; teachers do not."</p>
                        <p>{closing.in_danger.clone()}</p>
                    </div>
                    {others}
                    <div class="buttons"><a class="button button-primary" href=to>{if begun { "Go on" } else { "Start" }}</a></div>
                </section>
            </main>
        }
        .into_any()
    })
}

fn languages(tags: &[&'static str], chosen: &str) -> AnyView {
    let links = tags
        .iter()
        .filter_map(|tag| Language::of_tag(tag))
        .map(|language| {
            let current = (language.tag() == chosen).then_some("true");
            view! {
                <a class="chip" href=format!("/family?language={}", language.tag()) lang=language.tag() aria-current=current>{language.name()}</a>
            }
        })
        .collect_view();
    view! { <nav class="chips" aria-label="Language of the questions">{links}</nav> }.into_any()
}

fn head(title: &str) -> Head {
    Head { title: title.to_owned(), audience: Audience::Plain }
}

/// `GET /family/{number}`.
pub async fn question(visit: Visit, address: Address) -> Response {
    let language = wish(&visit, address.query("language"));
    let Ok(number) = address.part::<usize>(0) else { return gone(&visit) };
    page(&visit, number, &language, StatusCode::OK, None).await
}

/// `POST /family/{number}`.
pub async fn answer(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let language = wish(visit, posted.text("language"));
    let Ok(number) = address.part::<usize>(0) else { return gone(visit) };
    let Some(secret) = visit.family.clone() else { return gone(visit) };
    let mut answers = Vec::new();
    for item in posted.all("item") {
        match posted.text(&format!("answer-{item}")) {
            "" => {}
            PREFER_NOT => answers.push((item.to_owned(), Answer::Declined)),
            code => match code.parse() {
                Ok(code) => answers.push((item.to_owned(), Answer::Code(code))),
                Err(_) => return gone(visit),
            },
        }
    }
    match api::save_family(visit, &secret, number, &language, answers).await {
        Ok(()) => {
            let family = match load(visit, &language).await {
                Ok(family) => family,
                Err(response) => return response,
            };
            let next = if number < family.pages.len() {
                format!("/family/{}?language={language}", number + 1)
            } else {
                "/family/check".to_owned()
            };
            Redirect::to(&next).into_response()
        }
        Err(Error::Invalid { message, .. }) => {
            page(visit, number, &language, StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await
        }
        Err(Error::Conflict(_)) => Redirect::to("/family").into_response(),
        Err(Error::NotFound) => gone(visit),
        Err(error) => render::failure_page(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    number: usize,
    language: &str,
    status: StatusCode,
    wrong: Option<String>,
) -> Response {
    let family = match load(visit, language).await {
        Ok(family) if family.done => return Redirect::to("/family").into_response(),
        Ok(family) => family,
        Err(response) => return response,
    };
    let of = family.pages.len();
    let Some(sheet) = number.checked_sub(1).and_then(|at| family.pages.get(at)).cloned() else {
        return gone(visit);
    };
    let (token, language) = (visit.form_token.clone(), language.to_owned());
    render::page(visit, status, head(&format!("Page {number} of {of}")), move || {
        let Sheet { instructions, language: worded, copyright, items } = sheet;
        let before = (number > 1)
            .then(|| view! { <a class="button" href=format!("/family/{}", number - 1)>"Back"</a> });
        let first = (number - 1) * PER_PAGE;
        let asked = items.into_iter().map(|(item, answer)| item_of(item, answer)).collect_view();
        let lang = worded.clone();
        let direction = Language::of_tag(&worded).unwrap_or_default().direction();
        view! {
            <main class="page page-narrow" id="main" tabindex="-1">
                {wrong.map(|text| view! { <ErrorSummary text field="questions"/> })}
                <p class="muted">{format!("Page {number} of {of}")}</p>
                <form class="card form" method="post" action=format!("/family/{number}") autocomplete="off" id="questions">
                    <Token value=token/>
                    <input type="hidden" name="language" value=language/>
                    <div class="stack" lang=lang dir=direction>
                        <h1 class="asked-head">{instructions.unwrap_or_else(|| format!("Questions from {}", first + 1))}</h1>
                        {asked}
                    </div>
                    <div class="buttons">{before}<button class="button button-primary" type="submit">"Save and go on"</button></div>
                </form>
                <p class="muted small">{copyright}</p>
            </main>
        }
    })
}

fn item_of(item: FormItem, answer: Option<Answer>) -> AnyView {
    let name = format!("answer-{}", item.id);
    let choices = item
        .choices
        .iter()
        .map(|choice| {
            let checked = answer == Some(Answer::Code(choice.code));
            view! {
                <label class="radio"><input type="radio" name=name.clone() value=choice.code.to_string() checked=checked/>{choice.label.clone()}</label>
            }
        })
        .collect_view();
    let lead = item.lead_in.clone().map(|text| view! { <p>{text}</p> });
    let declined = answer == Some(Answer::Declined);
    view! {
        <fieldset class="field">
            <legend>{item.text.clone()}</legend>
            {lead}
            <input type="hidden" name="item" value=item.id.clone()/>
            <div class="radios">
                {choices}
                <label class="radio"><input type="radio" name=name value=PREFER_NOT checked=declined/>"Leave out"</label>
            </div>
        </fieldset>
    }
    .into_any()
}

/// `GET /family/check`: what is left, and the way to hand in.
pub async fn check(visit: Visit) -> Response {
    let family = match load(&visit, visit.look.language.tag()).await {
        Ok(family) if family.done => return Redirect::to("/family").into_response(),
        Ok(family) => family,
        Err(response) => return response,
    };
    let token = visit.form_token.clone();
    render::page(&visit, StatusCode::OK, head("Hand in"), move || {
        let (questions, missing) = family.counts();
        let words = match missing {
            0 => format!("You have answered all {questions} questions."),
            n => format!("{n} of {questions} questions have no answer. You may leave them out."),
        };
        let back = family.pages.iter().position(|sheet| sheet.items.iter().any(|(_, a)| a.is_none()));
        let back = back.map_or(family.pages.len(), |at| at + 1);
        view! {
            <main class="page page-narrow" id="main" tabindex="-1">
                <section class="card">
                    <h1>"Ready to hand in?"</h1>
                    <p>{words}</p>
                    <p class="muted">"After that the link ends and nothing can be changed."</p>
                    <form class="buttons" method="post" action="/family/hand-in">
                        <Token value=token/>
                        <a class="button" href=format!("/family/{back}")>{if missing > 0 { "Go to what is left" } else { "Look again" }}</a>
                        <button class="button button-primary" type="submit">"Hand in"</button>
                    </form>
                </section>
            </main>
        }
    })
}

/// `POST /family/hand-in`.
pub async fn hand_in(posted: Posted) -> Response {
    let visit = &posted.visit;
    let Some(secret) = visit.family.clone() else { return gone(visit) };
    match api::hand_in_family(visit, &secret).await {
        Ok(()) => Redirect::to("/family").into_response(),
        Err(Error::Invalid { .. }) => Redirect::to("/family/1").into_response(),
        Err(Error::NotFound) => gone(visit),
        Err(error) => render::failure_page(visit, &error),
    }
}
