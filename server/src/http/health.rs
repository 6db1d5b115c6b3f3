//! Is it alive, and is it ready?

use axum::extract::State;
use axum::http::StatusCode;

use crate::ctx::{Actor, Ctx};
use crate::services::{Services, alerts};

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too, and the worker that calls people is alive (REL-11). Not while the server stops.
pub async fn ready(State(services): State<Services>) -> (StatusCode, &'static str) {
    if services.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let ctx = Ctx::new(Actor::Job("readyz"));
    let alive = match services.ping(&ctx).await {
        Ok(()) => alerts::worker_is_silent(&services, &ctx).await,
        Err(error) => Err(error),
    };
    match alive {
        Ok(false) => (StatusCode::OK, "ready\n"),
        Ok(true) => (StatusCode::SERVICE_UNAVAILABLE, "the worker that calls people has fallen silent\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
