//! A class's grid: one row for each child, one column for each question. Every cell is saved as it is chosen; without a
//! script the form saves them all.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::form::FormItem;
use questionnaires::response::Answer;
use serde::Deserialize;
use server::model::{ChildId, ClassId, WindowId};
use server::{Error, Result};
use utoipa::ToSchema;

use crate::address::Address;
use crate::api::informants::{self as api, Grid, NewCell, Row, RowState};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::empty::Empty;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::openapi::Refusal;
use crate::render;
use crate::staff_islands::rating_grid::RatingGrid;
use crate::visit::{Posted, PostedJson, Visit};

/// What stands for "cannot say".
const CANNOT_SAY: &str = "declined";

struct Place {
    window: WindowId,
    class: ClassId,
    instrument: String,
}

impl Place {
    fn of(address: &Address) -> Result<Self> {
        Ok(Self { window: address.part(0)?, class: address.part(1)?, instrument: address.part(2)? })
    }

    fn path(&self) -> String {
        format!("/ratings/{}/{}/{}", self.window, self.class, self.instrument)
    }
}

/// `GET /ratings/{window}/{class}/{instrument}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "saved" => Some("Saved."),
        "in" => Some("Handed in. Thank you."),
        "nothing" => Some("Saved. No row is finished yet: fill every cell of a row, then hand it in."),
        "rest" => Some("Saved. Finished rows are handed in; rows with an empty cell wait for you."),
        _ => None,
    };
    let place = match Place::of(&address) {
        Ok(place) => place,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    page(&visit, &place, done).await
}

