//! The safety plan: six steps in the child's words, and the sheet to take home (C-25).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::documents::{Block, Document, Paper};
use server::model::draft::DraftForm;
use server::model::{ChildId, ReferralId};
use server::{Error, Result};

use crate::address::Address;
use crate::api::casework::{self as api, NewPlan, Plan, Printed, STEPS};
use crate::api::drafts::{Kept, kept_of};
use crate::api::queue::{Record, get_record, get_referral_child};
use crate::components::banner::{Banner, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::kept_draft::KeptDraft;
use crate::components::print_sheet::PrintSheet;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::i18n::Language;
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
    let seen = posted.word("seen_version").unwrap_or(0);
    let done: Result<ChildId> = match api::write_plan(visit, id, seen, plan).await {
        Ok(()) => get_referral_child(visit, id).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(child) => Redirect::to(&format!("/children/{child}?done=plan")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let again = Again { typed, gap: text("gap_reason"), seen, wrong: (field.to_owned(), message) };
            form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(again)).await
        }
        Err(Error::Conflict(message)) => {
            let again = Again { typed, gap: text("gap_reason"), seen, wrong: (String::new(), message) };
            form(visit, id, StatusCode::CONFLICT, Some(again)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// What was typed, on top of which version, and what is wrong: a field and a sentence, or the sentence alone.
#[derive(Clone)]
struct Again {
    typed: [String; 6],
    gap: String,
    seen: i64,
    wrong: (String, String),
}

impl Again {
    /// What was kept of a form that was not saved.
    fn of(kept: &Kept) -> Self {
        Self {
            typed: STEPS.map(|(name, ..)| kept.text(name)),
            gap: kept.text("gap_reason"),
            seen: kept.text("seen_version").parse().unwrap_or(0),
            wrong: Default::default(),
        }
    }
}

pub(super) fn steps_of(plan: &Plan) -> [String; 6] {
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
    let when = When::new(visit.ctx.now, &record.time_zone);
    // What was sent a moment ago goes before what was kept.
    let kept = kept_of(&record.kept, DraftForm::Plan).filter(|_| again.is_none()).cloned();
    let again = again.or_else(|| kept.as_ref().map(Again::of));
    render::page(visit, status, Head::staff(format!("Safety plan with {given}")), move || {
        let wrong = again.as_ref().map(|again| again.wrong.clone()).filter(|(field, _)| !field.is_empty());
        let refused = again
            .as_ref()
            .map(|again| again.wrong.clone())
            .filter(|(field, text)| field.is_empty() && !text.is_empty());
        let newer = last.clone().filter(|last| again.as_ref().is_some_and(|again| again.seen < last.version));
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
        let merge = newer.clone().map(|plan| view! { <Newer plan when=when.clone()/> });
        let refused = refused.filter(|_| newer.is_none()).map(|(_, text)| {
            view! { <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/> }
        });
        let seen = (version - 1).to_string();
        let child = record.child.id;
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
                {refused} {merge}
                <form class="card form" method="post" action=format!("/referrals/{id}/plan")>
                    <Token value=token/>
                    <input type="hidden" name="seen_version" value=seen/>
                    {fields}
                    <TextArea
                        label="Why step 5 or 6 is still empty"
                        name="gap_reason"
                        check=check("gap_reason", true)
                        text=gap
                        hint="Only where one is."
                    />
                    <KeptDraft child form=DraftForm::Plan kept=kept.clone() when=when.clone()/>
                    <div class="buttons"><button class="button button-primary" type="submit">"Save plan"</button></div>
                </form>
            </StaffShell>
        }
    })
}

/// A version that somebody saved while this one was being written: nothing is overwritten, both are read (C-06).
#[component]
fn Newer(plan: Plan, when: When) -> AnyView {
    let head = format!("{} saved version {} while you were writing", plan.by_name, plan.version);
    let steps = STEPS
        .iter()
        .zip(steps_of(&plan))
        .map(|((_, label, _), text)| view! { <div><dt>{*label}</dt><dd>{text}</dd></div> })
        .collect_view();
    view! {
        <Banner tone=Tone::Warn head text="Yours is in the form. Put both together, then save: that is the next version." urgent=true/>
        <section class="card" aria-labelledby="newer-head">
            <h2 id="newer-head">{format!("Version {}, {}", plan.version, when.at(plan.written_at))}</h2>
            <dl class="sheet-fields">{steps}</dl>
        </section>
    }
    .into_any()
}

/// `GET /children/{id}/plan`: the sheet to print and take home.
pub async fn sheet(visit: Visit, address: Address) -> Response {
    let (record, document) = match take_home(&visit, &address, Paper::A4).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let given = record.child.given_name.reveal().clone();
    render::page(&visit, StatusCode::OK, Head::staff(document.title.clone()), move || {
        let back = format!("/children/{}", record.child.id);
        let pdf = format!("{back}/plan/pdf");
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link no-print" href=back><Icon name="arrow-left"/>" "{given.clone()}</a>
                <PrintSheet document/>
                <div class="buttons no-print">
                    <a class="button" href=pdf.clone()><Icon name="download"/>"PDF, A4"</a>
                    <a class="button" href=format!("{pdf}?paper=a6")><Icon name="download"/>"PDF for a pocket, A6"</a>
                    <span class="muted">"Or print it from your browser’s menu."</span>
                </div>
            </StaffShell>
        }
    })
}

/// `GET /children/{id}/plan/pdf`, on A4 or with `?paper=a6` for a pocket.
pub async fn pdf(visit: Visit, address: Address) -> Response {
    let paper = if address.query("paper") == "a6" { Paper::A6 } else { Paper::A4 };
    let made = match take_home(&visit, &address, paper).await {
        Ok((record, document)) => api::print_of_child(&visit, record.child.id, Printed::Plan, document).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(pdf) => render::pdf("plan.pdf", pdf),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// The newest plan in the child's own words, and where help is to be found at any hour. What stands around those words
/// is in the child's language, where Firstlight has it.
async fn take_home(visit: &Visit, address: &Address, paper: Paper) -> Result<(Record, Document)> {
    let record = get_record(visit, address.part::<ChildId>(0)?).await?;
    let plan = record.casework.plans.first().ok_or(Error::NotFound)?;
    let language = Language::of_tag(&record.child.language).unwrap_or_default();
    let words = language.words();
    let when = When::new(visit.ctx.now, &record.time_zone);
    let day = plan.written_at.day_in(&when.zone);
    let day = if language == Language::En { when.dated(day) } else { day.to_string() };
    let version = words.plan_version.replace("{n}", &plan.version.to_string()).replace("{time}", &day);
    let mut blocks = vec![Block::Paragraph(version)];
    let heads = [words.plan_1, words.plan_2, words.plan_3, words.plan_4, words.plan_5, words.plan_6];
    for (head, text) in heads.into_iter().zip(steps_of(plan)) {
        blocks.push(Block::Heading(2, head.to_owned()));
        blocks.push(Block::Paragraph(text));
    }
    let help = api::get_help(visit, language.tag());
    blocks.push(Block::Heading(2, words.need_help_now.to_owned()));
    blocks.push(Block::Points(
        help.help_lines
            .iter()
            .map(|line| format!("{}: {}, {}", line.name, line.number, line.hours))
            .collect(),
    ));
    blocks.push(Block::Note(help.in_danger));
    let document = Document {
        title: words.plan_of.replace("{name}", record.child.given_name.reveal()),
        language: language.tag().to_owned(),
        footer: record.child.school_name.clone(),
        paper,
        blocks,
    };
    Ok((record, document))
}
