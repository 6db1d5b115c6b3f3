//! Two questions to try out before the first one that counts (K-06). They are about apples and flying, nobody stores
//! them, and nothing but the posted form carries the first answer to the second page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::form::FormChoice;
use server::model::people::AgeBand;

use super::question::{Next, circles};
use super::{failure, path_of};
use crate::api::check_in::{CheckIn, Step, get_check_in};
use crate::components::answer_card::AnswerCard;
use crate::components::calm_note::CalmNote;
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::islands::answer_keys::AnswerKeys;
use crate::render;
use crate::visit::{Posted, Visit};

/// Which of the two is shown, and what went before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Try {
    /// The answer to the first, once it is given.
    first: Option<String>,
    /// Whether the two were shown a second time already: there is no third.
    again: bool,
    /// A calm sentence.
    note: Option<String>,
}

/// `GET /check-in/practice`.
pub async fn show(visit: Visit) -> Response {
    match get_check_in(&visit).await {
        Ok(check_in) if may_try(&check_in) => page(&visit, StatusCode::OK, &check_in, Try::default()),
        Ok(check_in) => Redirect::to(&path_of(check_in.step)).into_response(),
        Err(error) => failure(&visit, &error),
    }
}

/// `POST /check-in/practice`.
pub async fn answer(posted: Posted) -> Response {
    let visit = &posted.visit;
    let check_in = match get_check_in(visit).await {
        Ok(check_in) if may_try(&check_in) => check_in,
        Ok(check_in) => return Redirect::to(&path_of(check_in.step)).into_response(),
        Err(error) => return failure(visit, &error),
    };
    let words = visit.look.language.words();
    let given = posted.text("answer").to_owned();
    let before = Try {
        first: Some(posted.text("first").to_owned()).filter(|first| !first.is_empty()),
        again: posted.text("again") == "yes",
        note: None,
    };
    match next(before, &given, words.pick_one, words.practice_again) {
        (_, None) => Redirect::to("/check-in").into_response(),
        (status, Some(shown)) => page(visit, status, &check_in, shown),
    }
}

/// Where an answer leads: on to the second, once more from the start when both got the same, or to what counts.
fn next(before: Try, given: &str, pick_one: &str, again: &str) -> (StatusCode, Option<Try>) {
    if given.is_empty() {
        let note = Some(pick_one.to_owned());
        return (StatusCode::UNPROCESSABLE_ENTITY, Some(Try { note, ..before }));
    }
    let shown = match &before.first {
        None => Some(Try { first: Some(given.to_owned()), ..before }),
        Some(first) if first == given && !before.again => {
            Some(Try { first: None, again: true, note: Some(again.to_owned()) })
        }
        Some(_) => None,
    };
    (StatusCode::OK, shown)
}

/// Only the young, and only before their first answer.
fn may_try(check_in: &CheckIn) -> bool {
    matches!(check_in.band, AgeBand::A | AgeBand::B) && check_in.step == Step::Question(1)
}

fn page(visit: &Visit, status: StatusCode, check_in: &CheckIn, shown: Try) -> Response {
    let (band, token) = (check_in.band, visit.form_token.clone());
    let words = visit.look.language.words();
    render::page(visit, status, Head::student(words.practice_title, Some(band)), move || {
        let labels = [words.practice_no, words.practice_a_bit, words.practice_yes];
        let choices: Vec<FormChoice> =
            (0..).zip(labels).map(|(code, label)| FormChoice { code, label: label.to_owned() }).collect();
        let circles = circles(band, &choices);
        let text = if shown.first.is_some() { words.practice_fly } else { words.practice_like };
        view! {
            <StudentFrame band=Some(band) hide=true>
                <form class="sheet question" method="post" action="/check-in/practice" autocomplete="off" novalidate>
                    <Token value=token/>
                    <input type="hidden" name="first" value=shown.first.unwrap_or_default()/>
                    <input type="hidden" name="again" value=if shown.again { "yes" } else { "" }/>
                    <p class="question-note">{words.practice_note}</p>
                    <fieldset>
                        <legend><h1 tabindex="-1" autofocus>{text}</h1></legend>
                        {shown.note.map(|text| view! { <CalmNote id="question-error" text/> })}
                        <div class="answers answers-circles">
                            {choices.into_iter().zip(circles).map(|(choice, circle)| view! {
                                <AnswerCard value=choice.code.to_string() label=choice.label checked=false circle/>
                            }).collect_view()}
                        </div>
                    </fieldset>
                    <div class="question-end"><Next band/></div>
                </form>
                <AnswerKeys/>
            </StudentFrame>
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::{Try, next};

    fn told(before: Try, given: &str) -> (StatusCode, Option<Try>) {
        next(before, given, "pick", "again")
    }

    #[test]
    fn two_different_answers_lead_on_and_two_alike_are_tried_once_more_only_k_06() {
        let (_, second) = told(Try::default(), "2");
        let second = second.unwrap();
        assert_eq!(second.first.as_deref(), Some("2"));
        assert_eq!(told(second.clone(), "0").1, None, "one at each end");
        let again = told(second, "2").1.unwrap();
        assert!(again.again && again.first.is_none() && again.note.is_some());
        let last = told(again, "1").1.unwrap();
        assert_eq!(told(last, "1").1, None, "never a third time");
    }

    #[test]
    fn nothing_picked_stays_where_it_is() {
        let here = Try { first: Some("1".to_owned()), again: true, note: None };
        let (status, shown) = told(here.clone(), "");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(shown.map(|s| (s.first, s.again)), Some((here.first, true)));
    }
}
