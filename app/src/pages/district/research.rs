//! Answers for research: who asked for what, who decided, and the files for the one who asked (PRV-07, AUT-11).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;
use server::model::WindowId;
use server::model::people::Role;

use crate::address::Address;
use crate::api::research::{self as api, Line, NewExport, Standing};
use crate::components::back_link::BackLink;
use crate::components::banner::Confirmation;
use crate::components::empty::Empty;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, FieldError, Input, TextArea, Tick};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::pages::district::history::Refusal;
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /district/research`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "asked" => Some("Asked. Somebody else decides; until then nothing leaves."),
        "approved" => Some("Approved. Whoever asked can take the files for a week."),
        "refused" => Some("Refused. Nothing leaves, and the windows can be asked for again."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, Draft::default()).await
}

/// What was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
struct Draft {
    recipient: String,
    purpose: String,
    basis: String,
    windows: Vec<String>,
    /// The wrong field and its sentence.
    fault: Option<(String, String)>,
    /// What was refused as a whole.
    refused: Option<String>,
}

/// `POST /district/research`.
pub async fn ask(posted: Posted) -> Response {
    let visit = &posted.visit;
    let text = |name: &str| posted.text(name).to_owned();
    let windows: Vec<String> = posted.all("windows").map(str::to_owned).collect();
    let wanted = NewExport {
        recipient: text("recipient"),
        purpose: text("purpose"),
        basis: text("basis"),
        windows: windows.iter().filter_map(|id| id.parse::<WindowId>().ok()).collect(),
    };
    let draft = Draft {
        recipient: text("recipient"),
        purpose: text("purpose"),
        basis: text("basis"),
        windows,
        ..Draft::default()
    };
    match api::ask_research(visit, wanted).await {
        Ok(_) => Redirect::to("/district/research?done=asked").into_response(),
        Err(error) => refused(visit, draft, error).await,
    }
}

/// `POST /district/research/{export}`.
pub async fn decide(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let yes = posted.text("word") == "yes";
    let done = match address.part(0) {
        Ok(id) => api::decide_research(visit, id, yes, posted.text("note")).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) if yes => Redirect::to("/district/research?done=approved").into_response(),
        Ok(()) => Redirect::to("/district/research?done=refused").into_response(),
        // Each request has a field of its own for it, so the sentence stands at the top.
        Err(Error::Invalid { message, .. }) => {
            refused(visit, Draft::default(), Error::Conflict(message)).await
        }
        Err(error) => refused(visit, Draft::default(), error).await,
    }
}

/// `POST /district/research/{export}/files`: a post, because taking them is noted.
pub async fn take(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let taken = match address.part(0) {
        Ok(id) => api::take_research(visit, id).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(file) => render::file(file.kind, &file.name, file.bytes),
        Err(error) => refused(visit, Draft::default(), error).await,
    }
}

async fn refused(visit: &Visit, draft: Draft, error: Error) -> Response {
    match error {
        Error::Invalid { field, message } => {
            let draft = Draft { fault: Some((field.to_owned(), message)), ..draft };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, draft).await
        }
        Error::Conflict(why) => {
            page(visit, StatusCode::CONFLICT, None, Draft { refused: Some(why), ..draft }).await
        }
        error => render::staff_failure(visit, &error),
    }
}

async fn page(visit: &Visit, status: StatusCode, done: Option<&'static str>, draft: Draft) -> Response {
    let found = match api::get_research(visit).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    // A district has no zone of its own, so its days are shown in UTC.
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    let reads = reader.has(Role::DistrictOfficer) || reader.has(Role::Analyst);
    let (tab, back, words) =
        if reads { (Tab::District, "/district", "District") } else { (Tab::Setup, "/setup", "Set-up") };
    render::page(visit, status, Head::staff("Answers for research"), move || {
        let api::Page { exports, windows, may_ask, fresh } = found;
        let lines = exports
            .into_iter()
            .map(|line| view! { <Export line token=token.clone() when=when.clone()/> })
            .collect_view();
        let none = (lines.is_empty() && !may_ask).then(|| {
            view! { <Empty head="Nothing has left yet" text="What is asked for and decided stands here, for good."/> }
        });
        let fault = draft.fault.clone();
        view! {
            <StaffShell reader here=tab>
                <BackLink href=back>{words}</BackLink>
                <Confirmation sentence=done/>
                {fault.map(|(field, text)| view! { <ErrorSummary text field/> })}
                {draft.refused.clone().map(|why| view! { <Refusal why/> })}
                <div class="page-head"><div>
                    <h1>"Answers for research"</h1>
                    <p class="lede">"Records without name, number, school, class or day. Whoever is in one is like at least ten \
                    others, and their results differ. A second person approves, and each window leaves once."</p>
                </div></div>
                {(!fresh).then(|| view! {
                    <div class="banner">
                        <Icon name="lock"/>
                        <div><h2>"This wants a fresh second factor"</h2>
                        <p><a href="/confirm">"Confirm with a one-time code"</a>", then come back within five minutes."</p></div>
                    </div>
                })}
                {none}
                {lines}
                {may_ask.then(|| view! { <Ask windows draft token=token.clone()/> })}
            </StaffShell>
        }
    })
}

#[component]
fn Export(line: Line, token: String, when: When) -> AnyView {
    let Line { export, windows, standing, may_decide, may_take } = line;
    let id = export.id;
    let (class, state) = match standing {
        Standing::Asked => ("tag tag-moderate", "Waits for a second person".to_owned()),
        Standing::Refused => ("tag tag-plain", "Refused".to_owned()),
        Standing::Open(ends) => ("tag tag-done", format!("Approved, open until {}", when.at(ends))),
        Standing::Over => ("tag tag-plain", "Closed".to_owned()),
    };
    let day = |at: server::model::Instant| when.date(at.day_in(&when.zone));
    let mut history = vec![format!("Asked by {}, {}", export.asked_by_name, day(export.asked_at))];
    if let (Some(by), Some(at)) = (&export.decided_by_name, export.decided_at) {
        let verb = if export.approved == Some(true) { "Approved" } else { "Refused" };
        let note = if export.note.is_empty() { String::new() } else { format!(": “{}”", export.note) };
        history.push(format!("{verb} by {by}, {}{note}", day(at)));
    }
    if let Some(at) = export.taken_at {
        history.push(format!("Taken {}", when.at(at)));
    }
    let history = history
        .into_iter()
        .map(|line| view! { <li><Icon name="history"/><span>{line}</span></li> })
        .collect_view();
    let head = format!("export-{id}");
    let labelled = head.clone();
    let decide = may_decide.then(|| {
        let check = Check { id: format!("note-{id}"), error: None, hint: true };
        view! {
            <form class="stack" method="post" action=format!("/district/research/{id}")>
                <Token value=token.clone()/>
                <TextArea label="Remark" name="note" check text=String::new()
                    hint="Wanted for a no. It stands here for good; no names of children."/>
                <div class="buttons">
                    <button class="button button-primary" type="submit" name="word" value="yes">"Approve"</button>
                    <button class="button" type="submit" name="word" value="no">"Refuse"</button>
                </div>
            </form>
        }
    });
    let take = may_take.then(|| {
        view! {
            <form method="post" action=format!("/district/research/{id}/files")>
                <Token value=token.clone()/>
                <button class="button button-primary" type="submit"><Icon name="download"/>"Take the files (ZIP)"</button>
            </form>
        }
    });
    let windows = (!windows.is_empty()).then(|| view! { <p class="muted">{windows.join(", ")}</p> });
    view! {
        <section class="card stack" aria-labelledby=labelled>
            <div class="card-head">
                <h2 id=head>{format!("For {}", export.recipient)}</h2>
                <p class=class>{state}</p>
            </div>
            <div class="stack-tight">
                {windows}
                <p>{export.purpose}</p>
                <p class="muted">{format!("Approval: {}", export.basis)}</p>
            </div>
            <ul class="history">{history}</ul>
            {decide}
            {take}
        </section>
    }
    .into_any()
}

#[component]
fn Ask(windows: Vec<(WindowId, String)>, draft: Draft, token: String) -> AnyView {
    if windows.is_empty() {
        return view! {
            <Empty head="No window to ask for" text="A window can be asked for when it is closed, and once."/>
        }
        .into_any();
    }
    let check = |field: &str, hint: bool| Check::of(draft.fault.as_ref(), field, hint);
    let ticks = windows
        .into_iter()
        .map(|(id, name)| {
            let value = id.to_string();
            let on = draft.windows.contains(&value);
            view! { <Tick name="windows" value words=name on/> }
        })
        .collect_view();
    view! {
        <form class="card form" method="post" action="/district/research" autocomplete="off" novalidate>
            <h2>"Ask for answers"</h2>
            <Token value=token/>
            <fieldset id="windows">
                <legend>"Windows"</legend>
                <FieldError check=check("windows", false)/>
                {ticks}
            </fieldset>
            <Input label="Who gets them" name="recipient" check=check("recipient", true) text=draft.recipient.clone()
                hint="University, institute, or office, with the person in charge." required=true/>
            <TextArea label="What for" name="purpose" check=check("purpose", true) text=draft.purpose.clone()
                hint="The question that is studied, in a sentence or two."/>
            <Input label="Approval" name="basis" check=check("basis", true) text=draft.basis.clone()
                hint="Ethics committee, contract or law, with its number." required=true/>
            <button class="button button-primary" type="submit">"Ask a second person"</button>
        </form>
    }
    .into_any()
}
