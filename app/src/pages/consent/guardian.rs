//! The page behind a letter's link: the notice, every question word for word, and yes or no. Without an account.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::window::ConsentStatus;

use crate::address::Address;
use crate::api::consent::{self as api, Invitation, silence};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Input, Tick};
use crate::components::form::Token;
use crate::components::shell::{Audience, Head};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /consent/letter/{token}`.
///
/// Whoever keeps consent at the child's school comes to the form for the paper slip instead.
pub async fn show(visit: Visit, address: Address) -> Response {
    match api::get_slip(&visit, &address.part::<String>(0).unwrap_or_default()).await {
        Ok(Some((window, class, child))) => {
            let slip = format!("/consent/windows/{window}/classes/{class}?child={child}#consent-{child}");
            return Redirect::to(&slip).into_response();
        }
        Ok(None) => {}
        Err(error) => return render::failure_page(&visit, &error),
    }
    let done = (address.query("done") == "answered").then_some("Thank you. Your answer counts from now on.");
    page(&visit, &address, StatusCode::OK, done, None).await
}

/// `POST /consent/letter/{token}`.
pub async fn answer(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let token: String = address.part(0).unwrap_or_default();
    let erase = posted.text("erase") == "yes";
    let by = posted.text("by_name").to_owned().into();
    let done = match posted.text("answer") {
        "yes" => api::answer_letter(visit, &token, true, by, false).await,
        "no" => api::answer_letter(visit, &token, false, by, erase).await,
        _ => Err(Error::invalid("answer", "Choose yes or no.")),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/consent/letter/{token}?done=answered")).into_response(),
        Err(Error::Invalid { field, message }) => {
            page(visit, &address, StatusCode::UNPROCESSABLE_ENTITY, None, Some((field, message))).await
        }
        Err(Error::Conflict(why)) => {
            page(visit, &address, StatusCode::CONFLICT, None, Some(("answer", why))).await
        }
        Err(Error::NotFound) => gone(visit),
        Err(error) => render::failure_page(visit, &error),
    }
}

fn gone(visit: &Visit) -> Response {
    render::message(
        visit,
        StatusCode::NOT_FOUND,
        "This link does not hold",
        "The letter may be an old one. Ask the school’s office for a new one.",
    )
}

async fn page(
    visit: &Visit,
    address: &Address,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<(&'static str, String)>,
) -> Response {
    let token: String = address.part(0).unwrap_or_default();
    let invitation = match api::get_invitation(visit, &token).await {
        Ok(invitation) => invitation,
        Err(Error::NotFound) => return gone(visit),
        Err(error) => return render::failure_page(visit, &error),
    };
    let form_token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, "UTC");
    let head = Head { title: "About the check-in".to_owned(), audience: Audience::Plain };
    render::page(visit, status, head, move || {
        let Invitation { letter, notice, instruments, open } = invitation;
        let name = letter.given_name.reveal().clone();
        let now = match letter.status {
            Some(ConsentStatus::Given) => ("You said yes.", Tone::Done),
            Some(ConsentStatus::Refused) => ("You said no.", Tone::Info),
            Some(ConsentStatus::Withdrawn) => ("You took your yes back.", Tone::Info),
            Some(ConsentStatus::Waiting) | None => ("Nothing was said yet.", Tone::Info),
        };
        let lede = format!(
            "{}, {}, {} to {}",
            letter.school_name,
            letter.window_name,
            when.date(letter.opens_on),
            when.date(letter.closes_on)
        );
        let paragraphs = notice.split("\n\n").map(|part| view! { <p>{part.to_owned()}</p> }).collect_view();
        let asked = instruments
            .into_iter()
            .map(|(title, questions)| {
                let questions = questions.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
                view! { <details class="disclosure"><summary>{title}</summary><ol class="numbered">{questions}</ol></details> }
            })
            .collect_view();
        let refused = wrong.clone();
        let check = move |field: &str| Check {
            id: field.to_owned(),
            error: refused.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
            hint: false,
        };
        let form = open.then(|| view! {
            <section class="card" aria-labelledby="answer-head">
                <h2 id="answer-head">"Your answer"</h2>
                <form class="form" method="post" action=format!("/consent/letter/{token}") id="answer">
                    <Token value=form_token/>
                    <Input label="Your name" name="by_name" check=check("by_name") text=String::new() required=true/>
                    <Tick name="erase" value="yes" words=format!("With a no: remove what {name} has answered in this check-in")/>
                    <div class="buttons">
                        <button class="button button-primary" type="submit" name="answer" value="yes">{format!("Yes, {name} takes part")}</button>
                        <button class="button" type="submit" name="answer" value="no">{format!("No, {name} does not take part")}</button>
                    </div>
                </form>
                <p class="muted small">"You can change your answer here until the check-in is over; it counts from the same minute."</p>
            </section>
        });
        view! {
            <main class="page page-narrow" id="main" tabindex="-1">
                {wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <Confirmation sentence=done/>
                <div class="page-head"><div><h1>{format!("About the check-in of {name}")}</h1><p class="lede">{lede}</p></div></div>
                <Banner tone=now.1 head=now.0 text=silence(letter.consent_mode)/>
                <section class="card"><div class="prose">{paragraphs}</div></section>
                <section class="card" aria-labelledby="asked-head">
                    <h2 id="asked-head">"Every question, word for word"</h2>
                    {asked}
                </section>
                {form}
                {(!open).then(|| view! { <Banner tone=Tone::Info head="This check-in is over"/> })}
            </main>
        }
    })
}
