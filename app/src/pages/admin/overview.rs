//! A page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Not written yet.
pub async fn show() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}

/// Not written yet.
pub async fn move_window() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}