/// `POST /ratings/{window}/{class}/{instrument}`: saves what is chosen, and hands rows in.
pub async fn save(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    match keep(visit, &address, &posted).await {
        Ok((place, done)) => Redirect::to(&format!("{}?done={done}", place.path())).into_response(),
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn keep(visit: &Visit, address: &Address, posted: &Posted) -> Result<(Place, &'static str)> {
    let place = Place::of(address)?;
    let grid = api::get_grid(visit, place.window, place.class, &place.instrument).await?;
    let mut cells = Vec::new();
    for (n, row) in posted.all("row").enumerate() {
        let Some(row) = grid.rows.iter().find(|r| r.child.to_string() == row) else { continue };
        for item in grid.form.items.iter().filter(|_| row.state == RowState::Open) {
            if let Some(answer) = read(posted.text(&format!("{n}.{}", item.id)))? {
                cells.push(NewCell { child: row.child, item: item.id.clone(), answer });
            }
        }
    }
    api::save_cells(visit, place.window, place.class, &place.instrument, cells).await?;
    let only = match posted.text("hand_in") {
        "" => return Ok((place, "saved")),
        "all" => None,
        _ => Some(posted.word::<ChildId>("hand_in").ok_or(Error::NotFound)?),
    };
    let result = api::hand_in_ratings(visit, place.window, place.class, &place.instrument, only).await?;
    Ok((
        place,
        match (result.done, result.unfinished) {
            (0, _) => "nothing",
            (_, 0) => "in",
            _ => "rest",
        },
    ))
}

/// A cell's value: nothing chosen, a choice, or "cannot say".
fn read(value: &str) -> Result<Option<Answer>> {
    match value {
        "" => Ok(None),
        CANNOT_SAY => Ok(Some(Answer::Declined)),
        code => code
            .parse()
            .map(|code| Some(Answer::Code(code)))
            .map_err(|_| Error::invalid("cells", "That is none of the choices. Load the page again.")),
    }
}

/// A cell from the page's script.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Cell)]
pub struct Sent {
    #[schema(value_type = uuid::Uuid)]
    child: ChildId,
    item: String,
    /// A choice's code, `declined`, or nothing.
    value: String,
}

/// `POST /ratings/{window}/{class}/{instrument}/cell`: one answer about one child of the class.
#[utoipa::path(
    post,
    path = "/ratings/{window}/{class}/{instrument}/cell",
    params(
        ("window" = uuid::Uuid, Path),
        ("class" = uuid::Uuid, Path),
        ("instrument" = String, Path),
        ("x-form-token" = String, Header, description = "The token of the page's forms"),
    ),
    request_body = Sent,
    responses((status = 204, description = "Saved"), Refusal)
)]
pub async fn cell(address: Address, posted: PostedJson<Sent>) -> Response {
    let visit = &posted.visit;
    let Sent { child, item, value } = posted.body;
    let done = match (Place::of(&address), read(&value)) {
        (Ok(place), Ok(answer)) => {
            // Nothing chosen is saved nowhere, and yet only whoever rates this class is told so.
            let cells = answer.map(|answer| NewCell { child, item, answer }).into_iter().collect();
            api::save_cells(visit, place.window, place.class, &place.instrument, cells).await
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => render::problem_of(&error, &visit.ctx),
    }
}

async fn page(visit: &Visit, place: &Place, done: Option<&'static str>) -> Response {
    let grid = match api::get_grid(visit, place.window, place.class, &place.instrument).await {
        Ok(grid) => grid,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let (reader, token, path) = (Reader::of(visit), visit.form_token.clone(), place.path());
    let title = format!("Class {}: {}", grid.class.name, grid.form.title);
    render::page(visit, StatusCode::OK, Head::staff("Rate your class"), move || {
        let lede = format!("{}, {}. {}", grid.window.name, grid.school, left_out(grid.left_out));
        let instructions = grid.form.instructions.clone().map(|text| view! { <p>{text}</p> });
        let recall = grid.form.recall.clone().map(|text| view! { <p><strong>{text}</strong></p> });
        let copyright = grid.form.copyright.clone();
        view! {
            <StaffShell reader here=Tab::Ratings>
                <Confirmation sentence=done/>
                <BackLink href="/ratings">"All ratings"</BackLink>
                <div class="page-head"><div><h1>{title}</h1><p class="lede">{lede}</p></div></div>
                <div class="prose">{instructions}{recall}</div>
                {if grid.rows.is_empty() {
                    view! { <Empty head="Nobody to rate" text="No child of this class is of the age, or takes part."/> }.into_any()
                } else {
                    view! { <Table grid=grid.clone() token path/> }.into_any()
                }}
                <p class="muted small">{copyright}</p>
            </StaffShell>
        }
    })
}

fn left_out(children: usize) -> String {
    match children {
        0 => "Every child of the class is here.".to_owned(),
        1 => "One child of the class is not rated.".to_owned(),
        n => format!("{n} children of the class are not rated."),
    }
}

#[component]
fn Table(grid: Grid, token: String, path: String) -> AnyView {
    let heads = grid
        .form
        .items
        .iter()
        .zip(1..)
        .map(|(item, n)| view! { <th scope="col"><span class="rate-item">{format!("{n}. {}", item.text)}</span></th> })
        .collect_view();
    let lines = grid.rows.iter().enumerate().map(|(n, row)| line(n, row, &grid.form.items)).collect_view();
    let open = grid.rows.iter().any(|row| row.state == RowState::Open);
    view! {
        <form method="post" action=path.clone() class="stack" id="grid" autocomplete="off">
            <Token value=token.clone()/>
            // The first button is what the Enter key presses.
            {open.then(|| view! {
                <div class="buttons"><button class="button" type="submit">"Save"</button><RatingGrid path=format!("{path}/cell") token/></div>
            })}
            <div class="table-wrap rate-wrap" tabindex="0" role="region" aria-label="Ratings of the class">
                <table class="table rate">
                    <caption class="visually-hidden">"One row for each child, one column for each question"</caption>
                    <thead><tr><th scope="col">"Child"</th>{heads}<th scope="col">"Row"</th></tr></thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            {open.then(|| view! {
                <div class="buttons"><button class="button button-primary" type="submit" name="hand_in" value="all">"Hand in every finished row"</button></div>
            })}
            {(!open).then(|| view! { <Banner tone=Tone::Done head="This class is finished" text="The counselors have your ratings. Thank you."/> })}
        </form>
    }
    .into_any()
}

fn line(n: usize, row: &Row, items: &[FormItem]) -> AnyView {
    let name = row.name.reveal().clone();
    if let RowState::Another(by) = &row.state {
        let words = format!("{by} rates this child");
        return view! {
            <tr><th scope="row">{name}</th><td colspan=(items.len() + 1).to_string()><span class="muted">{words}</span></td></tr>
        }
        .into_any();
    }
    let open = row.state == RowState::Open;
    let cells = items.iter().map(|item| cell_of(n, row, item, open, &name)).collect_view();
    let child = row.child.to_string();
    let end = if open {
        let about = format!(" for {name}");
        view! {
            <button class="button button-small" type="submit" name="hand_in" value=child.clone()>
                "Hand in"<span class="visually-hidden">{about}</span>
            </button>
        }
        .into_any()
    } else {
        view! { <span class="tag tag-done"><Icon name="check"/>"Handed in"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">{name}<input type="hidden" name="row" value=child/></th>
            {cells}
            <td>{end}</td>
        </tr>
    }
    .into_any()
}

fn cell_of(n: usize, row: &Row, item: &FormItem, open: bool, name: &str) -> AnyView {
    let answer = row.answers.get(&item.id).copied();
    let given = |code: i32| answer == Some(Answer::Code(code));
    if !open {
        let words = match answer {
            Some(Answer::Declined) => "Cannot say".to_owned(),
            _ => item.choices.iter().find(|c| given(c.code)).map_or_else(String::new, |c| c.label.clone()),
        };
        return view! { <td class="muted">{words}</td> }.into_any();
    }
    let choices = item
        .choices
        .iter()
        .map(|choice| view! { <option value=choice.code.to_string() selected=given(choice.code)>{choice.label.clone()}</option> })
        .collect_view();
    view! {
        <td>
            <select
                class="input rate-cell" name=format!("{n}.{}", item.id) aria-label=format!("{name}: {}", item.text)
                data-child=row.child.to_string() data-item=item.id.clone()
            >
                <option value="" selected=answer.is_none()>"–"</option>
                {choices}
                <option value=CANNOT_SAY selected={answer == Some(Answer::Declined)}>"Cannot say"</option>
            </select>
        </td>
    }
    .into_any()
}
