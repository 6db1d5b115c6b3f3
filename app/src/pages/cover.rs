//! The cover of a counselor's pages (C-33): after some minutes without a touch, nothing about a child is shown before a
//! password or a one-time code is typed. The sign-in goes on, and so do the calls for something urgent.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::ctx::Actor;

use super::sign_in::{Door, FieldError, head};
use crate::address::Address;
use crate::api::sign_in as api;
use crate::components::alert_strip::sentence;
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::openapi::{Refusal, TokenForm};
use crate::render;
use crate::visit::{Posted, Visit};

/// A path of ours to go on to; the first page where it is none.
fn on(to: &str) -> &str {
    if to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']) {
        to
    } else {
        "/home"
    }
}

/// `GET /cover`.
pub async fn show(visit: Visit, address: Address) -> Response {
    match visit.ctx.actor {
        Actor::Staff(_) => page(&visit, StatusCode::OK, on(address.query("to")), None),
        _ => render::staff_failure(&visit, &Error::SignedOut),
    }
}

/// `POST /cover`: with `?here` the page's script asks and stays where it is.
#[utoipa::path(
    post,
    path = "/cover",
    params(("here" = String, Query, description = "`1`: answer the script, not the browser")),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "The page is shown again"), Refusal)
)]
pub async fn take_off(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (done, to) = (api::uncover(visit, posted.text("secret")).await, on(posted.text("to")));
    let by_script = address.query("here") == "1";
    match done {
        Ok(()) if by_script => StatusCode::NO_CONTENT.into_response(),
        Err(error) if by_script => render::problem_of(&error, &visit.ctx),
        Ok(()) => Redirect::to(to).into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, to, Some(message))
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /cover/here`: somebody types or taps on a page that asks for nothing else.
pub async fn here(posted: Posted) -> Response {
    match posted.visit.ctx.actor {
        Actor::Staff(_) => StatusCode::NO_CONTENT.into_response(),
        _ => render::staff_failure(&posted.visit, &Error::SignedOut),
    }
}

fn page(visit: &Visit, status: StatusCode, to: &str, fault: Option<String>) -> Response {
    let (token, to) = (visit.form_token.clone(), to.to_owned());
    let name = match &visit.ctx.actor {
        Actor::Staff(staff) => staff.name.clone(),
        _ => String::new(),
    };
    let urgent = sentence(&visit.alerts, visit.ctx.now, true);
    render::page(visit, status, head("Covered", fault.is_some()), move || {
        let failed = fault.is_some();
        view! {
            <Door>
                {fault.clone().map(|text| view! { <ErrorSummary text field="secret"/> })}
                <h1>"Covered"</h1>
                <p>"Nobody has touched this page for a while. You are still signed in; nothing is lost that was kept."</p>
                {(!urgent.is_empty()).then(|| view! { <p class="banner banner-critical" role="alert">{urgent.clone()}</p> })}
                <form class="form" method="post" action="/cover" autocomplete="off" novalidate>
                    <Token value=token.clone()/>
                    <input type="hidden" name="to" value=to/>
                    <input class="visually-hidden" type="text" autocomplete="username" value=name readonly tabindex="-1" aria-hidden="true"/>
                    <div class="field">
                        <label for="secret">"Password or one-time code"</label>
                        {fault.map(|text| view! { <FieldError id="secret-error" text/> })}
                        <input class="input" id="secret" name="secret" type="password"
                            autocomplete="current-password" maxlength="200" required autofocus=!failed
                            aria-invalid=failed.then_some("true") aria-describedby=failed.then_some("secret-error")/>
                    </div>
                    <button class="button button-primary" type="submit">"Go on"</button>
                </form>
                <form method="post" action="/sign-out">
                    <Token value=token/>
                    <button class="button button-quiet button-small" type="submit">"Sign out"</button>
                </form>
            </Door>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::on;

    #[test]
    fn a_cover_leads_back_to_pages_of_ours_only() {
        for ours in ["/queue", "/children/0199a1b2"] {
            assert_eq!(on(ours), ours);
        }
        for other in ["", "queue", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb"] {
            assert_eq!(on(other), "/home", "{other:?}");
        }
    }
}
