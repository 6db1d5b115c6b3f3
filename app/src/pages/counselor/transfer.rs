//! A child goes to another school: first where to, then what would happen, then it is done (AZ-07).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::referral::Priority;
use server::model::{ChildId, ClassId, SchoolId, UserId};

use crate::address::Address;
use crate::api::queue::Record;
use crate::api::transfers::{self as api, Chosen, Preview};
use crate::components::banner::{Banner, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};

/// The quiet way there from a child's page, for whoever may move the child.
#[component]
pub(super) fn MoveLink(record: Record, reader: Option<UserId>) -> AnyView {
    let mine = record.open.as_ref().is_none_or(|open| Some(open.referral.owner_id) == reader);
    let child = record.child.id;
    mine.then(|| {
        view! {
            <p class="small">
                <a href=format!("/children/{child}/move")><Icon name="arrow-right"/>" Moves to another school"</a>
            </p>
        }
    })
    .into_any()
}

/// What was typed, and what is wrong with it.
#[derive(Clone, Default)]
struct Again {
    class: String,
    reason: String,
    /// The field and the sentence; no field for a refusal of the whole.
    wrong: Option<(String, String)>,
}

impl Again {
    fn check(&self, field: &str, hint: bool) -> Check {
        Check::of(self.wrong.as_ref(), field, hint)
    }
}

