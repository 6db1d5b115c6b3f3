//! Levels between the district and its schools, and which school lies where.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::{AreaId, SchoolId};

use crate::address::Address;
use crate::api::places::{self as api, Line, Tree};
use crate::components::back_link::BackLink;
use crate::components::banner::Confirmation;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, Input};
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /setup/places`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "changed").then_some("The places are changed.");
    page(&visit, StatusCode::OK, done, None).await
}

/// `POST /setup/places`: a new area.
pub async fn add(posted: Posted) -> Response {
    let done = api::add_area(&posted.visit, posted.text("name"), posted.word::<AreaId>("parent")).await;
    answer(&posted.visit, done).await
}

/// `POST /setup/places/{area}`: another name, or another place.
pub async fn change(address: Address, posted: Posted) -> Response {
    let done = match address.part::<AreaId>(0) {
        Ok(area) => {
            let parent = posted.word::<AreaId>("parent");
            api::change_area(&posted.visit, area, posted.text("name"), parent).await
        }
        Err(error) => Err(error),
    };
    answer(&posted.visit, done).await
}

/// `POST /setup/places/{area}/remove`.
pub async fn remove(address: Address, posted: Posted) -> Response {
    let done = match address.part::<AreaId>(0) {
        Ok(area) => api::remove_area(&posted.visit, area).await,
        Err(error) => Err(error),
    };
    answer(&posted.visit, done).await
}

/// `POST /setup/schools/{school}`: the area it lies in.
pub async fn place(address: Address, posted: Posted) -> Response {
    let done = match address.part::<SchoolId>(0) {
        Ok(school) => api::place_school(&posted.visit, school, posted.word::<AreaId>("area")).await,
        Err(error) => Err(error),
    };
    answer(&posted.visit, done).await
}

async fn answer(visit: &Visit, done: Result<(), Error>) -> Response {
    match done {
        Ok(()) => Redirect::to("/setup/places?done=changed").into_response(),
        Err(Error::Invalid { field, message }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some((field, message))).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// The areas to choose from; those in `without` and below it are left out.
fn areas(tree: &Tree, without: Option<AreaId>) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), "Right below the district".to_owned())];
    let mut inside = None;
    for line in &tree.areas {
        if inside.is_some_and(|depth| line.depth > depth) {
            continue;
        }
        inside = (Some(line.id) == without).then_some(line.depth);
        if inside.is_none() {
            options.push((line.id.to_string(), format!("{}{}", "– ".repeat(line.depth), line.name)));
        }
    }
    options
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<(&'static str, String)>,
) -> Response {
    let tree = match api::get_tree(visit).await {
        Ok(tree) => tree,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("Areas and schools"), move || {
        let refused = wrong.clone();
        let check = move |field: &str| Check {
            id: field.to_owned(),
            error: refused.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
            hint: false,
        };
        let everywhere = areas(&tree, None);
        let lines = tree
            .areas
            .iter()
            .map(|line| {
                let line = line.clone();
                let options = areas(&tree, Some(line.id));
                view! { <Area line options everywhere=everywhere.clone() token=token.clone()/> }
            })
            .collect_view();
        let loose = tree.schools.clone();
        let none = loose.is_empty().then(|| view! { <p class="muted">"No school."</p> });
        let above = everywhere.clone();
        view! {
            <StaffShell reader here=Tab::Setup>
                {wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <Confirmation sentence=done/>
                <BackLink href="/setup">"Set-up"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"Areas and schools"</h1>
                        <p class="lede">"Towns, counties or networks between the district and its schools, as deep as you need. A role for an area holds at each of its schools."</p>
                    </div>
                </div>
                <section class="card" aria-labelledby="add-head">
                    <h2 id="add-head">"Add an area"</h2>
                    <form class="form" method="post" action="/setup/places">
                        <Token value=token.clone()/>
                        <div class="form-row">
                            <Input label="Name" name="name" check=check("name") text=String::new() required=true/>
                            <Choice label="Lies in" name="parent" check=check("parent") options=above/>
                        </div>
                        <div class="buttons"><button class="button button-primary" type="submit">"Add"</button></div>
                    </form>
                </section>
                <section class="card" aria-labelledby="loose-head">
                    <h2 id="loose-head">"Right below the district"</h2>
                    {none}
                    <Schools schools=loose here=String::new() everywhere=everywhere.clone() token=token.clone()/>
                </section>
                <ul class="area-tree">{lines}</ul>
            </StaffShell>
        }
    })
}

#[component]
fn Area(
    line: Line,
    options: Vec<(String, String)>,
    everywhere: Vec<(String, String)>,
    token: String,
) -> AnyView {
    let id = line.id;
    let check = |field: &str| Check { id: format!("{field}-{id}"), error: None, hint: false };
    let chosen = line.parent.map(|parent| parent.to_string()).unwrap_or_default();
    let head = format!("area-{id}");
    let name = line.name.clone();
    view! {
        <li class=format!("area-depth-{}", line.depth.min(4))>
            <section class="card" aria-labelledby=head.clone()>
                <h2 id=head.clone()>{name}</h2>
                <Schools schools=line.schools here=id.to_string() everywhere token=token.clone()/>
                <details class="disclosure">
                    <summary>"Change"<span class="visually-hidden">{format!(" {}", line.name)}</span></summary>
                    <form class="form" method="post" action=format!("/setup/places/{id}")>
                        <Token value=token.clone()/>
                        <div class="form-row">
                            <Input label="Name" name="name" check=check("name") text=line.name.clone() required=true/>
                            <Choice label="Lies in" name="parent" check=check("parent") options chosen/>
                        </div>
                        <div class="buttons"><button class="button" type="submit">"Save"</button></div>
                    </form>
                    <form method="post" action=format!("/setup/places/{id}/remove")>
                        <Token value=token/>
                        <p class="hint">"Its schools and areas move one level up. Roles held for it end."</p>
                        <button class="button button-quiet" type="submit">
                            "Remove"<span class="visually-hidden">{format!(" {}", line.name)}</span>
                        </button>
                    </form>
                </details>
            </section>
        </li>
    }
    .into_any()
}

#[component]
fn Schools(
    schools: Vec<(SchoolId, String)>,
    here: String,
    everywhere: Vec<(String, String)>,
    token: String,
) -> AnyView {
    let lines = schools
        .into_iter()
        .map(|(id, name)| {
            let options = everywhere
                .iter()
                .map(|(value, words)| {
                    let selected = *value == here;
                    view! { <option value=value.clone() selected=selected>{words.clone()}</option> }
                })
                .collect_view();
            view! {
                <li>
                    <span>{name.clone()}</span>
                    <form class="move" method="post" action=format!("/setup/schools/{id}")>
                        <Token value=token.clone()/>
                        <label class="visually-hidden" for=format!("place-{id}")>{format!("Place of {name}")}</label>
                        <select class="input" id=format!("place-{id}") name="area">{options}</select>
                        <button class="button button-small" type="submit">
                            "Move"<span class="visually-hidden">{format!(" {name}")}</span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="shifts">{lines}</ul> }.into_any()
}
