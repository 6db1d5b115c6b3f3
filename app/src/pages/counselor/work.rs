//! The steps of a referral. After each, the browser goes back to the child's page; a form that cannot be accepted
//! comes back with what was typed.

use axum::response::{IntoResponse, Redirect, Response};
use server::model::referral::{Outcome, Priority, Verb};
use server::model::{ChildId, Day, ReferralId, UserId};
use server::{Error, Result};

use super::child::{self, Draft};
use crate::address::Address;
use crate::api::casework::{self, Accepts, Answer};
use crate::api::queue::{self as api, Closed, Closing, NewContact};
use crate::render;
use crate::visit::Posted;

/// `POST /referrals/{id}/contact`.
pub async fn contact(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("contact", &posted, &["with", "how", "reached", "phrase", "note", "next"]);
    let done = match (address.part::<ReferralId>(0), read_contact(&posted)) {
        (Ok(id), Ok(contact)) => api::add_contact(&posted.visit, id, contact).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&posted, done, draft, "contact").await
}

fn read_contact(posted: &Posted) -> Result<NewContact> {
    let missing = |field, message: &str| Error::invalid(field, message);
    let next = posted.text("next").trim();
    Ok(NewContact {
        with: posted.word("with").ok_or_else(|| missing("with", "Say with whom you spoke."))?,
        how: posted.word("how").ok_or_else(|| missing("how", "Say how the contact was made."))?,
        reached: match posted.text("reached") {
            "yes" => true,
            "no" => false,
            _ => return Err(missing("reached", "Say whether the person was reached.")),
        },
        note: begun(posted.text("phrase"), posted.text("note")).into(),
        next: if next.is_empty() {
            None
        } else {
            Some(next.parse::<Day>().map_err(|_| missing("next", "Give the date as year, month and day."))?)
        },
    })
}

