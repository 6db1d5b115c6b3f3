//! A class's consent: what counts for each child, a form to record a word, and letters to print.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::window::{ConsentBy, ConsentStatus};
use server::model::{ChildId, ClassId, Day, WindowId};
use server::{Error, Result};

use super::{letters, words};
use crate::address::Address;
use crate::api::consent::{self as api, ClassConsent, ClassPage, Word};
use crate::components::back_link::BackLink;
use crate::components::banner::Confirmation;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, Input, Tick};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /consent/windows/{id}/classes/{class}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "recorded").then_some("Recorded. It counts from now on.");
    match (address.part(0), address.part(1)) {
        (Ok(id), Ok(class)) => {
            let scanned = address.query("child").parse().ok();
            page(&visit, id, class, StatusCode::OK, done, scanned, None).await
        }
        _ => render::staff_failure(&visit, &Error::NotFound),
    }
}

/// `POST /consent/windows/{id}/classes/{class}/children/{child}`.
pub async fn record(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let place = (address.part::<WindowId>(0), address.part::<ClassId>(1), address.part::<ChildId>(2));
    let (Ok(id), Ok(class), Ok(child)) = place else { return render::staff_failure(visit, &Error::NotFound) };
    let done = match read(&posted) {
        Ok(word) => api::record_consent(visit, id, class, child, word).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            Redirect::to(&format!("/consent/windows/{id}/classes/{class}?done=recorded")).into_response()
        }
        Err(Error::Invalid { field, message }) => {
            let wrong = Some((child, field, message));
            page(visit, id, class, StatusCode::UNPROCESSABLE_ENTITY, None, None, wrong).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

fn read(posted: &Posted) -> Result<Word> {
    let status = match posted.text("answer") {
        "yes" => ConsentStatus::Given,
        "no" => ConsentStatus::Refused,
        _ => return Err(Error::invalid("answer", "Say yes or no.")),
    };
    Ok(Word {
        status,
        by_role: posted.word::<ConsentBy>("by_role").unwrap_or(ConsentBy::Guardian),
        by_name: posted.text("by_name").to_owned().into(),
        said_on: posted
            .word::<Day>("said_on")
            .ok_or_else(|| Error::invalid("said_on", "Give the date as year, month and day."))?,
        method: if posted.text("method") == "in_person" { "in_person" } else { "paper" },
        proof: posted.text("proof").to_owned(),
        erase: posted.text("erase") == "yes",
    })
}

/// `POST /consent/windows/{id}/classes/{class}/letters`.
pub async fn print(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (Ok(id), Ok(class)) = (address.part::<WindowId>(0), address.part::<ClassId>(1)) else {
        return render::staff_failure(visit, &Error::NotFound);
    };
    match api::print_letters(visit, id, class, posted.text("whom") == "waiting").await {
        Ok(sheet) => letters::page(visit, sheet),
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    id: WindowId,
    class: ClassId,
    status: StatusCode,
    done: Option<&'static str>,
    scanned: Option<ChildId>,
    wrong: Option<(ChildId, &'static str, String)>,
) -> Response {
    let page = match api::get_class(visit, id, class).await {
        Ok(page) => page,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &page.school.time_zone);
    let title = format!("Consent of class {}", page.class.name);
    render::page(visit, status, Head::staff(title.clone()), move || {
        let ClassPage { window, class, school, children, guardian_below } = page;
        let lede = format!(
            "{}, {}. Below {guardian_below} years only a guardian’s yes counts.",
            window.name, school.name
        );
        let summary = wrong.clone().map(|(child, field, text)| {
            view! { <ErrorSummary text field=format!("{field}-{child}")/> }
        });
        let today = when.today();
        let lines = children
            .into_iter()
            .map(|child| {
                let wrong = wrong.clone().filter(|(at, ..)| *at == child.child_id).map(|(_, f, t)| (f, t));
                let action = format!(
                    "/consent/windows/{}/classes/{}/children/{}",
                    window.id, class.id, child.child_id
                );
                let scanned = scanned == Some(child.child_id);
                view! { <Line child action scanned wrong token=token.clone() today when=when.clone()/> }
            })
            .collect_view();
        let forms = format!("/consent/windows/{}/classes/{}/forms", window.id, class.id);
        let letters = format!("/consent/windows/{}/classes/{}/letters", window.id, class.id);
        view! {
            <StaffShell reader here=Tab::Consent>
                {summary}
                <Confirmation sentence=done/>
                <BackLink href=format!("/consent/windows/{}", window.id)>{window.name.clone()}</BackLink>
                <div class="page-head">
                    <div><h1>{title}</h1><p class="lede">{lede}</p></div>
                    <form class="buttons" method="post" action=letters target="_blank">
                        <Token value=token.clone()/>
                        <a class="button" href=forms><Icon name="notebook-pen"/>"Parent forms"</a>
                        <button class="button" type="submit" name="whom" value="class"><Icon name="printer"/>"Letters for all"</button>
                        <button class="button" type="submit" name="whom" value="waiting"><Icon name="printer"/>"Reminders for who waits"</button>
                    </form>
                </div>
                <ul class="card consents">{lines}</ul>
            </StaffShell>
        }
    })
}

#[component]
fn Line(
    child: ClassConsent,
    action: String,
    /// Whether its letter was just scanned: its form stands open.
    scanned: bool,
    wrong: Option<(&'static str, String)>,
    token: String,
    today: Day,
    when: When,
) -> AnyView {
    let (word, icon, class) = words(child.status);
    let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
    let since = match (&child.method, child.recorded_at) {
        (Some(method), Some(at)) => format!("{}, {}", method_words(method), when.day(at.day_in(&when.zone))),
        _ => String::new(),
    };
    let open = scanned || wrong.is_some();
    let id = child.child_id;
    let check = move |field: &str| Check {
        id: format!("{field}-{id}"),
        error: wrong.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
        hint: false,
    };
    let answers = vec![
        (String::new(), "Choose".to_owned()),
        ("yes".to_owned(), "Yes".to_owned()),
        ("no".to_owned(), "No, or taken back".to_owned()),
    ];
    let by = vec![
        ("guardian".to_owned(), "Guardian".to_owned()),
        ("student".to_owned(), "The child itself".to_owned()),
    ];
    let how = vec![
        ("paper".to_owned(), "On paper".to_owned()),
        ("in_person".to_owned(), "In person or by phone".to_owned()),
    ];
    view! {
        <li id=format!("consent-{id}")>
            <div class="consent-line">
                <p><strong>{name.clone()}</strong><span class="table-sub">{child.number.clone()}{(!since.is_empty()).then(|| format!(" · {since}"))}</span></p>
                <span class=class><Icon name=icon/>{word}</span>
            </div>
            <details class="disclosure" open=open>
                <summary><Icon name="notebook-pen"/>"Record"<span class="visually-hidden">{format!(" what was said for {name}")}</span></summary>
                <form class="form" method="post" action=action>
                    <Token value=token/>
                    <div class="form-row">
                        <Choice label="Answer" name="answer" check=check("answer") options=answers/>
                        <Choice label="Who said it" name="by_role" check=check("by_role") options=by/>
                        <Input label="Name" name="by_name" check=check("by_name") text=String::new() required=true/>
                    </div>
                    <div class="form-row">
                        <Choice label="How" name="method" check=check("method") options=how/>
                        <Input label="On" name="said_on" check=check("said_on") text=today.to_string() kind="date" required=true/>
                        <Input label="Where the slip is kept" name="proof" check=check("proof") text=String::new()/>
                    </div>
                    <Tick name="erase" value="yes" words="With a no: remove what the child has answered in this window"/>
                    <div class="buttons"><button class="button button-primary" type="submit">"Record"</button></div>
                </form>
            </details>
        </li>
    }
    .into_any()
}

fn method_words(method: &str) -> &'static str {
    match method {
        "letter" => "through the letter’s link",
        "in_person" => "in person",
        _ => "on paper",
    }
}
