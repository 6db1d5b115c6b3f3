//! Tells an open page of staff that its alerts or its queue have changed. The stream says nothing but that: what has
//! changed comes by [`super::alerts`], with all its doors, and an open page that has no stream asks by itself.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use server::ctx::{Actor, Ctx};

use crate::api::alerts as api;
use crate::api::sign_in::{Visitor, unnoticed_visit};
use crate::components::alert_strip;
use crate::render;
use crate::visit::Visit;

/// How often to look.
const EVERY: Duration = Duration::from_secs(2);
/// After so many looks the stream ends, and the browser asks for the next one: no connection lives for ever.
const LOOKS: u32 = 150;

struct Watch {
    visit: Visit,
    seen: String,
    looks: u32,
}

/// `GET /alerts/events`.
pub async fn follow(visit: Visit) -> Response {
    let queue = match api::get_queue_mark(&visit).await {
        Ok(queue) => queue,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    if !visit.wants_events {
        // Whoever is no event source gets a stream that has ended.
        return ([(header::CONTENT_TYPE, "text/event-stream")], "").into_response();
    }
    let seen = format!("{} {queue}", alert_strip::mark(&visit.alerts));
    // The browser opens it again by itself, at a node that stays.
    let stopped = visit.site.services.stopped();
    let watch = Watch { visit, seen, looks: 0 };
    let stream = stream::unfold(watch, |mut watch| async move {
        while watch.looks < LOOKS {
            watch.looks += 1;
            tokio::time::sleep(EVERY).await;
            let now = look(&mut watch.visit).await?;
            if now != watch.seen {
                watch.seen = now;
                return Some((Ok::<_, Infallible>(Event::default().data("changed")), watch));
            }
        }
        None
    });
    Sse::new(stream.take_until(stopped)).keep_alive(KeepAlive::default()).into_response()
}

/// What there is to say now, to be compared and never sent; none when the reader is signed out.
async fn look(visit: &mut Visit) -> Option<String> {
    let token = visit.session.clone()?;
    let ctx = Ctx::new(Actor::Nobody);
    let Visitor::Actor(actor) = unnoticed_visit(&visit.site, &ctx, &token).await.ok()?.visitor else {
        return None;
    };
    visit.ctx = ctx.with_actor(actor);
    let state = api::get_state(&visit.site, &visit.ctx).await.ok()?;
    let queue = api::get_queue_mark(visit).await.ok()?;
    Some(format!("{} {queue}", alert_strip::mark(&state)))
}
