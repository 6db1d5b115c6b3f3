//! Is it alive, and is it ready?

use axum::extract::State;
use axum::http::StatusCode;

use crate::ctx::{Actor, Ctx};
use crate::services::Services;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too.
pub async fn ready(State(services): State<Services>) -> (StatusCode, &'static str) {
    match services.ping(&Ctx::new(Actor::Job("readyz"))).await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