/// A chosen phrase before what was typed.
fn begun(phrase: &str, note: &str) -> String {
    let phrase = PHRASES.iter().find(|(word, _)| *word == phrase).map_or("", |(_, phrase)| *phrase);
    [phrase, note.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What most contacts begin with, so that one is logged in seconds (C-24): word and phrase.
pub(super) const PHRASES: [(&str, &str); 6] = [
    ("week", "Talked about how the week went."),
    ("again", "Agreed to meet again."),
    ("informed", "Told what happens next, and who helps."),
    ("agreed", "Agreed to help outside the school."),
    ("no_answer", "No answer; left word to call back."),
    ("not_there", "Was not at school today."),
];

/// `POST /referrals/{id}/note`.
pub async fn note(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("note", &posted, &["body", "visibility"]);
    let visibility = match posted.text("visibility") {
        "own" => "own",
        "shared" => "shared",
        _ => "team",
    };
    let body = posted.text("body").to_owned().into();
    let done = match address.part::<ReferralId>(0) {
        Ok(id) => api::add_note(&posted.visit, id, visibility, body).await,
        Err(error) => Err(error),
    };
    answer(&posted, done, draft, "note").await
}

/// `POST /referrals/{id}/step`.
pub async fn step(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("step", &posted, &["step"]);
    let verb = posted.word::<Verb>("step").ok_or_else(|| Error::invalid("step", "Choose one of the steps."));
    let done = match (address.part::<ReferralId>(0), verb) {
        (Ok(id), Ok(verb)) => api::advance_referral(&posted.visit, id, verb, String::new().into()).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&posted, done, draft, "step").await
}

/// `POST /referrals/{id}/close`.
pub async fn close(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("close", &posted, &["outcome", "seen_by", "reason"]);
    let outcome = posted.word::<Outcome>("outcome").ok_or_else(|| {
        Error::invalid("outcome", "Choose what came of it: a referral closes with an outcome.")
    });
    let done = match (address.part::<ReferralId>(0), outcome) {
        (Ok(id), Ok(outcome)) => {
            let closing = Closing {
                outcome,
                seen_by: posted.text("seen_by").to_owned().into(),
                reason: posted.text("reason").to_owned().into(),
            };
            api::close_referral(&posted.visit, id, closing).await
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let word = if matches!(done, Ok(Closed::WhenConfirmed)) { "proposed" } else { "closed" };
    answer(&posted, done.map(drop), draft, word).await
}

/// `POST /referrals/{id}/confirm`: the second person's answer to a closing.
pub async fn confirm(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("confirm", &posted, &["note"]);
    let (given, word) = match posted.text("answer") {
        "yes" => (Answer::Confirmed, "confirmed"),
        _ => (Answer::Returned, "returned"),
    };
    let note = posted.text("note").to_owned().into();
    let done = match address.part::<ReferralId>(0) {
        Ok(id) => casework::answer_closing(&posted.visit, id, given, note).await,
        Err(error) => Err(error),
    };
    answer(&posted, done, draft, word).await
}

/// `POST /referrals/{id}/priority`.
pub async fn priority(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("priority", &posted, &["priority", "reason"]);
    let to = posted.word::<Priority>("priority").ok_or_else(|| Error::invalid("priority", "Choose a level."));
    let reason = posted.text("reason").to_owned().into();
    let done = match (address.part::<ReferralId>(0), to) {
        (Ok(id), Ok(to)) => casework::set_priority(&posted.visit, id, to, reason).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&posted, done, draft, "priority").await
}

/// `POST /referrals/{id}/snooze`.
pub async fn snooze(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("snooze", &posted, &["until", "reason"]);
    let until = posted
        .word::<Day>("until")
        .ok_or_else(|| Error::invalid("until", "Give the date as year, month and day."));
    let reason = posted.text("reason").to_owned().into();
    let done = match (address.part::<ReferralId>(0), until) {
        (Ok(id), Ok(until)) => casework::snooze_referral(&posted.visit, id, until, reason).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&posted, done, draft, "snoozed").await
}

/// `POST /referrals/{id}/reopen`.
pub async fn reopen(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("reopen", &posted, &["reason"]);
    let reason = posted.text("reason").to_owned().into();
    let done = match address.part::<ReferralId>(0) {
        Ok(id) => api::advance_referral(&posted.visit, id, Verb::Reopen, reason).await,
        Err(error) => Err(error),
    };
    answer(&posted, done, draft, "reopened").await
}

/// `POST /referrals/{id}/follow-up`.
pub async fn follow_up(address: Address, posted: Posted) -> Response {
    let done = match (address.part::<ReferralId>(0), posted.word("follow_up")) {
        (Ok(id), Some(follow_up)) => casework::finish_follow_up(&posted.visit, id, follow_up).await,
        _ => Err(Error::NotFound),
    };
    answer(&posted, done, Draft::default(), "follow_up").await
}

/// `POST /referrals/{id}/offer`.
pub async fn offer(address: Address, posted: Posted) -> Response {
    let draft = Draft::of("offer", &posted, &["to", "next_step"]);
    let to = posted.word::<UserId>("to").ok_or_else(|| Error::invalid("to", "Choose to whom."));
    let next_step = posted.text("next_step").to_owned().into();
    let done = match (address.part::<ReferralId>(0), to) {
        (Ok(id), Ok(to)) => casework::offer_hand_over(&posted.visit, id, to, next_step).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&posted, done, draft, "offered").await
}

/// `POST /referrals/{id}/offer/answer`.
pub async fn answer_offer(address: Address, posted: Posted) -> Response {
    let (accepts, word) = match posted.text("answer") {
        "yes" => (Accepts::Yes, "accepted"),
        _ => (Accepts::No, "declined"),
    };
    let done = match address.part::<ReferralId>(0) {
        Ok(id) => casework::answer_hand_over(&posted.visit, id, accepts).await,
        Err(error) => Err(error),
    };
    answer(&posted, done, Draft::default(), word).await
}

/// Back to the child's page, or the same page again with what was typed.
async fn answer(posted: &Posted, done: Result<()>, draft: Draft, word: &str) -> Response {
    let child = posted.word::<ChildId>("child");
    match (done, child) {
        (Ok(()), Some(child)) => Redirect::to(&format!("/children/{child}?done={word}")).into_response(),
        (Ok(()), None) => Redirect::to(&format!("/queue?done={word}")).into_response(),
        (Err(error @ (Error::Invalid { .. } | Error::Conflict(_))), Some(child)) => {
            child::again(&posted.visit, child, draft, &error).await
        }
        (Err(error), _) => render::staff_failure(&posted.visit, &error),
    }
}
