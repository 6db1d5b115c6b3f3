//! The mandatory report: a guided form, the sheet to print, who says that it was sent, and who decides against it
//! (LAW-12). Only those who work on the child open any of it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::documents::{Block, Document, Paper};
use server::model::ReferralId;
use server::model::draft::DraftForm;
use server::model::mandatory::{ReportHow, ReportPart};
use uuid::Uuid;

use crate::address::Address;
use crate::api::casework::{Printed, print_of_child};
use crate::api::mandatory::{self as api, Form, Parts, Sending, Sent, Shown, Words};
use crate::api::queue::Record;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Input, Select, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::kept_draft::KeptDraft;
use crate::components::print_sheet::PrintSheet;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// On the child's page: whom not to tell, the clock of a report that waits, and those that are done.
#[component]
pub(super) fn Reports(record: Record, when: When, claimed: bool) -> AnyView {
    let reports = &record.casework.reports;
    let begin = record.open.as_ref().filter(|_| claimed && reports.iter().all(|r| !r.waits())).map(|open| {
        view! {
            <a class="button" href=format!("/referrals/{}/report", open.referral.id)>
                <Icon name="scroll-text"/>"Report to an authority"
            </a>
        }
    });
    if reports.is_empty() && begin.is_none() {
        return ().into_any();
    }
    let lines = reports
        .iter()
        .map(|report| {
            let stands = match (report.decided_at, report.waits(), report.told_at) {
                (Some(at), ..) => format!("Decided against, {}", when.at(at)),
                (_, false, Some(at)) => format!("Sent, {}", when.at(at)),
                (_, true, Some(_)) => format!("Told; in writing by {}", when.at(report.write_by)),
                _ => format!("Not sent yet; to be told by {}", when.at(report.tell_by)),
            };
            let late = report.waits() && report.due_at() < when.now;
            let late = late.then(|| view! { <span class="tag tag-critical">"Overdue"</span> });
            let name = format!("Report of {}", when.at(report.begun_at));
            view! { <li><a href=format!("/reports/{}", report.id)>{name}</a><span>{stands}</span>{late}</li> }
        })
        .collect_view();
    let hint = reports.is_empty().then(|| view! { <p class="muted">"None. It is never sent by itself."</p> });
    view! {
        <section class="card" aria-labelledby="reports-head">
            <h2 id="reports-head">"Mandatory report"</h2>
            {hint}
            <ul class="strip">{lines}</ul>
            <div class="buttons">{begin}</div>
        </section>
    }
    .into_any()
}

/// The field that says on top of which version somebody writes.
const SEEN: &str = "seen_version";

/// What was typed, and what is wrong with it.
#[derive(Clone, Default)]
struct Again {
    typed: Vec<(String, String)>,
    wrong: Option<(String, String)>,
}

impl Again {
    fn of(posted: &Posted, names: &[&str], error: (String, String)) -> Self {
        let typed = names.iter().map(|name| ((*name).to_owned(), posted.text(name).to_owned())).collect();
        Self { typed, wrong: Some(error) }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.typed.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
    }

    fn check(&self, field: &str, hint: bool) -> Check {
        Check::of(self.wrong.as_ref(), field, hint)
    }

    fn banner(&self) -> Option<AnyView> {
        self.wrong.clone().map(|(field, text)| {
            if field.is_empty() {
                view! { <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/> }.into_any()
            } else {
                view! { <ErrorSummary text field/> }.into_any()
            }
        })
    }
}

