//! Behind a one-time link: a new password, an authenticator app, and ten recovery codes, shown once.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::Error;

use crate::address::Address;
use crate::api::accounts::{self as api, Welcome};
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::pages::sign_in::{Door, FieldError, head};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /welcome/{token}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let link: String = address.part(0).unwrap_or_default();
    match api::get_welcome(&visit, &link).await {
        Ok(welcome) => page(&visit, StatusCode::OK, welcome, &link, None),
        Err(error) => gone(&visit, &error),
    }
}

/// `POST /welcome/{token}`.
pub async fn accept(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let link: String = address.part(0).unwrap_or_default();
    let (email, password, code) = (posted.text("email"), posted.text("password"), posted.text("code"));
    match api::accept(visit, &link, email, password, code).await {
        Ok(codes) => codes_page(visit, "Your account is ready", codes, ("/sign-in", "Sign in")),
        Err(Error::Invalid { field, message }) => match api::get_welcome(visit, &link).await {
            Ok(welcome) => {
                page(visit, StatusCode::UNPROCESSABLE_ENTITY, welcome, &link, Some((field, message)))
            }
            Err(error) => gone(visit, &error),
        },
        Err(error) => gone(visit, &error),
    }
}

fn gone(visit: &Visit, error: &Error) -> Response {
    match error {
        Error::NotFound => render::message(
            visit,
            StatusCode::NOT_FOUND,
            "This link does not work any more",
            "A link works once and for three days. Ask your administrator for a new one.",
        ),
        other => render::failure_page(visit, other),
    }
}

fn page(
    visit: &Visit,
    status: StatusCode,
    welcome: Welcome,
    link: &str,
    fault: Option<(&'static str, String)>,
) -> Response {
    let token = visit.form_token.clone();
    let action = format!("/welcome/{link}");
    render::page(visit, status, head("Set up your account", fault.is_some()), move || {
        let of =
            |name: &str| fault.as_ref().filter(|(field, _)| *field == name).map(|(_, text)| text.clone());
        let (email_fault, password_fault, code_fault) = (of("email"), of("password"), of("code"));
        let Welcome { name, email, totp_secret } = welcome;
        let grouped =
            totp_secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
        let invalid = |fault: &Option<String>| fault.is_some().then_some("true");
        view! {
            <Door>
                {fault.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <h1>{format!("Hello {name}")}</h1>
                <form class="form" method="post" action=action autocomplete="off" novalidate>
                    <Token value=token/>
                    {if email.is_empty() {
                        view! {
                            <div class="field">
                                <label for="email">"Your e-mail address"</label>
                                <input class="input" id="email" name="email" type="email" autocomplete="username"
                                    spellcheck="false" maxlength="254" required aria-invalid=invalid(&email_fault)
                                    aria-describedby=email_fault.as_ref().map(|_| "email-error")/>
                                {email_fault.map(|text| view! { <FieldError id="email-error" text/> })}
                            </div>
                        }.into_any()
                    } else {
                        view! { <p>"You will sign in as "<strong>{email}</strong>"."</p> }.into_any()
                    }}
                    <div class="field">
                        <label for="password">"A new password"</label>
                        <p class="hint" id="password-hint">
                            "At least twelve characters. Four random words are good; your name is not."
                        </p>
                        <input class="input" id="password" name="password" type="password" autocomplete="new-password"
                            maxlength="200" required aria-invalid=invalid(&password_fault)
                            aria-describedby=if password_fault.is_some() { "password-hint password-error" } else { "password-hint" }/>
                        {password_fault.map(|text| view! { <FieldError id="password-error" text/> })}
                    </div>
                    <p>"Now enter this secret in an authenticator app on your phone:"</p>
                    <p class="id" id="secret">{grouped}</p>
                    <div class="field">
                        <label for="code">"The code your app shows"</label>
                        <input class="input input-code" id="code" name="code" type="text" inputmode="numeric"
                            autocomplete="one-time-code" spellcheck="false" maxlength="8" required
                            aria-invalid=invalid(&code_fault)
                            aria-describedby=code_fault.as_ref().map(|_| "code-error")/>
                        {code_fault.map(|text| view! { <FieldError id="code-error" text/> })}
                    </div>
                    <button class="button button-primary" type="submit">"Set up my account"</button>
                </form>
            </Door>
        }
    })
}

/// Recovery codes, shown this once.
pub(super) fn codes_page(
    visit: &Visit,
    title: &'static str,
    codes: Vec<String>,
    (href, words): (&'static str, &'static str),
) -> Response {
    render::page(visit, StatusCode::OK, head(title, false), move || {
        let codes = codes.into_iter().map(|code| view! { <li class="id">{code}</li> }).collect_view();
        view! {
            <Door>
                <h1>{title}</h1>
                <p>
                    "These are your recovery codes, for a day without your phone. Each works once. Write them down or \
                    print this page now: they are not shown again."
                </p>
                <ul class="stack-tight" id="recovery-codes">{codes}</ul>
                <p><a class="button button-primary" href=href>{words}</a></p>
            </Door>
        }
    })
}
