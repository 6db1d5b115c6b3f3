//! What lies between the questions, and all sheets of a check-in at once for the browser part.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use uuid::Uuid;

use super::check_in::LastSheet;
use super::help::HelpSheet;
use super::kept_sheets::{self, Secrets, key_of};
use super::question::{Sheet, items_before_break};
use super::{failure, path_of, question_path};
use crate::api::check_in::{
    CheckIn, Closing, Question, Step, device_key, get_check_in, get_closing, get_questions, is_hand_raised,
};
use crate::assets;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::look::words;
use crate::openapi::Refusal;
use crate::render::{self, not_now_or};
use crate::visit::Visit;

/// `GET /check-in/break/{number}`: a rest before the question of this number (K-21).
pub async fn rest(visit: Visit, Path(number): Path<String>) -> Response {
    let Ok(number) = number.parse::<usize>() else { return failure(&visit, &Error::NotFound) };
    let check_in = match get_check_in(&visit).await {
        Ok(check_in) => check_in,
        Err(error) => return failure(&visit, &error),
    };
    let due = number > 1
        && number <= check_in.questions
        && (number - 1).is_multiple_of(items_before_break(check_in.band));
    if !due || !matches!(check_in.step, Step::Question(_) | Step::Review) {
        return Redirect::to(&path_of(check_in.step)).into_response();
    }
    let band = check_in.band;
    let title = visit.look.language.words().break_title;
    render::page(&visit, StatusCode::OK, Head::student(title, Some(band)), move || {
        view! { <StudentFrame band=Some(band) hide=true><Rest number/></StudentFrame> }
    })
}

/// A picture, a sentence, and no clock.
#[component]
fn Rest(number: usize) -> impl IntoView {
    let words = words();
    view! {
        <div class="sheet question">
            <svg class="picture art" viewBox="0 0 800 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
                <use href=format!("{}#scene-quiet", assets::url("student.svg"))></use>
            </svg>
            <h1 tabindex="-1" autofocus>{words.break_heading}</h1>
            <p>{words.break_text}</p>
            <div class="question-end">
                <a class="button button-quiet" href=question_path(number - 1)>
                    <Icon name="arrow-left"/>" "{words.back}
                </a>
                <a class="button button-primary" href=question_path(number)>
                    {words.ready}" "<Icon name="arrow-right"/>
                </a>
            </div>
        </div>
    }
    .into_any()
}

/// What a child sees that has answered everything and waits for the network: the same whatever was answered (K-38).
#[component]
fn Waiting() -> impl IntoView {
    let words = words();
    view! {
        <div class="sheet question">
            <h1 tabindex="-1">{words.offline_heading}</h1>
            <p>{words.offline_text}</p>
            <p class="saved"><Icon name="wifi-off"/><span role="status">{words.saved_here}</span></p>
        </div>
    }
    .into_any()
}

/// `GET /check-in/sheets`: every sheet of this check-in as the pages show them, and the key under which the device may
/// keep what it could not send. Made by the same code as the pages, so the wording cannot differ.
#[utoipa::path(
    get,
    path = "/check-in/sheets",
    responses((status = 200, description = "Every page of questions, to be kept", content_type = "text/html"), Refusal)
)]
pub async fn all(visit: Visit) -> Response {
    let (check_in, questions) = match get_questions(&visit).await {
        Ok(found) => found,
        Err(error) => return not_now_or(&error, &visit.ctx),
    };
    let key = match device_key(&visit) {
        Ok(key) => key,
        Err(error) => return not_now_or(&error, &visit.ctx),
    };
    let closing = get_closing(&visit, &check_in.readers);
    let hand = is_hand_raised(&visit).await;
    let (band, of) = (check_in.band, check_in.questions);
    let secrets = Secrets {
        token: visit.form_token.clone(),
        // Made with the page, so that a second tap on Finish is known as the same one.
        hand_in: Uuid::new_v4().simple().to_string(),
        device: key,
    };
    let kept =
        key_of(&questions, &(visit.look, band, of, &closing, &check_in.readers, &check_in.there_until, hand));
    let html = kept_sheets::page(kept, &secrets, |secrets| {
        rendered(&visit, check_in, questions, closing, hand, secrets)
    });
    ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

fn rendered(
    visit: &Visit,
    check_in: CheckIn,
    questions: Vec<Question>,
    closing: Closing,
    hand: Option<bool>,
    Secrets { token, hand_in, device }: Secrets,
) -> String {
    let (band, of) = (check_in.band, check_in.questions);
    render::fragment(visit, move || {
        let words = words();
        let titled = |title: &str| format!("{title} · {}", words.place);
        let rests = (2..=of).filter(|number| (number - 1).is_multiple_of(items_before_break(band)));
        let rests = rests.map(|number| {
            view! {
                <div
                    class="step"
                    data-path=format!("/check-in/break/{number}")
                    data-next=question_path(number)
                    data-title=titled(words.break_title)
                >
                    <Rest number/>
                </div>
            }
        });
        let sheets = questions.into_iter().map(|question| {
            view! { <Sheet token=token.clone() question band note=None/> }
        });
        view! {
            <div id="sheets" data-key=device>
                {sheets.collect_view()}
                {rests.collect_view()}
                <div class="step" data-path="/check-in" data-title=titled(words.last_title)>
                    <LastSheet token=token.clone() last=of key=hand_in/>
                </div>
                <div class="step" data-path="/help" data-title=titled(words.help_title)>
                    <HelpSheet token=token.clone() closing readers=check_in.readers.clone() until=check_in.there_until.clone() signed_in=true under_way=true hand/>
                </div>
                <div class="step" data-path="waiting" data-title=titled(words.offline_title)><Waiting/></div>
            </div>
        }
        .into_any()
    })
}

#[cfg(test)]
mod tests {
    use server::model::people::AgeBand;

    use super::items_before_break;

    #[test]
    fn the_younger_rest_earlier_k_21() {
        let limits = AgeBand::ALL.map(items_before_break);
        assert!(limits.is_sorted() && limits[0] >= 1, "{limits:?}");
    }
}
