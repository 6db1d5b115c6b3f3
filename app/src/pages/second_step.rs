//! The second factor: as the second step of a sign-in, and once more before something grave. A passkey comes first where
//! there is one; the code of an app, or a recovery code, works without any script.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::ctx::Actor;

use super::sign_in::{Door, FieldError, head, password_page};
use crate::api::passkeys::{self, Factors};
use crate::api::sign_in::{self as api, Token as Session};
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::render;
use crate::staff_islands::passkey::PasskeyButton;
use crate::visit::{Posted, Visit};

/// Which of the two moments it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    SignIn,
    Again,
}

/// What was wrong: the field, and the sentence.
type Fault = Option<(&'static str, String)>;

/// `GET /sign-in/code`.
pub async fn show(visit: Visit) -> Response {
    match visit.ctx.actor {
        Actor::Staff(_) => Redirect::to("/home").into_response(),
        _ if visit.owes_code => page(&visit, Moment::SignIn, None).await,
        _ => Redirect::to("/sign-in").into_response(),
    }
}

/// `POST /sign-in/code`.
pub async fn code(posted: Posted) -> Response {
    let given = api::confirm_code(&posted.visit, posted.text("code")).await;
    signed_in(&posted.visit, Moment::SignIn, given).await
}

/// `POST /sign-in/passkey`.
pub async fn passkey(posted: Posted) -> Response {
    let given = passkeys::sign_in(&posted.visit, posted.text("credential")).await;
    signed_in(&posted.visit, Moment::SignIn, given).await
}

/// `GET /confirm`: once more the second factor, before something grave.
pub async fn show_again(visit: Visit) -> Response {
    match visit.ctx.actor {
        Actor::Staff(_) => page(&visit, Moment::Again, None).await,
        _ => render::staff_failure(&visit, &Error::SignedOut),
    }
}

/// `POST /confirm`.
pub async fn code_again(posted: Posted) -> Response {
    let given = api::confirm_again(&posted.visit, posted.text("code")).await;
    signed_in(&posted.visit, Moment::Again, given).await
}

/// `POST /confirm/passkey`.
pub async fn passkey_again(posted: Posted) -> Response {
    let given = passkeys::confirm_again(&posted.visit, posted.text("credential")).await;
    signed_in(&posted.visit, Moment::Again, given).await
}

async fn signed_in(visit: &Visit, moment: Moment, given: server::Result<Session>) -> Response {
    match given {
        Ok(token) => visit.signed_in(token.reveal(), "/home"),
        Err(Error::Invalid { field, message }) => page(visit, moment, Some((field, message))).await,
        Err(Error::SignedOut) if moment == Moment::SignIn => {
            let late = "The second step came too late. Please start again.".to_owned();
            password_page(visit, StatusCode::FORBIDDEN, "", Some(late))
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(visit: &Visit, moment: Moment, fault: Fault) -> Response {
    let factors = match passkeys::get_factors(visit).await {
        Ok(factors) => factors,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let token = visit.form_token.clone();
    let title = match (moment, factors.passkey) {
        (Moment::Again, _) => "Confirm that it is you",
        (_, true) => "Your second step",
        (_, false) => "Enter your code",
    };
    render::page(visit, status, head(title, fault.is_some()), move || {
        let (code_path, passkey_path) = match moment {
            Moment::SignIn => ("/sign-in/code", "/sign-in/passkey"),
            Moment::Again => ("/confirm", "/confirm/passkey"),
        };
        let foot = match moment {
            Moment::SignIn => view! {
                <form method="post" action="/sign-out">
                    <Token value=token.clone()/>
                    <button class="button button-quiet" type="submit">"Start again"</button>
                </form>
            }
            .into_any(),
            Moment::Again => view! { <p><a href="/home">"Back without it"</a></p> }.into_any(),
        };
        view! {
            <Door>
                {fault.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <h1>{title}</h1>
                {(moment == Moment::Again).then(|| view! {
                    <p>"What you asked for needs your second factor once more. Then, for five minutes, do it again."</p>
                })}
                {factors.passkey.then(|| view! { <ByPasskey path=passkey_path token=token.clone()/> })}
                <ByCode path=code_path token=token.clone() factors moment fault/>
                {foot}
            </Door>
        }
    })
}

/// The passkey; where no script runs there is no such button.
#[component]
fn ByPasskey(path: &'static str, token: String) -> AnyView {
    view! {
        <form class="form by-passkey needs-script" id="passkey" method="post" action=path tabindex="-1">
            <Token value=token.clone()/>
            <input type="hidden" name="credential"/>
            <PasskeyButton ask=format!("{path}/challenge") making=false words="Use your passkey".to_owned() token/>
            <p class="or" aria-hidden="true"><span>"or"</span></p>
        </form>
    }
    .into_any()
}

#[component]
fn ByCode(path: &'static str, token: String, factors: Factors, moment: Moment, fault: Fault) -> AnyView {
    let fault = fault.filter(|(field, _)| *field == "code").map(|(_, text)| text);
    let failed = fault.is_some();
    let (label, hint) = match factors.code {
        true => ("One-time code", "Six digits from your authenticator app, or a recovery code"),
        false => (
            "Recovery code",
            "Your role signs in with a passkey. If it is not there, one of your recovery codes is",
        ),
    };
    let words = if moment == Moment::SignIn { "Sign in" } else { "Confirm" };
    // One button stands out: the one that most people want.
    let class = if factors.passkey { "button" } else { "button button-primary" };
    view! {
        <form class="form" method="post" action=path autocomplete="off" novalidate>
            <Token value=token/>
            <div class="field">
                <label for="code">{label}</label>
                <p class="hint" id="code-hint">{hint}</p>
                {fault.map(|text| view! { <FieldError id="code-error" text/> })}
                <input class="input input-code" id="code" name="code" type="text"
                    autocomplete="one-time-code" spellcheck="false" maxlength="16" required
                    autofocus=!failed && !factors.passkey
                    aria-invalid=failed.then_some("true")
                    aria-describedby=if failed { "code-hint code-error" } else { "code-hint" }/>
            </div>
            <button class=class type="submit">{words}</button>
        </form>
    }
    .into_any()
}
