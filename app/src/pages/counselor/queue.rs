//! The counselor's first page: whom to look at now, most urgent first (C-01 to C-04).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::referral::{Priority, ReferralState};
use server::model::{ChildId, ReferralId};

use super::{child, confirmation};
use crate::address::Address;
use crate::api::alerts::get_queue_mark;
use crate::api::queue::{self as api, Queue, QueueRow, Share, View};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::count_strip::{Count, CountStrip};
use crate::components::due_clock::{Clock, DueClock};
use crate::components::empty::Empty;
use crate::components::form::Token;
use crate::components::priority_tag::PriorityTag;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital, spelled};

/// `GET /queue`.
pub async fn show(visit: Visit, address: Address) -> Response {
    page(&visit, Asked::of(&address), StatusCode::OK, None).await
}

/// `POST /referrals/{id}/claim`: back to the page where the button was.
pub async fn claim(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let from_child = posted.word::<ChildId>("child");
    let asked = Asked { view: view(posted.text("view")), ..Asked::default() };
    let claimed = match address.part::<ReferralId>(0) {
        Ok(id) => api::claim_referral(visit, id).await,
        Err(error) => Err(error),
    };
    match (claimed, from_child) {
        (Ok(()), Some(child)) => Redirect::to(&format!("/children/{child}?done=claimed")).into_response(),
        (Ok(()), None) => Redirect::to(&asked.href(asked.show, "claimed")).into_response(),
        (Err(error @ Error::Conflict(_)), Some(child)) => {
            child::again(visit, child, child::Draft::default(), &error).await
        }
        (Err(Error::Conflict(who)), None) => page(visit, asked, StatusCode::CONFLICT, Some(who)).await,
        (Err(error), _) => render::staff_failure(visit, &error),
    }
}

/// What the address asks for.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    view: View,
    show: Option<Share>,
    done: Option<&'static str>,
}

fn view(word: &str) -> View {
    if word == "mine" { View::Mine } else { View::Team }
}

impl Asked {
    fn of(address: &Address) -> Self {
        let show = match address.query("show") {
            "critical" => Some(Share::Critical),
            "today" => Some(Share::DueToday),
            "overdue" => Some(Share::Overdue),
            "unclaimed" => Some(Share::Unclaimed),
            _ => None,
        };
        Self { view: view(address.query("view")), show, done: confirmation(address.query("done")) }
    }

    /// The same view with another list or a confirmation.
    fn href(self, show: Option<Share>, done: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        if self.view == View::Mine {
            words.push("view=mine".to_owned());
        }
        if let Some(share) = show {
            words.push(format!("show={}", word(share)));
        }
        if !done.is_empty() {
            words.push(format!("done={done}"));
        }
        if words.is_empty() { "/queue".to_owned() } else { format!("/queue?{}", words.join("&")) }
    }
}

fn word(share: Share) -> &'static str {
    match share {
        Share::Critical => "critical",
        Share::DueToday => "today",
        Share::Overdue => "overdue",
        Share::Unclaimed => "unclaimed",
    }
}

