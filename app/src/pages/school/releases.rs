//! A school lead confirms a release: who took part in the own school, and whether that fits how the day went. No result
//! of a screen and no other school stands here.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;
use server::draw::{text, words};
use server::model::{ReleaseId, SchoolId};

use crate::address::Address;
use crate::api::district::{self as api, SchoolRelease};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::empty::Empty;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, TextArea};
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// What was refused, and for which form.
struct Refused {
    release: ReleaseId,
    school: SchoolId,
    why: String,
    /// Whether it is about the remark.
    field: bool,
    typed: String,
}

/// `GET /school/releases`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "said").then_some("Thank you. The district sees what you said.");
    page(&visit, StatusCode::OK, done, None).await
}

/// `POST /school/releases/{id}/schools/{school}`.
pub async fn say(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (release, school) = match (address.part::<ReleaseId>(0), address.part::<SchoolId>(1)) {
        (Ok(release), Ok(school)) => (release, school),
        (Err(error), _) | (_, Err(error)) => return render::staff_failure(visit, &error),
    };
    let note = posted.text("note");
    let fits = posted.text("word") != "doubt";
    let refused = |why, field| Refused { release, school, why, field, typed: note.to_owned() };
    match api::confirm_release(visit, release, school, fits, note).await {
        Ok(()) => Redirect::to("/school/releases?done=said").into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(refused(message, true))).await
        }
        Err(Error::Conflict(why)) => page(visit, StatusCode::CONFLICT, None, Some(refused(why, false))).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    refused: Option<Refused>,
) -> Response {
    let list = match api::list_school_releases(visit).await {
        Ok(list) => list,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(visit, status, Head::staff("Releases"), move || {
        let summary = refused.as_ref().filter(|r| r.field).map(|r| {
            view! { <ErrorSummary text=r.why.clone() field=field_of(r.release, r.school)/> }
        });
        let banner = refused.as_ref().filter(|r| !r.field).map(|r| {
            view! { <Banner tone=Tone::Warn head="Nothing was changed" text=r.why.clone() urgent=true/> }
        });
        let empty = list.is_empty().then(|| {
            view! { <Empty head="No release yet" text="When a window is closed and its release is built, it stands here."/> }
        });
        let cards = list
            .into_iter()
            .map(|one| {
                let mine = refused.as_ref().filter(|r| r.release == one.release.id && r.school == one.school);
                let (error, typed) =
                    mine.map_or((None, String::new()), |r| (r.field.then(|| r.why.clone()), r.typed.clone()));
                view! { <One one error typed token=token.clone() when=when.clone()/> }
            })
            .collect_view();
        view! {
            <StaffShell reader here=Tab::School>
                {summary}
                <Confirmation sentence=done/>
                {banner}
                <BackLink href="/school">"My school"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>"Releases"</h1>
                        <p class="lede">"Do these numbers fit how the screening went? You see who took part in your school, never how anybody answered."</p>
                    </div>
                </div>
                {empty}
                <div class="grid-cards">{cards}</div>
            </StaffShell>
        }
    })
}

fn field_of(release: ReleaseId, school: SchoolId) -> String {
    format!("note-{release}-{school}")
}

#[component]
fn One(one: SchoolRelease, error: Option<String>, typed: String, token: String, when: When) -> AnyView {
    let SchoolRelease { release, school, school_name, steps, said } = one;
    let rows = steps
        .into_iter()
        .map(|(label, count)| {
            let count = count.map_or_else(|| words::TOO_FEW.to_owned(), text::count);
            view! { <tr><th scope="row">{label}</th><td>{count}</td></tr> }
        })
        .collect_view();
    let said = said.map(|step| {
        let at = when.date(step.at.day_in(&when.zone));
        let note = if step.note.is_empty() { String::new() } else { format!(": “{}”", step.note) };
        view! { <p>{format!("{} by {}, {at}{note}", step.step.label(), step.by_name)}</p> }
    });
    let form = match release.published_at {
        Some(at) => {
            let at = when.date(at.day_in(&when.zone));
            view! { <p class="muted">{format!("Published {at}.")}</p> }.into_any()
        }
        None => {
            let check = Check { id: field_of(release.id, school), error, hint: true };
            view! {
                <form class="stack" method="post" action=format!("/school/releases/{}/schools/{school}", release.id)>
                    <Token value=token/>
                    <TextArea label="Remark" name="note" check text=typed hint="Needed if something does not fit. No names, please."/>
                    <div class="buttons">
                        <button class="button button-primary" type="submit" name="word" value="fits">"It fits"</button>
                        <button class="button" type="submit" name="word" value="doubt">"It does not fit"</button>
                    </div>
                </form>
            }
            .into_any()
        }
    };
    let head = format!("{}, {school_name}", release.window_name);
    view! {
        <section class="card" aria-label=head.clone()>
            <h2>{head.clone()}</h2>
            <table class="table">
                <caption class="visually-hidden">{format!("Who took part: {head}")}</caption>
                <thead><tr><th scope="col">"Step"</th><th scope="col">"Pupils"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {said}
            {form}
        </section>
    }
    .into_any()
}
