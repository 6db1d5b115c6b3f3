//! One's own account: passkeys, where one is signed in, and the codes for a day without the phone.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::address::Address;
use crate::api::accounts::{self as api, Device};
use crate::api::passkeys;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::pages::passkeys::Passkeys;
use crate::pages::welcome::codes_page;
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

/// `GET /account`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "ended" => Some("That device is signed out."),
        "passkey" => Some("The passkey is added."),
        "passkey-removed" => Some("The passkey is removed, and you are signed out everywhere else."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, None).await
}

pub(super) async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    fault: Option<(&'static str, String)>,
) -> Response {
    let own = match api::get_own(visit).await {
        Ok(own) => own,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let passkeys = match passkeys::get_own(visit).await {
        Ok(passkeys) => passkeys,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let (token, device) = (visit.form_token.clone(), visit.device.clone());
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    let title = if fault.is_some() { "Error: Your account" } else { "Your account" };
    let missing = passkeys.demanded && passkeys.passkeys.is_empty();
    render::page(visit, status, Head::staff(title), move || {
        let left = match own.codes_left {
            0 => "You have no recovery code left.".to_owned(),
            1 => "You have one recovery code left.".to_owned(),
            n => format!("You have {n} recovery codes left."),
        };
        view! {
            <StaffShell reader here=Tab::Home narrow=true>
                {fault.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <Confirmation sentence=done/>
                {missing.then(|| view! {
                    <Banner
                        tone=Tone::Warn
                        head="Add a passkey to go on"
                        text="Your role reaches what must be kept safest, so it wants more than a password and a code. Until \
                              there is a passkey, your other pages stay closed."
                    />
                })}
                <div class="page-head"><div><h1>"Your account"</h1><p class="lede">{own.name}</p></div></div>
                <Passkeys own=passkeys token=token.clone() when=when.clone() device fault/>
                <Devices devices=own.devices token=token.clone() when/>
                <section class="card" aria-labelledby="codes">
                    <h2 id="codes">"Recovery codes"</h2>
                    <p>{left}" Each signs you in once when your phone is not there. New codes make the old ones void and sign \
                    you out everywhere else."</p>
                    <form method="post" action="/account/recovery-codes">
                        <Token value=token/>
                        <button class="button" type="submit">"Make new codes"</button>
                    </form>
                </section>
            </StaffShell>
        }
    })
}

#[component]
fn Devices(devices: Vec<Device>, token: String, when: When) -> AnyView {
    let lines = devices
        .into_iter()
        .map(|device| {
            let since = format!("since {}, last used {} (UTC)", when.at(device.since), when.at(device.seen));
            let name = if device.device.is_empty() { "A browser".to_owned() } else { device.device };
            let act = if device.is_this {
                view! { <span class="tag tag-done">"This device"</span> }.into_any()
            } else {
                view! {
                    <form method="post" action="/account/devices/end">
                        <Token value=token.clone()/>
                        <input type="hidden" name="device" value=device.handle/>
                        <button class="button button-small" type="submit">
                            "Sign out"<span class="visually-hidden">{format!(" {name}, {since}")}</span>
                        </button>
                    </form>
                }
                .into_any()
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Device">
                        <span>{name}<span class="table-sub">{capital(&since)}</span></span>
                    </th>
                    <td role="cell" data-label="Sign out">{act}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"Where you are signed in"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Device"</th>
                        <th scope="col" role="columnheader">"Sign out"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// `POST /account/devices/end`.
pub async fn end_device(posted: Posted) -> Response {
    match api::end_device(&posted.visit, posted.text("device")).await {
        Ok(()) => Redirect::to("/account?done=ended").into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

/// `POST /account/recovery-codes`.
pub async fn renew_codes(posted: Posted) -> Response {
    match api::renew_codes(&posted.visit).await {
        Ok(codes) => codes_page(&posted.visit, "Your new recovery codes", codes, ("/account", "Done")),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}
