//! Taking over a roster: send a file, see how it was read and what it would change, then take it over or not
//! (A-02…A-04). Nothing is written before that.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::roster::{Columns, Field, Plan, Roster, grouped};
use server::{Error, Result};
use uuid::Uuid;

use super::roster_columns::{Mapping, ask_columns};
use crate::address::Address;
use crate::api::rosters::{self as api, Decisions, Looked, Preview, Sent};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::count_strip::{Count, CountStrip};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, FieldError, Input, Tick};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::upload::Upload;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// Rows named for one kind of fault; all of them stand in the file to download.
const EXAMPLES: usize = 3;

/// `GET /setup/roster`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "taken" => Some("The roster is taken over."),
        "discarded" => Some("The file is thrown away. Nothing was changed."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, None).await
}

/// `POST /setup/roster`: a file arrives.
pub async fn send(upload: Upload) -> Response {
    let visit = &upload.posted.visit;
    let sent = match upload.bytes.is_empty() {
        true => Err(Error::invalid("file", "Choose a file with students in it.")),
        false => api::send_roster(visit, &upload.name, upload.bytes).await,
    };
    match sent {
        Ok(id) => Redirect::to(&format!("/setup/roster/{id}")).into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(message)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `GET /setup/roster/{upload}`.
pub async fn look(visit: Visit, address: Address) -> Response {
    match address.part(0) {
        Ok(id) => preview(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /setup/roster/{upload}/take-over`.
pub async fn take_over(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let decisions = Decisions {
        skip_rejected: posted.text("skip_rejected") == "yes",
        mark_leavers: posted.text("mark_leavers") == "yes",
        confirm_leavers: posted.text("confirm_leavers") == "yes",
        time_zone: Some(posted.text("time_zone").trim().to_owned()).filter(|zone| !zone.is_empty()),
        language: None,
    };
    let id: Result<Uuid> = address.part(0);
    let done = match &id {
        Ok(id) => api::take_over_roster(visit, *id, decisions).await.map(drop),
        Err(_) => Err(Error::NotFound),
    };
    match (id, done) {
        (_, Ok(())) => Redirect::to("/setup/roster?done=taken").into_response(),
        (Ok(id), Err(Error::Conflict(message))) => {
            preview(visit, id, StatusCode::CONFLICT, Some(("decisions", message))).await
        }
        (Ok(id), Err(Error::Invalid { field, message })) => {
            preview(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some((field, message))).await
        }
        (_, Err(error)) => render::staff_failure(visit, &error),
    }
}

/// `POST /setup/roster/{upload}/columns`.
pub async fn columns(address: Address, posted: Posted) -> Response {
    let said = Columns(posted.all("column").map(Field::named).collect());
    let done = match address.part::<Uuid>(0) {
        Ok(id) => api::set_roster_columns(&posted.visit, id, said).await.map(|()| id),
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => Redirect::to(&format!("/setup/roster/{id}")).into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

/// `POST /setup/roster/{upload}/discard`.
pub async fn discard(address: Address, posted: Posted) -> Response {
    let done = match address.part(0) {
        Ok(id) => api::discard_roster(&posted.visit, id).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to("/setup/roster?done=discarded").into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

/// `GET /setup/roster/{upload}/rejected.csv`.
pub async fn rejected(visit: Visit, address: Address) -> Response {
    let text = match address.part(0) {
        Ok(id) => api::get_rejected_rows(&visit, id).await,
        Err(error) => Err(error),
    };
    match text {
        Ok(text) => render::file("text/csv; charset=utf-8; header=present", "rejected-rows.csv", text),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<String>,
) -> Response {
    let waiting = match api::get_waiting_roster(visit).await {
        Ok(waiting) => waiting,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, "UTC");
    render::page(visit, status, Head::staff("Roster"), move || {
        let check = Check { id: "file".to_owned(), error: wrong.clone(), hint: true };
        view! {
            <StaffShell reader here=Tab::Setup narrow=true>
                {wrong.map(|text| view! { <ErrorSummary text field="file"/> })}
                <Confirmation sentence=done/>
                <BackLink href="/setup">"Set-up"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"Roster"</h1>
                        <p class="lede">"Who is at which school, as your own system has it. You see what would change before anything does."</p>
                    </div>
                </div>
                {waiting.map(|sent| view! { <Waiting sent when=when.clone()/> })}
                <section class="card" aria-labelledby="send-head">
                    <h2 id="send-head">"Send a file"</h2>
                    <form class="form" method="post" action="/setup/roster" enctype="multipart/form-data">
                        <Token value=token/>
                        <div class="field">
                            <label for="file">"File with students"</label>
                            <p class="hint" id="file-hint">
                                "CSV, Excel (.xlsx) or a OneRoster ZIP, up to 10 MB and 50,000 students. One line for each student: district \
                                number, name, birth date, school, class; sex and grade where you have them."
                            </p>
                            <FieldError check=check.clone()/>
                            <input
                                class="input" id="file" name="file" type="file" required=true
                                accept=".csv,.txt,.tsv,.xlsx,.zip" aria-invalid=check.invalid() aria-describedby=check.described()
                            />
                        </div>
                        <div class="buttons"><button class="button button-primary" type="submit">"See what would change"</button></div>
                    </form>
                    <p class="muted small">
                        "Headings may be English or Chinese (学籍号, 姓名, 性别, 出生日期, 学校, 年级, 班级). Nobody is deleted because they are not in a file."
                    </p>
                </section>
            </StaffShell>
        }
    })
}

#[component]
fn Waiting(sent: Sent, when: When) -> AnyView {
    let text = format!("{}, sent {}. Nothing of it is taken over yet.", sent.name, when.at(sent.created_at));
    view! {
        <div class="banner">
            <Icon name="file-text"/>
            <div><h2>"A file waits for you"</h2><p>{text}</p></div>
            <div class="buttons"><a class="button" href=format!("/setup/roster/{}", sent.id)>"Look at it"</a></div>
        </div>
    }
    .into_any()
}

async fn preview(
    visit: &Visit,
    id: Uuid,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Response {
    let preview = match api::get_roster(visit, id).await {
        Ok(Looked::Read(preview)) => *preview,
        Ok(Looked::Columns { name, header, said, sentence }) => {
            return ask_columns(visit, id, name, header.into_iter().zip(said.0).collect(), sentence);
        }
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("What the roster would change"), move || {
        let Preview { name, roster, plan, leavers, zone_known } = preview;
        let counts = vec![
            Count::plain(plan.adds.len(), "New"),
            Count::plain(plan.changes.len(), "Changed"),
            Count::plain(plan.same, "Unchanged"),
            Count::plain(plan.leavers.len(), "Not in this file"),
            Count::plain(roster.rejected.len(), "Rejected rows"),
        ];
        let lede = format!("{name}, read as {}. Nothing is written yet.", roster.format);
        let summary = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        view! {
            <StaffShell reader here=Tab::Setup>
                {summary}
                <BackLink href="/setup/roster">"Roster"</BackLink>
                <div class="page-head">
                    <div><h1>"What the roster would change"</h1><p class="lede">{lede}</p></div>
                </div>
                <CountStrip label="What would change" counts/>
                <div class="two">
                    <div class="stack">
                        <Faults id roster=std::sync::Arc::clone(&roster)/>
                        <Changes plan=plan.clone() leavers/>
                    </div>
                    <div class="stack">
                        <TakeOver id token=token.clone() plan rejected=roster.rejected.len() zone_known wrong/>
                        <Mapping id token mapping=roster.mapping.clone() staff=roster.staff fixed=roster.format.starts_with("OneRoster")/>
                    </div>
                </div>
            </StaffShell>
        }
    })
}

/// What must be mended, by what to mend.
#[component]
fn Faults(id: Uuid, roster: std::sync::Arc<Roster>) -> AnyView {
    if roster.faults.is_empty() {
        return view! { <Banner tone=Tone::Done head="Every row can be taken over"/> }.into_any();
    }
    let groups = grouped(&roster.faults)
        .into_iter()
        .map(|(kind, column, faults)| {
            let rows = if faults.len() == 1 { "row" } else { "rows" };
            let examples = faults
                .iter()
                .take(EXAMPLES)
                .map(|fault| {
                    let found = if fault.found.is_empty() { "nothing".to_owned() } else { format!("“{}”", fault.found) };
                    view! { <li>{format!("Row {}: found {found}", fault.row)}</li> }
                })
                .collect_view();
            let more = faults.len().saturating_sub(EXAMPLES);
            view! {
                <li>
                    <p><strong>{format!("{} {rows}, {column}", faults.len())}</strong></p>
                    <p>{format!("Needed: {}.", kind.needed())}</p>
                    <ul class="muted small">{examples}{(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}</ul>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="faults-head">
            <div class="card-head">
                <h2 id="faults-head">"To mend in the file"</h2>
                <p class="downloads"><a href=format!("/setup/roster/{id}/rejected.csv")><Icon name="download"/>"Rejected rows with reasons"</a></p>
            </div>
            <ul class="stack">{groups}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Changes(plan: Plan, leavers: Vec<String>) -> AnyView {
    let differences = ["given name", "family name", "birth date", "sex", "school", "class"]
        .into_iter()
        .filter_map(|what| {
            let times = plan.changes.iter().filter(|change| change.differs.contains(&what)).count();
            (times > 0).then(|| view! { <li>{format!("{times} with another {what}")}</li> })
        })
        .collect_view();
    let schools = (!plan.new_schools.is_empty()).then(|| {
        let names = plan.new_schools.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view();
        view! {
            <section class="card" aria-labelledby="schools-head">
                <h2 id="schools-head">"Schools that would be made"</h2>
                <p class="muted">"Is each spelt as your district spells it? A misspelt name makes a school of its own."</p>
                <ul class="stack-tight">{names}</ul>
            </section>
        }
    });
    let held = (!plan.held.is_empty()).then(|| {
        let text = format!(
            "{} would leave their school while a referral of theirs is open, or go to one where no counselor is present to \
             take it over. They stay where they are: {}.",
            plan.held.len(),
            some(&plan.held)
        );
        view! { <Banner tone=Tone::Info head="Children who are held" text/> }
    });
    let left = (!leavers.is_empty()).then(|| {
        let text = format!("District numbers: {}.", some(&leavers));
        view! {
            <section class="card" aria-labelledby="leavers-head">
                <h2 id="leavers-head">"Not in this file"</h2>
                <p>{format!("{} of {} children who are enrolled at the file’s schools.", plan.leavers.len(), plan.enrolled)}</p>
                <details class="disclosure"><summary>"Who"</summary><p class="small">{text}</p></details>
            </section>
        }
    });
    let changed = (!plan.changes.is_empty()).then(|| {
        view! { <section class="card" aria-labelledby="changes-head"><h2 id="changes-head">"Changes"</h2><ul class="stack-tight">{differences}</ul></section> }
    });
    view! { {schools}{held}{changed}{left} }.into_any()
}

/// The first numbers of a list, and how many more there are.
fn some(numbers: &[String]) -> String {
    const SHOWN: usize = 30;
    let shown = numbers.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match numbers.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The decisions and the one button that writes.
#[component]
fn TakeOver(
    id: Uuid,
    token: String,
    plan: Plan,
    rejected: usize,
    zone_known: bool,
    wrong: Option<(&'static str, String)>,
) -> AnyView {
    let error = |field: &str| wrong.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone());
    let skip = (rejected > 0).then(|| {
        view! { <Tick name="skip_rejected" value="yes" words=format!("Take over the others and leave out {}", rows(rejected))/> }
    });
    let leave = (!plan.leavers.is_empty()).then(|| {
        let words = format!(
            "Mark {} who are not in this file as having left their school",
            children(plan.leavers.len())
        );
        view! { <Tick name="mark_leavers" value="yes" words/> }
    });
    let sure = (!plan.leavers.is_empty() && plan.leaves_many()).then(|| {
        let words = format!(
            "That is more than 5 % of the {} at these schools. The file is complete, and they have really left",
            plan.enrolled
        );
        view! { <Tick name="confirm_leavers" value="yes" words/> }
    });
    let zone = (!zone_known).then(|| {
        let check = Check { id: "time_zone".to_owned(), error: error("time_zone"), hint: true };
        view! {
            <Input label="Time zone of the schools" name="time_zone" check text=String::new() required=true hint="As Europe/Madrid or Asia/Shanghai"/>
        }
    });
    view! {
        <section class="card" id="decisions" tabindex="-1" aria-labelledby="take-head">
            <h2 id="take-head">"Take it over"</h2>
            <FieldError check=Check { id: "decisions".to_owned(), error: error("decisions"), hint: false }/>
            <form class="form" method="post" action=format!("/setup/roster/{id}/take-over")>
                <Token value=token.clone()/>
                {zone}{skip}{leave}{sure}
                <div class="buttons"><button class="button button-primary" type="submit">"Take over"</button></div>
            </form>
            <form method="post" action=format!("/setup/roster/{id}/discard")>
                <Token value=token/>
                <button class="button button-quiet" type="submit">"Throw this file away"</button>
            </form>
            <p class="muted small">"All of it is written, or nothing. Who has left keeps everything that is known of them."</p>
        </section>
    }
    .into_any()
}

fn rows(count: usize) -> String {
    if count == 1 { "one rejected row".to_owned() } else { format!("{count} rejected rows") }
}

fn children(count: usize) -> String {
    if count == 1 { "one child".to_owned() } else { format!("{count} children") }
}
