//! The administrator's page: windows, people and settings, and no health data.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use questionnaires::library;

use super::window_parts::{Moves, StateTag, consent};
use crate::address::Address;
use crate::api::setup::{self as api, Overview, UserLine, Window, WindowInstrument};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::When;

/// `GET /setup`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "moved").then_some("The window is moved on.");
    page(&visit, done).await
}

async fn page(visit: &Visit, done: Option<&'static str>) -> Response {
    let overview = match api::get_overview(visit).await {
        Ok(overview) => overview,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    // Windows are civil days; the zone decides only which year needs no mention.
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(visit, StatusCode::OK, Head::staff("Set-up"), move || {
        let Overview { district, windows, people, signed_by, database } = overview;
        view! {
            <StaffShell reader here=Tab::Setup>
                <Confirmation sentence=done/>
                <div class="page-head">
                    <div>
                        <h1>{district}</h1>
                        <p class="lede">"Windows, people and settings. No health data is shown here."</p>
                    </div>
                    <p class="tag tag-plain"><Icon name="settings"/>{format!("Database: {database}")}</p>
                </div>
                <SignOff signed_by/>
                <p class="buttons">
                    <a class="button button-primary" href="/setup/windows/new">"Prepare a window"</a>
                    <a class="button" href="/setup/roster">"Take over a roster"</a>
                    <a class="button" href="/setup/calendar">"School calendar"</a>
                    <a class="button" href="/setup/places">"Areas and schools"</a>
                    <a class="button" href="/setup/people">"Invite people, change roles"</a>
                    <a class="button" href="/setup/retention">"Retention and deletion"</a>
                    <a class="button" href="/district/research">"Answers for research"</a>
                </p>
                <Windows windows token when/>
                <People people/>
            </StaffShell>
        }
    })
}

#[component]
fn SignOff(signed_by: Option<String>) -> AnyView {
    match signed_by {
        Some(by) => view! {
            <Banner tone=Tone::Done head="The clinical settings are signed" text=format!("By {by}.")/>
        }
        .into_any(),
        None => view! {
            <Banner
                tone=Tone::Warn
                head="The clinical settings await a clinician’s sign-off"
                text="Crisis wording, help lines, priorities and clocks are the shipped defaults. A clinician of the \
                district reads them and signs before children are asked."
            />
        }
        .into_any(),
    }
}

#[component]
fn Windows(windows: Vec<(Window, Vec<WindowInstrument>)>, token: String, when: When) -> AnyView {
    let lines = windows
        .into_iter()
        .map(|(window, asked)| {
            let dates = format!("{} to {}", when.date(window.opens_on), when.date(window.closes_on));
            let asked = asked.iter().map(instrument).collect_view();
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Window">
                        <span>
                            <a href=format!("/setup/windows/{}", window.id)>{window.name.clone()}</a>
                            <span class="table-sub">{dates}</span>
                        </span>
                    </th>
                    <td role="cell" data-label="Asks"><ul class="stack-tight">{asked}</ul></td>
                    <td role="cell" data-label="Consent">{consent(window.consent_mode)}</td>
                    <td role="cell" data-label="State"><span><StateTag state=window.state/></span></td>
                    <td role="cell" data-label="Move on"><Moves window token=token.clone()/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"Windows"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["Window", "Asks", "Consent", "State", "Move on"]
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

/// An instrument's name, who answers it, and at what age.
fn instrument(asked: &WindowInstrument) -> AnyView {
    let name = library::get(&asked.instrument).map_or(asked.instrument.as_str(), |i| i.short_title.as_str());
    let who = format!("{}, {} to {} years", asked.informant, asked.min_age, asked.max_age);
    view! { <li>{name.to_owned()}" "<span class="muted small">{who}</span></li> }.into_any()
}

#[component]
fn People(people: Vec<UserLine>) -> AnyView {
    let lines = people
        .into_iter()
        .map(|person| {
            let state = if person.disabled_at.is_some() {
                view! { <span class="tag tag-plain"><Icon name="ban"/>"Disabled"</span> }
            } else {
                view! { <span class="tag tag-done"><Icon name="check"/>"Active"</span> }
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Name">
                        <span>{person.name}<span class="table-sub">{person.email}</span></span>
                    </th>
                    <td role="cell" data-label="Role">{person.role.label()}</td>
                    <td role="cell" data-label="Place">
                        {person.school_name.unwrap_or_else(|| "Whole district".to_owned())}
                    </td>
                    <td role="cell" data-label="Account"><span>{state}</span></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"People"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["Name", "Role", "Place", "Account"]
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
