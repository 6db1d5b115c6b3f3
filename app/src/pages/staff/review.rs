//! The weeks' urgent alerts and what came of them (C-44).

use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::api::alerts as api;
use crate::components::empty::Empty;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::When;

/// `GET /alerts/review`.
pub async fn show(visit: Visit) -> Response {
    let weeks = match api::get_review(&visit).await {
        Ok(weeks) => weeks,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(&visit, StatusCode::OK, Head::staff("Alerts by week"), move || {
        let lines = weeks
            .iter()
            .map(|week| {
                let share = if week.alerts == 0 {
                    "–".to_owned()
                } else {
                    format!("{} of {}", week.taken, week.alerts)
                };
                let median =
                    week.median_minutes.map_or_else(|| "–".to_owned(), |minutes| format!("{minutes} min"));
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader" data-label="Week of">{when.date(week.monday)}</th>
                        <td role="cell" data-label="Alerts" class="number">{week.alerts}</td>
                        <td role="cell" data-label="Taken" class="number">{share}</td>
                        <td role="cell" data-label="Median" class="number">{median}</td>
                        <td role="cell" data-label="Called on" class="number">{week.calls_above}</td>
                        <td role="cell" data-label="No concern" class="number">{week.no_concern}</td>
                    </tr>
                }
            })
            .collect::<Vec<_>>();
        let body = if lines.is_empty() {
            view! { <Empty head="No urgent alert" text="None in the last twelve weeks."/> }.into_any()
        } else {
            view! {
                <div class="table-wrap" tabindex="0" role="region" aria-label="Alerts by week">
                    <table class="table table-stack" role="table">
                        <caption class="visually-hidden">"Urgent alerts by week, newest first"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">"Week of"</th>
                                {["Alerts", "Taken", "Median time", "Called somebody above", "Closed as no concern"]
                                    .map(|head| view! { <th scope="col" role="columnheader" class="number">{head}</th> })
                                    .collect_view()}
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{lines}</tbody>
                    </table>
                </div>
            }
            .into_any()
        };
        view! {
            <StaffShell reader here=Tab::Duty>
                <crate::components::back_link::BackLink href="/duty">"Duty"</crate::components::back_link::BackLink>
                <div class="page-head">
                    <div>
                        <h1>"Alerts by week"</h1>
                        <p class="lede">"How many rang, how soon somebody took them, and how many turned out to be no concern."</p>
                    </div>
                </div>
                {body}
            </StaffShell>
        }
    })
}
