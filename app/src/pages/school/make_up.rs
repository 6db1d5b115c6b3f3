//! Who has not finished when a class's sitting is over: the list builds itself, and another sitting is one button away
//!

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::SittingId;

use crate::address::Address;
use crate::api::sittings::{self as api, MakeUp};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Tone};
use crate::components::empty::Empty;
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /make-ups`.
pub async fn show(visit: Visit) -> Response {
    page(&visit, StatusCode::OK, None).await
}

/// `POST /sittings/{id}/make-up`: plans the sitting and goes to its cards.
pub async fn plan(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let planned = match address.part::<SittingId>(0) {
        Ok(id) => api::plan_make_up(visit, id).await,
        Err(error) => Err(error),
    };
    match planned {
        Ok(id) => Redirect::to(&format!("/sittings/{id}/cards")).into_response(),
        Err(Error::Conflict(why)) => page(visit, StatusCode::CONFLICT, Some(why)).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(visit: &Visit, status: StatusCode, refused: Option<String>) -> Response {
    let list = match api::list_make_ups(visit).await {
        Ok(list) => list,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("Make-up list"), move || {
        let empty = list.is_empty().then(|| {
            view! { <Empty head="Nobody is missing" text="When a sitting is over, those who have not finished stand here."/> }
        });
        let cards = list.into_iter().map(|class| view! { <Class class token=token.clone()/> }).collect_view();
        view! {
            <StaffShell reader here=Tab::Sittings>
                {refused.map(|why| view! { <Banner tone=Tone::Warn head=why urgent=true/> })}
                <BackLink href="/sittings">"Sittings"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"Make-up list"</h1>
                        <p class="lede">"Children who have not finished in a sitting that is over. Whose guardians said no is not on it."</p>
                    </div>
                </div>
                {empty}
                <div class="grid-cards">{cards}</div>
            </StaffShell>
        }
    })
}

#[component]
fn Class(class: MakeUp, token: String) -> AnyView {
    let MakeUp { sitting, missing } = class;
    let names = missing
        .iter()
        .map(|seat| view! { <li>{format!("{} {}", seat.first_name.reveal(), seat.initial)}</li> })
        .collect_view();
    let count =
        if missing.len() == 1 { "One child".to_owned() } else { format!("{} children", missing.len()) };
    view! {
        <section class="card">
            <h2>{format!("Class {}", sitting.class_name)}</h2>
            <p class="muted">{format!("{count}, {}, {}", sitting.window_name, sitting.school_name)}</p>
            <ul class="stack-tight">{names}</ul>
            <form method="post" action=format!("/sittings/{}/make-up", sitting.id)>
                <Token value=token/>
                <button class="button button-primary" type="submit">
                    "Plan a sitting, print cards"<span class="visually-hidden">{format!(" for class {}", sitting.class_name)}</span>
                </button>
            </form>
        </section>
    }
    .into_any()
}
