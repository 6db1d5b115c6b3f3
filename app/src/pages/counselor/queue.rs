//! The counselor's first page: whom to look at now, most urgent first (C-01 to C-11).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::referral::{Priority, ReferralState};
use server::model::{ChildId, Day, ReferralId, UserId};
use server::{Error, Result};
use uuid::Uuid;

use super::queue_list::{Filters, List, Views};
use super::reports_due::ReportsDue;
use super::{child, confirmation, guardian_letter};
use crate::address::Address;
use crate::api::casework::get_guardian_letters;
use crate::api::mandatory::get_waiting_reports;
use crate::api::queue::{self as api, Asked, Bulk, Queue, Share, View};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::count_strip::{Count, CountStrip};
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::staff_islands::queue_keys::QueueKeys;
use crate::visit::{Posted, Visit};
use crate::when::{capital, spelled};

/// `GET /queue`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let undo = address.query("undo").parse::<Uuid>().ok();
    let done = confirmation(address.query("done"));
    page(&visit, Place::of(&address), StatusCode::OK, done, undo, None).await
}

/// `POST /referrals/{id}/claim`: back to the page where the button was.
pub async fn claim(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let from_child = posted.word::<ChildId>("child");
    let place = Place::read(&|name| posted.text(name).to_owned());
    let claimed = match address.part::<ReferralId>(0) {
        Ok(id) => api::claim_referral(visit, id).await,
        Err(error) => Err(error),
    };
    match (claimed, from_child) {
        (Ok(()), Some(child)) => Redirect::to(&format!("/children/{child}?done=claimed")).into_response(),
        (Ok(()), None) => Redirect::to(&place.href(&[("done", "claimed")])).into_response(),
        (Err(error @ Error::Conflict(_)), Some(child)) => {
            child::again(visit, child, child::Draft::default(), &error).await
        }
        (Err(Error::Conflict(who)), None) => {
            page(visit, place, StatusCode::CONFLICT, None, None, Some(who)).await
        }
        (Err(error), _) => render::staff_failure(visit, &error),
    }
}

