//! The hand-over sheet: on one page what a colleague needs who takes a child over (C-31).

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::documents::{Block, Document, Paper};
use server::model::ChildId;
use server::{Error, Result};

use super::child::language;
use super::plan::steps_of;
use crate::address::Address;
use crate::api::casework::{self as api, Printed, STEPS};
use crate::api::queue::{EntryKind, OpenReferral, RECORD_NOTE, Record, get_record};
use crate::components::icon::Icon;
use crate::components::print_sheet::PrintSheet;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::{When, capital};

/// How many critical answers and contacts stand on the sheet; the file has the others.
const NEWEST: usize = 3;

/// `GET /children/{id}/hand-over`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let (record, document) = match sheet(&visit, &address).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    render::page(&visit, StatusCode::OK, Head::staff(document.title.clone()), move || {
        let back = format!("/children/{}", record.child.id);
        let pdf = format!("{back}/hand-over/pdf");
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link no-print" href=back><Icon name="arrow-left"/>" "{record.child.given_name.reveal().clone()}</a>
                <PrintSheet document/>
                <div class="buttons no-print">
                    <a class="button" href=pdf><Icon name="download"/>"PDF, one page"</a>
                    <span class="muted">"Or print it from your browser’s menu."</span>
                </div>
            </StaffShell>
        }
    })
}

