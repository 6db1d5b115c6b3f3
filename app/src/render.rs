//! From a view to an answer: status, policy with nonce, and the plain words for whatever went wrong.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use hydration_context::SsrSharedContext;
use leptos::nonce::{provide_nonce, use_nonce};
use leptos::prelude::*;
use server::Error;
use server::ctx::{Actor, Ctx};
use server::http::admission::come_back_in;
use server::http::headers::content_security_policy;

use crate::components::drawing::Drawings;
use crate::components::notice::Notice;
use crate::components::shell::{Audience, Head, Shell};
use crate::look::Here;
use crate::visit::Visit;

/// The token for the forms of what surrounds every page.
#[derive(Clone, Debug, Default)]
pub struct FormToken(pub String);

/// Renders a page: everything is loaded before, so it is one string in one go.
pub fn page<V>(visit: &Visit, status: StatusCode, head: Head, body: impl FnOnce() -> V) -> Response
where
    V: IntoView + 'static,
{
    let child = matches!(head.audience, Audience::Student(_));
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let (html, nonce) = owner.with(|| {
        provide_nonce();
        let nonce = use_nonce().map(|n| n.to_string()).unwrap_or_default();
        let drawings = Drawings::new(&nonce);
        provide_context(drawings.clone());
        provide_context(Here { look: visit.look, path: visit.path.clone(), child });
        provide_context(FormToken(visit.form_token.clone()));
        let body = body().into_any();
        (drawings.put_into(unmarked(view! { <Shell head>{body}</Shell> }.to_html())), nonce)
    });
    owner.unset_with_forced_cleanup();
    let mut response = (status, Html(format!("<!DOCTYPE html>{html}"))).into_response();
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    visit.keep(response)
}

/// A part of a page, without the page around it, for the browser part.
pub fn fragment(visit: &Visit, body: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(Here { look: visit.look, path: visit.path.clone(), child: true });
        body().to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

/// A file to keep, under a name of letters, digits, points and dashes.
pub fn file(kind: &'static str, name: &str, body: impl Into<axum::body::Body>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body.into())
        .into_response()
}

/// Without the marks that erased views put behind their parts where a browser would show them as text. Nothing that
/// somebody typed is touched: its angle brackets are escaped. Views that keep their types put none.
fn unmarked(html: String) -> String {
    if !crate::VIEWS_ARE_ERASED {
        return html;
    }
    html.replace("<!></title>", "</title>").replace("<!></textarea>", "</textarea>")
}

/// A PDF to keep or print, under a name of letters, digits, points and dashes.
pub fn pdf(name: &str, body: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, disposition)], body)
        .into_response()
}

/// A short page with one message, for what needs no page of its own.
pub fn message(visit: &Visit, status: StatusCode, title: &'static str, text: &str) -> Response {
    let text = text.to_owned();
    let actor = &visit.ctx.actor;
    if matches!(actor, Actor::Student(_)) || (matches!(actor, Actor::Nobody) && visit.child_page) {
        let link = match actor {
            Actor::Student(_) => ("/check-in", visit.look.language.words().back_to_check_in),
            _ => ("/", visit.look.language.words().to_card),
        };
        return page(visit, status, Head::student(title, None), move || {
            view! { <Notice title text link/> }
        });
    }
    let home = if matches!(actor, Actor::Staff(_)) { "/home" } else { "/" };
    page(visit, status, Head { title: title.to_owned(), audience: Audience::Plain }, move || {
        view! { <crate::components::message::Message title text home/> }
    })
}

/// The answer to a service's error. A cause never reaches a page; the request's id does, for the log.
pub fn failure(error: &Error, ctx: &Ctx) -> Response {
    match error {
        Error::SignedOut => Redirect::to("/").into_response(),
        Error::NotFound => {
            plain(StatusCode::NOT_FOUND, "This page does not exist, or it is not yours to open.")
        }
        Error::StepUp => Redirect::to("/confirm").into_response(),
        Error::Invalid { message, .. } => plain(StatusCode::UNPROCESSABLE_ENTITY, message),
        Error::Conflict(message) => plain(StatusCode::CONFLICT, message),
        Error::TooMany(seconds) => {
            let mut response =
                plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a little, then try again.");
            retry_after(&mut response, *seconds);
            response
        }
        Error::Store(cause) => {
            tracing::error!(error = %cause, request = %ctx.request_id, "a request failed in the store");
            let text = format!(
                "Nothing was lost, but it could not be saved right now. Try again in a moment. ({})",
                ctx.request_id
            );
            let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, &text);
            retry_after(&mut response, come_back_in());
            response
        }
    }
}