/// `POST /queue/bulk`: several lines at once, with an undo.
pub async fn bulk(posted: Posted) -> Response {
    let visit = &posted.visit;
    let place = Place::read(&|name| posted.text(name).to_owned());
    let ids: Vec<ReferralId> = posted.all("id").filter_map(|id| id.parse().ok()).collect();
    if posted.text("act") == "letters" {
        return match get_guardian_letters(visit, ids).await {
            Ok(bundle) => guardian_letter::bundle_page(visit, bundle, place.href(&[])),
            Err(Error::Invalid { message, .. } | Error::Conflict(message)) => {
                page(visit, place, StatusCode::UNPROCESSABLE_ENTITY, None, None, Some(message)).await
            }
            Err(error) => render::staff_failure(visit, &error),
        };
    }
    let act: Result<Bulk> = match posted.text("act") {
        "assign" => posted
            .word::<UserId>("user")
            .map(Bulk::Assign)
            .ok_or_else(|| Error::invalid("user", "Choose to whom.")),
        _ => posted
            .word::<Day>("day")
            .map(Bulk::FollowUp)
            .ok_or_else(|| Error::invalid("day", "Choose a day for the follow-up.")),
    };
    let done = match act {
        Ok(act) => api::change_many(visit, ids, act).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => Redirect::to(&place.href(&[("done", "bulk"), ("undo", &id.to_string())])).into_response(),
        Err(Error::Invalid { message, .. } | Error::Conflict(message)) => {
            page(visit, place, StatusCode::UNPROCESSABLE_ENTITY, None, None, Some(message)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /queue/undo`.
pub async fn undo(posted: Posted) -> Response {
    let visit = &posted.visit;
    let place = Place::read(&|name| posted.text(name).to_owned());
    let done = match posted.word::<Uuid>("act") {
        Some(id) => api::undo_many(visit, id).await,
        None => Err(Error::NotFound),
    };
    match done {
        Ok(_) => Redirect::to(&place.href(&[("done", "undone")])).into_response(),
        Err(Error::Conflict(message)) => {
            page(visit, place, StatusCode::CONFLICT, None, None, Some(message)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /queue/views`: keeps the list as it is under a name, or drops a kept one.
pub async fn views(posted: Posted) -> Response {
    let visit = &posted.visit;
    let place = Place::read(&|name| posted.text(name).to_owned());
    let done = match posted.word::<Uuid>("drop") {
        Some(id) => api::remove_view(visit, id).await,
        None => {
            let query = place.href(&[]).trim_start_matches("/queue").trim_start_matches('?').to_owned();
            api::add_view(visit, posted.text("name"), &query, posted.text("shared") == "yes").await
        }
    };
    match done {
        Ok(()) => Redirect::to(&place.href(&[("done", "view")])).into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, place, StatusCode::UNPROCESSABLE_ENTITY, None, None, Some(message)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// What the address asks for: words and opaque ids, so that a link to a list can be kept and shared (C-08).
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub(super) asked: Asked,
    /// Names as initials, for a desk that others can see.
    pub(super) initials: bool,
}

/// The fields that carry a place through a form.
const FIELDS: [&str; 8] = ["view", "show", "priority", "stage", "school", "name-part", "page", "initials"];

impl Place {
    fn of(address: &Address) -> Self {
        Self::read(&|name| address.query(name).to_owned())
    }

    fn read(text: &dyn Fn(&str) -> String) -> Self {
        Self { asked: Asked::read(text), initials: text("initials") == "on" }
    }

    fn word(&self, field: &str) -> String {
        let asked = &self.asked;
        match field {
            "view" if asked.view == View::Mine => "mine".to_owned(),
            "show" => asked.show.map(|share| share.word().to_owned()).unwrap_or_default(),
            "priority" => asked.priority.map(|p| p.as_str().to_owned()).unwrap_or_default(),
            "stage" => asked.stage.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            "school" => asked.school.map(|s| s.to_string()).unwrap_or_default(),
            "name-part" => asked.name.clone(),
            "page" if asked.page > 0 => asked.page.to_string(),
            "initials" if self.initials => "on".to_owned(),
            _ => String::new(),
        }
    }

    /// Every field that is set.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        FIELDS.iter().map(|field| (*field, self.word(field))).filter(|(_, word)| !word.is_empty()).collect()
    }

    /// The same place with other words; an empty word takes a field away.
    pub(super) fn href(&self, other: &[(&str, &str)]) -> String {
        let kept = self.fields().into_iter().filter(|(field, _)| other.iter().all(|(name, _)| name != field));
        let words: Vec<String> = kept
            .map(|(field, word)| (field.to_owned(), word))
            .chain(other.iter().map(|(field, word)| ((*field).to_owned(), (*word).to_owned())))
            .filter(|(_, word)| !word.is_empty())
            .map(|(field, word)| format!("{field}={}", escaped(&word)))
            .collect();
        if words.is_empty() { "/queue".to_owned() } else { format!("/queue?{}", words.join("&")) }
    }

    /// Whether anything but the view is asked for.
    pub(super) fn is_filtered(&self) -> bool {
        self.fields().iter().any(|(field, _)| !matches!(*field, "view" | "page" | "initials"))
    }
}

/// A word as an address carries it.
fn escaped(word: &str) -> String {
    word.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

async fn page(
    visit: &Visit,
    place: Place,
    status: StatusCode,
    done: Option<&'static str>,
    undo: Option<Uuid>,
    refused: Option<String>,
) -> Response {
    let queue = match api::get_queue(visit, &place.asked).await {
        Ok(queue) => queue,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reports = match get_waiting_reports(visit).await {
        Ok(reports) => reports,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let now = visit.ctx.now;
    let reader = Reader::of(visit).on_queue(queue.mark.clone());
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("My work"), move || {
        let lede = lede(&queue, place.asked.view);
        let counts = counts(&queue, &place);
        let shown = place.asked.view;
        let tab = move |view: View| (shown == view).then_some("page");
        let undo = undo.map(|id| {
            view! {
                <form method="post" action="/queue/undo" class="undo">
                    <Token value=token.clone()/>
                    <Carried place=place.clone()/>
                    <input type="hidden" name="act" value=id.to_string()/>
                    <button class="button" type="submit"><crate::components::icon::Icon name="undo-2"/>"Undo"</button>
                </form>
            }
        });
        let initials = if place.initials { ("", "Show names") } else { ("on", "Initials only") };
        view! {
            <StaffShell reader here=Tab::Work>
                {done.map(|sentence| view! { <div class="done-row"><Confirmation sentence=Some(sentence)/>{undo}</div> })}
                {refused.clone().map(|who| view! {
                    <Banner tone=Tone::Warn head=who text="Nothing was changed." urgent=true/>
                })}
                <div class="page-head">
                    <div>
                        <h1>"My work"</h1>
                        <p class="lede">{lede}</p>
                    </div>
                    <a class="button button-quiet" href=place.href(&[("initials", initials.0)])>
                        <crate::components::icon::Icon name="eye-off"/>{initials.1}
                    </a>
                </div>
                <CountStrip label="My work in numbers" counts/>
                <ReportsDue reports=reports.clone() now initials=place.initials/>
                <nav class="tabs" aria-label="Whose referrals">
                    <a href=place.href(&[("view", ""), ("page", "")]) aria-current=tab(View::Team)>"Team"</a>
                    <a href=place.href(&[("view", "mine"), ("page", "")]) aria-current=tab(View::Mine)>"Mine"</a>
                    <a href="/queue/closed">"Closed"</a>
                </nav>
                <Filters queue=queue.clone() place=place.clone()/>
                <Views queue=queue.clone() place=place.clone() token=token.clone()/>
                <List queue place token/>
                <QueueKeys/>
            </StaffShell>
        }
    })
}

/// What a form on this page carries so that it comes back to the same place.
#[component]
pub(super) fn Carried(place: Place) -> AnyView {
    place
        .fields()
        .into_iter()
        .map(|(field, word)| view! { <input type="hidden" name=field value=word/> })
        .collect_view()
        .into_any()
}

/// How things stand, in one sentence: the most urgent fact there is.
fn lede(queue: &Queue, view: View) -> String {
    let number = |n: i64| usize::try_from(n).unwrap_or(0);
    let counts = queue.counts;
    let whose = if view == View::Mine { "with you" } else { "with your team" };
    let many = |n: i64| capital(&spelled(number(n)));
    match (counts.unseen, counts.critical, counts.overdue, counts.today, counts.open) {
        (1, ..) => "One child needs a person now: nobody has claimed the referral.".to_owned(),
        (n @ 2.., ..) => format!("{} children need a person now: nobody has claimed the referrals.", many(n)),
        (_, 1, ..) => "One child is to be seen today.".to_owned(),
        (_, n @ 2.., ..) => format!("{} children are to be seen.", many(n)),
        (_, _, 1, ..) => "One referral is overdue.".to_owned(),
        (_, _, n @ 2.., ..) => format!("{} referrals are overdue.", many(n)),
        (_, _, _, n @ 1.., _) => format!("{} due today.", many(n)),
        (.., 1) => format!("One referral is {whose}; nothing is due today."),
        (.., 0) => "New referrals appear here as soon as a student hands in.".to_owned(),
        (.., n) => format!("{} referrals are {whose}; nothing is due today.", many(n)),
    }
}

fn counts(queue: &Queue, place: &Place) -> Vec<Count> {
    let counts = queue.counts;
    [
        (Share::Critical, counts.critical, "Critical"),
        (Share::Overdue, counts.overdue, "Overdue"),
        (Share::DueToday, counts.today, "Due today"),
        (Share::Unclaimed, counts.unclaimed, "Not claimed"),
        (Share::Waiting, counts.waiting, "Waiting for others"),
        (Share::Talk, counts.talk, "Asked to talk"),
        (Share::Rescreen, counts.rescreen, "To re-screen"),
    ]
    .into_iter()
    .map(|(share, number, label)| Count {
        number: usize::try_from(number).unwrap_or(0),
        label,
        href: Some(place.href(&[("show", share.word()), ("page", "")])),
        chosen: place.asked.show == Some(share),
        critical: share == Share::Critical,
    })
    .collect()
}

/// The stages that an open referral can be at, with their words.
pub(super) fn stages() -> Vec<(&'static str, &'static str)> {
    let open = ReferralState::ALL.iter().filter(|state| **state != ReferralState::Closed);
    std::iter::once(("", "Every stage")).chain(open.map(|state| (state.as_str(), state.label()))).collect()
}

/// The priorities with their words.
pub(super) fn priorities() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("", "Every priority"))
        .chain(Priority::ALL.iter().map(|p| (p.as_str(), p.label())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_list_s_address_comes_back_as_it_was_c_08() {
        for query in [
            "",
            "?view=mine&show=overdue",
            "?priority=high&stage=open&name-part=m%C3%A9i+l&page=2&initials=on",
        ] {
            let pairs = server::http::fields::form(query.trim_start_matches('?')).unwrap();
            let text = |name: &str| {
                pairs.iter().find(|(key, _)| key == name).map(|(_, v)| v.clone()).unwrap_or_default()
            };
            assert_eq!(Place::read(&text).href(&[]), format!("/queue{query}"));
        }
    }
}
