//! A child of another school, in need: with a reason, for an hour, and its school is told.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;

use crate::api::break_glass::{self as api, Look};
use crate::components::empty::Empty;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Input, TextArea};
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

/// What was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
struct Draft {
    number: String,
    reason: String,
    fault: Option<(&'static str, String)>,
}

/// `GET /break-glass`.
pub async fn show(visit: Visit) -> Response {
    page(&visit, StatusCode::OK, Draft::default()).await
}

/// `POST /break-glass`.
pub async fn open(posted: Posted) -> Response {
    let visit = &posted.visit;
    let (number, reason) = (posted.text("number").to_owned(), posted.text("reason").to_owned());
    match api::open_record(visit, &number, &reason).await {
        Ok(child) => Redirect::to(&format!("/children/{child}")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let draft = Draft { number, reason, fault: Some((field, message)) };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, draft).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

fn check(draft: &Draft, id: &str) -> Check {
    let error = draft.fault.as_ref().filter(|(field, _)| *field == id).map(|(_, text)| text.clone());
    Check { id: id.to_owned(), error, hint: id == "reason" }
}

async fn page(visit: &Visit, status: StatusCode, draft: Draft) -> Response {
    let looks = match api::list_looks(visit).await {
        Ok(looks) => looks,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(visit, status, Head::staff("Another school’s child"), move || {
        let (number, reason) = (check(&draft, "number"), check(&draft, "reason"));
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {draft.fault.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <div class="page-head"><div>
                    <h1>"Another school’s child"</h1>
                    <p class="lede">"For a child who needs you now and is not of your school. You see the record for an hour; \
                    its school and the auditor see your name and your reason."</p>
                </div></div>
                <form class="card form" method="post" action="/break-glass" autocomplete="off" novalidate>
                    <Token value=token/>
                    <Input label="The child’s number" name="number" check=number text=draft.number.clone() required=true/>
                    <TextArea label="Why" name="reason" check=reason text=draft.reason.clone()
                        hint="One sentence. Do not write down what the child said."/>
                    <button class="button button-danger" type="submit">"Open the record"</button>
                </form>
                <Looks looks when/>
            </StaffShell>
        }
    })
}

/// Who has looked from outside at children of the reader's schools.
#[component]
pub fn Looks(looks: Vec<Look>, when: When) -> AnyView {
    if looks.is_empty() {
        return view! { <Empty head="Nobody has looked from outside" text="In the last thirty days no counselor of another school opened a record of yours."/> }
            .into_any();
    }
    let lines = looks
        .into_iter()
        .map(|look| {
            view! {
                <tr role="row">
                    <td role="cell" data-label="When">
                        <time datetime=when.iso(look.opened_at)>{capital(&when.at(look.opened_at))}</time>
                    </td>
                    <th scope="row" role="rowheader" data-label="Who">
                        <span>{look.by_name}<span class="table-sub">{look.school_name}</span></span>
                    </th>
                    <td role="cell" data-label="Why">{look.reason.reveal().clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"Looks from outside, last thirty days (UTC)"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["When", "Who", "Why"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}
