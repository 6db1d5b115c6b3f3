//! What a child sees.

use axum::http::StatusCode;
use axum::response::Response;
use server::Error;
use server::ctx::Actor;

use crate::api;
use crate::api::check_in::{CheckIn, Step};
use crate::render;
use crate::visit::Visit;

pub mod card;
pub mod check_in;
pub mod device;
pub mod entry;
pub mod finish;
pub mod help;
mod kept_sheets;
pub mod learn;
pub mod look;
pub mod practice;
pub mod question;
pub mod quiet;
pub mod recording;
pub mod sheets;
pub mod talk;

/// Where a child belongs at this step.
pub fn path_of(step: Step) -> String {
    match step {
        Step::Question(number) => question_path(number),
        Step::Done => "/check-in/done".to_owned(),
        Step::Quiet => "/quiet".to_owned(),
        Step::Assent | Step::Review | Step::Nothing => "/check-in".to_owned(),
    }
}

/// The address of a question.
pub fn question_path(number: usize) -> String {
    format!("/check-in/question/{number}")
}

/// The child's check-in on a page that is shown without one too.
async fn check_in_if_any(visit: &Visit) -> Option<CheckIn> {
    match visit.ctx.actor {
        Actor::Student(_) => api::check_in::get_check_in(visit).await.ok(),
        _ => None,
    }
}

/// The answer to an error on a child's page. A sitting that was closed meanwhile sends the child kindly to the door.
fn failure(visit: &Visit, error: &Error) -> Response {
    match (error, &visit.ctx.actor) {
        (Error::SignedOut, Actor::Student(_)) => entry::page(
            visit,
            StatusCode::FORBIDDEN,
            Some(visit.look.language.words().closed_for_now.to_owned()),
            "",
        ),
        _ => render::failure_page(visit, error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, path_of};

    #[test]
    fn every_step_leads_to_one_page() {
        let paths = [
            (Step::Assent, "/check-in"),
            (Step::Question(7), "/check-in/question/7"),
            (Step::Review, "/check-in"),
            (Step::Done, "/check-in/done"),
            (Step::Quiet, "/quiet"),
            (Step::Nothing, "/check-in"),
        ];
        for (step, path) in paths {
            assert_eq!(path_of(step), path, "{step:?}");
        }
    }
}
