//! Screening one child again: what is asked until when, and the child's card for it (C-29).

use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::{ChildId, Day, ReferralId};
use server::{Error, Result};
use uuid::Uuid;

use super::child::{self, Draft, Shown};
use super::referral::{Carried, check};
use crate::address::Address;
use crate::api::casework as api;
use crate::api::casework::{Rescreen, RescreenStage};
use crate::api::queue::Record;
use crate::components::field::{Choice, Input};
use crate::components::icon::Icon;
use crate::components::staff_shell::Tab;
use crate::pages::school::cards::{Framing, hand_out};
use crate::render;
use crate::visit::Posted;
use crate::when::{When, capital};

/// `POST /referrals/{id}/rescreen`.
pub async fn plan(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("rescreen", &posted, &["instrument", "due_on"]);
    let day = posted
        .word::<Day>("due_on")
        .ok_or_else(|| Error::invalid("due_on", "Give the date as year, month and day."));
    let done = match (address.part::<ReferralId>(0), day) {
        (Ok(id), Ok(day)) => {
            api::plan_rescreen(&posted.visit, id, posted.text("instrument").to_owned(), day).await
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&posted, done, draft, "rescreen").await
}

/// `POST /rescreens/{rescreen}/withdraw`.
pub async fn withdraw(address: Address, posted: Posted) -> Response {
    let done = match address.part::<Uuid>(0) {
        Ok(id) => api::withdraw_rescreen(&posted.visit, id).await,
        Err(error) => Err(error),
    };
    answer(&posted, done, Draft::default(), "rescreen_withdrawn").await
}

/// `POST /rescreens/{rescreen}/card`: the card, shown once.
pub async fn card(address: Address, posted: Posted) -> Response {
    let made = match address.part::<Uuid>(0) {
        Ok(id) => api::make_rescreen_card(&posted.visit, id).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(sheet) => {
            let back = posted
                .word::<ChildId>("child")
                .map_or_else(|| "/queue".to_owned(), |child| format!("/children/{child}"));
            let framing = Framing {
                title: "Card for a check-in".to_owned(),
                back: (back, "Back to the child".to_owned()),
                here: Tab::Work,
            };
            hand_out(&posted.visit, sheet, framing, posted.text("as") == "pdf").await
        }
        Err(error) => answer(&posted, Err(error), Draft::default(), "").await,
    }
}

/// Back to the child's page, or the same page again with what was typed.
async fn answer(posted: &Posted, done: Result<()>, draft: Draft, word: &str) -> Response {
    match (done, posted.word::<ChildId>("child")) {
        (Ok(()), Some(child)) => {
            Redirect::to(&format!("/children/{child}?done={word}#rescreens")).into_response()
        }
        (Ok(()), None) => Redirect::to("/queue").into_response(),
        (Err(error @ (Error::Invalid { .. } | Error::Conflict(_))), Some(child)) => {
            child::again(&posted.visit, child, draft, &error).await
        }
        (Err(error), _) => render::staff_failure(&posted.visit, &error),
    }
}

/// The child's re-screens, with the way to a card, and the form for another one.
pub(super) fn rescreens(record: &Record, token: &str, shown: &Shown, when: &When, claimed: bool) -> AnyView {
    let rescreens = &record.casework.rescreens;
    let child = record.child.id;
    let form = record
        .open
        .as_ref()
        .filter(|_| claimed)
        .map(|open| form(record, open.referral.id, token, shown, when));
    if rescreens.list.is_empty() && form.is_none() {
        return ().into_any();
    }
    let lines = rescreens.list.iter().map(|one| line(one, child, token, when)).collect_view();
    let list = if rescreens.list.is_empty() {
        view! { <p class="muted">"None yet."</p> }.into_any()
    } else {
        view! { <ul class="strip">{lines}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="rescreens-head" id="rescreens">
            <h2 id="rescreens-head">"Re-screens"</h2>
            {list}
            {form}
        </section>
    }
    .into_any()
}

fn line(one: &Rescreen, child: ChildId, token: &str, when: &When) -> AnyView {
    let id = one.id;
    let words = match one.stage {
        RescreenStage::Planned if one.due_on < when.today() => "No card yet; its day is over".to_owned(),
        RescreenStage::Planned => "No card yet".to_owned(),
        RescreenStage::CardOut(ends) => {
            let last = ends.plus_seconds(-1).day_in(&when.zone);
            format!("The card works until the end of {}", when.date(last))
        }
        RescreenStage::NotAnswered => "Not answered; the card works no more".to_owned(),
        RescreenStage::Answered(at) => format!("Answered {}", when.at(at)),
        RescreenStage::Declined => "The child said no thanks".to_owned(),
        RescreenStage::Withdrawn => "Taken back".to_owned(),
    };
    let by = one
        .planned_by
        .as_ref()
        .map_or_else(|| "planned by itself".to_owned(), |by| format!("planned by {by}"));
    let about = format!(" of {}, {}", one.title, when.date(one.due_on));
    let acts = one.waits().then(|| {
        let make = if one.stage == RescreenStage::Planned { "Make the card" } else { "New card" };
        view! {
            <span>
                <form method="post" action=format!("/rescreens/{id}/card")>
                    <Carried token=token.to_owned() child/>
                    <button class="button button-small" type="submit"><Icon name="printer"/><span>{make}<span class="visually-hidden">{about.clone()}</span></span></button>
                    <button class="button button-small button-quiet" type="submit" name="as" value="pdf">"PDF"<span class="visually-hidden">{about.clone()}</span></button>
                </form>
                <form method="post" action=format!("/rescreens/{id}/withdraw")>
                    <Carried token=token.to_owned() child/>
                    <button class="button button-small button-quiet" type="submit">"Take back"<span class="visually-hidden">{about}</span></button>
                </form>
            </span>
        }
    });
    view! {
        <li class="strip-acts">
            <time datetime=one.due_on.to_string()>{capital(&when.day(one.due_on))}</time>
            <span>{one.title.clone()}<span class="table-sub">{format!("{words} · {by}")}</span></span>
            {acts}
        </li>
    }
    .into_any()
}

fn form(record: &Record, referral: ReferralId, token: &str, shown: &Shown, when: &When) -> AnyView {
    let choices = &record.casework.rescreens.choices;
    let (can, cannot): (Vec<_>, Vec<_>) = choices.iter().partition(|c| c.refused.is_none());
    let refused = cannot
        .into_iter()
        .map(|c| {
            let why = c.refused.clone().unwrap_or_default();
            view! { <p class="muted small">{format!("{} cannot be asked again: {why}.", c.title)}</p> }
        })
        .collect_view();
    if can.is_empty() {
        return refused.into_any();
    }
    let from = can.iter().map(|c| c.from).min().unwrap_or_else(|| when.today());
    let options: Vec<(String, String)> = can
        .iter()
        .map(|c| {
            let from = if c.from > when.today() {
                format!(", from {} on", when.date(c.from))
            } else {
                String::new()
            };
            (c.instrument.clone(), format!("{}{from}", c.title))
        })
        .collect();
    let typed = shown.draft.form == "rescreen";
    view! {
        <details class="disclosure" open=typed>
            <summary><Icon name="calendar"/>"Screen again"</summary>
            <form class="form" method="post" action=format!("/referrals/{referral}/rescreen")>
                <Carried token=token.to_owned() child=record.child.id/>
                <Choice label="With" name="instrument" check=check(shown, "rescreen", "instrument", false) options chosen=shown.draft.text("rescreen", "instrument")/>
                <Input
                    label="To be answered until"
                    name="due_on"
                    kind="date"
                    check=check(shown, "rescreen", "due_on", true)
                    text=shown.draft.text("rescreen", "due_on")
                    min=from.to_string()
                    hint="The card you make then works until the end of this day, from any device. The result lands on the same curve."
                    required=true
                />
                <div class="buttons"><button class="button" type="submit">"Plan it"</button></div>
            </form>
        </details>
        {refused}
    }
    .into_any()
}