/// `GET /referrals/{id}/report`.
pub async fn edit(visit: Visit, address: Address) -> Response {
    match address.part::<ReferralId>(0) {
        Ok(id) => form(&visit, id, StatusCode::OK, Again::default()).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /referrals/{id}/report`.
pub async fn write(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<ReferralId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let given = |part: ReportPart| (part, posted.text(part.as_str()).to_owned().into());
    let parts: Parts = ReportPart::FORM.into_iter().map(given).collect();
    let names: Vec<&str> = ReportPart::FORM.iter().map(|part| part.as_str()).chain([SEEN]).collect();
    let seen = posted.word(SEEN).unwrap_or(0);
    match api::write_report(visit, id, seen, parts).await {
        Ok(report) => Redirect::to(&format!("/reports/{report}?done=written")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let again = Again::of(&posted, &names, (field.to_owned(), message));
            form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, again).await
        }
        Err(Error::Conflict(message)) => {
            form(visit, id, StatusCode::CONFLICT, Again::of(&posted, &names, (String::new(), message))).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn form(visit: &Visit, id: ReferralId, status: StatusCode, again: Again) -> Response {
    let found: Form = match api::get_report_form(visit, id).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &found.child.time_zone);
    let name = format!("{} {}", found.child.given_name.reveal(), found.child.family_name.reveal());
    // What was sent a moment ago goes before what was kept.
    let draft = found.kept.clone().filter(|_| again.typed.is_empty());
    let again = match &draft {
        Some(kept) => {
            let names = ReportPart::FORM.iter().map(|part| part.as_str()).chain([SEEN]);
            Again {
                typed: names.map(|name| (name.to_owned(), kept.text(name))).collect(),
                wrong: again.wrong,
            }
        }
        None => again,
    };
    render::page(visit, status, Head::staff(format!("Mandatory report: {name}")), move || {
        let version = found.waiting.as_ref().map_or(0, Shown::version);
        let seen: Option<i64> = again.text(SEEN).and_then(|text| text.parse().ok());
        let newer = found.waiting.clone().filter(|_| seen.is_some_and(|seen| seen < version));
        let newer = newer.map(|shown| view! { <Newer shown when=when.clone()/> });
        let kept = |part: ReportPart| {
            let newest = found.waiting.as_ref().map(Shown::newest).unwrap_or_default();
            newest.iter().find(|w| w.part == part).map(|w| w.body.reveal().clone())
        };
        let offered = found.recipients.join("\n");
        let fields = ReportPart::FORM
            .into_iter()
            .map(|part| {
                let text = again.text(part.as_str()).or_else(|| kept(part)).unwrap_or_else(|| {
                    if part == ReportPart::Recipient { offered.clone() } else { String::new() }
                });
                view! {
                    <TextArea label=part.label() name=part.as_str() check=again.check(part.as_str(), true) text hint=part.hint()/>
                }
            })
            .collect_view();
        let (tell, written) = found.hours;
        let clocks = format!(
            "From the moment you save it, the authority is to be told within {tell} hours and to have it in writing within {written}. \
             Firstlight counts the hours and never sends it."
        );
        let unsigned = (!found.signed).then(|| {
            view! { <Banner tone=Tone::Warn head="Nobody has signed these hours yet" text="Ask what your law says; the district’s clinical settings hold the hours and the authorities."/> }
        });
        let words = if found.waiting.is_some() { "Save the next version" } else { "Save the report" };
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {again.banner()}
                <a class="back-link" href=format!("/children/{}", found.child.id)><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head"><div><h1>"Mandatory report"</h1><p class="lede">{clocks}</p></div></div>
                {unsigned} {newer}
                <form class="card form" method="post" action=format!("/referrals/{id}/report")>
                    <Token value=token/>
                    <input type="hidden" name=SEEN value=version.to_string()/>
                    {fields}
                    <KeptDraft child=found.child.id form=DraftForm::Report kept=draft.clone() when=when.clone()/>
                    <div class="buttons"><button class="button button-primary" type="submit">{words}</button></div>
                </form>
            </StaffShell>
        }
    })
}

/// `GET /reports/{report}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "written" => Some("The report is saved. It goes nowhere by itself."),
        "sent" => Some("Noted that it was sent."),
        "against" => Some("Decided against, with your reason."),
        _ => None,
    };
    match address.part::<Uuid>(0) {
        Ok(id) => page(&visit, id, StatusCode::OK, done, Again::default()).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /reports/{report}/sent`.
pub async fn sent(address: Address, posted: Posted) -> Response {
    let read = || {
        let missing = |field, text: &str| Error::invalid(field, text);
        let how = posted.word::<ReportHow>("how").ok_or_else(|| missing("how", "Say how it was sent."))?;
        let day =
            posted.word("day").ok_or_else(|| missing("day", "Give the date as year, month and day."))?;
        let minute = minute(posted.text("time"))
            .ok_or_else(|| missing("time", "Give the time as hours and minutes, 14:05."))?;
        let text = |name: &str| posted.text(name).to_owned().into();
        Ok(Sending { how, day, minute, by: text("by"), reference: text("reference") })
    };
    let id = address.part::<Uuid>(0);
    let done = match (&id, read()) {
        (Ok(id), Ok(sending)) => api::note_report_sent(&posted.visit, *id, sending).await,
        (Err(_), _) => Err(Error::NotFound),
        (_, Err(error)) => Err(error),
    };
    answer(&posted, id.unwrap_or_default(), done, "sent", &["how", "day", "time", "by", "reference"]).await
}

/// `POST /reports/{report}/against`.
pub async fn against(address: Address, posted: Posted) -> Response {
    let id = address.part::<Uuid>(0);
    let done = match &id {
        Ok(id) => {
            api::decide_against_report(&posted.visit, *id, posted.text("reason").to_owned().into()).await
        }
        Err(_) => Err(Error::NotFound),
    };
    answer(&posted, id.unwrap_or_default(), done, "against", &["reason"]).await
}

/// Minutes since midnight of `14:05`.
fn minute(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

async fn answer(posted: &Posted, id: Uuid, done: server::Result<()>, word: &str, names: &[&str]) -> Response {
    let visit = &posted.visit;
    let (status, wrong) = match done {
        Ok(()) => return Redirect::to(&format!("/reports/{id}?done={word}")).into_response(),
        Err(Error::Invalid { field, message }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, (field.to_owned(), message))
        }
        Err(Error::Conflict(message)) => (StatusCode::CONFLICT, (String::new(), message)),
        Err(error) => return render::staff_failure(visit, &error),
    };
    page(visit, id, status, None, Again::of(posted, names, wrong)).await
}

async fn page(
    visit: &Visit,
    id: Uuid,
    status: StatusCode,
    done: Option<&'static str>,
    again: Again,
) -> Response {
    let shown: Shown = match api::get_report(visit, id).await {
        Ok(shown) => shown,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &shown.child.time_zone);
    let name = format!("{} {}", shown.child.given_name.reveal(), shown.child.family_name.reveal());
    render::page(visit, status, Head::staff(format!("Mandatory report: {name}")), move || {
        let waits = shown.report.waits();
        let late = (waits && shown.report.due_at() < when.now).then(|| {
            view! { <Banner tone=Tone::Warn head="Overdue" text="Its clock has run out. The school’s lead, and then the district, are told that one is late." urgent=false/> }
        });
        let revise = waits.then(|| {
            view! { <a class="button" href=format!("/referrals/{}/report", shown.report.referral_id)><Icon name="notebook-pen"/>"Change it"</a> }
        });
        let forms = waits.then(|| {
            view! { <Forms shown=shown.clone() again=again.clone() token=token.clone() when=when.clone()/> }
        });
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <Confirmation sentence=done/>
                {again.banner()}
                <a class="back-link no-print" href=format!("/children/{}", shown.child.id)><Icon name="arrow-left"/>" "{name.clone()}</a>
                {late}
                <PrintSheet document=sheet(&shown, &when)/>
                <div class="buttons no-print">
                    {revise}
                    <a class="button" href=format!("/reports/{id}/pdf")><Icon name="download"/>"PDF"</a>
                    <span class="muted">"Only those who work on this child can open it."</span>
                </div>
                {forms}
                <Earlier shown=shown.clone() when=when.clone()/>
            </StaffShell>
        }
    })
}

/// A version that somebody saved while this one was being written: nothing is overwritten, both are read (C-06).
#[component]
fn Newer(shown: Shown, when: When) -> AnyView {
    let by = shown.newest().first().map(|words| (words.by_name.clone(), when.at(words.written_at)));
    let (name, at) = by.unwrap_or_default();
    let head = format!("{name} saved version {} while you were writing", shown.version());
    let parts = shown
        .newest()
        .into_iter()
        .map(|words| view! { <h3>{words.part.label()}</h3>{paragraphs(words)} })
        .collect_view();
    view! {
        <Banner tone=Tone::Warn head text="Yours is in the form. Put both together, then save: that is the next version." urgent=true/>
        <section class="card" aria-labelledby="newer-head">
            <h2 id="newer-head">{format!("Version {}, {at}", shown.version())}</h2>
            {parts}
        </section>
    }
    .into_any()
}

/// The report as it is printed, and as its page shows it.
fn sheet(shown: &Shown, when: &When) -> Document {
    let Shown { child, report, .. } = shown;
    let name = |at| when.dated_at(at);
    let clocks = match (report.decided_at, report.told_at, report.written_at) {
        (Some(at), ..) => {
            format!("Decided against by {}, {}", report.decided_by_name.clone().unwrap_or_default(), name(at))
        }
        (_, None, _) => format!("Not sent yet: to be told by {}", name(report.tell_by)),
        (_, Some(_), None) => format!("Told; in writing by {}", name(report.write_by)),
        (_, Some(at), Some(_)) => format!("Sent, {}", name(at)),
    };
    let begun = format!("{}, {}. Version {}", report.begun_by_name, name(report.begun_at), shown.version());
    let mut blocks = vec![Block::Fields(vec![
        (
            "Child".to_owned(),
            format!("{}, class {}. Born {}", child.school_name, child.class_name, child.birth_date),
        ),
        ("Begun by".to_owned(), begun),
        ("State".to_owned(), clocks),
    ])];
    for words in shown.newest().into_iter().chain(shown.against()) {
        if !words.body.reveal().is_empty() {
            blocks.push(Block::Heading(2, words.part.label().to_owned()));
            blocks.push(Block::Paragraph(words.body.reveal().clone()));
        }
    }
    if !shown.sendings.is_empty() {
        blocks.push(Block::Heading(2, "How it was sent".to_owned()));
        blocks.push(Block::Points(shown.sendings.iter().map(|sent| line(sent, when)).collect()));
    }
    Document {
        title: format!("Report about {} {}", child.given_name.reveal(), child.family_name.reveal()),
        language: "en".to_owned(),
        footer: format!("{} · Confidential: for the authority alone", child.school_name),
        paper: Paper::A4,
        blocks,
    }
}

/// `GET /reports/{report}/pdf`.
pub async fn pdf(visit: Visit, address: Address) -> Response {
    let made = async {
        let shown = api::get_report(&visit, address.part::<Uuid>(0)?).await?;
        let when = When::new(visit.ctx.now, &shown.child.time_zone);
        print_of_child(&visit, shown.child.id, Printed::Report, sheet(&shown, &when)).await
    };
    match made.await {
        Ok(pdf) => render::pdf("report.pdf", pdf),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

fn paragraphs(words: &Words) -> Vec<AnyView> {
    let lines = words.body.reveal().lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| view! { <p>{line.to_owned()}</p> }.into_any()).collect()
}

fn line(sent: &Sent, when: &When) -> String {
    format!(
        "{}: {}, {}. {}. Noted by {}.",
        when.dated_at(sent.sent_at),
        sent.how.label(),
        sent.sent_by_name.reveal(),
        sent.reference.reveal(),
        sent.noted_by_name
    )
}

/// What moves a report on: who sent it, or why it is not sent.
#[component]
fn Forms(shown: Shown, again: Again, token: String, when: When) -> AnyView {
    let id = shown.report.id;
    let hows: Vec<_> = ReportHow::ALL.iter().map(|how| (how.as_str(), how.label())).collect();
    let text = |name: &str| again.text(name).unwrap_or_default();
    let today = when.today().to_string();
    let day = again.text("day").unwrap_or(today);
    let head = if shown.report.told_at.is_some() { "It went out in writing" } else { "It was sent" };
    let decide = if shown.may_decide {
        view! {
            <form class="form" method="post" action=format!("/reports/{id}/against")>
                <Token value=token.clone()/>
                <TextArea label="Why it is not sent" name="reason" check=again.check("reason", true) text=text("reason") hint=ReportPart::Against.hint()/>
                <div class="buttons"><button class="button" type="submit">"Decide against it"</button></div>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="muted">"Somebody who wrote none of it may decide against it, with a reason, until the authority knows."</p> }
            .into_any()
    };
    let decide = shown.report.told_at.is_none().then(|| {
        view! {
            <section class="card no-print" aria-labelledby="against-head">
                <h2 id="against-head">"Or it is not sent"</h2>
                {decide}
            </section>
        }
    });
    view! {
        <section class="card no-print" aria-labelledby="sent-head">
            <h2 id="sent-head">{head}</h2>
            <p class="muted">"Outside Firstlight, by a person. Say who, how and when."</p>
            <form class="form" method="post" action=format!("/reports/{id}/sent")>
                <Token value=token.clone()/>
                <Select label="How" name="how" check=again.check("how", false) options=hows chosen=text("how")/>
                <Input label="Day" name="day" kind="date" check=again.check("day", false) text=day required=true/>
                <Input label="Time" name="time" kind="time" check=again.check("time", false) text=text("time") required=true/>
                <Input label="Who sent it" name="by" check=again.check("by", false) text=text("by") required=true/>
                <Input label="The authority’s number, or who took it" name="reference" check=again.check("reference", false) text=text("reference") required=true/>
                <div class="buttons"><button class="button button-primary" type="submit">"Note that it was sent"</button></div>
            </form>
        </section>
        {decide}
    }
    .into_any()
}

/// What stood in earlier versions: nothing is overwritten.
#[component]
fn Earlier(shown: Shown, when: When) -> AnyView {
    let newest = shown.version();
    let earlier: Vec<i64> = (1..newest).rev().collect();
    let versions = earlier
        .into_iter()
        .map(|version| {
            let own: Vec<&Words> = shown.words.iter().filter(|w| w.version == version).collect();
            let head = own.first().map(|w| format!("Version {version}: {}, {}", w.by_name, when.at(w.written_at)));
            let parts = own
                .into_iter()
                .map(|words| view! { <h3>{words.part.label()}</h3>{paragraphs(words)} })
                .collect_view();
            view! { <details class="disclosure"><summary><Icon name="history"/>{head}</summary>{parts}</details> }
        })
        .collect::<Vec<_>>();
    (!versions.is_empty())
        .then(|| view! { <section class="card no-print" aria-label="Earlier versions">{versions}</section> })
        .into_any()
}
