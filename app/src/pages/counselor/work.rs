//! A page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Not written yet.
pub async fn contact() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}

/// Not written yet.
pub async fn note() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}

/// Not written yet.
pub async fn step() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}

/// Not written yet.
pub async fn close() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}
