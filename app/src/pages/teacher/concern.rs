//! A teacher worries about a child: three fields, and back comes only "received" or "being handled" (45).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::ChildId;
use server::model::referral::Urgency;

use crate::address::Address;
use crate::api::casework::{self as api, ConcernPage, NewConcern};
use crate::components::banner::Confirmation;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, FieldError, Input, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

/// `GET /concerns`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "sent").then_some("Thank you. The counselors have it now.");
    page(&visit, StatusCode::OK, done, None).await
}

#[derive(Clone)]
struct Again {
    child: String,
    seen: String,
    since: String,
    urgency: String,
    wrong: (String, String),
}

/// `POST /concerns`.
pub async fn send(posted: Posted) -> Response {
    let visit = &posted.visit;
    let text = |name: &str| posted.text(name).to_owned();
    let read = match (posted.word::<ChildId>("child"), posted.word::<Urgency>("urgency")) {
        (Some(child), Some(urgency)) => {
            Ok(NewConcern { child, seen: text("seen").into(), since: text("since").into(), urgency })
        }
        (None, _) => Err(Error::invalid("child", "Choose the child.")),
        (_, None) => Err(Error::invalid("urgency", "Say how soon somebody should look.")),
    };
    let done = match read {
        Ok(concern) => api::add_concern(visit, concern).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to("/concerns?done=sent").into_response(),
        Err(Error::Invalid { field, message }) => {
            let again = Again {
                child: text("child"),
                seen: text("seen"),
                since: text("since"),
                urgency: text("urgency"),
                wrong: (field.to_owned(), message),
            };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(again)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    again: Option<Again>,
) -> Response {
    let ConcernPage { pupils, own, time_zone } = match api::get_concerns(visit).await {
        Ok(page) => page,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &time_zone);
    render::page(visit, status, Head::staff("A concern"), move || {
        let wrong = again.as_ref().map(|again| again.wrong.clone());
        let kept = again.clone();
        let typed =
            move |pick: fn(&Again) -> &String| kept.as_ref().map(|a| pick(a).clone()).unwrap_or_default();
        let faulty = wrong.clone();
        let check = move |field: &str, hint: bool| Check {
            id: field.to_owned(),
            error: faulty.as_ref().filter(|(name, _)| name == field).map(|(_, message)| message.clone()),
            hint,
        };
        let children = std::iter::once((String::new(), "Choose one".to_owned()))
            .chain(pupils.iter().map(|p| {
                let words = format!("{}: {} {}", p.class_name, p.given_name.reveal(), p.family_name.reveal());
                (p.id.to_string(), words)
            }))
            .collect::<Vec<_>>();
        let chosen = typed(|a| &a.urgency);
        let urgency_check = check("urgency", false);
        let urgencies = Urgency::ALL
            .iter()
            .map(|urgency| {
                let checked = chosen == urgency.as_str();
                view! {
                    <label class="radio">
                        <input type="radio" name="urgency" value=urgency.as_str() checked=checked required/>
                        {format!(" {}", urgency.label())}
                    </label>
                }
            })
            .collect_view();
        let lines = own
            .iter()
            .map(|concern| {
                let handled = !concern.state.is_unclaimed();
                let (class, icon, words) = if handled {
                    ("tag tag-done", "check", "Being handled")
                } else {
                    ("tag tag-plain", "inbox", "Received")
                };
                let name = format!("{} {}", concern.given_name.reveal(), concern.family_name.reveal());
                view! {
                    <li>
                        <time datetime=when.iso(concern.at)>{capital(&when.at(concern.at))}</time>
                        <span>{name}<span class="table-sub">{concern.class_name.clone()}</span></span>
                        <span class=class><Icon name=icon/>{words}</span>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        let summary = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        view! {
            <StaffShell reader here=Tab::Concern>
                {summary}
                <Confirmation sentence=done/>
                <div class="page-head">
                    <div>
                        <h1>"You are worried about a child"</h1>
                        <p class="lede">"Tell the counselors in three lines. In danger right now? Get an adult to the child and call."</p>
                    </div>
                </div>
                <div class="two two-even">
                    <form class="card form" method="post" action="/concerns">
                        <Token value=token.clone()/>
                        <Choice label="Child" name="child" check=check("child", false) options=children chosen=typed(|a| &a.child)/>
                        <TextArea
                            label="What did you see or hear?"
                            name="seen"
                            check=check("seen", true)
                            text=typed(|a| &a.seen)
                            hint="What happened, not what you think it is."
                        />
                        <Input label="Since when, or how often?" name="since" check=check("since", false) text=typed(|a| &a.since)/>
                        <fieldset class="field" id="urgency" aria-describedby=urgency_check.described()>
                            <legend>"How soon should somebody look?"</legend>
                            <FieldError check=urgency_check.clone()/>
                            <div class="radios">{urgencies}</div>
                        </fieldset>
                        <div class="buttons"><button class="button button-primary" type="submit">"Tell the counselors"</button></div>
                    </form>
                    <section class="card" aria-labelledby="own-head">
                        <h2 id="own-head">"What you have told"</h2>
                        {if lines.is_empty() {
                            view! { <p class="muted">"Nothing yet."</p> }.into_any()
                        } else {
                            view! { <ul class="strip">{lines}</ul> }.into_any()
                        }}
                        <p class="muted small">"What the counselors do stays between them and the child. You see here that somebody is on it."</p>
                    </section>
                </div>
            </StaffShell>
        }
    })
}
