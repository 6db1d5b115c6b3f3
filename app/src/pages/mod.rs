//! One file per page: what it asks and what it shows.

#![allow(missing_docs, reason = "a component's properties say what they are")]

use axum::http::StatusCode;
use axum::response::Response;

use crate::render;
use crate::visit::Visit;

pub mod account;
pub mod admin;
pub mod consent;
pub mod counselor;
pub mod cover;
pub mod district;
pub mod family;
pub mod home;
pub mod passkeys;
pub mod school;
pub mod second_step;
pub mod service_link;
pub mod sign_in;
pub mod sign_in_with;
pub mod staff;
pub mod student;
pub mod teacher;
pub mod welcome;

/// What no route answers.
pub async fn not_found(visit: Visit) -> Response {
    render::message(
        &visit,
        StatusCode::NOT_FOUND,
        "Not found",
        "This page does not exist, or it is not yours to open.",
    )
}
