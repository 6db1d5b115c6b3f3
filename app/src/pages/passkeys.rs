//! One's own passkeys: made, named, removed; and what a browser is asked to sign.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::PasskeyId;

use super::account;
use crate::api::passkeys::{self as api, OwnPasskeys, Purpose};
use crate::components::field::{Check, Input};
use crate::components::form::Token;
use crate::openapi::{Refusal, TokenForm};
use crate::render;
use crate::staff_islands::passkey::PasskeyButton;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

/// `POST /account/passkeys`.
pub async fn add(posted: Posted) -> Response {
    let visit = &posted.visit;
    match api::add(visit, posted.text("name"), posted.text("credential")).await {
        Ok(()) => Redirect::to("/account?done=passkey").into_response(),
        Err(Error::Invalid { field, message }) => {
            account::page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some((field, message))).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /account/passkeys/remove`.
pub async fn remove(posted: Posted) -> Response {
    let visit = &posted.visit;
    let removed = match posted.word::<PasskeyId>("passkey") {
        Some(id) => api::remove(visit, id).await,
        None => Err(Error::NotFound),
    };
    match removed {
        Ok(()) => Redirect::to("/account?done=passkey-removed").into_response(),
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /account/passkeys/challenge`, asked by the page's script.
#[utoipa::path(
    post,
    path = "/account/passkeys/challenge",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What the browser is to sign (WebAuthn)", body = Object), Refusal)
)]
pub async fn ask_add(posted: Posted) -> Response {
    ask(&posted.visit, Purpose::Add).await
}

/// `POST /sign-in/passkey/challenge`, asked by the page's script.
#[utoipa::path(
    post,
    path = "/sign-in/passkey/challenge",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What the browser is to sign (WebAuthn)", body = Object), Refusal)
)]
pub async fn ask_sign_in(posted: Posted) -> Response {
    ask(&posted.visit, Purpose::SignIn).await
}

/// `POST /confirm/passkey/challenge`, asked by the page's script.
#[utoipa::path(
    post,
    path = "/confirm/passkey/challenge",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What the browser is to sign (WebAuthn)", body = Object), Refusal)
)]
pub async fn ask_again(posted: Posted) -> Response {
    ask(&posted.visit, Purpose::Confirm).await
}

async fn ask(visit: &Visit, purpose: Purpose) -> Response {
    match api::ask(visit, purpose).await {
        Ok(words) => ([(header::CONTENT_TYPE, "application/json")], words).into_response(),
        Err(error) => render::problem_of(&error, &visit.ctx),
    }
}

/// The part of the account page that is about them.
#[component]
pub(super) fn Passkeys(
    own: OwnPasskeys,
    token: String,
    when: When,
    device: String,
    fault: Option<(&'static str, String)>,
) -> AnyView {
    let wrong = fault.as_ref().map(|(field, text)| ((*field).to_owned(), text.clone()));
    let lines = own
        .passkeys
        .iter()
        .map(|passkey| {
            let since = when.at(passkey.since);
            let line = match passkey.used {
                Some(at) => format!("added {since}, last used {} (UTC)", when.at(at)),
                None => format!("added {since} (UTC), not used yet"),
            };
            let name = passkey.name.clone();
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Passkey">
                        <span>{name.clone()}<span class="table-sub">{capital(&line)}</span></span>
                    </th>
                    <td role="cell" data-label="Remove">
                        <form method="post" action="/account/passkeys/remove">
                            <Token value=token.clone()/>
                            <input type="hidden" name="passkey" value=passkey.id.to_string()/>
                            <button class="button button-small" type="submit">
                                "Remove"<span class="visually-hidden">{format!(" {name}, {line}")}</span>
                            </button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let table = (!own.passkeys.is_empty()).then(|| {
        view! {
            <div class="table-wrap">
                <table class="table table-stack" role="table">
                    <caption class="visually-hidden">"Your passkeys"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">"Passkey"</th>
                            <th scope="col" role="columnheader">"Remove"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </div>
        }
    });
    let making = if own.possible {
        view! {
            <form class="form needs-script" id="passkey" method="post" action="/account/passkeys" autocomplete="off" tabindex="-1">
                <Token value=token.clone()/>
                <input type="hidden" name="credential"/>
                <Input label="What to call a new one" name="name" check=Check::of(wrong.as_ref(), "name", false) text=device/>
                <PasskeyButton ask="/account/passkeys/challenge".to_owned() making=true words="Add a passkey".to_owned() token/>
            </form>
            <p class="without-script">"Adding one needs JavaScript, which is off in this browser."</p>
        }
        .into_any()
    } else {
        view! {
            <p class="muted">"They need this site to have an address with https and a name. Whoever runs the server sets it."</p>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="passkeys">
            <h2 id="passkeys">"Passkeys"</h2>
            <p>"A passkey is the lock of your own device (fingerprint, face or PIN) or a security key. It takes the place of \
            the one-time code, and no false page can ask for it. Add one on each device you work at."</p>
            {table}
            {making}
        </section>
    }
    .into_any()
}
