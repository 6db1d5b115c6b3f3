//! Which column of a roster is what: the guess, and the way to say it better.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::roster::Field;
use uuid::Uuid;

use crate::components::back_link::BackLink;
use crate::components::error_summary::ErrorSummary;
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;

/// The page for a file whose columns could not be guessed.
pub(super) fn ask_columns(
    visit: &Visit,
    id: Uuid,
    name: String,
    mapping: Vec<(String, Option<Field>)>,
    sentence: String,
) -> Response {
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    render::page(visit, StatusCode::OK, Head::staff("Columns of the roster"), move || {
        view! {
            <StaffShell reader here=Tab::Setup narrow=true>
                <ErrorSummary text=sentence field="column-0"/>
                <BackLink href="/setup/roster">"Roster"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"What is in which column?"</h1>
                        <p class="lede">{format!("{name} is kept. Say what its columns are; nothing is written yet.")}</p>
                    </div>
                </div>
                <section class="card" aria-label="Columns">
                    <Chooser id token=token.clone() mapping/>
                    <form method="post" action=format!("/setup/roster/{id}/discard")>
                        <Token value=token/>
                        <button class="button button-quiet" type="submit">"Throw this file away"</button>
                    </form>
                </section>
            </StaffShell>
        }
    })
}

/// How the columns were understood. `fixed` where the file itself says it.
#[component]
pub(super) fn Mapping(
    id: Uuid,
    token: String,
    mapping: Vec<(String, Option<Field>)>,
    staff: usize,
    fixed: bool,
) -> AnyView {
    let lines = mapping
        .iter()
        .filter(|(heading, field)| !heading.is_empty() || field.is_some())
        .map(|(heading, field)| {
            let meaning = match field {
                Some(field) => view! { <td role="cell" data-label="Taken as">{field.label()}</td> }.into_any(),
                None => view! { <td role="cell" data-label="Taken as" class="muted">"Not used"</td> }.into_any(),
            };
            view! { <tr role="row"><th scope="row" role="rowheader" data-label="In the file">{heading.clone()}</th>{meaning}</tr> }
        })
        .collect_view();
    let staff = (staff > 0).then(|| view! { <p class="muted small">{format!("{staff} grown-ups in the file are left out: staff are invited one by one.")}</p> });
    let change = (!fixed).then(|| {
        view! {
            <p class="muted small">"A guess from the headings, unless you have said it."</p>
            <details class="disclosure">
                <summary>"Say it better"</summary>
                <Chooser id token mapping/>
            </details>
        }
    });
    view! {
        <section class="stack-tight" aria-label="How the columns were understood">
            <div class="table-wrap">
                <table class="table table-stack" role="table">
                    <caption>"How the columns were understood"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">"In the file"</th>
                            <th scope="col" role="columnheader">"Taken as"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </div>
            {change}
            {staff}
        </section>
    }
    .into_any()
}

#[component]
fn Chooser(id: Uuid, token: String, mapping: Vec<(String, Option<Field>)>) -> AnyView {
    let choices = mapping
        .into_iter()
        .enumerate()
        .map(|(number, (heading, field))| {
            let options = Field::ALL
                .into_iter()
                .map(|each| {
                    view! { <option value=each.as_str() selected=field == Some(each)>{each.label()}</option> }
                })
                .collect_view();
            let words = if heading.is_empty() {
                format!("Column {}, without a heading", number + 1)
            } else {
                heading
            };
            view! {
                <div class="field">
                    <label for=format!("column-{number}")>{words}</label>
                    <select class="input" id=format!("column-{number}") name="column">
                        <option value="">"Not used"</option>
                        {options}
                    </select>
                </div>
            }
        })
        .collect_view();
    view! {
        <form class="form" method="post" action=format!("/setup/roster/{id}/columns")>
            <Token value=token/>
            {choices}
            <div class="buttons"><button class="button" type="submit">"Read it like this"</button></div>
        </form>
    }
    .into_any()
}
