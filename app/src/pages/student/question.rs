//! One question on one page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::form::FormChoice;
use questionnaires::response::Answer;
use server::Error;
use server::model::people::AgeBand;

use super::{failure, path_of, question_path};
use crate::api::check_in::{CheckIn, Question, Step, get_check_in, get_question, save_answer};
use crate::components::answer_card::AnswerCard;
use crate::components::calm_note::CalmNote;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::progress::Progress;
use crate::components::shell::Head;
use crate::components::skip_button::{DECLINED, SkipButton};
use crate::components::student_frame::StudentFrame;
use crate::islands::answer_keys::AnswerKeys;
use crate::render;
use crate::visit::{Posted, Visit};

/// `GET /check-in/question/{number}`.
pub async fn show(visit: Visit, Path(number): Path<String>) -> Response {
    let Ok(number) = number.parse() else { return failure(&visit, &Error::NotFound) };
    match get_question(&visit, number).await {
        Ok((check_in, question)) => page(&visit, StatusCode::OK, check_in, question, None),
        Err(error) => elsewhere(&visit, &error).await,
    }
}

/// `POST /check-in/question/{number}`.
pub async fn answer(Path(number): Path<String>, posted: Posted) -> Response {
    let visit = &posted.visit;
    let Ok(number) = number.parse() else { return failure(visit, &Error::NotFound) };
    let (check_in, question) = match get_question(visit, number).await {
        Ok(found) => found,
        Err(error) => return elsewhere(visit, &error).await,
    };
    let given = match posted.text("answer") {
        DECLINED => Some(Answer::Declined),
        _ => posted.word("answer").map(Answer::Code),
    };
    let Some(given) = given else {
        return page(visit, StatusCode::UNPROCESSABLE_ENTITY, check_in, question, Some(PICK_ONE.to_owned()));
    };
    match save_answer(visit, number, posted.text("item"), given).await {
        Ok(()) if number < question.of => Redirect::to(&question_path(number + 1)).into_response(),
        Ok(()) => Redirect::to("/check-in").into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, check_in, question, Some(message))
        }
        Err(error) => elsewhere(visit, &error).await,
    }
}

const PICK_ONE: &str = "Pick one, or tap “I don’t want to answer”.";

/// A child that has not begun, or has finished, is shown where it belongs; a number that is not asked does not exist.
async fn elsewhere(visit: &Visit, error: &Error) -> Response {
    if matches!(error, Error::NotFound)
        && let Ok(check_in) = get_check_in(visit).await
        && !matches!(check_in.step, Step::Question(_) | Step::Review)
    {
        return Redirect::to(&path_of(check_in.step)).into_response();
    }
    failure(visit, error)
}

/// Radii of circles that grow with the answer, for two to five choices.
const CIRCLES: [&[u8]; 4] = [&[14, 29], &[14, 21, 29], &[8, 14, 21, 29], &[8, 13, 18, 23, 29]];

/// The circle of each choice: the larger the code, the larger the circle, in whichever order they are printed.
fn circles(band: AgeBand, choices: &[FormChoice]) -> Vec<Option<u8>> {
    let radii = CIRCLES.iter().find(|radii| radii.len() == choices.len());
    let Some(radii) = radii.filter(|_| matches!(band, AgeBand::A | AgeBand::B)) else {
        return vec![None; choices.len()];
    };
    let rank = |choice: &FormChoice| choices.iter().filter(|other| other.code < choice.code).count();
    choices.iter().map(|choice| radii.get(rank(choice)).copied()).collect()
}

