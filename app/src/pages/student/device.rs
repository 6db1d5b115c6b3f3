//! What the script of a child's page says to the server: JSON, with the same checks as a form and the same bytes for
//! every child.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::api::check_in::{Sent, get_forms, save_answers, submit_check_in};
use crate::api::sittings::note_device;
use crate::render::{not_now_or, problem_of};
use crate::visit::{PostedJson, Visit};

/// A batch of answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    answers: Vec<Sent>,
}

/// The end of a check-in, with a key made by the device so that a second try is known as the same one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandIn {
    key: Uuid,
}

/// The device is there, and whether it still holds answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Here {
    unsent: bool,
}

/// `POST /check-in/here`: asked by the page itself, so it keeps nobody signed in.
pub async fn here(posted: PostedJson<Here>) -> Response {
    match note_device(&posted.visit, posted.body.unsent).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem_of(&error, &posted.visit.ctx),
    }
}

/// `GET /check-in/forms`.
pub async fn forms(visit: Visit) -> Response {
    match get_forms(&visit).await {
        Ok(held) => Json(held).into_response(),
        Err(error) => not_now_or(&error, &visit.ctx),
    }
}

/// `POST /check-in/answers`.
pub async fn answers(posted: PostedJson<Batch>) -> Response {
    match save_answers(&posted.visit, posted.body.answers).await {
        Ok(saved) => Json(saved).into_response(),
        Err(error) => problem_of(&error, &posted.visit.ctx),
    }
}

/// `POST /check-in/hand-in`: the same receipt as the form's, however often it is sent.
pub async fn hand_in(posted: PostedJson<HandIn>) -> Response {
    match submit_check_in(&posted.visit, posted.body.key).await {
        Ok(receipt) => Json(json!({ "receipt": receipt.0 })).into_response(),
        Err(error) => problem_of(&error, &posted.visit.ctx),
    }
}
