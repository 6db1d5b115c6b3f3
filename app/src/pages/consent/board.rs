//! A window's consent at a glance: the notice, how many of each class stand where, and slips from a file.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::WindowId;

use crate::address::Address;
use crate::api::consent::{self as api, ClassCounts, ConsentPage, CoveredClass, Window, silence};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::count_strip::{Count, CountStrip};
use crate::components::empty::Empty;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, FieldError, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::upload::Upload;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /consent`.
pub async fn list(visit: Visit) -> Response {
    let windows = match api::list_windows(&visit).await {
        Ok(windows) => windows,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let when = When::new(visit.ctx.now, "UTC");
    render::page(&visit, StatusCode::OK, Head::staff("Consent"), move || {
        let empty = windows
            .is_empty()
            .then(|| view! { <Empty head="No window is prepared" text="Consent is kept for each window."/> });
        let lines =
            windows.into_iter().map(|window| view! { <Line window when=when.clone()/> }).collect_view();
        view! {
            <StaffShell reader here=Tab::Consent>
                <h1>"Consent"</h1>
                {empty}
                <ul class="stack">{lines}</ul>
            </StaffShell>
        }
    })
}

#[component]
fn Line(window: Window, when: When) -> AnyView {
    let dates = format!("{} to {}", when.date(window.opens_on), when.date(window.closes_on));
    view! {
        <li class="card">
            <h2><a href=format!("/consent/windows/{}", window.id)>{window.name.clone()}</a></h2>
            <p class="muted">{dates}". "{silence(window.consent_mode)}</p>
        </li>
    }
    .into_any()
}

/// `GET /consent/windows/{id}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "published" => Some("The notice is published."),
        "returned" => Some("The slips are recorded."),
        _ => None,
    };
    match address.part(0) {
        Ok(id) => page(&visit, id, StatusCode::OK, done, Wrong::Nothing).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /consent/windows/{id}/notice`.
pub async fn publish(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let Ok(id) = address.part::<WindowId>(0) else { return render::staff_failure(visit, &Error::NotFound) };
    match api::publish_notice(visit, id, posted.text("body")).await {
        Ok(()) => Redirect::to(&format!("/consent/windows/{id}?done=published")).into_response(),
        Err(Error::Invalid { message, .. }) => {
            let wrong = Wrong::Notice(posted.text("body").to_owned(), message);
            page(visit, id, StatusCode::UNPROCESSABLE_ENTITY, None, wrong).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /consent/windows/{id}/returns`.
pub async fn returns(address: Address, upload: Upload) -> Response {
    let visit = &upload.posted.visit;
    let Ok(id) = address.part::<WindowId>(0) else { return render::staff_failure(visit, &Error::NotFound) };
    let wrong = match api::import_returns(visit, id, &upload.bytes).await {
        Ok(returned) if returned.faults.is_empty() => {
            return Redirect::to(&format!("/consent/windows/{id}?done=returned")).into_response();
        }
        Ok(returned) => Wrong::Returns(returned.faults),
        Err(Error::Invalid { message, .. }) => Wrong::Returns(vec![message]),
        Err(error) => return render::staff_failure(visit, &error),
    };
    page(visit, id, StatusCode::UNPROCESSABLE_ENTITY, None, wrong).await
}

enum Wrong {
    Nothing,
    /// What was typed, and what is wrong with it.
    Notice(String, String),
    Returns(Vec<String>),
}

async fn page(
    visit: &Visit,
    id: WindowId,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Wrong,
) -> Response {
    let page = match api::get_consent(visit, id).await {
        Ok(page) => page,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, "UTC");
    let title = format!("Consent for {}", page.window.name);
    render::page(visit, status, Head::staff(title.clone()), move || {
        let ConsentPage { window, notice, schools, may_publish } = page;
        let summary = match &wrong {
            Wrong::Nothing => ().into_any(),
            Wrong::Notice(_, text) => view! { <ErrorSummary text=text.clone() field="body"/> }.into_any(),
            Wrong::Returns(_) => {
                view! { <ErrorSummary text="Nothing was recorded: mend the rows below and send the file again.".to_owned() field="file"/> }.into_any()
            }
        };
        let sum = |of: fn(&ClassCounts) -> i64| -> usize {
            let all: i64 =
                schools.iter().flat_map(|(_, classes)| classes).map(|(_, counts)| of(counts)).sum();
            usize::try_from(all).unwrap_or(0)
        };
        let counts = vec![
            Count::plain(sum(|c| c.given), "Yes"),
            Count::plain(sum(|c| c.refused), "No"),
            Count::plain(sum(|c| c.withdrawn), "Withdrawn"),
            Count::plain(sum(waiting), "Waiting"),
        ];
        let tables = schools
            .into_iter()
            .map(|(school, classes)| view! { <School window=window.id name=school.name classes/> })
            .collect_view();
        let typed = match &wrong {
            Wrong::Notice(body, _) => body.clone(),
            _ => notice.as_ref().map_or_else(String::new, |n| n.body.clone()),
        };
        let error = match &wrong {
            Wrong::Notice(_, text) => Some(text.clone()),
            _ => None,
        };
        let faults = match wrong {
            Wrong::Returns(faults) => faults,
            _ => Vec::new(),
        };
        let published =
            notice.as_ref().map(|n| format!("Version {}, published {}.", n.version, when.at(n.published_at)));
        view! {
            <StaffShell reader here=Tab::Consent>
                {summary}
                <Confirmation sentence=done/>
                <BackLink href="/consent">"Consent"</BackLink>
                <div class="page-head">
                    <div><h1>{title}</h1><p class="lede">{silence(window.consent_mode)}</p></div>
                </div>
                <CountStrip label="What was said" counts/>
                <div class="two">
                    <div class="stack">{tables}</div>
                    <div class="stack">
                        <NoticeCard window=window.id may_publish published typed error token=token.clone()/>
                        <Slips window=window.id faults token/>
                    </div>
                </div>
            </StaffShell>
        }
    })
}

fn waiting(counts: &ClassCounts) -> i64 {
    counts.children - counts.given - counts.refused - counts.withdrawn
}

#[component]
fn School(window: WindowId, name: String, classes: Vec<(CoveredClass, ClassCounts)>) -> AnyView {
    let lines = classes
        .into_iter()
        .map(|(class, counts)| {
            let number = |n: i64, label: &'static str| view! { <td role="cell" class="number" data-label=label>{n}</td> };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Class">
                        <a href=format!("/consent/windows/{window}/classes/{}", class.id)>{format!("Class {}", class.name)}</a>
                    </th>
                    {number(counts.given, "Yes")}{number(counts.refused, "No")}{number(counts.withdrawn, "Withdrawn")}
                    {number(waiting(&counts), "Waiting")}
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>{name}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Class"</th>
                        {["Yes", "No", "Withdrawn", "Waiting"]
                            .map(|head| view! { <th scope="col" role="columnheader" class="number">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn NoticeCard(
    window: WindowId,
    may_publish: bool,
    published: Option<String>,
    typed: String,
    error: Option<String>,
    token: String,
) -> AnyView {
    let missing = published.is_none().then(|| {
        view! { <Banner tone=Tone::Warn head="No notice is published" text="Guardians must know what is asked before they can say yes or no."/> }
    });
    let form = may_publish.then(|| {
        let open = published.is_none() || error.is_some();
        let check = Check { id: "body".to_owned(), error, hint: true };
        view! {
            <details class="disclosure" open=open>
                <summary><Icon name="notebook-pen"/>"Write the next version"</summary>
                <form class="form" method="post" action=format!("/consent/windows/{window}/notice")>
                    <Token value=token/>
                    <TextArea label="What guardians are told" name="body" check text=typed.clone() long=true hint="In every language your guardians read. The exact questions are attached by themselves."/>
                    <div class="buttons"><button class="button button-primary" type="submit">"Publish"</button></div>
                </form>
            </details>
        }
    });
    let text = (!typed.is_empty() && published.is_some()).then(|| {
        let lines = typed.split("\n\n").map(|part| view! { <p>{part.to_owned()}</p> }).collect_view();
        view! { <details class="disclosure"><summary><Icon name="eye"/>"Read it"</summary><div class="prose small">{lines}</div></details> }
    });
    view! {
        <section class="card" aria-labelledby="notice-head">
            <h2 id="notice-head">"Notice to guardians"</h2>
            {missing}
            {published.map(|text| view! { <p class="muted">{text}</p> })}
            {text}{form}
        </section>
    }
    .into_any()
}

#[component]
fn Slips(window: WindowId, faults: Vec<String>, token: String) -> AnyView {
    const SHOWN: usize = 20;
    let more = faults.len().saturating_sub(SHOWN);
    let error = (!faults.is_empty()).then(|| {
        format!(
            "{} to mend.",
            if faults.len() == 1 { "One row".to_owned() } else { format!("{} rows", faults.len()) }
        )
    });
    let check = Check { id: "file".to_owned(), error, hint: true };
    let lines = faults.into_iter().take(SHOWN).map(|fault| view! { <li>{fault}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="slips-head">
            <h2 id="slips-head">"Slips on paper"</h2>
            <form class="form" method="post" action=format!("/consent/windows/{window}/returns") enctype="multipart/form-data">
                <Token value=token/>
                <div class="field">
                    <label for="file">"File with slips (CSV)"</label>
                    <p class="hint" id="file-hint">"Columns: number, answer (yes or no), date, by, and where you keep the slip. All of it counts, or nothing."</p>
                    <FieldError check=check.clone()/>
                    <input class="input" id="file" name="file" type="file" required=true accept=".csv,.txt,.tsv" aria-invalid=check.invalid() aria-describedby=check.described()/>
                </div>
                <ul class="small stack-tight">{lines}{(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}</ul>
                <div class="buttons"><button class="button" type="submit">"Record the slips"</button></div>
            </form>
        </section>
    }
    .into_any()
}