/// The same with the visitor's page around it.
pub fn failure_page(visit: &Visit, error: &Error) -> Response {
    let (status, title, text) = match error {
        Error::SignedOut => return signed_out(visit),
        Error::StepUp => return Redirect::to("/confirm").into_response(),
        Error::NotFound => (
            StatusCode::NOT_FOUND,
            "Not found",
            "This page does not exist, or it is not yours to open.".to_owned(),
        ),
        Error::Invalid { message, .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Please look again", message.clone())
        }
        Error::Conflict(message) => (StatusCode::CONFLICT, "This has changed", message.clone()),
        Error::TooMany(seconds) => {
            let text = format!("Too many tries. Wait {} and try again.", wait_words(*seconds));
            let mut response = message(visit, StatusCode::TOO_MANY_REQUESTS, "Please wait a little", &text);
            retry_after(&mut response, *seconds);
            return response;
        }
        Error::Store(cause) => {
            tracing::error!(error = %cause, request = %visit.ctx.request_id, "a request failed in the store");
            let text = format!(
                "Nothing was lost, but it could not be saved right now. Try again in a moment. If it stays, tell your \
                 administrator this number: {}",
                visit.ctx.request_id
            );
            let mut response =
                message(visit, StatusCode::SERVICE_UNAVAILABLE, "Please try again in a moment", &text);
            retry_after(&mut response, come_back_in());
            return response;
        }
    };
    message(visit, status, title, &text)
}

/// The same on a page of staff: who is not signed in is sent to the sign-in, and learns nothing before it.
pub fn staff_failure(visit: &Visit, error: &Error) -> Response {
    match visit.ctx.actor {
        server::ctx::Actor::Nobody if visit.owes_code => Redirect::to("/sign-in/code").into_response(),
        server::ctx::Actor::Nobody => Redirect::to("/sign-in").into_response(),
        _ => failure_page(visit, error),
    }
}

/// Where a signed-out visitor goes: to the card page, where staff find their link too.
fn signed_out(visit: &Visit) -> Response {
    // Whatever of a check-in somebody goes back to after it has ended, there is only one page to see (K-35).
    let ended = visit.path.starts_with("/check-in");
    Redirect::to(if ended { "/all-done" } else { "/" }).into_response()
}

/// The answer to a service's error for a page's script: one word that says what to do, and never a cause.
pub fn problem_of(error: &Error, ctx: &Ctx) -> Response {
    match error {
        Error::SignedOut => problem(StatusCode::FORBIDDEN, "signed_out"),
        Error::StepUp => problem(StatusCode::FORBIDDEN, "confirm_first"),
        Error::NotFound => problem(StatusCode::NOT_FOUND, "not_found"),
        Error::Invalid { .. } => problem(StatusCode::UNPROCESSABLE_ENTITY, "not_accepted"),
        Error::Conflict(_) if matches!(ctx.actor, Actor::Student(_)) => {
            problem(StatusCode::CONFLICT, "handed_in")
        }
        Error::Conflict(_) => problem(StatusCode::CONFLICT, "changed"),
        Error::TooMany(seconds) => {
            let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "wait");
            retry_after(&mut response, *seconds);
            response
        }
        Error::Store(cause) => {
            tracing::error!(error = %cause, request = %ctx.request_id, "a request failed in the store");
            let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "wait");
            retry_after(&mut response, come_back_in());
            response
        }
    }
}

/// The same for something that a child may have, only not before its yes or after its end.
pub fn not_now_or(error: &Error, ctx: &Ctx) -> Response {
    match error {
        Error::NotFound if matches!(ctx.actor, Actor::Student(_)) => problem(StatusCode::CONFLICT, "not_now"),
        other => problem_of(other, ctx),
    }
}

/// A problem by its word.
pub fn problem(status: StatusCode, word: &'static str) -> Response {
    (status, axum::Json(serde_json::json!({ "problem": word }))).into_response()
}

fn plain(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.to_owned()).into_response()
}

fn retry_after(response: &mut Response, seconds: u64) {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
}

/// Seconds as words.
pub fn wait_words(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}
