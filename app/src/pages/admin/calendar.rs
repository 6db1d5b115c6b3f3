//! The free days of the district's schools.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::{Day, SchoolId};

use crate::address::Address;
use crate::api::windows::{self as api, Calendar, Stretch};
use crate::components::back_link::BackLink;
use crate::components::banner::Confirmation;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, Input};
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /setup/calendar`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "added" => Some("The free days are entered."),
        "removed" => Some("These days are school days again."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, None).await
}

/// `POST /setup/calendar`.
pub async fn add(posted: Posted) -> Response {
    let day = |name: &'static str| {
        posted.word::<Day>(name).ok_or_else(|| Error::invalid(name, "Give the date as year, month and day."))
    };
    let done = match (day("from"), day("to")) {
        (Ok(from), Ok(to)) => {
            let free = Stretch { from, to, name: posted.text("name").to_owned() };
            api::add_free_days(&posted.visit, posted.word::<SchoolId>("school"), free).await
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to("/setup/calendar?done=added").into_response(),
        Err(Error::Invalid { field, message }) => {
            let wrong = Some((field, message));
            page(&posted.visit, StatusCode::UNPROCESSABLE_ENTITY, None, wrong).await
        }
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

/// `POST /setup/calendar/remove`.
pub async fn remove(posted: Posted) -> Response {
    let wanted = (posted.word::<SchoolId>("school"), posted.word::<Day>("from"), posted.word::<Day>("to"));
    let done = match wanted {
        (Some(school), Some(from), Some(to)) => api::remove_free_days(&posted.visit, school, from, to).await,
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(()) => Redirect::to("/setup/calendar?done=removed").into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<(&'static str, String)>,
) -> Response {
    let calendars = match api::list_calendars(visit).await {
        Ok(calendars) => calendars,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, "UTC");
    render::page(visit, status, Head::staff("School calendar"), move || {
        let refused = wrong.clone();
        let check = move |field: &str| Check {
            id: field.to_owned(),
            error: refused.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
            hint: false,
        };
        let mut schools = vec![(String::new(), "All schools".to_owned())];
        schools.extend(calendars.iter().map(|c| (c.school.id.to_string(), c.school.name.clone())));
        let cards = calendars
            .into_iter()
            .map(|calendar| view! { <Free calendar token=token.clone() when=when.clone()/> })
            .collect_view();
        view! {
            <StaffShell reader here=Tab::Setup>
                {wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <Confirmation sentence=done/>
                <BackLink href="/setup">"Set-up"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"School calendar"</h1>
                        <p class="lede">"Days without lessons. Due times count school days, and no window with critical questions runs up to a break."</p>
                    </div>
                </div>
                <section class="card" aria-labelledby="add-head">
                    <h2 id="add-head">"Enter free days"</h2>
                    <form class="form" method="post" action="/setup/calendar">
                        <Token value=token.clone()/>
                        <div class="form-row">
                            <Choice label="School" name="school" check=check("school") options=schools/>
                            <Input label="What" name="name" check=check("name") text=String::new() required=true/>
                            <Input label="First day" name="from" check=check("from") text=String::new() kind="date" required=true/>
                            <Input label="Last day" name="to" check=check("to") text=String::new() kind="date" required=true/>
                        </div>
                        <div class="buttons"><button class="button button-primary" type="submit">"Enter"</button></div>
                    </form>
                </section>
                <div class="grid-cards">{cards}</div>
            </StaffShell>
        }
    })
}

#[component]
fn Free(calendar: Calendar, token: String, when: When) -> AnyView {
    let Calendar { school, free } = calendar;
    let none = free.is_empty().then(|| view! { <p class="muted">"No free days ahead but weekends."</p> });
    let lines = free
        .into_iter()
        .map(|stretch| {
            let days = if stretch.from == stretch.to {
                when.date(stretch.from)
            } else {
                format!("{} to {}", when.date(stretch.from), when.date(stretch.to))
            };
            view! {
                <li>
                    <span>{stretch.name.clone()}<span class="table-sub">{days}</span></span>
                    <form method="post" action="/setup/calendar/remove">
                        <Token value=token.clone()/>
                        <input type="hidden" name="school" value=school.id.to_string()/>
                        <input type="hidden" name="from" value=stretch.from.to_string()/>
                        <input type="hidden" name="to" value=stretch.to.to_string()/>
                        <button class="button button-quiet button-small" type="submit">
                            "Remove"<span class="visually-hidden">{format!(" {} at {}", stretch.name, school.name)}</span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <h2>{school.name.clone()}</h2>
            {none}
            <ul class="shifts">{lines}</ul>
        </section>
    }
    .into_any()
}
