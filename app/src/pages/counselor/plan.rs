//! The safety plan: six steps in the child's words, and the sheet to take home (C-25).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::{ChildId, ReferralId};
use server::{Error, Result};

use crate::address::Address;
use crate::api::casework::{self as api, NewPlan, Plan, STEPS};
use crate::api::queue::{Record, get_record, get_referral_child};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /referrals/{id}/plan`: the form, with the last version in it.
pub async fn edit(visit: Visit, address: Address) -> Response {
    match address.part::<ReferralId>(0) {
        Ok(id) => form(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /referrals/{id}/plan`.
pub async fn save(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<ReferralId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let text = |name: &str| posted.text(name).to_owned();
    let typed: [String; 6] = STEPS.map(|(name, ..)| text(name));
    let plan = NewPlan { steps: typed.clone().map(Into::into), gap_reason: text("gap_reason").into() };
    let done: Result<ChildId> = match api::write_plan(visit, id, plan).await {
        Ok(()) => get_referral_child(visit, id).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(child) => Redirect::to(&format!("/children/{child}?done=plan")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let again = Again { typed, gap: text("gap_reason"), wrong: (field.to_owned(), message) };
            form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(again)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

#[derive(Clone)]
struct Again {
    typed: [String; 6],
    gap: String,
    wrong: (String, String),
}

fn steps_of(plan: &Plan) -> [String; 6] {
    [
        &plan.warning_signs,
        &plan.own_coping,
        &plan.people_and_places,
        &plan.people_to_ask,
        &plan.professionals,
        &plan.safer_place,
    ]
    .map(|step| step.reveal().clone())
}

async fn record(visit: &Visit, id: ReferralId) -> Result<Record> {
    let child = get_referral_child(visit, id).await?;
    get_record(visit, child).await
}

async fn form(visit: &Visit, id: ReferralId, status: StatusCode, again: Option<Again>) -> Response {
    let record = match record(visit, id).await {
        Ok(record) => record,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let given = record.child.given_name.reveal().clone();
    let last = record.casework.plans.first().cloned();
    render::page(visit, status, Head::staff(format!("Safety plan with {given}")), move || {
        let wrong = again.as_ref().map(|again| again.wrong.clone());
        let (texts, gap) = match (&again, &last) {
            (Some(again), _) => (again.typed.clone(), again.gap.clone()),
            (None, Some(plan)) => (steps_of(plan), plan.gap_reason.reveal().clone()),
            (None, None) => (Default::default(), String::new()),
        };
        let faulty = wrong.clone();
        let check = move |field: &str, hint: bool| Check {
            id: field.to_owned(),
            error: faulty.as_ref().filter(|(name, _)| name == field).map(|(_, message)| message.clone()),
            hint,
        };
        let fields = STEPS
            .iter()
            .zip(texts)
            .map(|((name, label, hint), text)| {
                view! { <TextArea label=label name=name check=check(name, true) text hint=hint/> }
            })
            .collect::<Vec<_>>();
        let version = last.as_ref().map_or(1, |plan| plan.version + 1);
        let summary = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        let back = format!("/children/{}", record.child.id);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {summary}
                <a class="back-link" href=back><Icon name="arrow-left"/>" "{given.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>{format!("Safety plan with {given}")}</h1>
                        <p class="lede">{format!("Version {version}. Write it together, in the child’s own words.")}</p>
                    </div>
                </div>
                <form class="card form" method="post" action=format!("/referrals/{id}/plan")>
                    <Token value=token/>
                    {fields}
                    <TextArea
                        label="Why step 5 or 6 is still empty"
                        name="gap_reason"
                        check=check("gap_reason", true)
                        text=gap
                        hint="Only where one is."
                    />
                    <div class="buttons"><button class="button button-primary" type="submit">"Save plan"</button></div>
                </form>
            </StaffShell>
        }
    })
}

/// `GET /children/{id}/plan`: the sheet to print and take home.
pub async fn sheet(visit: Visit, address: Address) -> Response {
    let found = match address.part::<ChildId>(0) {
        Ok(child) => get_record(&visit, child).await,
        Err(error) => Err(error),
    };
    let record = match found {
        Ok(record) if !record.casework.plans.is_empty() => record,
        Ok(_) => return render::staff_failure(&visit, &Error::NotFound),
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let when = When::new(visit.ctx.now, &record.time_zone);
    let plan = record.casework.plans[0].clone();
    let given = record.child.given_name.reveal().clone();
    render::page(&visit, StatusCode::OK, Head::staff(format!("{given}’s plan")), move || {
        let steps = STEPS
            .iter()
            .zip(steps_of(&plan))
            .map(|((_, label, _), text)| {
                let lines = text.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
                view! { <section class="sheet-step"><h2>{*label}</h2>{lines}</section> }
            })
            .collect_view();
        let written = format!("Version {}, {}", plan.version, when.date(plan.written_at.day_in(&when.zone)));
        let back = format!("/children/{}", record.child.id);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link no-print" href=back><Icon name="arrow-left"/>" "{given.clone()}</a>
                <article class="card print-sheet">
                    <div class="page-head">
                        <div>
                            <h1>{format!("{given}’s plan")}</h1>
                            <p class="muted">{written}</p>
                        </div>
                    </div>
                    {steps}
                </article>
                <p class="muted no-print">"Print it on A4, or folded on A6: your browser’s print menu."</p>
            </StaffShell>
        }
    })
}
