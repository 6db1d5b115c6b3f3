//! The directory of services to refer to, by welfare system (58).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::DistrictId;
use server::model::outside::System;
use server::model::referral::Priority;
use server::{Error, Result};
use uuid::Uuid;

use crate::address::Address;
use crate::api::casework::{self as api, HelpService};
use crate::components::banner::Confirmation;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Input, Select};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /directory`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "added" => Some("The service is in the directory."),
        "retired" => Some("The service is off the directory. Referrals to it stay."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, None).await
}

/// `POST /directory`.
pub async fn add(posted: Posted) -> Response {
    let visit = &posted.visit;
    let text = |name: &str| posted.text(name).to_owned();
    let read: Result<HelpService> =
        match (posted.word::<System>("system"), posted.word::<Priority>("accepts")) {
            (Some(system), Some(accepts)) => Ok(HelpService {
                id: Uuid::nil(),
                district_id: DistrictId(Uuid::nil()),
                system,
                name: text("name"),
                contact: text("contact"),
                hours: text("hours"),
                capacity: text("capacity"),
                accepts,
            }),
            _ => Err(Error::invalid("system", "Choose the system and the least urgent level it takes.")),
        };
    let done = match read {
        Ok(new) => api::add_service(visit, new).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to("/directory?done=added").into_response(),
        Err(Error::Invalid { field, message }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some((field.to_owned(), message))).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /directory/{service}/retire`.
pub async fn retire(address: Address, posted: Posted) -> Response {
    let done = match address.part::<Uuid>(0) {
        Ok(id) => api::retire_service(&posted.visit, id).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to("/directory?done=retired").into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<(String, String)>,
) -> Response {
    let directory = match api::get_directory(visit).await {
        Ok(directory) => directory,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("Directory"), move || {
        let faulty = wrong.clone();
        let check = move |field: &str| Check {
            id: field.to_owned(),
            error: faulty.as_ref().filter(|(name, _)| name == field).map(|(_, message)| message.clone()),
            hint: false,
        };
        let systems: Vec<_> = System::ALL.iter().map(|s| (s.as_str(), s.label())).collect();
        let levels: Vec<_> = Priority::ALL.iter().rev().map(|p| (p.as_str(), p.label())).collect();
        let summary = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        let groups = System::ALL
            .iter()
            .map(|system| {
                let lines = directory
                    .iter()
                    .filter(|service| service.system == *system)
                    .map(|service| view! { <Line service=service.clone() token=token.clone()/> })
                    .collect::<Vec<_>>();
                let body = if lines.is_empty() {
                    view! { <p class="muted">"No service yet."</p> }.into_any()
                } else {
                    view! { <ul class="services">{lines}</ul> }.into_any()
                };
                view! { <section class="card"><h2>{system.label()}</h2>{body}</section> }
            })
            .collect_view();
        view! {
            <StaffShell reader here=Tab::Directory>
                {summary}
                <Confirmation sentence=done/>
                <div class="page-head">
                    <div>
                        <h1>"Where help is"</h1>
                        <p class="lede">"Services that the district’s counselors can refer to, by welfare system."</p>
                    </div>
                </div>
                <div class="grid-cards">{groups}</div>
                <section class="card" aria-labelledby="add-head">
                    <h2 id="add-head">"Add a service"</h2>
                    <form class="form" method="post" action="/directory">
                        <Token value=token.clone()/>
                        <div class="form-row">
                            <Select label="System" name="system" check=check("system") options=systems chosen=String::new() required=true/>
                            <Input label="Name" name="name" check=check("name") text=String::new() required=true/>
                        </div>
                        <div class="form-row">
                            <Input label="How it is reached" name="contact" check=check("contact") text=String::new() required=true/>
                            <Input label="Hours" name="hours" check=check("hours") text=String::new()/>
                        </div>
                        <div class="form-row">
                            <Input label="Capacity" name="capacity" check=check("capacity") text=String::new()/>
                            <Select
                                label="Least urgent level it takes"
                                name="accepts"
                                check=check("accepts")
                                options=levels
                                chosen="low".to_owned()
                                required=true
                            />
                        </div>
                        <div class="buttons"><button class="button button-primary" type="submit">"Add service"</button></div>
                    </form>
                </section>
            </StaffShell>
        }
    })
}

#[component]
fn Line(service: HelpService, token: String) -> AnyView {
    let facts: Vec<String> = [service.contact, service.hours, service.capacity]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let level = match service.accepts {
        Priority::Low => "Takes every level".to_owned(),
        least => format!("Takes {} and more urgent", least.label().to_lowercase()),
    };
    let about = format!(" {}", service.name);
    view! {
        <li>
            <div class="stack-tight">
                <strong>{service.name.clone()}</strong>
                {facts.into_iter().map(|fact| view! { <span>{fact}</span> }).collect_view()}
                <span class="muted small">{level}</span>
            </div>
            <form method="post" action=format!("/directory/{}/retire", service.id)>
                <Token value=token/>
                <button class="button button-quiet button-small" type="submit">
                    <Icon name="x"/>
                    <span class="visually-hidden">{format!("Take off the directory:{about}")}</span>
                </button>
            </form>
        </li>
    }
    .into_any()
}
