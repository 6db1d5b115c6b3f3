//! A window as a list of tasks, from the calendar to its opening: what is done, what is missing, and where to do it
//!

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::library;
use server::model::people::Role;
use server::model::window::{ConsentMode, WindowState};
use server::model::{SchoolId, WindowId};
use server::{Error, Result};

use super::window_parts::{Moves, StateTag, consent};
use crate::address::Address;
use crate::api::windows::{self as api, Missing, ResponsePlan, SchoolPlan, WindowPage};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Input, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::i18n::Language;
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /setup/windows/{id}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "saved" => Some("Saved."),
        "planned" => Some("The school’s plan is saved."),
        "moved" => Some("The window is moved on."),
        "rehearsed" => Some("The rehearsal is over, and nothing of it is left."),
        _ => None,
    };
    match address.part(0) {
        Ok(id) => page(&visit, id, StatusCode::OK, done, Wrong::Nothing).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /setup/windows/{id}/{state}`: an officer of the district may do it too, and goes back to the district's page.
pub async fn move_on(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (id, to) = (address.part::<WindowId>(0), address.part::<WindowState>(1));
    let (Ok(id), Ok(to)) = (id, to) else { return render::staff_failure(visit, &Error::NotFound) };
    let administrator = Reader::of(visit).has(Role::Administrator);
    match api::move_window(visit, id, to).await {
        Ok(()) if administrator => Redirect::to(&format!("/setup/windows/{id}?done=moved")).into_response(),
        Ok(()) => Redirect::to("/district?done=moved").into_response(),
        Err(Error::Conflict(why)) if administrator => {
            page(visit, id, StatusCode::CONFLICT, None, Wrong::Refused(why)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /setup/windows/{id}/schools/{school}`.
pub async fn plan(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (id, school) = (address.part::<WindowId>(0), address.part::<SchoolId>(1));
    let (Ok(id), Ok(school)) = (id, school) else {
        return render::staff_failure(visit, &Error::NotFound);
    };
    let done = match read(&posted) {
        Ok(plan) => api::plan_school(visit, id, school, plan).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/setup/windows/{id}?done=planned")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let wrong = Wrong::Plan { school, field, message };
            page(visit, id, StatusCode::UNPROCESSABLE_ENTITY, None, wrong).await
        }
        Err(Error::Conflict(why)) => page(visit, id, StatusCode::CONFLICT, None, Wrong::Refused(why)).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

fn read(posted: &Posted) -> Result<SchoolPlan> {
    let text = |name: &str| posted.text(name).to_owned();
    Ok(SchoolPlan {
        opens_minute: minute(posted, "opens")?,
        closes_minute: minute(posted, "closes")?,
        room: text("room"),
        escalation: text("escalation"),
        guardian_rule: text("guardian_rule"),
    })
}

/// A plan may be kept in parts: a time that is not said yet is none.
fn minute(posted: &Posted, name: &'static str) -> Result<Option<i64>> {
    match posted.text(name).trim() {
        "" => Ok(None),
        _ => posted.minute(name).map(Some),
    }
}

/// What was refused, and where it stands on the page.
pub(super) enum Wrong {
    Nothing,
    Refused(String),
    Plan { school: SchoolId, field: &'static str, message: String },
}

pub(super) async fn page(
    visit: &Visit,
    id: WindowId,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Wrong,
) -> Response {
    let page = match api::get_window(visit, id).await {
        Ok(page) => page,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, "UTC");
    let title = page.window.name.clone();
    render::page(visit, status, Head::staff(title.clone()), move || {
        let window = page.window.clone();
        let lede = format!("{} to {}", when.date(window.opens_on), when.date(window.closes_on));
        let summary = match &wrong {
            Wrong::Plan { school, field, message } => {
                view! { <ErrorSummary text=message.clone() field=format!("{field}-{school}")/> }.into_any()
            }
            Wrong::Refused(why) => {
                view! { <Banner tone=Tone::Warn head="Nothing was changed" text=why.clone() urgent=true/> }
                    .into_any()
            }
            Wrong::Nothing => ().into_any(),
        };
        let plans = plans(&page, &wrong, &token);
        view! {
            <StaffShell reader here=Tab::Setup>
                {summary}
                <Confirmation sentence=done/>
                <BackLink href="/setup">"Set-up"</BackLink>
                <div class="page-head">
                    <div><h1>{title}" "<StateTag state=window.state/></h1><p class="lede">{lede}</p></div>
                    <Moves window=window.clone() token=token.clone()/>
                </div>
                <div class="two">
                    <div class="stack"><Tasks page=page.clone()/></div>
                    <div class="stack"><Facts page=page.clone()/></div>
                </div>
                {plans}
            </StaffShell>
        }
    })
}

/// The set-up in its order: key in what is missing, words, where it is done.
fn tasks(page: &WindowPage) -> Vec<(&'static str, &'static str, String)> {
    let id = page.window.id;
    vec![
        ("calendar", "School calendar", "/setup/calendar".to_owned()),
        ("people", "People on duty, rooms and hours", "#plans".to_owned()),
        ("instruments", "What is asked", format!("/setup/windows/{id}/edit")),
        ("roster", "Roster and cohort", "/setup/roster".to_owned()),
        ("consent", "Consent", format!("/consent/windows/{id}")),
        ("cards", "Cards", "/sittings".to_owned()),
        ("rehearsal", "Rehearsal", format!("/setup/windows/{id}/rehearsal")),
    ]
}

#[component]
fn Tasks(page: WindowPage) -> AnyView {
    let over = page.window.state.is_over();
    let running = matches!(page.window.state, WindowState::Open | WindowState::Paused);
    let lines = tasks(&page)
        .into_iter()
        .map(|(task, words, href)| {
            let missing: Vec<&Missing> = page.missing.iter().filter(|m| m.task == task).collect();
            let (done, note) = match task {
                "cards" if page.cards == 0 => (false, "Proctors print them from their sittings once the window is ready.".to_owned()),
                "cards" => (true, format!("{} are printed and good.", page.cards)),
                "rehearsal" if page.rehearsed => (true, "Rehearsed to the end.".to_owned()),
                "rehearsal" => (false, "Try one sitting with made-up children. Nothing of it is left behind.".to_owned()),
                "roster" => {
                    let children: i64 = page.covered.iter().map(|c| c.children).sum();
                    (missing.is_empty(), format!("{children} children in {} classes.", page.covered.len()))
                }
                "consent" => (missing.is_empty(), consent(page.window.consent_mode).to_owned() + "."),
                _ => (missing.is_empty(), String::new()),
            };
            let blockers = missing.iter().map(|m| view! { <li><Icon name="circle-alert"/>" "{m.text.clone()}</li> }).collect_view();
            let (class, state) = if done { ("is-done", "Done") } else { ("", "To do") };
            view! {
                <li class=class>
                    <div class="stack-tight">
                        <p><a href=href>{words}</a>" "<span class="visually-hidden">{format!("({state})")}</span></p>
                        {(!note.is_empty()).then(|| view! { <p class="muted small">{note}</p> })}
                        {(!missing.is_empty()).then(|| view! { <ul class="stack-tight small blockers">{blockers}</ul> })}
                    </div>
                </li>
            }
        })
        .collect_view();
    let last = match (over, running, page.missing.is_empty()) {
        (true, ..) => "The window is over.",
        (_, true, _) => "The window is open.",
        (_, _, true) => "Nothing is missing: it may open.",
        _ => "It opens when nothing is missing any more.",
    };
    let class = if over || running { "is-done" } else { "" };
    view! {
        <section class="card" aria-labelledby="tasks-head">
            <h2 id="tasks-head">"From set-up to opening"</h2>
            <ol class="steps">{lines}<li class=class><p>"Open"<span class="table-sub">{last}</span></p></li></ol>
        </section>
    }
    .into_any()
}

#[component]
fn Facts(page: WindowPage) -> AnyView {
    let asked = page
        .instruments
        .iter()
        .map(|asked| {
            let name = library::get(&asked.instrument).map_or(asked.instrument.as_str(), |i| i.short_title.as_str());
            view! { <li>{name.to_owned()}" "<span class="muted small">{format!("{} to {} years", asked.min_age, asked.max_age)}</span></li> }
        })
        .collect_view();
    let languages: Vec<&str> = page
        .window
        .languages
        .split_whitespace()
        .filter_map(|tag| Language::ALL.iter().find(|l| l.tag() == tag).map(|l| l.name()))
        .collect();
    let schools: Vec<&str> = page.schools.iter().map(|(s, _)| s.name.as_str()).collect();
    let grades = match page.grades.is_empty() {
        true => "All grades".to_owned(),
        false => {
            format!("Grades {}", page.grades.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    };
    let classes = match page.classes.len() {
        0 => String::new(),
        1 => ", one class only".to_owned(),
        n => format!(", {n} classes only"),
    };
    let edit = (page.window.state == WindowState::Drafted).then(|| {
        view! { <a class="button button-small" href=format!("/setup/windows/{}/edit", page.window.id)>"Change"</a> }
    });
    let mode = match page.window.consent_mode {
        ConsentMode::OptIn => "Asked for (opt-in)",
        ConsentMode::OptOut => "Notice given (opt-out)",
        ConsentMode::LawfulDuty => "Ordered by law",
    };
    let again = match page.window.rescreen_days {
        Some(days) => format!("{days} days after a positive screen"),
        None => "As each counselor decides".to_owned(),
    };
    view! {
        <section class="card" aria-labelledby="facts-head">
            <div class="card-head"><h2 id="facts-head">"The window"</h2>{edit}</div>
            <p><a href=format!("/setup/windows/{}/capacity", page.window.id)>"Capacity plan"</a></p>
            <dl class="facts">
                <div><dt>"Asks"</dt><dd><ul class="stack-tight">{asked}</ul></dd></div>
                <div><dt>"Schools"</dt><dd>{if schools.is_empty() { "–".to_owned() } else { schools.join(", ") }}</dd></div>
                <div><dt>"Cohort"</dt><dd>{grades}{classes}</dd></div>
                <div><dt>"Languages"</dt><dd>{languages.join(", ")}</dd></div>
                <div><dt>"Consent"</dt><dd>{mode}</dd></div>
                <div><dt>"Re-screens"</dt><dd>{again}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

/// How each school answers, with the form to say so.
fn plans(page: &WindowPage, wrong: &Wrong, token: &str) -> AnyView {
    let over = page.window.state.is_over();
    let cards = page
        .schools
        .iter()
        .map(|(school, plan)| {
            let here = match wrong {
                Wrong::Plan { school: at, field, message } if *at == school.id => Some((*field, message.clone())),
                _ => None,
            };
            let check = |field: &str| Check {
                id: format!("{field}-{}", school.id),
                error: here.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
                hint: matches!(field, "escalation" | "guardian_rule" | "closes"),
            };
            let ResponsePlan { opens_minute, closes_minute, room, escalation, guardian_rule } = plan.clone();
            let complete = opens_minute.is_some()
                && closes_minute.is_some()
                && !room.is_empty()
                && !escalation.is_empty()
                && !guardian_rule.is_empty();
            let tag = match complete {
                true => view! { <span class="tag tag-done"><Icon name="check"/>"Complete"</span> }.into_any(),
                false => view! { <span class="tag tag-high"><Icon name="circle-alert"/>"Incomplete"</span> }.into_any(),
            };
            let form = (!over).then(|| {
                view! {
                    <details class="disclosure" open=here.is_some() || !complete>
                        <summary><Icon name="settings"/>"Change"<span class="visually-hidden">{format!(": {}", school.name)}</span></summary>
                        <form class="form" method="post" action=format!("/setup/windows/{}/schools/{}", page.window.id, school.id)>
                            <Token value=token.to_owned()/>
                            <div class="form-row">
                                <Input label="Check-ins begin from" name="opens" check=check("opens") text=clock(opens_minute) kind="time"/>
                                <Input label="and until" name="closes" check=check("closes") text=clock(closes_minute) kind="time" hint="Two hours before the last on duty leaves"/>
                                <Input label="Room for a talk" name="room" check=check("room") text=room/>
                            </div>
                            <TextArea label="When nobody on duty answers" name="escalation" check=check("escalation") text=escalation hint="Who is called then, and how"/>
                            <TextArea label="Guardians" name="guardian_rule" check=check("guardian_rule") text=guardian_rule hint="Who tells them, when, and when not"/>
                            <div class="buttons"><button class="button button-primary" type="submit">"Save"</button></div>
                        </form>
                    </details>
                }
            });
            let hours = match (opens_minute, closes_minute) {
                (Some(_), Some(_)) => format!("{} to {}", clock(opens_minute), clock(closes_minute)),
                _ => "No hours yet".to_owned(),
            };
            view! {
                <section class="card">
                    <div class="card-head"><h3>{school.name.clone()}</h3>{tag}</div>
                    <p class="muted">{hours}" · "<a href=format!("/duty?school={}", school.id)>"Who is on duty"</a></p>
                    {form}
                </section>
            }
        })
        .collect_view();
    view! {
        <section class="stack" id="plans" aria-labelledby="plans-head" tabindex="-1">
            <h2 id="plans-head">"How each school answers for its children"</h2>
            <div class="grid-cards grid-wide">{cards}</div>
        </section>
    }
    .into_any()
}

fn clock(minute: Option<i64>) -> String {
    minute.map_or_else(String::new, |m| format!("{:02}:{:02}", m / 60, m % 60))
}
