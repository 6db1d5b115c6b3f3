//! One question on one page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::form::FormChoice;
use questionnaires::response::Answer;
use server::Error;
use server::model::people::AgeBand;

use super::recording::recording_path;
use super::{failure, path_of, question_path};
use crate::api::check_in::{CheckIn, Part, Question, Step, get_check_in, get_question, save_answer};
use crate::components::answer_card::AnswerCard;
use crate::components::calm_note::CalmNote;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::listen::Listen;
use crate::components::progress::Progress;
use crate::components::saved_note::SavedNote;
use crate::components::shell::Head;
use crate::components::skip_button::{DECLINED, SkipButton};
use crate::components::student_frame::StudentFrame;
use crate::i18n::Words;
use crate::islands::answer_keys::AnswerKeys;
use crate::islands::read_aloud::ReadAloud;
use crate::islands::walk::Walk;
use crate::look::words;
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
    let words = visit.look.language.words();
    let given = match posted.text("answer") {
        DECLINED => Some(Answer::Declined),
        _ => posted.word("answer").map(Answer::Code),
    };
    let Some(given) = given else {
        return page(
            visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            check_in,
            question,
            Some(words.pick_one.to_owned()),
        );
    };
    match save_answer(visit, number, posted.text("item"), given).await {
        Ok(()) => Redirect::to(&path_after(check_in.band, number, question.of)).into_response(),
        Err(Error::Invalid { .. }) => {
            let note = Some(words.out_of_date.to_owned());
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, check_in, question, note)
        }
        Err(error) => elsewhere(visit, &error).await,
    }
}

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
pub(super) fn circles(band: AgeBand, choices: &[FormChoice]) -> Vec<Option<u8>> {
    let radii = CIRCLES.iter().find(|radii| radii.len() == choices.len());
    let Some(radii) = radii.filter(|_| matches!(band, AgeBand::A | AgeBand::B)) else {
        return vec![None; choices.len()];
    };
    let rank = |choice: &FormChoice| choices.iter().filter(|other| other.code < choice.code).count();
    choices.iter().map(|choice| radii.get(rank(choice)).copied()).collect()
}

/// How many items a child of a band answers before a break (K-21).
pub(super) fn items_before_break(band: AgeBand) -> usize {
    match band {
        AgeBand::A => 8,
        AgeBand::B => 12,
        AgeBand::C => 20,
        AgeBand::D => 25,
    }
}

/// What comes after a question: the next one, a break before it, or the last sheet.
pub(super) fn path_after(band: AgeBand, number: usize, of: usize) -> String {
    if number >= of {
        "/check-in".to_owned()
    } else if number.is_multiple_of(items_before_break(band)) {
        format!("/check-in/break/{}", number + 1)
    } else {
        question_path(number + 1)
    }
}

fn page(
    visit: &Visit,
    status: StatusCode,
    check_in: CheckIn,
    question: Question,
    note: Option<String>,
) -> Response {
    let token = visit.form_token.clone();
    let (band, words) = (check_in.band, visit.look.language.words());
    let title = words.question.replace("{n}", &question.number.to_string());
    let title = match note {
        Some(_) => format!("{}: {title}", words.error_mark),
        None => title,
    };
    render::page(visit, status, Head::student(title, Some(band)), move || {
        view! {
            <StudentFrame band=Some(band) hide=true>
                <Sheet token question band note/>
                <AnswerKeys/>
                <ReadAloud/>
                <Walk
                    saved=words.saved.to_owned()
                    waiting=words.saved_here.to_owned()
                    needs_wifi=words.language_needs_wifi.to_owned()
                />
            </StudentFrame>
        }
    })
}

/// One question with all that belongs to it. The page holds one; the browser part fetches all of them in one go and
/// shows them one at a time.
#[component]
pub fn Sheet(token: String, question: Question, band: AgeBand, note: Option<String>) -> impl IntoView {
    let words = words();
    let (number, of, part) = (question.number, question.of, question.part);
    let title = format!("{} · {}", words.question.replace("{n}", &number.to_string()), words.place);
    let sent = match question.answer {
        Some(Answer::Code(code)) => code.to_string(),
        Some(_) => DECLINED.to_owned(),
        None => String::new(),
    };
    let saved = saved(&question);
    let reads = (number == 1).then(|| who_reads(band, words));
    let (language, copyright, item) =
        (question.language.clone(), question.copyright.clone(), question.item.id.clone());
    view! {
        <div class="step" data-path=question_path(number) data-next=path_after(band, number, of) data-title=title>
            <form
                class="sheet question"
                method="post"
                action=question_path(number)
                autocomplete="off"
                novalidate
                data-part=part.to_string()
                data-language=language.clone()
                data-sent=sent
            >
                <Token value=token/>
                <input type="hidden" name="item" value=item/>
                <Progress number of band/>
                <Choices question band note/>
                {reads.map(|text| view! { <p class="question-note">{text}</p> })}
                <div class="question-end">
                    {(number > 1).then(|| view! {
                        <a class="button button-quiet" href=question_path(number - 1)>
                            <Icon name="arrow-left"/>" "{words.back}
                        </a>
                    })}
                    <SavedNote text=saved.map(|first| if first { words.saved } else { words.saved_so_far })/>
                    <Next band/>
                </div>
            </form>
            // Closed: an owner's name may tell a classmate what the questions are about.
            <details class="student-foot source">
                <summary>{words.who_wrote}</summary>
                <p lang=language dir="auto">{copyright}</p>
            </details>
        </div>
    }
    .into_any()
}

