//! Other periods, as the second person sees them: what would change, who asked, and what was decided before (AUT-11).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;
use server::model::people::Role;
use uuid::Uuid;

use super::periods::{amount, span, words};
use crate::address::Address;
use crate::api::retention::{self as api, Change, ClassPreview, Waiting};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::empty::Empty;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// Below so many children none is counted.
const FEWEST: i64 = 11;

/// What was typed, and what is wrong with it: with a field of its own, or as a whole.
#[derive(Clone, Debug, Default)]
struct Draft {
    note: String,
    fault: Option<(String, String)>,
    refused: Option<String>,
}

/// `GET /setup/retention/change`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "approved" => Some("Approved. The new periods hold, and for a week nothing is removed."),
        "refused" => Some("Refused. The periods stay as they are."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, Draft::default()).await
}

/// `POST /setup/retention/change/{change}`.
pub async fn decide(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (yes, note) = (posted.text("word") == "yes", posted.text("note"));
    let done = match address.part::<Uuid>(0) {
        Ok(id) => api::decide_profile(visit, id, yes, note).await,
        Err(error) => Err(error),
    };
    let note = note.to_owned();
    match done {
        Ok(()) if yes => Redirect::to("/setup/retention/change?done=approved").into_response(),
        Ok(()) => Redirect::to("/setup/retention/change?done=refused").into_response(),
        Err(Error::Invalid { field, message }) => {
            let draft = Draft { note, fault: Some((field.to_owned(), message)), refused: None };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, draft).await
        }
        Err(Error::Conflict(why)) => {
            let draft = Draft { note, fault: None, refused: Some(why) };
            page(visit, StatusCode::CONFLICT, None, draft).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(visit: &Visit, status: StatusCode, done: Option<&'static str>, draft: Draft) -> Response {
    let changes = match api::list_period_changes(visit).await {
        Ok(changes) => changes,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    let (tab, back, words) = if reader.has(Role::Administrator) {
        (Tab::Setup, "/setup/retention", "Retention and deletion")
    } else {
        (Tab::District, "/district", "District")
    };
    render::page(visit, status, Head::staff("Other periods"), move || {
        let fresh = changes.fresh;
        let labels = changes.profiles;
        let waiting = match changes.waiting {
            Some(waiting) => {
                view! { <Asked waiting fresh draft=draft.clone() token when=when.clone()/> }.into_any()
            }
            None => view! {
                <Empty head="Nothing waits" text="When an administrator asks for other periods, they stand here until somebody \
                else has decided."/>
            }
            .into_any(),
        };
        let decided =
            changes.decided.into_iter().map(|change| earlier(&change, &labels, &when)).collect_view();
        let decided = (!decided.is_empty()).then(|| {
            view! {
                <section class="card" aria-labelledby="earlier-head">
                    <h2 id="earlier-head">"Earlier changes"</h2>
                    <ul class="strip">{decided}</ul>
                </section>
            }
        });
        view! {
            <StaffShell reader here=tab>
                <BackLink href=back>{words}</BackLink>
                <Confirmation sentence=done/>
                {draft.fault.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                {draft.refused.clone().map(|text| view! {
                    <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/>
                })}
                <div class="page-head"><div>
                    <h1>"Other periods"</h1>
                    <p class="lede">"How long data are kept is changed by two people: an administrator asks, somebody else decides. \
                    For a week after a yes nothing is removed."</p>
                </div></div>
                {waiting}
                {decided}
            </StaffShell>
        }
    })
}

#[component]
fn Asked(waiting: Waiting, fresh: bool, draft: Draft, token: String, when: When) -> AnyView {
    let Waiting { change, before, after, now, then, is_mine } = waiting;
    let asked = format!("Asked by {}, {}", change.asked_by_name, when.at(change.asked_at));
    let lines = now.iter().zip(&then).map(|(now, then)| line(now, then)).collect_view();
    let check = Check::of(draft.fault.as_ref(), "note", !is_mine);
    let answer = if is_mine {
        view! {
            <p class="muted">"You asked for it, so somebody else decides. You can take it back."</p>
            <div class="buttons"><button class="button" type="submit" name="word" value="no">"Take it back"</button></div>
        }
        .into_any()
    } else {
        view! {
            <TextArea label="Remark" name="note" check text=draft.note hint="Wanted for a no. It stands here for good."/>
            <div class="buttons">
                <button class="button button-primary" type="submit" name="word" value="yes">"Approve"</button>
                <button class="button" type="submit" name="word" value="no">"Refuse"</button>
            </div>
        }
        .into_any()
    };
    let step_up = (!fresh).then(|| view! {
        <p><Icon name="lock"/>"Deciding wants a fresh second factor: "<a href="/confirm">"confirm it first"</a>
        ", then come back within five minutes."</p>
    });
    view! {
        <section class="card stack" aria-labelledby="asked-head">
            <div class="card-head">
                <h2 id="asked-head">{format!("From “{before}” to “{after}”")}</h2>
                <p class="tag tag-moderate">"Waits for a second person"</p>
            </div>
            <ul class="history"><li><Icon name="history"/><span>{asked}</span></li></ul>
            <div class="table-wrap">
                <table class="table table-stack" role="table">
                    <caption>"What would change"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            {["Data", "Kept now for", "Then for", "Would go after the week"]
                                .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                                .collect_view()}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </div>
            {step_up}
            <form class="form" method="post" action=format!("/setup/retention/change/{}", change.id) autocomplete="off" novalidate>
                <Token value=token/>
                {answer}
            </form>
        </section>
    }
    .into_any()
}

fn line(now: &ClassPreview, then: &ClassPreview) -> AnyView {
    let (name, what, unit) = words(now.class);
    let kept = if now.months == then.months { "The same".to_owned() } else { span(then.months) };
    // A district officer decides too, who sees no small number of children.
    let goes = match then.due.children {
        0 => "Nothing".to_owned(),
        1..FEWEST => format!("Something, of fewer than {FEWEST} children"),
        _ => amount(then.due, unit),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label="Data">
                <span>{name}<span class="table-sub">{what}</span></span>
            </th>
            <td role="cell" data-label="Kept now for">{span(now.months)}</td>
            <td role="cell" data-label="Then for">{kept}</td>
            <td role="cell" data-label="Would go after the week">{goes}</td>
        </tr>
    }
    .into_any()
}

fn earlier(change: &Change, labels: &[(String, String)], when: &When) -> AnyView {
    let label = |name: &str| {
        labels.iter().find(|(known, _)| known == name).map_or(name, |(_, label)| label).to_owned()
    };
    let by = change.decided_by_name.clone().unwrap_or_else(|| "somebody".to_owned());
    let verb = match (change.approved, change.decided_by == Some(change.asked_by)) {
        (Some(true), _) => format!("Approved by {by}"),
        (_, true) => "Taken back".to_owned(),
        _ => format!("Refused by {by}"),
    };
    let at = change.decided_at.unwrap_or(change.asked_at);
    let note =
        (!change.note.is_empty()).then(|| view! { <span class="table-sub">{change.note.clone()}</span> });
    view! {
        <li>
            <time datetime=when.iso(at)>{when.date(at.day_in(&when.zone))}</time>
            <span>
                {format!("From “{}” to “{}”", label(&change.before), label(&change.profile))}
                <span class="table-sub">{format!("{verb}; asked by {}", change.asked_by_name)}</span>
                {note}
            </span>
        </li>
    }
    .into_any()
}