/// `GET /children/{id}/move`, with the chosen school in the address.
pub async fn show(visit: Visit, address: Address) -> Response {
    let school = address.query("school").parse().ok();
    match address.part::<ChildId>(0) {
        Ok(child) => page(&visit, child, school, StatusCode::OK, Again::default()).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /children/{id}/move`.
pub async fn go(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (child, school) = match (address.part::<ChildId>(0), posted.word::<SchoolId>("school")) {
        (Ok(child), Some(school)) => (child, school),
        _ => return render::staff_failure(visit, &Error::NotFound),
    };
    let reason = posted.text("reason").to_owned();
    let done = match posted.word::<ClassId>("class") {
        Some(class) => api::move_child(visit, child, school, class, reason.clone().into()).await,
        None => Err(Error::invalid("class", "Choose the class that the child goes to.")),
    };
    let (status, wrong) = match done {
        Ok(()) => return Redirect::to("/queue?done=moved").into_response(),
        Err(Error::Invalid { field, message }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, (field.to_owned(), message))
        }
        Err(Error::Conflict(message)) => (StatusCode::CONFLICT, (String::new(), message)),
        Err(error) => return render::staff_failure(visit, &error),
    };
    let again = Again { class: posted.text("class").to_owned(), reason, wrong: Some(wrong) };
    page(visit, child, Some(school), status, again).await
}

async fn page(
    visit: &Visit,
    child: ChildId,
    school: Option<SchoolId>,
    status: StatusCode,
    again: Again,
) -> Response {
    let preview: Preview = match api::preview_move(visit, child, school).await {
        Ok(preview) => preview,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let name = format!("{} {}", preview.child.given_name.reveal(), preview.child.family_name.reveal());
    render::page(visit, status, Head::staff(format!("{name} moves to another school")), move || {
        let wrong = again.wrong.clone().map(|(field, text)| {
            if field.is_empty() {
                view! { <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/> }.into_any()
            } else {
                view! { <ErrorSummary text field/> }.into_any()
            }
        });
        let options: Vec<_> =
            preview.schools.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        let chosen = preview.chosen.as_ref().map_or_else(String::new, |c| c.school.to_string());
        let choose = if options.is_empty() {
            view! { <Banner tone=Tone::Info head="There is no other school" text="The district has only this one."/> }
                .into_any()
        } else {
            let words = if chosen.is_empty() { "See what happens" } else { "Show this one" };
            let class = if chosen.is_empty() { "button button-primary" } else { "button" };
            view! {
                <form class="card form" method="get" action=format!("/children/{child}/move")>
                    <Choice label="New school" name="school" check=Check { id: "school".to_owned(), error: None, hint: false } options chosen/>
                    <div class="buttons"><button class=class type="submit">{words}</button></div>
                </form>
            }
            .into_any()
        };
        let next = preview.chosen.clone().map(|chosen| {
            view! { <Happens preview=preview.clone() chosen again=again.clone() token=token.clone()/> }
        });
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {wrong}
                <a class="back-link" href=format!("/children/{child}")><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>"Moves to another school"</h1>
                        <p class="lede">{format!("{name} is at {} now. The whole record goes along.", preview.child.school_name)}</p>
                    </div>
                </div>
                {choose} {next}
            </StaffShell>
        }
    })
}

/// What would happen, line by line, and the form that does it.
#[component]
fn Happens(preview: Preview, chosen: Chosen, again: Again, token: String) -> AnyView {
    let child = preview.child.id;
    let head = format!("What happens when {} goes to {}", preview.child.given_name.reveal(), chosen.name);
    let lines: Vec<AnyView> =
        lines(&preview, &chosen).into_iter().map(|line| view! { <li>{line}</li> }.into_any()).collect();
    if preview.open.is_some() && chosen.owner.is_none() {
        let text = format!(
            "Nobody would own the open referral. {}’s duty has to be set first; its lead or an administrator does that.",
            chosen.name
        );
        return view! { <Banner tone=Tone::Warn head=format!("{} has no counselor present", chosen.name) text/> }
            .into_any();
    }
    if chosen.classes.is_empty() {
        return view! { <Banner tone=Tone::Warn head=format!("{} has no class yet", chosen.name) text="Its roster comes first."/> }
            .into_any();
    }
    let classes: Vec<_> = chosen
        .classes
        .iter()
        .map(|class| (class.id.to_string(), format!("{} (grade {})", class.name, class.grade)))
        .collect();
    let same = chosen.classes.iter().find(|class| class.grade == preview.child.grade);
    let class = Some(again.class.clone())
        .filter(|text| !text.is_empty())
        .or_else(|| same.map(|class| class.id.to_string()))
        .unwrap_or_default();
    let hint = "Goes into the record, for whoever works with the child next.";
    view! {
        <section class="card" aria-labelledby="happens-head">
            <h2 id="happens-head">{head}</h2>
            <ul class="stack-tight">{lines}</ul>
            <form class="form" method="post" action=format!("/children/{child}/move")>
                <Token value=token/>
                <input type="hidden" name="school" value=chosen.school.to_string()/>
                <Choice label="Class" name="class" check=again.check("class", false) options=classes chosen=class/>
                <TextArea label="What the next person must know" name="reason" check=again.check("reason", true) text=again.reason.clone() hint/>
                <div class="buttons"><button class="button button-primary" type="submit">"Move now"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn lines(preview: &Preview, chosen: &Chosen) -> Vec<String> {
    let mut lines = Vec::new();
    match (preview.open, &chosen.owner) {
        (Some(priority), Some(owner)) => {
            let clock = if priority == Priority::Critical { "is called at once" } else { "gets an alert" };
            let level = priority.label().to_lowercase();
            lines.push(format!(
                "The open referral ({level}) goes to {owner}, who {clock} and has to claim it."
            ));
        }
        _ => lines.push("No referral is open; nobody is called.".to_owned()),
    }
    match preview.closed {
        0 => {}
        1 => lines.push("One closed referral goes along.".to_owned()),
        n => lines.push(format!("{n} closed referrals go along.")),
    }
    if preview.closing_waits {
        lines.push("The closing that waits for its second person is sent back.".to_owned());
    }
    if preview.offer_waits {
        lines.push("The hand-over that waits for its answer is withdrawn.".to_owned());
    }
    lines.push("Cards that were printed here stop working.".to_owned());
    lines.push(format!(
        "You and everybody else at {} no longer see this child, from that moment on.",
        preview.child.school_name
    ));
    lines
}
