//! The answers of one screening, item by item. Opening them is on the trail (C-23).

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::Result;
use server::model::{AdministrationId, ChildId};

use crate::address::Address;
use crate::api::queue::{self as api, Child, ItemAnswer, Screening};
use crate::components::banner::{Banner, Tone};
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::When;

/// `GET /children/{id}/answers/{administration}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let (child, screening, items) = match load(&visit, &address).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let when = When::new(visit.ctx.now, &child.time_zone);
    let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
    let title = format!("Answers of {name}");
    render::page(&visit, StatusCode::OK, Head::staff(title), move || {
        let back = format!("/children/{}", child.id);
        view! {
            <StaffShell reader here=Tab::Work>
                <a class="back-link" href=back><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>"Answers"</h1>
                        <p class="lede">
                            {format!("{name} · {} · {}", screening.instrument, when.at(screening.at))}
                        </p>
                    </div>
                </div>
                <Banner
                    tone=Tone::Info
                    head="This look is on the record"
                    text="The audit trail now says that you opened these answers, and when."
                />
                <Items items/>
            </StaffShell>
        }
    })
}

async fn load(visit: &Visit, address: &Address) -> Result<(Child, Screening, Vec<ItemAnswer>)> {
    let child = address.part::<ChildId>(0)?;
    let administration = address.part::<AdministrationId>(1)?;
    api::get_answers(visit, child, administration).await
}

#[component]
fn Items(items: Vec<ItemAnswer>) -> AnyView {
    let lines = items
        .into_iter()
        .map(|item| {
            let earlier: Vec<String> = item.earlier.iter().map(|answer| answer.reveal().clone()).collect();
            let mark = item.is_critical.then(|| {
                view! { " " <span class="tag tag-plain"><Icon name="info"/>"Critical item"</span> }
            });
            let answer = item.answer.reveal().clone();
            let answer = if item.is_flagged {
                view! {
                    <strong class="clock clock-overdue"><Icon name="priority-critical"/>{answer}</strong>
                }
                .into_any()
            } else {
                view! { <strong>{answer}</strong> }.into_any()
            };
            view! {
                <tr role="row" class=item.is_flagged.then_some("row-critical")>
                    <th scope="row" role="rowheader" data-label="Item" class="number">{item.item}</th>
                    <td role="cell" data-label="Question"><span>{item.wording}{mark}</span></td>
                    <td role="cell" data-label="Answer">
                        <span>
                            {answer}
                            {(!earlier.is_empty())
                                .then(|| {
                                    let words = format!("First answered: {}", earlier.join(", then "));
                                    view! { <span class="table-sub">{words}</span> }
                                })}
                        </span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">"Answers, item by item"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader" class="number">"Item"</th>
                        <th scope="col" role="columnheader">"Question"</th>
                        <th scope="col" role="columnheader">"Answer"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}
