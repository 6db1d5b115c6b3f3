//! Rehearsing a window with made-up children: their cards, the board, and an end that leaves nothing behind.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::{SittingId, WindowId};

use crate::address::Address;
use crate::api::windows::{self as api, Begun};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Tone};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::qr::Qr;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /setup/windows/{id}/rehearsal`.
pub async fn show(visit: Visit, address: Address) -> Response {
    match address.part(0) {
        Ok(id) => page(&visit, id, StatusCode::OK, None, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /setup/windows/{id}/rehearsal`: begins, and shows the cards once.
pub async fn begin(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let Ok(id) = address.part::<WindowId>(0) else { return render::staff_failure(visit, &Error::NotFound) };
    match api::begin_rehearsal(visit, id).await {
        Ok(begun) => page(visit, id, StatusCode::OK, Some(begun), None).await,
        Err(Error::Conflict(why)) => page(visit, id, StatusCode::CONFLICT, None, Some(why)).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /setup/windows/{id}/rehearsal/end`.
pub async fn end(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let Ok(id) = address.part::<WindowId>(0) else { return render::staff_failure(visit, &Error::NotFound) };
    match api::end_rehearsal(visit, id).await {
        Ok(()) => Redirect::to(&format!("/setup/windows/{id}?done=rehearsed")).into_response(),
        Err(Error::Conflict(why)) => page(visit, id, StatusCode::CONFLICT, None, Some(why)).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    id: WindowId,
    status: StatusCode,
    begun: Option<Begun>,
    refused: Option<String>,
) -> Response {
    let (window, running) = match api::get_rehearsal(visit, id).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("Rehearsal"), move || {
        let sitting = running.map(|rehearsal| rehearsal.sitting_id);
        let body = match sitting {
            Some(sitting) => view! { <Running id sitting begun token/> }.into_any(),
            None => view! { <Begin id token/> }.into_any(),
        };
        view! {
            <StaffShell reader here=Tab::Setup>
                {refused.map(|why| view! { <Banner tone=Tone::Warn head=why urgent=true/> })}
                <BackLink href=format!("/setup/windows/{id}")>{window.name.clone()}</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"Rehearsal"</h1>
                        <p class="lede">"Six made-up children, the real pages and the real board. Nothing of it is counted, nobody is called, and ending it removes all of it."</p>
                    </div>
                </div>
                {body}
            </StaffShell>
        }
    })
}

#[component]
fn Begin(id: WindowId, token: String) -> AnyView {
    view! {
        <section class="card" aria-labelledby="begin-head">
            <h2 id="begin-head">"Before the first class"</h2>
            <p>"Take one of your school’s devices and the network of the room. Sign in with a card of a made-up child, answer to the end, raise a hand, close the tab and come back. Watch the board meanwhile."</p>
            <form method="post" action=format!("/setup/windows/{id}/rehearsal")>
                <Token value=token/>
                <button class="button button-primary" type="submit">"Begin a rehearsal"</button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Running(id: WindowId, sitting: SittingId, begun: Option<Begun>, token: String) -> AnyView {
    let cards = begun.map(|begun| {
        let cells = begun
            .cards
            .into_iter()
            .map(|(card, age)| {
                let name = format!("{} {}", card.first_name.reveal(), card.initial);
                view! {
                    <li class="student-card">
                        <Qr text=card.link.reveal().clone() label=format!("Link for {name}")/>
                        <div class="stack-tight">
                            <p class="student-card-name">{name}</p>
                            <p class="muted">{format!("Practice, {age} years")}</p>
                            <p class="student-card-code">{card.code.reveal().clone()}</p>
                        </div>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="stack" aria-labelledby="cards-head">
                <h2 id="cards-head">"Cards of made-up children"</h2>
                <p class="muted">"They are shown only once; beginning again makes new ones."</p>
                <ul class="cards-sheet">{cells}</ul>
            </section>
        }
    });
    view! {
        <div class="buttons">
            <a class="button button-primary" href=format!("/sittings/{sitting}") target="_blank"><Icon name="users"/>"Open the board"</a>
            <form method="post" action=format!("/setup/windows/{id}/rehearsal/end")>
                <Token value=token.clone()/>
                <button class="button" type="submit">"End the rehearsal and remove it"</button>
            </form>
            <form method="post" action=format!("/setup/windows/{id}/rehearsal")>
                <Token value=token/>
                <button class="button button-quiet" type="submit">"Begin again with new cards"</button>
            </form>
        </div>
        {cards}
    }
    .into_any()
}
