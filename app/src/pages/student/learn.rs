//! Short pages about feelings, readable by everybody without a sign-in and handed on by their topic's address.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use server::Error;
use server::model::people::AgeBand;

use super::{check_in_if_any, failure};
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::i18n::Language;
use crate::look::words;
use crate::render;
use crate::visit::Visit;

/// One page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Its address and its tag.
    pub topic: String,
    /// Its heading.
    pub title: String,
    young: Vec<String>,
    older: Vec<String>,
    r#try: Vec<String>,
    grown_up: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lessons {
    page: Vec<Lesson>,
}

/// All pages in the order of the file.
pub fn lessons() -> &'static [Lesson] {
    static ALL: OnceLock<Vec<Lesson>> = OnceLock::new();
    // A fault in the file is a failing test, never an answer to a child.
    ALL.get_or_init(|| read().unwrap_or_default())
}

fn read() -> Result<Vec<Lesson>, toml::de::Error> {
    toml::from_str::<Lessons>(include_str!("../../../content/learn.toml")).map(|lessons| lessons.page)
}

/// `GET /learn`.
pub async fn list(visit: Visit) -> Response {
    let band = check_in_if_any(&visit).await.map(|c| c.band);
    let title = visit.look.language.words().learn_title;
    let language = visit.look.language;
    render::page(&visit, StatusCode::OK, Head::student(title, band), move || {
        let words = words();
        view! {
            <StudentFrame band hide=band.is_some()>
                <div class="sheet">
                    <h1>{words.learn_heading}</h1>
                    <p>{words.learn_text}</p>
                    {(language != Language::En).then(|| view! { <p class="question-note">{words.learn_english}</p> })}
                    <ul class="learn-list" lang="en" dir="ltr">
                        {lessons().iter().map(|lesson| view! {
                            <li><a class="button" href=format!("/learn/{}", lesson.topic)>{lesson.title.as_str()}</a></li>
                        }).collect_view()}
                    </ul>
                    <p><a class="button button-quiet" href="/help"><Icon name="life-buoy"/>" "{words.need_help_now}</a></p>
                </div>
            </StudentFrame>
        }
    })
}

/// `GET /learn/{topic}`: in the words for the child's age, or for both where nobody has signed in.
pub async fn show(visit: Visit, Path(topic): Path<String>) -> Response {
    let Some(lesson) = lessons().iter().find(|lesson| lesson.topic == topic) else {
        return failure(&visit, &Error::NotFound);
    };
    let band = check_in_if_any(&visit).await.map(|c| c.band);
    render::page(&visit, StatusCode::OK, Head::student(lesson.title.clone(), band), move || {
        let words = words();
        let texts: Vec<(Option<&str>, &[String])> = match band {
            Some(AgeBand::A | AgeBand::B) => vec![(None, &lesson.young)],
            Some(AgeBand::C | AgeBand::D) => vec![(None, &lesson.older)],
            None => vec![
                (Some("If you are ten or younger"), &lesson.young),
                (Some("If you are older"), &lesson.older),
            ],
        };
        let texts = texts.into_iter().map(|(heading, paragraphs)| {
            view! {
                {heading.map(|heading| view! { <h2>{heading}</h2> })}
                {paragraphs.iter().map(|text| view! { <p>{text.as_str()}</p> }).collect_view()}
            }
        });
        view! {
            <StudentFrame band hide=band.is_some()>
                <article class="sheet" lang="en" dir="ltr">
                    <h1>{lesson.title.as_str()}</h1>
                    {texts.collect_view()}
                    <h2>"What you can try"</h2>
                    <ul class="points">
                        {lesson.r#try.iter().map(|text| view! {
                            <li><Icon name="check"/><p>{text.as_str()}</p></li>
                        }).collect_view()}
                    </ul>
                    <h2>"For the grown-up who reads with you"</h2>
                    <p>{lesson.grown_up.as_str()}</p>
                    <div class="question-end">
                        <a class="button button-quiet" href="/learn"><Icon name="arrow-left"/>" "{words.learn_title}</a>
                        <a class="button" href="/help"><Icon name="life-buoy"/>" "{words.need_help_now}</a>
                    </div>
                </article>
            </StudentFrame>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn every_lesson_has_words_for_every_age_and_an_address_of_its_own() {
        let lessons = read().unwrap();
        let mut topics: Vec<_> = lessons.iter().map(|lesson| lesson.topic.clone()).collect();
        topics.sort();
        topics.dedup();
        assert_eq!(topics.len(), lessons.len());
        for lesson in &lessons {
            assert!(lesson.topic.bytes().all(|b| b.is_ascii_lowercase()), "{}", lesson.topic);
            for texts in [&lesson.young, &lesson.older, &lesson.r#try] {
                assert!(texts.len() >= 2 && texts.iter().all(|t| !t.contains('!')), "{}", lesson.topic);
            }
            // For the youngest: short sentences.
            for sentence in lesson.young.iter().flat_map(|text| text.split(['.', '?', ':'])) {
                assert!(sentence.split_whitespace().count() <= 20, "{}: {sentence}", lesson.topic);
            }
        }
    }
}