/// On to the next one, in the band's word.
#[component]
pub fn Next(band: AgeBand) -> impl IntoView {
    let words = words();
    view! {
        <button class="button button-primary" type="submit">
            {if matches!(band, AgeBand::A | AgeBand::B) { words.next } else { words.go_on }}
            " "<Icon name="arrow-right"/>
        </button>
    }
    .into_any()
}

/// The item with its choices, word for word as its owner wrote them (K-01).
#[component]
fn Choices(question: Question, band: AgeBand, note: Option<String>) -> impl IntoView {
    let Question { number, instructions, item, recorded, answer, language, .. } = question;
    let circles = circles(band, &item.choices);
    let young = matches!(band, AgeBand::A | AgeBand::B);
    let heard = recorded.item.then(|| recording_path(number, Part::Item));
    let text = item.text.clone();
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
            let label = choice.label.clone();
            let card = view! { <AnswerCard value=choice.code.to_string() label=choice.label checked circle key focus/> };
            if !young {
                return card.into_any();
            }
            let recording = recorded.choices.get(index).is_some_and(|there| *there);
            let recording = recording.then(|| recording_path(number, Part::Choice(index)));
            view! {
                <div class="answer-heard">{card}<Listen text=label language=language.clone() recording/></div>
            }
            .into_any()
        })
        .collect_view();
    let note = match note {
        Some(text) => view! { <CalmNote id="question-error" text/> }.into_any(),
        // Waits for the browser part, which shows it without asking the server.
        None => view! { <template class="pick-one"><CalmNote id="question-error" text=words().pick_one.to_owned()/></template> }
            .into_any(),
    };
    view! {
        <fieldset aria-describedby=failed.then_some("question-error")>
            <legend lang=language.clone() dir="auto">
                {instructions.map(|text| view! { <p class="question-stem">{text}</p> })}
                {item.lead_in.map(|text| view! { <p class="question-stem">{text}</p> })}
                <h1 tabindex="-1" autofocus=!failed>{item.text}</h1>
            </legend>
            <div class="listen-line"><Listen text language=language.clone() recording=heard/></div>
            {note}
            <div class=if round { "answers answers-circles" } else { "answers" } lang=language dir="auto">{cards}</div>
            <SkipButton checked=answer == Some(Answer::Declined)/>
        </fieldset>
    }
    .into_any()
}

/// Who sees the answers, once, before the first one is given (K-32).
fn who_reads(band: AgeBand, words: &Words) -> &'static str {
    match band {
        AgeBand::A => words.reads_a,
        AgeBand::B => words.reads_b,
        AgeBand::C | AgeBand::D => words.reads_cd,
    }
}

/// What is safe by now: this answer, or those before it.
fn saved(question: &Question) -> Option<bool> {
    match (question.answer, question.number) {
        (Some(_), _) => Some(true),
        (None, 1) => None,
        (None, _) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use questionnaires::form::FormChoice;
    use server::model::people::AgeBand;

    use super::{circles, path_after};

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

    #[test]
    fn a_break_comes_after_as_many_items_as_a_band_takes_and_never_at_the_end_k_21() {
        assert_eq!(path_after(AgeBand::A, 8, 25), "/check-in/break/9");
        assert_eq!(path_after(AgeBand::A, 8, 8), "/check-in");
        assert_eq!(path_after(AgeBand::B, 8, 25), "/check-in/question/9");
        assert_eq!(path_after(AgeBand::B, 24, 25), "/check-in/break/25");
        assert_eq!(path_after(AgeBand::C, 20, 47), "/check-in/break/21");
        assert_eq!(path_after(AgeBand::D, 25, 26), "/check-in/break/26");
    }
}
