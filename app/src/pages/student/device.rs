//! What the script of a child's page says to the server: JSON, with the same checks as a form and the same bytes for
//! every child.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::check_in::{Held, Saved, Sent, get_forms, save_answers, submit_check_in};
use crate::api::sittings::note_device;
use crate::json::Object;
use crate::openapi::Refusal;
use crate::render::{not_now_or, problem_of};
use crate::visit::{PostedJson, Visit};

/// A batch of answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// In the order in which they were given.
    #[schema(max_items = 200, value_type = Vec<Sent>)]
    answers: Vec<Object<Sent>>,
}

/// The end of a check-in, with a key made by the device so that a second try is known as the same one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandIn {
    key: Uuid,
}

/// The device is there, and whether it still holds answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Here {
    unsent: bool,
}

/// What a check-in that was handed in is known by.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    receipt: String,
}

/// `POST /check-in/here`: asked by the page itself, so it keeps nobody signed in.
#[utoipa::path(
    post,
    path = "/check-in/here",
    params(("x-form-token" = String, Header, description = "The token of the page's forms")),
    request_body = Here,
    responses((status = 204, description = "Noted"), Refusal)
)]
pub async fn here(posted: PostedJson<Here>) -> Response {
    match note_device(&posted.visit, posted.body.unsent).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem_of(&error, &posted.visit.ctx),
    }
}

/// `GET /check-in/forms`: the whole battery of the child that is signed in.
#[utoipa::path(
    get,
    path = "/check-in/forms",
    responses((status = 200, description = "The forms and what is answered", body = Held), Refusal)
)]
pub async fn forms(visit: Visit) -> Response {
    match get_forms(&visit).await {
        Ok(held) => Json(held).into_response(),
        Err(error) => not_now_or(&error, &visit.ctx),
    }
}

/// `POST /check-in/answers`: saves what a device kept, each answer once.
#[utoipa::path(
    post,
    path = "/check-in/answers",
    params(("x-form-token" = String, Header, description = "The token of the page's forms")),
    request_body = Batch,
    responses((status = 200, description = "What became of each", body = Saved), Refusal)
)]
pub async fn answers(posted: PostedJson<Batch>) -> Response {
    let answers = posted.body.answers.into_iter().map(|Object(sent)| sent).collect();
    match save_answers(&posted.visit, answers).await {
        Ok(saved) => Json(saved).into_response(),
        Err(error) => problem_of(&error, &posted.visit.ctx),
    }
}

/// `POST /check-in/hand-in`: the same receipt as the form's, however often it is sent.
#[utoipa::path(
    post,
    path = "/check-in/hand-in",
    params(("x-form-token" = String, Header, description = "The token of the page's forms")),
    request_body = HandIn,
    responses((status = 200, description = "Handed in", body = Receipt), Refusal)
)]
pub async fn hand_in(posted: PostedJson<HandIn>) -> Response {
    match submit_check_in(&posted.visit, posted.body.key).await {
        Ok(receipt) => Json(Receipt { receipt: receipt.0 }).into_response(),
        Err(error) => problem_of(&error, &posted.visit.ctx),
    }
}
