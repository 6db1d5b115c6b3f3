//! A child's ledger of disclosures, for the auditor: who had its record, when and why; no name and no answer of the child.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::model::ChildId;

use crate::address::Address;
use crate::api::setup::{self as api, Disclosure};
use crate::components::empty::Empty;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::pages::admin::trail::words;
use crate::render;
use crate::visit::Visit;
use crate::when::{When, capital};

/// `GET /trail/children/{id}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let (child, entries) = match load(&visit, &address).await {
        Ok(loaded) => loaded,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(&visit, StatusCode::OK, Head::staff("Disclosures"), move || {
        let lede = format!("{} entries about one child, oldest first, times in UTC.", entries.len());
        let file = format!("/trail/children/{child}/ledger");
        view! {
            <StaffShell reader here=Tab::Trail>
                <div class="page-head">
                    <div>
                        <h1>"Who had this record"</h1>
                        <p class="lede">{lede}" Names of children and answers are not shown here."</p>
                        <p class="id small">{child.to_string()}</p>
                    </div>
                    <a class="button" href=file>"Download as CSV"</a>
                </div>
                {if entries.is_empty() {
                    view! { <Empty head="Nobody yet" text="Every look at this child and every change adds an entry."/> }
                } else {
                    view! { <Entries entries when/> }
                }}
            </StaffShell>
        }
    })
}

/// `GET /trail/children/{id}/ledger`: the same as a file.
pub async fn download(visit: Visit, address: Address) -> Response {
    match load(&visit, &address).await {
        Ok((child, entries)) => {
            let disposition = format!("attachment; filename=\"ledger-{child}.csv\"");
            let kind = "text/csv; charset=utf-8; header=present".to_owned();
            let text = format!("\u{feff}{}", api::ledger_csv(&entries));
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], text).into_response()
        }
        Err(error) => render::staff_failure(&visit, &error),
    }
}

async fn load(visit: &Visit, address: &Address) -> server::Result<(ChildId, Vec<Disclosure>)> {
    let child = address.part::<ChildId>(0)?;
    Ok((child, api::list_disclosures(visit, child).await?))
}

#[component]
fn Entries(entries: Vec<Disclosure>, when: When) -> AnyView {
    let lines = entries
        .into_iter()
        .map(|entry| {
            let roles = entry.roles.iter().map(|r| r.label()).collect::<Vec<_>>().join(", ");
            let act = match words(&entry.action) {
                "" => entry.action.clone(),
                known => known.to_owned(),
            };
            view! {
                <tr role="row">
                    <td role="cell" data-label="When">
                        <time datetime=when.iso(entry.at)>{capital(&when.at(entry.at))}</time>
                    </td>
                    <th scope="row" role="rowheader" data-label="Who">
                        <span>{entry.who}<span class="table-sub">{roles}</span></span>
                    </th>
                    <td role="cell" data-label="What">{act}</td>
                    <td role="cell" data-label="Why">{entry.why}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">"Disclosures of one child’s record, oldest first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["When", "Who", "What", "Why"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}