async fn page(visit: &Visit, asked: Asked, status: StatusCode, refused: Option<String>) -> Response {
    let queue = match api::get_queue(visit, asked.view).await {
        Ok(queue) => queue,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let mark = match get_queue_mark(visit).await {
        Ok(mark) => mark,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit).on_queue(mark);
    let token = visit.form_token.clone();
    render::page(visit, status, Head::staff("My work"), move || {
        let lede = lede(&queue, asked.view);
        let counts = counts(&queue, asked);
        let tab = move |view: View| (asked.view == view).then_some("page");
        view! {
            <StaffShell reader here=Tab::Work>
                <Confirmation sentence=asked.done/>
                {refused.map(|who| view! {
                    <Banner tone=Tone::Warn head=who text="You can still open the child’s page." urgent=true/>
                })}
                <div class="page-head">
                    <div>
                        <h1>"My work"</h1>
                        <p class="lede">{lede}</p>
                    </div>
                </div>
                <CountStrip label="My work in numbers" counts/>
                <nav class="tabs" aria-label="Whose referrals">
                    <a href="/queue" aria-current=tab(View::Team)>"Team"</a>
                    <a href="/queue?view=mine" aria-current=tab(View::Mine)>"Mine"</a>
                </nav>
                <List queue asked token/>
            </StaffShell>
        }
    })
}

/// How things stand, in one sentence: the most urgent fact there is.
fn lede(queue: &Queue, view: View) -> String {
    let unseen = queue
        .rows
        .iter()
        .filter(|r| r.priority == Priority::Critical && Share::Unclaimed.holds(r, queue.as_of))
        .count();
    let whose = if view == View::Mine { "with you" } else { "with your team" };
    match (unseen, queue.critical, queue.overdue, queue.due_today, queue.rows.len()) {
        (1, ..) => "One child needs a person now: nobody has claimed the referral.".to_owned(),
        (n @ 2.., ..) => {
            format!("{} children need a person now: nobody has claimed the referrals.", capital(&spelled(n)))
        }
        (_, 1, ..) => "One child is to be seen today.".to_owned(),
        (_, n @ 2.., ..) => format!("{} children are to be seen.", capital(&spelled(n))),
        (_, _, 1, ..) => "One referral is overdue.".to_owned(),
        (_, _, n @ 2.., ..) => format!("{} referrals are overdue.", capital(&spelled(n))),
        (_, _, _, n @ 1.., _) => format!("{} due today.", capital(&spelled(n))),
        (.., 1) => format!("One referral is {whose}; nothing is due today."),
        (.., 0) => "New referrals appear here as soon as a student hands in.".to_owned(),
        (.., n) => format!("{} referrals are {whose}; nothing is due today.", capital(&spelled(n))),
    }
}

fn counts(queue: &Queue, asked: Asked) -> Vec<Count> {
    [
        (Share::Critical, queue.critical, "Critical"),
        (Share::Overdue, queue.overdue, "Overdue"),
        (Share::DueToday, queue.due_today, "Due today"),
        (Share::Unclaimed, queue.unclaimed, "Not claimed"),
    ]
    .into_iter()
    .map(|(share, number, label)| Count {
        number,
        label,
        href: Some(asked.href(Some(share), "")),
        chosen: asked.show == Some(share),
        critical: share == Share::Critical,
    })
    .collect()
}

#[component]
fn List(queue: Queue, asked: Asked, token: String) -> AnyView {
    let now = queue.as_of;
    let rows: Vec<QueueRow> =
        queue.rows.into_iter().filter(|r| asked.show.is_none_or(|share| share.holds(r, now))).collect();
    let all = asked.href(None, "");
    let clear = asked.show.map(|_| view! { <p><a href=all.clone()>"Show all open referrals"</a></p> });
    if rows.is_empty() {
        let (head, text) = match (asked.show, asked.view) {
            (Some(_), _) => ("Nothing here", "No open referral belongs to this list."),
            (None, View::Mine) => {
                ("Nothing due", "You have claimed no open referral. The team’s are one tab away.")
            }
            (None, View::Team) => ("Nothing due", "New referrals appear here as soon as a student hands in."),
        };
        return view! { {clear} <Empty head text/> }.into_any();
    }
    let mut schools: Vec<&str> = rows.iter().map(|r| r.school_name.as_str()).collect();
    schools.sort_unstable();
    schools.dedup();
    let many_schools = schools.len() > 1;
    let lines = rows
        .into_iter()
        .map(|row| view! { <Line row token=token.clone() now many_schools asked reader=queue.reader/> })
        .collect_view();
    view! {
        {clear}
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">"Open referrals, most urgent first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["Priority", "Due", "Student", "Why", "Stage", "Owner", "Last contact"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(
    row: QueueRow,
    token: String,
    now: server::model::Instant,
    many_schools: bool,
    asked: Asked,
    reader: server::model::UserId,
) -> AnyView {
    let when = When::new(now, &row.time_zone);
    let clock =
        Clock { priority: row.priority, stage: row.state, opened_at: row.opened_at, due_at: row.due_at };
    let critical = row.priority == Priority::Critical;
    let name = format!("{} {}", row.given_name.reveal(), row.family_name.reveal());
    let mut place = format!("Grade {}, {}", row.grade, row.class_name);
    if many_schools {
        place = format!("{place} · {}", row.school_name);
    }
    let why = row.why.as_ref().map_or("Referred by hand", |why| why.reveal().as_str()).to_owned();
    let contact = row.last_contact_at.map_or_else(|| "None yet".to_owned(), |at| capital(&when.at(at)));
    let unclaimed = matches!(row.state, ReferralState::Open | ReferralState::Reopened);
    let owner = if unclaimed {
        let class = if critical { "button button-small button-primary" } else { "button button-small" };
        let view = if asked.view == View::Mine { "mine" } else { "team" };
        view! {
            <form method="post" action=format!("/referrals/{}/claim", row.id)>
                <Token value=token/>
                <input type="hidden" name="view" value=view/>
                <button class=class type="submit">"Claim"<span class="visually-hidden">{format!(" {name}")}</span></button>
            </form>
        }
        .into_any()
    } else if row.owner_id == reader {
        "You".into_any()
    } else {
        row.owner_name.into_any()
    };
    view! {
        <tr role="row" class=critical.then_some("row-critical")>
            <td role="cell" data-label="Priority"><PriorityTag priority=row.priority/></td>
            <td role="cell" data-label="Due"><DueClock clock when=when.clone()/></td>
            <th scope="row" role="rowheader" data-label="Student">
                <span>
                    <a href=format!("/children/{}", row.child_id)>{name.clone()}</a>
                    <span class="table-sub">{place}</span>
                </span>
            </th>
            <td role="cell" data-label="Why">
                <span>{why}<span class="table-sub">{capital(&when.at(row.opened_at))}</span></span>
            </td>
            <td role="cell" data-label="Stage">{row.state.label()}</td>
            <td role="cell" data-label="Owner">{owner}</td>
            <td role="cell" data-label="Last contact">{contact}</td>
        </tr>
    }
    .into_any()
}