/// `GET /children/{id}/hand-over/pdf`.
pub async fn pdf(visit: Visit, address: Address) -> Response {
    let made = match sheet(&visit, &address).await {
        Ok((record, document)) => {
            api::print_of_child(&visit, record.child.id, Printed::HandOver, document).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(pdf) => render::pdf("hand-over.pdf", pdf),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

async fn sheet(visit: &Visit, address: &Address) -> Result<(Record, Document)> {
    let record = get_record(visit, address.part::<ChildId>(0)?).await?;
    let open = record.open.as_ref().ok_or(Error::NotFound)?;
    let when = When::new(visit.ctx.now, &record.time_zone);
    let name = format!("{} {}", record.child.given_name.reveal(), record.child.family_name.reveal());
    let mut blocks = vec![head(&record, open, &when)];
    for (words, part) in [
        ("Reason", reason(open, &when)),
        ("Risk", risk(&record, open, &when)),
        ("Plan", plan(&record, &when)),
        ("Next step", next(&record, open, &when)),
        ("Phones", phones(visit, &record)),
    ] {
        blocks.push(Block::Heading(2, words.to_owned()));
        blocks.extend(part);
    }
    blocks.push(Block::Note(
        "The child is yours once you have accepted it in Firstlight, not before.".to_owned(),
    ));
    let document = Document {
        title: format!("Hand-over: {name}"),
        language: "en".to_owned(),
        footer: format!("{} · Confidential: lock it away, shred it after use", record.child.school_name),
        paper: Paper::OnePage,
        blocks,
    };
    Ok((record, document))
}

fn field(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// Who, how urgent, from whom to whom.
fn head(record: &Record, open: &OpenReferral, when: &When) -> Block {
    let (child, referral) = (&record.child, &open.referral);
    let who = format!(
        "Grade {}, class {} · {} years · speaks {} · {}",
        child.grade,
        child.class_name,
        record.age,
        language(&child.language),
        child.school_name
    );
    let mut fields = vec![
        field("Child", who),
        field("Level", format!("{}, due {}", referral.priority.label(), when.at(referral.due_at))),
        field("Stage", format!("{}, with {}", referral.state.label(), referral.owner_name)),
    ];
    if let Some(offer) = &record.casework.hand_over {
        let words = format!("{} to {}, {}", offer.from_name, offer.to_name, when.at(offer.offered_at));
        fields.push(field("Offered by", words));
    }
    Block::Fields(fields)
}

fn reason(open: &OpenReferral, when: &When) -> Vec<Block> {
    let line = |why: &str, at| format!("{why} ({})", when.at(at));
    vec![Block::Points(open.reasons.iter().map(|r| line(r.why.reveal(), r.found_at)).collect())]
}

/// What was answered, and what a person found.
fn risk(record: &Record, open: &OpenReferral, when: &When) -> Vec<Block> {
    let mut points: Vec<String> = record
        .critical
        .iter()
        .take(NEWEST)
        .map(|entry| {
            let day = when.day(entry.at.day_in(&when.zone));
            format!("{} “{}” ({}, {day})", entry.wording.reveal(), entry.answer.reveal(), entry.instrument)
        })
        .collect();
    match record.casework.assessments.first() {
        Some(look) => {
            let day = when.day(look.at.day_in(&when.zone));
            let danger = look.danger.label().to_lowercase();
            points.push(format!(
                "Second look by {}, {day}. Danger: {danger}. {}",
                look.by_name,
                look.summary.reveal()
            ));
            let strengths = look.strengths.reveal();
            points.extend((!strengths.is_empty()).then(|| format!("Strengths: {strengths}")));
        }
        None => {
            let from =
                if open.referral.level_confirmed_at.is_some() { "a person" } else { "the screening alone" };
            points.push(format!("No second look yet; the level comes from {from}."));
        }
    }
    vec![Block::Points(points)]
}

/// The safety plan step by step, and help outside.
fn plan(record: &Record, when: &When) -> Vec<Block> {
    let work = &record.casework;
    let mut blocks = Vec::new();
    match work.plans.first() {
        Some(plan) => {
            let steps = STEPS.iter().zip(steps_of(plan)).filter(|(_, text)| !text.is_empty());
            let mut fields: Vec<_> = steps.map(|((_, label, _), text)| field(label, text)).collect();
            let gap = plan.gap_reason.reveal();
            fields.extend((!gap.is_empty()).then(|| field("Still open", gap)));
            fields.push(field(
                "Version",
                format!(
                    "{}, {}, {}",
                    plan.version,
                    when.day(plan.written_at.day_in(&when.zone)),
                    plan.by_name
                ),
            ));
            blocks.push(Block::Fields(fields));
        }
        None => blocks.push(Block::Paragraph("No safety plan yet.".to_owned())),
    }
    let outside: Vec<String> = work
        .outside
        .iter()
        .map(|sent| {
            let day = when.day(sent.sent_at.day_in(&when.zone));
            format!("{}: {}, sent {day}", sent.service_name, sent.state.label().to_lowercase())
        })
        .collect();
    if !outside.is_empty() {
        blocks.push(Block::Heading(3, "Help outside".to_owned()));
        blocks.push(Block::Points(outside));
    }
    blocks
}

/// What is agreed, what is planned, and the last that was done.
fn next(record: &Record, open: &OpenReferral, when: &When) -> Vec<Block> {
    let mut points: Vec<String> = Vec::new();
    points.extend(record.casework.hand_over.iter().map(|offer| offer.next_step.reveal().clone()));
    let planned = open.follow_ups.iter().filter(|task| task.done_at.is_none());
    points.extend(planned.map(|task| format!("{}: {}", capital(&when.day(task.due_on)), task.what.reveal())));
    if points.is_empty() {
        points.push("Nothing is planned.".to_owned());
    }
    let done = record.timeline.iter().filter(|entry| entry.kind == EntryKind::Contact).take(NEWEST);
    let done: Vec<String> = done
        .map(|entry| format!("{}, {}: {}", capital(&when.at(entry.at)), entry.title, entry.text.reveal()))
        .collect();
    let notes = record.timeline.iter().filter(|entry| entry.title == RECORD_NOTE).take(NEWEST);
    let notes: Vec<String> =
        notes.map(|entry| format!("{}: {}", capital(&when.at(entry.at)), entry.text.reveal())).collect();
    let mut blocks = vec![Block::Points(points)];
    for (head, lines) in [("Last contacts", done), ("Record notes", notes)] {
        if !lines.is_empty() {
            blocks.push(Block::Heading(3, head.to_owned()));
            blocks.push(Block::Points(lines));
        }
    }
    blocks
}

/// Whom to call, and whom not.
fn phones(visit: &Visit, record: &Record) -> Vec<Block> {
    let mut fields: Vec<(String, String)> = record
        .guardians
        .iter()
        .map(|guardian| {
            let number = if guardian.do_not_contact {
                "Do not call".to_owned()
            } else {
                guardian.phone.reveal().clone()
            };
            (format!("{} ({})", guardian.name.reveal(), guardian.relation), number)
        })
        .collect();
    fields
        .extend(record.casework.outside.iter().map(|sent| field(&sent.service_name, &sent.service_contact)));
    let help = api::get_help(visit, "en");
    fields.extend(
        help.help_lines.into_iter().map(|line| (line.name, format!("{}, {}", line.number, line.hours))),
    );
    vec![Block::Fields(fields)]
}
