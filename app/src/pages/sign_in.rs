//! Staff sign in: e-mail address and password; the second step follows.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::ctx::Actor;

use crate::api::{sign_in as api, sign_in_with};
use crate::assets;
use crate::components::banner::{Banner, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::{Audience, Head};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /sign-in`.
pub async fn show(visit: Visit) -> Response {
    match visit.ctx.actor {
        Actor::Staff(_) => Redirect::to("/home").into_response(),
        _ if visit.owes_code => Redirect::to("/sign-in/code").into_response(),
        _ => password_page(&visit, StatusCode::OK, "", None),
    }
}

/// `POST /sign-in`.
pub async fn password(posted: Posted) -> Response {
    let visit = &posted.visit;
    let email = posted.text("email");
    match api::check_password(visit, email, posted.text("password")).await {
        Ok(token) => visit.signed_in(token.reveal(), "/sign-in/code"),
        Err(Error::Invalid { message, .. }) => {
            password_page(visit, StatusCode::UNPROCESSABLE_ENTITY, email, Some(message))
        }
        Err(error) => render::failure_page(visit, &error),
    }
}

/// `POST /sign-out`.
pub async fn sign_out(posted: Posted) -> Response {
    match api::sign_out(&posted.visit).await {
        Ok(()) => posted.visit.signed_out("/sign-in"),
        Err(error) => render::failure_page(&posted.visit, &error),
    }
}

pub(super) fn head(title: &str, failed: bool) -> Head {
    let title = if failed { format!("Error: {title}") } else { title.to_owned() };
    Head { title, audience: Audience::Plain }
}

/// The same with a sentence above it that is about no field: another way in did not work, and this one does.
pub(super) fn other_way_failed(visit: &Visit, status: StatusCode, sentence: String) -> Response {
    form_page(visit, status, "", None, Some(sentence))
}

/// The page with the address that was typed, and what is wrong with it.
pub(super) fn password_page(
    visit: &Visit,
    status: StatusCode,
    email: &str,
    fault: Option<String>,
) -> Response {
    form_page(visit, status, email, fault, None)
}

fn form_page(
    visit: &Visit,
    status: StatusCode,
    email: &str,
    fault: Option<String>,
    note: Option<String>,
) -> Response {
    let (token, email) = (visit.form_token.clone(), email.to_owned());
    let provider = sign_in_with::provider(visit);
    render::page(visit, status, head("Sign in", fault.is_some() || note.is_some()), move || {
        let failed = fault.is_some();
        let described = failed.then_some("password-error");
        view! {
            <Door>
                {fault.clone().map(|text| view! { <ErrorSummary text field="email"/> })}
                {note.map(|head| view! { <Banner tone=Tone::Warn head urgent=true/> })}
                <h1>"Sign in"</h1>
                <form class="form" method="post" action="/sign-in" novalidate>
                    <Token value=token.clone()/>
                    <div class="field">
                        <label for="email">"E-mail address"</label>
                        <input class="input" id="email" name="email" type="email" autocomplete="username"
                            spellcheck="false" maxlength="254" required value=email autofocus=!failed
                            aria-invalid=failed.then_some("true") aria-describedby=described/>
                    </div>
                    <div class="field">
                        <label for="password">"Password"</label>
                        {fault.map(|text| view! { <FieldError id="password-error" text/> })}
                        <input class="input" id="password" name="password" type="password"
                            autocomplete="current-password" maxlength="200" required
                            aria-invalid=failed.then_some("true") aria-describedby=described/>
                    </div>
                    <button class="button button-primary" type="submit">"Continue"</button>
                </form>
                {provider.map(|name| view! {
                    <form class="form" method="post" action="/sign-in/with">
                        <Token value=token/>
                        <p class="or" aria-hidden="true"><span>"or"</span></p>
                        <button class="button" type="submit">{format!("Sign in with {name}")}</button>
                    </form>
                })}
            </Door>
        }
    })
}

/// The card that a sign-in page is.
#[component]
pub(super) fn Door(children: Children) -> impl IntoView {
    view! {
        <main class="sign-in" id="main" tabindex="-1">
            <p class="brand">
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <use href=format!("{}#mark", assets::url("icons.svg"))></use>
                </svg>
                " "<span class="brand-name">"Firstlight"</span>
            </p>
            <div class="card">{children()}</div>
            <p class="small muted"><a href="/">"For students: type a card code"</a></p>
        </main>
        <svg class="scene" viewBox="0 0 1200 180" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
            <use href=format!("{}#scene-harbour", assets::url("icons.svg"))></use>
        </svg>
    }
}

/// What is wrong with a field, before its input.
#[component]
pub(super) fn FieldError(id: &'static str, text: String) -> impl IntoView {
    view! { <p class="field-error" id=id><Icon name="circle-alert"/>" "{text}</p> }
}
