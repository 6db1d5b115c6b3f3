//! The second look after a screening: a person's own finding (19), and the groups a child belongs to (57).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::draft::DraftForm;
use server::model::referral::{Danger, DistressTag, Priority};
use server::model::{ChildId, ReferralId};

use crate::address::Address;
use crate::api::casework::{self as api, Mark, NewAssessment};
use crate::api::drafts::{Kept, kept_of};
use crate::api::queue::{get_record, get_referral_child};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, FieldError, Select, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::kept_draft::KeptDraft;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

#[derive(Clone)]
struct Again {
    level: String,
    danger: String,
    summary: String,
    strengths: String,
    wrong: (String, String),
}

impl Again {
    /// What was kept of a form that was not saved.
    fn of(kept: &Kept) -> Self {
        let text = |name: &str| kept.text(name);
        Self {
            level: text("level"),
            danger: text("danger"),
            summary: text("summary"),
            strengths: text("strengths"),
            wrong: Default::default(),
        }
    }
}

/// `GET /referrals/{id}/assessment`.
pub async fn edit(visit: Visit, address: Address) -> Response {
    match address.part::<ReferralId>(0) {
        Ok(id) => form(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /referrals/{id}/assessment`.
pub async fn save(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<ReferralId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let text = |name: &str| posted.text(name).to_owned();
    let read = match (posted.word::<Priority>("level"), posted.word::<Danger>("danger")) {
        (Some(level), Some(danger)) => Ok(NewAssessment {
            level,
            danger,
            summary: text("summary").into(),
            strengths: text("strengths").into(),
        }),
        (None, _) => Err(Error::invalid("level", "Choose the level that fits after your talk.")),
        (_, None) => Err(Error::invalid("danger", "Say whether the child is in danger.")),
    };
    let done = match read {
        Ok(new) => match api::add_assessment(visit, id, new).await {
            Ok(()) => get_referral_child(visit, id).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(child) => Redirect::to(&format!("/children/{child}?done=assessed")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let again = Again {
                level: text("level"),
                danger: text("danger"),
                summary: text("summary"),
                strengths: text("strengths"),
                wrong: (field.to_owned(), message),
            };
            form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(again)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn form(visit: &Visit, id: ReferralId, status: StatusCode, again: Option<Again>) -> Response {
    let record = match get_referral_child(visit, id).await {
        Ok(child) => get_record(visit, child).await,
        Err(error) => Err(error),
    };
    let record = match record {
        Ok(record) => record,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let name = format!("{} {}", record.child.given_name.reveal(), record.child.family_name.reveal());
    let level = record.open.as_ref().map_or(String::new(), |o| o.referral.priority.as_str().to_owned());
    let when = When::new(visit.ctx.now, &record.time_zone);
    let draft = kept_of(&record.kept, DraftForm::Assessment).filter(|_| again.is_none()).cloned();
    let again = again.or_else(|| draft.as_ref().map(Again::of));
    render::page(visit, status, Head::staff(format!("Second look: {name}")), move || {
        let wrong = again.as_ref().map(|again| again.wrong.clone()).filter(|(field, _)| !field.is_empty());
        let kept = again.clone();
        let typed =
            move |pick: fn(&Again) -> &String| kept.as_ref().map(|a| pick(a).clone()).unwrap_or_default();
        let faulty = wrong.clone();
        let check = move |field: &str, hint: bool| Check {
            id: field.to_owned(),
            error: faulty.as_ref().filter(|(name, _)| name == field).map(|(_, message)| message.clone()),
            hint,
        };
        let levels: Vec<_> = Priority::ALL.iter().map(|p| (p.as_str(), p.label())).collect();
        let chosen = Some(typed(|a| &a.level)).filter(|t| !t.is_empty()).unwrap_or_else(|| level.clone());
        let danger = typed(|a| &a.danger);
        let danger_check = check("danger", false);
        let dangers = Danger::ALL
            .iter()
            .map(|d| {
                let checked = danger == d.as_str();
                view! {
                    <label class="radio">
                        <input type="radio" name="danger" value=d.as_str() checked=checked required/>
                        {format!(" {}", d.label())}
                    </label>
                }
            })
            .collect_view();
        let tags = DistressTag::ALL
            .iter()
            .map(|tag| {
                let on = record.casework.tags.contains(tag);
                let (mark, icon) = if on { ("off", "check") } else { ("on", "circle-dashed") };
                view! {
                    <form method="post" action=format!("/referrals/{id}/tag")>
                        <Token value=token.clone()/>
                        <input type="hidden" name="tag" value=tag.as_str()/>
                        <button class="button button-small" type="submit" name="mark" value=mark aria-pressed=if on { "true" } else { "false" }>
                            <Icon name=icon/>
                            {tag.label()}
                        </button>
                    </form>
                }
            })
            .collect_view();
        let summary = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        let back = format!("/children/{}", record.child.id);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {summary}
                <a class="back-link" href=back><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>"Second look"</h1>
                        <p class="lede">"A screening only points. What you find in a talk decides the level."</p>
                    </div>
                </div>
                <form class="card form" method="post" action=format!("/referrals/{id}/assessment")>
                    <Token value=token.clone()/>
                    <fieldset class="field" id="danger" aria-describedby=danger_check.described()>
                        <legend>"Is the child in danger?"</legend>
                        <FieldError check=danger_check.clone()/>
                        <div class="radios">{dangers}</div>
                    </fieldset>
                    <Select label="Level from here on" name="level" check=check("level", false) options=levels chosen=chosen required=true/>
                    <TextArea
                        label="What you found"
                        name="summary"
                        check=check("summary", true)
                        text=typed(|a| &a.summary)
                        hint="What the child says, what you see, what has happened."
                    />
                    <TextArea label="What helps the child" name="strengths" check=check("strengths", false) text=typed(|a| &a.strengths)/>
                    <KeptDraft child=record.child.id form=DraftForm::Assessment kept=draft.clone() when=when.clone()/>
                    <div class="buttons"><button class="button button-primary" type="submit">"Save second look"</button></div>
                </form>
                <section class="card" aria-labelledby="groups-head">
                    <h2 id="groups-head">"Groups of children in distress"</h2>
                    <p class="muted">"Seen only here. The district counts them, suppressed, and never by name."</p>
                    <div class="buttons">{tags}</div>
                </section>
            </StaffShell>
        }
    })
}

/// `POST /referrals/{id}/tag`.
pub async fn tag(address: Address, posted: Posted) -> Response {
    let mark = if posted.text("mark") == "off" { Mark::Off } else { Mark::On };
    let done = match (address.part::<ReferralId>(0), posted.word::<DistressTag>("tag")) {
        (Ok(id), Some(tag)) => api::set_tag(&posted.visit, id, tag, mark).await.map(|()| id),
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(id) => Redirect::to(&format!("/referrals/{id}/assessment")).into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

/// `GET /children/{id}/looks`: who has opened this file (C-32).
pub async fn looks(visit: Visit, address: Address) -> Response {
    let found = match address.part::<ChildId>(0) {
        Ok(id) => api::get_looks(&visit, id).await,
        Err(error) => Err(error),
    };
    let (child, looks) = match found {
        Ok(found) => found,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let when = crate::when::When::new(visit.ctx.now, &child.time_zone);
    let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
    render::page(&visit, StatusCode::OK, Head::staff(format!("Who has opened {name}’s file")), move || {
        let lines = looks
            .iter()
            .map(|look| {
                let times = if look.times == 1 { "once".to_owned() } else { format!("{} times", look.times) };
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader" data-label="Who">{look.by_name.clone()}</th>
                        <td role="cell" data-label="Last">{crate::when::capital(&when.at(look.last_at))}</td>
                        <td role="cell" data-label="How often">{times}</td>
                    </tr>
                }
            })
            .collect_view();
        let back = format!("/children/{}", child.id);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link" href=back><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>"Who has opened this file"</h1>
                        <p class="lede">"Every look is on the trail, and nobody can take it off."</p>
                    </div>
                </div>
                <div class="table-wrap" tabindex="0" role="region" aria-label="Who has opened this file">
                    <table class="table table-stack" role="table">
                        <caption class="visually-hidden">"People who opened the file, newest first"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">"Who"</th>
                                <th scope="col" role="columnheader">"Last"</th>
                                <th scope="col" role="columnheader">"How often"</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{lines}</tbody>
                    </table>
                </div>
            </StaffShell>
        }
    })
}