fn page(
    visit: &Visit,
    status: StatusCode,
    check_in: CheckIn,
    question: Question,
    note: Option<String>,
) -> Response {
    let token = visit.form_token.clone();
    let (band, number) = (check_in.band, question.number);
    let title = match note {
        Some(_) => format!("Error: Question {number}"),
        None => format!("Question {number}"),
    };
    render::page(visit, status, Head::student(title, Some(band)), move || {
        view! {
            <StudentFrame band=Some(band) hide=true>
                <form class="sheet question" method="post" action=question_path(number) autocomplete="off" novalidate>
                    <Token value=token/>
                    <input type="hidden" name="item" value=question.item.id.clone()/>
                    <Progress number of=question.of band/>
                    <Choices question=question.clone() band note/>
                    {(number == 1).then(|| view! { <p class="question-note">{who_reads(band)}</p> })}
                    <div class="question-end">
                        {(number > 1).then(|| view! {
                            <a class="button button-quiet" href=question_path(number - 1)>
                                <Icon name="arrow-left"/>" Back"
                            </a>
                        })}
                        {saved(&question).map(|text| view! { <p class="saved"><Icon name="check"/>" "{text}</p> })}
                        <button class="button button-primary" type="submit">
                            {if matches!(band, AgeBand::A | AgeBand::B) { "Next " } else { "Continue " }}
                            <Icon name="arrow-right"/>
                        </button>
                    </div>
                </form>
                <AnswerKeys/>
                // Closed: an owner's name may tell a classmate what the questions are about.
                <details class="student-foot source">
                    <summary>"Who wrote these questions"</summary>
                    <p lang=question.language.clone()>{question.copyright.clone()}</p>
                </details>
            </StudentFrame>
        }
    })
}

/// The item with its choices, word for word as its owner wrote them (K-01).
#[component]
fn Choices(question: Question, band: AgeBand, note: Option<String>) -> impl IntoView {
    let Question { instructions, item, answer, language, .. } = question;
    let circles = circles(band, &item.choices);
    let round = circles.iter().all(Option::is_some);
    let failed = note.is_some();
    // Focus moves to the question, or, when it was passed over, to its first answer.
    let cards = item
        .choices
        .into_iter()
        .zip(circles)
        .enumerate()
        .map(|(index, (choice, circle))| {
            let checked = answer == Some(Answer::Code(choice.code));
            let key = (!round && index < 9).then_some(index + 1);
            let focus = failed && index == 0;
            view! { <AnswerCard value=choice.code.to_string() label=choice.label checked circle key focus/> }
        })
        .collect_view();
    view! {
        <fieldset aria-describedby=failed.then_some("question-error")>
            <legend lang=language.clone()>
                {instructions.map(|text| view! { <p class="question-stem">{text}</p> })}
                {item.lead_in.map(|text| view! { <p class="question-stem">{text}</p> })}
                <h1 tabindex="-1" autofocus=!failed>{item.text}</h1>
            </legend>
            {note.map(|text| view! { <CalmNote id="question-error" text/> })}
            <div class=if round { "answers answers-circles" } else { "answers" } lang=language>{cards}</div>
            <SkipButton checked=answer == Some(Answer::Declined)/>
        </fieldset>
    }
    .into_any()
}

/// Who sees the answers, once, before the first one is given (K-32).
fn who_reads(band: AgeBand) -> &'static str {
    match band {
        AgeBand::A => "A grown-up whose job is to help reads your answers.",
        AgeBand::B => "Grown-ups whose job is to help read your answers. Your teacher and friends do not.",
        AgeBand::C | AgeBand::D => "Your counselor team sees your answers. Teachers and classmates do not.",
    }
}

/// What is safe by now.
fn saved(question: &Question) -> Option<&'static str> {
    match (question.answer, question.number) {
        (Some(_), _) => Some("Saved"),
        (None, 1) => None,
        (None, _) => Some("Saved so far"),
    }
}

#[cfg(test)]
mod tests {
    use questionnaires::form::FormChoice;
    use server::model::people::AgeBand;

    use super::circles;

    fn choices(codes: &[i32]) -> Vec<FormChoice> {
        codes.iter().map(|code| FormChoice { code: *code, label: code.to_string() }).collect()
    }

    #[test]
    fn circles_grow_with_the_code_and_not_with_the_place_k_05() {
        assert_eq!(circles(AgeBand::A, &choices(&[2, 1, 0])), [Some(29), Some(21), Some(14)]);
        assert_eq!(circles(AgeBand::B, &choices(&[0, 1])), [Some(14), Some(29)]);
    }

    #[test]
    fn the_older_and_long_scales_have_words_only() {
        assert_eq!(circles(AgeBand::C, &choices(&[0, 1])), [None, None]);
        assert_eq!(circles(AgeBand::A, &choices(&[0, 1, 2, 3, 4, 5])), [None; 6]);
    }
}
