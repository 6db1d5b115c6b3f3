//! Sign-in at somebody else's, in three steps that need no script: our page sends the browser there, the provider sends it
//! back with a code, and a form of ours hands the code in. The form is there because a browser that comes from another
//! site carries none of our cookies, and because nothing changes by following a link (AUT-08).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;

use super::sign_in::{Door, head, other_way_failed};
use crate::address::Address;
use crate::api::sign_in_with::{self as api, Arrival};
use crate::components::form::Token;
use crate::components::shell::SendOn;
use crate::openapi::{NotBelieved, SignedOutToken};
use crate::render;
use crate::visit::{FromServer, Posted, Visit};

/// `POST /sign-in/with`.
pub async fn go(posted: Posted) -> Response {
    let visit = &posted.visit;
    match api::begin(visit).await {
        Ok(departure) => {
            let mut response = leaving(visit, departure.address.clone());
            // Not a redirect: browsers hold a form to this site through every address it leads to.
            if let Ok(value) = HeaderValue::from_str(&format!("0; url={}", departure.address)) {
                response.headers_mut().insert(header::REFRESH, value);
            }
            visit.with_away(departure.browser.reveal(), response)
        }
        Err(error) => failed(visit, error),
    }
}

fn leaving(visit: &Visit, address: String) -> Response {
    let name = api::provider(visit).unwrap_or_default();
    render::page(visit, StatusCode::OK, head("On your way", false), move || {
        view! {
            <Door>
                <h1>"On your way"</h1>
                <p>{format!("You sign in with {name} now, and then come back here.")}</p>
                <p><a class="button button-primary" href=address rel="noreferrer">{format!("Go on to {name}")}</a></p>
            </Door>
        }
    })
}

/// `GET /sign-in/with/back`: the way back. It changes nothing: what the provider gave is put into a form.
pub async fn back(visit: Visit, address: Address) -> Response {
    if api::provider(&visit).is_none() {
        return render::failure_page(&visit, &Error::NotFound);
    }
    let fields = ["code", "state", "iss"].map(|name| (name, address.query(name).to_owned()));
    let token = visit.form_token.clone();
    render::page(&visit, StatusCode::OK, head("Almost there", false), move || {
        let fields = fields
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view();
        view! {
            <Door>
                <h1>"Almost there"</h1>
                <form class="form" method="post" action="/sign-in/with/back">
                    <Token value=token/>
                    {fields}
                    <button class="button button-primary" type="submit">"Go on"</button>
                </form>
                <SendOn/>
            </Door>
        }
    })
}

/// `POST /sign-in/with/back`.
pub async fn finish(posted: Posted) -> Response {
    let visit = &posted.visit;
    let done = api::finish(visit, posted.text("code"), posted.text("state"), posted.text("iss")).await;
    let response = match done {
        Ok(Arrival::OwesFactor(token)) => visit.signed_in(token.reveal(), "/sign-in/code"),
        Ok(Arrival::SignedIn(token)) => visit.signed_in(token.reveal(), "/home"),
        Err(error) => failed(visit, error),
    };
    visit.without_away(response)
}

/// `POST /sign-in/with/out`: the provider's server says that somebody signed out there.
#[utoipa::path(
    post,
    path = "/sign-in/with/out",
    request_body(content = SignedOutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Every sign-in that it names has ended"),
        (status = 400, description = "The token is not believed, or there is no provider", body = NotBelieved),
        (status = 404, description = "There is no provider", body = NotBelieved),
        (status = 413, description = "Too large", body = NotBelieved),
        (status = 503, description = "Try again", body = NotBelieved),
    )
)]
pub async fn signed_out(told: FromServer) -> Response {
    let refused = |status| (status, axum::Json(serde_json::json!({ "error": "invalid_request" })));
    match api::signed_out(&told.visit, told.text("logout_token")).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(Error::NotFound) => refused(StatusCode::NOT_FOUND).into_response(),
        Err(Error::Invalid { .. }) => refused(StatusCode::BAD_REQUEST).into_response(),
        Err(Error::Conflict(_)) => refused(StatusCode::SERVICE_UNAVAILABLE).into_response(),
        Err(error) => render::problem_of(&error, &told.visit.ctx),
    }
}

/// The page of the password, which still works, with what went wrong above it.
fn failed(visit: &Visit, error: Error) -> Response {
    match error {
        Error::Invalid { message, .. } => other_way_failed(visit, StatusCode::UNPROCESSABLE_ENTITY, message),
        Error::Conflict(message) => other_way_failed(visit, StatusCode::SERVICE_UNAVAILABLE, message),
        Error::SignedOut => Redirect::to("/sign-in").into_response(),
        other => render::failure_page(visit, &other),
    }
}
