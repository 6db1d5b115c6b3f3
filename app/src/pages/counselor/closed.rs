//! Referrals that are closed, newest first: a case that comes back is reopened, never made anew (22).

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use crate::api::queue as api;
use crate::components::empty::Empty;
use crate::components::priority_tag::PriorityTag;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::{When, capital};

/// `GET /queue/closed`.
pub async fn show(visit: Visit) -> Response {
    let rows = match api::get_closed(&visit).await {
        Ok(rows) => rows,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let now = visit.ctx.now;
    render::page(&visit, StatusCode::OK, Head::staff("Closed"), move || {
        let lines = rows
            .iter()
            .map(|row| {
                let when = When::new(now, &row.time_zone);
                let name = format!("{} {}", row.given_name.reveal(), row.family_name.reveal());
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader" data-label="Student">
                            <span>
                                <a href=format!("/children/{}", row.child_id)>{name}</a>
                                <span class="table-sub">{row.class_name.clone()}</span>
                            </span>
                        </th>
                        <td role="cell" data-label="Priority"><PriorityTag priority=row.priority/></td>
                        <td role="cell" data-label="Outcome">{row.outcome.map(|o| o.label())}</td>
                        <td role="cell" data-label="Owner">{row.owner_name.clone()}</td>
                        <td role="cell" data-label="Closed">{capital(&when.at(row.closed_at))}</td>
                    </tr>
                }
            })
            .collect::<Vec<_>>();
        let body = if lines.is_empty() {
            view! { <Empty head="Nothing closed yet" text="What you close stands here, and can be reopened."/> }.into_any()
        } else {
            view! {
                <div class="table-wrap">
                    <table class="table table-stack" role="table">
                        <caption class="visually-hidden">"Closed referrals, newest first"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                {["Student", "Priority", "Outcome", "Owner", "Closed"]
                                    .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
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
            <StaffShell reader here=Tab::Work>
                <div class="page-head">
                    <div>
                        <h1>"Closed"</h1>
                        <p class="lede">"What came of it. A child’s page opens a closed referral again."</p>
                    </div>
                </div>
                <nav class="tabs" aria-label="Whose referrals">
                    <a href="/queue">"Team"</a>
                    <a href="/queue?view=mine">"Mine"</a>
                    <a href="/queue/closed" aria-current="page">"Closed"</a>
                </nav>
                {body}
            </StaffShell>
        }
    })
}
