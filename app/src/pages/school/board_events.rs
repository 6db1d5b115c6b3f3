//! Tells an open board that something in the room has changed. The stream says nothing but that: the board itself
//! comes by the page, with all its doors.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use server::ctx::{Actor, Ctx};
use server::model::SittingId;

use crate::address::Address;
use crate::api::sign_in::{Visitor, unnoticed_visit};
use crate::api::sittings::{self as api, Board};
use crate::render;
use crate::visit::Visit;

/// How often the room is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// After so many looks the stream ends, and the browser asks for the next one: no connection lives for ever.
const LOOKS: u32 = 300;

struct Watch {
    visit: Visit,
    id: SittingId,
    seen: String,
    looks: u32,
}

/// `GET /sittings/{id}/events`.
pub async fn follow(visit: Visit, address: Address) -> Response {
    let board = match address.part(0) {
        Ok(id) => api::get_board(&visit, id).await.map(|board| (id, board)),
        Err(error) => Err(error),
    };
    let (id, board) = match board {
        Ok(found) => found,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    if !visit.wants_events {
        // Whoever is no event source gets a stream that has ended.
        return ([(header::CONTENT_TYPE, "text/event-stream")], "").into_response();
    }
    // The browser opens it again by itself, at a node that stays.
    let stopped = visit.site.services.stopped();
    let watch = Watch { visit, id, seen: mark(&board), looks: 0 };
    let stream = stream::unfold(watch, |mut watch| async move {
        while watch.looks < LOOKS {
            watch.looks += 1;
            tokio::time::sleep(EVERY).await;
            let now = look(&mut watch).await?;
            if now != watch.seen {
                watch.seen = now;
                return Some((Ok::<_, Infallible>(Event::default().data("changed")), watch));
            }
        }
        None
    });
    Sse::new(stream.take_until(stopped)).keep_alive(KeepAlive::default()).into_response()
}

/// The room as it is now; none when the reader is signed out or it is not theirs any more.
async fn look(watch: &mut Watch) -> Option<String> {
    let token = watch.visit.session.clone()?;
    let ctx = Ctx::new(Actor::Nobody);
    let seen = unnoticed_visit(&watch.visit.site, &ctx, &token).await.ok()?;
    let Visitor::Actor(actor) = seen.visitor else { return None };
    watch.visit.ctx = ctx.with_actor(actor);
    api::get_board(&watch.visit, watch.id).await.ok().map(|board| mark(&board))
}

/// What is on the board, to be compared and never sent.
fn mark(board: &Board) -> String {
    let seats =
        board.seats.iter().map(|seat| format!("{}{}{}", seat.progress.as_str(), seat.hand, seat.absent));
    format!(
        "{}{:?}{}",
        board.sitting.state.as_str(),
        board.sitting.ends_at,
        seats.collect::<Vec<_>>().join(",")
    )
}
