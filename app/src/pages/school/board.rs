//! The board of a sitting, readable from two metres: who is where, never what or how, and the script beside it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::administration::Progress;
use server::model::window::{SittingState, WindowState};
use server::model::{ChildId, SittingId};
use server::{Error, Result};

use super::script::Script;
use super::sittings::{StateTag, state};
use crate::address::Address;
use crate::api::sittings::{self as api, Board, Hand, LooseEnds, Seat, Sitting};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::count_strip::{Count, CountStrip};
use crate::components::field::{Check, Input};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::staff_islands::live_board::LiveBoard;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /sittings/{id}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "opened" => Some("The sitting is open. Cards of this class work now."),
        "lowered" => Some("The hand is down again."),
        "extended" => Some("A quarter of an hour more."),
        "marked" => Some("Saved."),
        "closed" => Some("The sitting is closed. Every device of this class is signed out."),
        _ => None,
    };
    match address.part(0) {
        Ok(id) => page(&visit, id, StatusCode::OK, done, Refused::Nothing).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /sittings/{id}/open`.
pub async fn open(address: Address, posted: Posted) -> Response {
    let id = address.part::<SittingId>(0);
    let done = match &id {
        Ok(id) => api::open_sitting(&posted.visit, *id).await,
        Err(_) => Err(Error::NotFound),
    };
    answer(&posted.visit, id, done, "opened").await
}

/// `POST /sittings/{id}/close`: while something is open in the room, the page asks for a reason first.
pub async fn close(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = address.part::<SittingId>(0);
    let done = match &id {
        Ok(id) => api::close_sitting(visit, *id, posted.text("reason")).await,
        Err(_) => Err(Error::NotFound),
    };
    match (id, done) {
        (Ok(id), Err(Error::Invalid { field: "reason", .. })) => {
            page(visit, id, StatusCode::CONFLICT, None, Refused::LooseEnds).await
        }
        (id, done) => answer(visit, id, done, "closed").await,
    }
}

/// `POST /sittings/{id}/extend`.
pub async fn extend(address: Address, posted: Posted) -> Response {
    let id = address.part::<SittingId>(0);
    let done = match &id {
        Ok(id) => api::extend_sitting(&posted.visit, *id).await,
        Err(_) => Err(Error::NotFound),
    };
    answer(&posted.visit, id, done, "extended").await
}

/// `POST /sittings/{id}/absent/{child}`: `there` takes the mark away again.
pub async fn absent(address: Address, posted: Posted) -> Response {
    let (id, child) = (address.part::<SittingId>(0), address.part::<ChildId>(1));
    let done = match (&id, child) {
        (Ok(id), Ok(child)) => {
            api::set_absent(&posted.visit, *id, child, posted.text("mark") != "there").await
        }
        _ => Err(Error::NotFound),
    };
    answer(&posted.visit, id, done, "marked").await
}

/// Why nothing was changed.
enum Refused {
    Nothing,
    Because(String),
    /// Something is open in the room, so closing wants a reason.
    LooseEnds,
}

/// `POST /sittings/{id}/hands/{child}/lower`.
pub async fn lower_hand(address: Address, posted: Posted) -> Response {
    let (id, child) = (address.part::<SittingId>(0), address.part::<ChildId>(1));
    let done = match (&id, child) {
        (Ok(id), Ok(child)) => api::lower_hand(&posted.visit, *id, child).await,
        _ => Err(Error::NotFound),
    };
    answer(&posted.visit, id, done, "lowered").await
}

/// `POST /sittings/{id}/start/{child}`: this device becomes the child's.
pub async fn start_here(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let (id, child) = (address.part::<SittingId>(0), address.part::<ChildId>(1));
    let (Ok(id), Ok(child)) = (id, child) else { return render::staff_failure(visit, &Error::NotFound) };
    match api::start_here(visit, id, child).await {
        Ok(token) => visit.signed_in(&token, "/check-in"),
        Err(Error::Invalid { message, .. }) => {
            page(visit, id, StatusCode::CONFLICT, None, Refused::Because(message)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn answer(visit: &Visit, id: Result<SittingId>, done: Result<()>, word: &str) -> Response {
    match (id, done) {
        (Ok(id), Ok(())) => Redirect::to(&format!("/sittings/{id}?done={word}")).into_response(),
        (Ok(id), Err(Error::Conflict(why))) => {
            page(visit, id, StatusCode::CONFLICT, None, Refused::Because(why)).await
        }
        (Err(error), _) | (_, Err(error)) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    id: SittingId,
    status: StatusCode,
    done: Option<&'static str>,
    refused: Refused,
) -> Response {
    let (refused, loose) = match refused {
        Refused::Nothing => (None, None),
        Refused::Because(why) => (Some(why), None),
        Refused::LooseEnds => match api::get_loose_ends(visit, id).await {
            Ok(ends) => (None, Some(ends)),
            Err(error) => return render::staff_failure(visit, &error),
        },
    };
    let board = match api::get_board(visit, id).await {
        Ok(board) => board,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let hands = match api::get_hands(visit, id).await {
        Ok(hands) => hands,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let now = visit.ctx.now;
    let title = format!("Class {}", board.sitting.class_name);
    render::page(visit, status, Head::staff(title.clone()), move || {
        let Board { sitting, seats } = board;
        let when = When::new(now, &sitting.time_zone);
        let state = state(&sitting, now);
        let until = match (state, sitting.ends_at) {
            (SittingState::Open, Some(ends)) => format!(", open until {}", when.at(ends)),
            _ => String::new(),
        };
        let lede = format!("{} · {}{until}", sitting.window_name, sitting.school_name);
        let counts = counts(&seats);
        let words: Vec<String> =
            counts.iter().filter(|c| c.number > 0).map(|c| format!("{} {}", c.number, c.label)).collect();
        view! {
            <StaffShell reader here=Tab::Sittings>
                <Confirmation sentence=done/>
                {refused.map(|why| view! { <Banner tone=Tone::Warn head=why urgent=true/> })}
                {loose.map(|ends| view! { <BeforeYouClose id ends token=token.clone()/> })}
                <BackLink href="/sittings">"Sittings"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>{title}" "<StateTag state/></h1>
                        <p class="lede">{lede}</p>
                    </div>
                    <Buttons sitting state token=token.clone()/>
                </div>
                <div id="live-board" class="stack">
                    {(!hands.is_empty()).then(|| view! { <Hands id hands token=token.clone() when=when.clone()/> })}
                    <CountStrip label="The class in numbers" counts/>
                    <Seats id open=state == SittingState::Open token seats/>
                </div>
                <p class="visually-hidden" id="board-words" role="status">{words.join(", ")}</p>
                <LiveBoard/>
                <Script/>
            </StaffShell>
        }
    })
}

/// Children that asked for an adult: who and since when, never why (K-27).
#[component]
fn Hands(id: SittingId, hands: Vec<Hand>, token: String, when: When) -> AnyView {
    let lines = hands
        .into_iter()
        .map(|hand| {
            let initial = hand.family_name.reveal().chars().next().map_or_else(String::new, |c| format!(" {c}."));
            let name = format!("{}{initial}", hand.given_name.reveal());
            view! {
                <li>
                    <form class="buttons" method="post" action=format!("/sittings/{id}/hands/{}/lower", hand.child_id)>
                        <Token value=token.clone()/>
                        <p><Icon name="hand"/>" "<strong>{name.clone()}</strong>" asks for you since "{when.at(hand.raised_at)}</p>
                        <button class="button" type="submit">"I was there"<span class="visually-hidden">": "{name}</span></button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="hands-head">
            <h2 id="hands-head">"Hands up"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

/// What is still open in the room, and the reason that closing it wants.
#[component]
fn BeforeYouClose(id: SittingId, ends: LooseEnds, token: String) -> AnyView {
    let names = |head: &'static str, names: Vec<String>| {
        (!names.is_empty()).then(|| view! { <li><strong>{head}</strong>" "{names.join(", ")}</li> })
    };
    let check = Check {
        id: "reason".to_owned(),
        error: Some("Say why the sitting closes all the same.".to_owned()),
        hint: false,
    };
    view! {
        <section class="card" aria-labelledby="gate-head" role="alert">
            <h2 id="gate-head">"Before you close"</h2>
            <p>"A device that is away may hold answers that have not arrived. Bring it back to the network, or say why it cannot wait."</p>
            <ul class="stack-tight">
                {names("Not everything has arrived from:", ends.unsynced)}
                {names("Hand up:", ends.hands)}
                {names("Left before the end:", ends.left_early)}
            </ul>
            <form class="form" method="post" action=format!("/sittings/{id}/close")>
                <Token value=token/>
                <Input label="Reason" name="reason" check text=String::new() required=true/>
                <div class="buttons">
                    <button class="button button-danger" type="submit"><Icon name="lock"/>"Close all the same"</button>
                    <a class="button" href=format!("/sittings/{id}")>"Back to the board"</a>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What can be done with the sitting as it stands.
#[component]
fn Buttons(sitting: Sitting, state: SittingState, token: String) -> AnyView {
    let id = sitting.id;
    let reload = view! {
        <a class="button" href=format!("/sittings/{id}/cards")><Icon name="printer"/>"Cards"</a>
        <a class="button" href=format!("/sittings/{id}")>"Refresh"</a>
    };
    let act = match (state, sitting.window_state) {
        (SittingState::Open, _) => view! {
            <form method="post" action=format!("/sittings/{id}/extend")>
                <Token value=token.clone()/>
                <button class="button" type="submit"><Icon name="clock"/>"15 minutes more"</button>
            </form>
            <form method="post" action=format!("/sittings/{id}/close")>
                <Token value=token/>
                <button class="button" type="submit"><Icon name="lock"/>"Close sitting"</button>
            </form>
        }
        .into_any(),
        (_, WindowState::Open) => view! {
            <form method="post" action=format!("/sittings/{id}/open")>
                <Token value=token/>
                <button class="button button-primary" type="submit"><Icon name="door-open"/>"Open sitting"</button>
            </form>
        }
        .into_any(),
        _ => view! { <p class="muted">"The check-in is not open at this time."</p> }.into_any(),
    };
    view! { <div class="buttons">{reload}{act}</div> }.into_any()
}

/// The things a proctor may know of a child: word, icon, class of the seat.
fn words(progress: Progress) -> (&'static str, &'static str, &'static str) {
    match progress {
        Progress::NotStarted => ("Not started", "circle-dashed", "seat seat-waiting"),
        Progress::Working => ("Working", "circle-dot", "seat seat-working"),
        Progress::Finished => ("Finished", "circle-check", "seat seat-finished"),
        Progress::Offline => ("Offline", "wifi-off", "seat seat-hand"),
        Progress::NotToday => ("Not today", "ban", "seat seat-out"),
    }
}

fn counts(seats: &[Seat]) -> Vec<Count> {
    [Progress::Finished, Progress::Working, Progress::Offline, Progress::NotStarted, Progress::NotToday]
        .into_iter()
        .map(|progress| {
            let number = seats.iter().filter(|s| s.progress == progress).count();
            Count::plain(number, words(progress).0)
        })
        .collect()
}

#[component]
fn Seats(id: SittingId, open: bool, token: String, seats: Vec<Seat>) -> AnyView {
    let cells = seats
        .into_iter()
        .map(|seat| {
            let (state, icon, class) = if seat.hand { ("Hand up", "hand", "seat seat-hand") } else { words(seat.progress) };
            let name = format!("{} {}", seat.first_name.reveal(), seat.initial);
            let may_start = open && seat.progress == Progress::NotStarted;
            let start = may_start.then(|| view! {
                <form method="post" action=format!("/sittings/{id}/start/{}", seat.child)>
                    <Token value=token.clone()/>
                    <button class="button button-quiet button-small" type="submit">
                        "Start here"<span class="visually-hidden">{format!(": {name} on this device, and you are signed out of it")}</span>
                    </button>
                </form>
            });
            // Who was not there is marked while the sitting runs, and the mark taken away when somebody comes late.
            let mark = match (open, seat.progress, seat.absent) {
                (true, Progress::NotStarted, _) => Some(("away", "Not here")),
                (true, Progress::NotToday, true) => Some(("there", "Is here")),
                _ => None,
            };
            let mark = mark.map(|(value, words)| view! {
                <form method="post" action=format!("/sittings/{id}/absent/{}", seat.child)>
                    <Token value=token.clone()/>
                    <button class="button button-quiet button-small" type="submit" name="mark" value=value>
                        {words}<span class="visually-hidden">{format!(": {name}")}</span>
                    </button>
                </form>
            });
            view! {
                <li class=class>
                    <span class="seat-name">{name.clone()}</span>
                    " "
                    <span class="seat-state"><Icon name=icon/>" "{state}</span>
                    <div class="seat-acts">{start}{mark}</div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-label="The class">
            <ul class="board">{cells}</ul>
        </section>
    }
    .into_any()
}
