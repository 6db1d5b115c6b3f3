//! Correcting what was written about a child: the old words above, what is right below (C-21).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::ChildId;
use server::model::correction::Correctable;
use server::model::referral::{ContactHow, ContactWith, Danger};
use server::{Error, Result};
use uuid::Uuid;

use crate::address::Address;
use crate::api::corrections::{self as api, Form, Words};
use crate::components::banner::{Banner, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Input, Select, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// The fields of all forms, by name.
const FIELDS: [&str; 10] =
    ["with", "how", "reached", "note", "body", "danger", "summary", "strengths", "due_on", "what"];

/// What was typed, and what is wrong with it.
#[derive(Clone, Default)]
struct Again {
    typed: Vec<(&'static str, String)>,
    wrong: Option<(String, String)>,
}

impl Again {
    fn text(&self, name: &str, stands: &str) -> String {
        let typed = self.typed.iter().find(|(known, _)| *known == name);
        typed.map_or_else(|| stands.to_owned(), |(_, text)| text.clone())
    }

    fn check(&self, field: &str) -> Check {
        Check::of(self.wrong.as_ref(), field, false)
    }
}

fn target(address: &Address) -> Result<(ChildId, Correctable, Uuid)> {
    Ok((address.part(0)?, address.part(1)?, address.part(2)?))
}

/// `GET /children/{id}/correct/{kind}/{row}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    match target(&address) {
        Ok(target) => page(&visit, target, StatusCode::OK, Again::default()).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /children/{id}/correct/{kind}/{row}`.
pub async fn save(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (child, kind, row) = match target(&address) {
        Ok(target) => target,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let done = match read(&posted, kind) {
        Ok(words) => api::write_correction(visit, child, row, words).await,
        Err(error) => Err(error),
    };
    let (status, wrong) = match done {
        Ok(()) => {
            return Redirect::to(&format!("/children/{child}?done=corrected#timeline-head")).into_response();
        }
        Err(Error::Invalid { field, message }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, (field.to_owned(), message))
        }
        Err(error) => return render::staff_failure(visit, &error),
    };
    let typed = FIELDS.iter().map(|name| (*name, posted.text(name).to_owned())).collect();
    page(visit, (child, kind, row), status, Again { typed, wrong: Some(wrong) }).await
}

fn read(posted: &Posted, kind: Correctable) -> Result<Words> {
    let text = |name: &str| posted.text(name).to_owned().into();
    let missing = |field, message: &str| Error::invalid(field, message);
    Ok(match kind {
        Correctable::Contact => Words::Contact {
            with: posted.word("with").ok_or_else(|| missing("with", "Say with whom you spoke."))?,
            how: posted.word("how").ok_or_else(|| missing("how", "Say how the contact was made."))?,
            reached: posted.text("reached") == "yes",
            note: text("note"),
        },
        Correctable::Note => Words::Note { body: text("body") },
        Correctable::SecondLook => Words::SecondLook {
            danger: posted
                .word("danger")
                .ok_or_else(|| missing("danger", "Say whether the child is in danger."))?,
            summary: text("summary"),
            strengths: text("strengths"),
        },
        Correctable::FollowUp => Words::FollowUp {
            due_on: posted
                .word("due_on")
                .ok_or_else(|| missing("due_on", "Give the date as year, month and day."))?,
            what: text("what"),
        },
    })
}

async fn page(
    visit: &Visit,
    (child, kind, row): (ChildId, Correctable, Uuid),
    status: StatusCode,
    again: Again,
) -> Response {
    let form: Form = match api::get_correction(visit, child, kind, row).await {
        Ok(form) => form,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &form.child.time_zone);
    let name = format!("{} {}", form.child.given_name.reveal(), form.child.family_name.reveal());
    render::page(visit, status, Head::staff(format!("Correct a {}: {name}", kind.label())), move || {
        let wrong = again.wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        let by = form.by_name.clone().map(|by| format!(" by {by}")).unwrap_or_default();
        let stands = format!("Written {}{by}.", when.at(form.at));
        let fields = fields(&form.words, &again);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {wrong}
                <a class="back-link" href=format!("/children/{child}")><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head"><div><h1>{format!("Correct a {}", kind.label())}</h1><p class="lede">{stands}</p></div></div>
                <Banner tone=Tone::Info head="Nothing is overwritten" text="What stands there stays readable, struck out, with your name and the time beside it."/>
                <form class="card form" method="post" action=format!("/children/{child}/correct/{}/{row}", kind.as_str())>
                    <Token value=token/>
                    {fields}
                    <div class="buttons"><button class="button button-primary" type="submit">"Write it in its place"</button></div>
                </form>
            </StaffShell>
        }
    })
}

fn fields(words: &Words, again: &Again) -> AnyView {
    match words {
        Words::Contact { with, how, reached, note } => {
            let withs: Vec<_> = ContactWith::ALL.iter().map(|w| (w.as_str(), w.label())).collect();
            let hows: Vec<_> = ContactHow::ALL.iter().map(|h| (h.as_str(), h.label())).collect();
            let reached = if *reached { "yes" } else { "no" };
            view! {
                <Select label="With" name="with" check=again.check("with") options=withs chosen=again.text("with", with.as_str())/>
                <Select label="How" name="how" check=again.check("how") options=hows chosen=again.text("how", how.as_str())/>
                <Select label="Reached" name="reached" check=again.check("reached") options=vec![("yes", "Yes"), ("no", "No")] chosen=again.text("reached", reached)/>
                <TextArea label="Note" name="note" check=again.check("note") text=again.text("note", note.reveal())/>
            }
            .into_any()
        }
        Words::Note { body } => view! {
            <TextArea label="Note" name="body" check=again.check("body") text=again.text("body", body.reveal())/>
        }
        .into_any(),
        Words::SecondLook { danger, summary, strengths } => {
            let dangers: Vec<_> = Danger::ALL.iter().map(|d| (d.as_str(), d.label())).collect();
            view! {
                <Select label="Is the child in danger?" name="danger" check=again.check("danger") options=dangers chosen=again.text("danger", danger.as_str())/>
                <TextArea label="What you found" name="summary" check=again.check("summary") text=again.text("summary", summary.reveal())/>
                <TextArea label="What helps the child" name="strengths" check=again.check("strengths") text=again.text("strengths", strengths.reveal())/>
            }
            .into_any()
        }
        Words::FollowUp { due_on, what } => view! {
            <Input label="On" name="due_on" kind="date" check=again.check("due_on") text=again.text("due_on", &due_on.to_string()) required=true/>
            <Input label="What is to be done" name="what" check=again.check("what") text=again.text("what", what.reveal()) required=true/>
        }
        .into_any(),
    }
}
