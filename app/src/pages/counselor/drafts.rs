//! Words that a counselor has typed and not saved (C-28): kept by the page's script, thrown away by a button.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use server::Result;
use server::model::draft::DraftForm;
use server::model::{ChildId, Instant};

use crate::address::Address;
use crate::api::drafts as api;
use crate::openapi::{Refusal, TokenForm};
use crate::render;
use crate::visit::Posted;

fn place(address: &Address) -> Result<(ChildId, DraftForm)> {
    Ok((address.part(0)?, address.part(1)?))
}

/// `POST /children/{id}/drafts/{form}`: what the form holds now.
#[utoipa::path(
    post,
    path = "/children/{id}/drafts/{form}",
    params(
        ("id" = uuid::Uuid, Path),
        ("form" = String, Path, description = "note, contact, plan, assessment or report"),
        ("page" = i64, Query, description = "When the page was made, in milliseconds since 1970"),
    ),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "Kept, sealed"), Refusal)
)]
pub async fn keep(address: Address, posted: Posted) -> Response {
    let page_at = Instant::from_millis(address.query("page").parse().unwrap_or(0));
    let kept = match place(&address) {
        Ok((child, form)) => api::keep_draft(&posted.visit, child, form, posted.typed(), page_at).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => render::problem_of(&error, &posted.visit.ctx),
    }
}

/// `POST /children/{id}/drafts/{form}/discard`.
pub async fn discard(address: Address, posted: Posted) -> Response {
    let done: Result<ChildId> = match place(&address) {
        Ok((child, form)) => api::discard_draft(&posted.visit, child, form).await.map(|()| child),
        Err(error) => Err(error),
    };
    match done {
        Ok(child) => Redirect::to(&format!("/children/{child}?done=discarded")).into_response(),
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}
