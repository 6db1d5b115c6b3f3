//! `GET /alerts`: what an open page asks every few seconds, as three lines of text.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use server::model::people::Role;

use crate::api::alerts as api;
use crate::components::alert_strip;
use crate::components::staff_shell::Reader;
use crate::render;
use crate::visit::Visit;

/// The mark of the alerts, the mark of the queue, and the sentence.
pub async fn show(visit: Visit) -> Response {
    let queue = match api::get_queue_mark(&visit).await {
        Ok(mark) => mark,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let counselor = Reader::of(&visit).has(Role::Counselor);
    let state = &visit.alerts;
    let text = format!(
        "{}\n{queue}\n{}\n",
        alert_strip::mark(state),
        alert_strip::sentence(state, visit.ctx.now, counselor)
    );
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
