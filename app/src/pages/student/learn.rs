//! Short pages about feelings, readable by everybody without a sign-in and handed on by their topic's address.

use std::sync::OnceLock;

use axum::extract::{Path, RawQuery};
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

/// All pages in a language, in the order of the file, and the language they are in: English where there are none.
pub fn lessons(language: Language) -> (&'static [Lesson], Language) {
    static ENGLISH: OnceLock<Vec<Lesson>> = OnceLock::new();
    static CHINESE: OnceLock<Vec<Lesson>> = OnceLock::new();
    static SPANISH: OnceLock<Vec<Lesson>> = OnceLock::new();
    let (all, own) = match language {
        Language::ZhCn => (&CHINESE, language),
        Language::Es => (&SPANISH, language),
        Language::En | Language::Ar => (&ENGLISH, Language::En),
    };
    // A fault in the file is a failing test, never an answer to a child.
    (all.get_or_init(|| read(own).unwrap_or_default()), own)
}

fn read(language: Language) -> Result<Vec<Lesson>, toml::de::Error> {
    let text = match language {
        Language::ZhCn => include_str!("../../../content/learn.zh-CN.toml"),
        Language::Es => include_str!("../../../content/learn.es.toml"),
        Language::En | Language::Ar => include_str!("../../../content/learn.toml"),
    };
    toml::from_str::<Lessons>(text).map(|lessons| lessons.page)
}

/// `GET /learn`.
pub async fn list(visit: Visit) -> Response {
    let band = check_in_if_any(&visit).await.map(|c| c.band);
    let title = visit.look.language.words().learn_title;
    let language = visit.look.language;
    let (lessons, own) = lessons(language);
    render::page(&visit, StatusCode::OK, Head::student(title, band), move || {
        let words = words();
        view! {
            <StudentFrame band hide=band.is_some()>
                <div class="sheet">
                    <h1>{words.learn_heading}</h1>
                    <p>{words.learn_text}</p>
                    {(language != own).then(|| view! { <p class="question-note">{words.learn_english}</p> })}
                    <ul class="learn-list" lang=own.tag() dir=own.direction()>
                        {lessons.iter().map(|lesson| view! {
                            <li><a class="button" href=format!("/learn/{}", lesson.topic)>{lesson.title.as_str()}</a></li>
                        }).collect_view()}
                    </ul>
                    <p><a class="button button-quiet" href="/help"><Icon name="life-buoy"/>" "{words.need_help_now}</a></p>
                </div>
            </StudentFrame>
        }
    })
}

/// `GET /learn/{topic}`: in the words for the child's age. Where nobody has signed in, for both, or for the one that the
/// address asks for: `?young` and `?older` are for handing a page to a child.
pub async fn show(visit: Visit, Path(topic): Path<String>, RawQuery(query): RawQuery) -> Response {
    let (lessons, own) = lessons(visit.look.language);
    let Some(lesson) = lessons.iter().find(|lesson| lesson.topic == topic) else {
        return failure(&visit, &Error::NotFound);
    };
    let band = check_in_if_any(&visit).await.map(|c| c.band);
    let language = visit.look.language;
    render::page(&visit, StatusCode::OK, Head::student(lesson.title.clone(), band), move || {
        // The page's headings are in the language of its text.
        let (words, said) = (words(), own.words());
        let texts: Vec<(Option<&str>, &[String])> = match band {
            Some(AgeBand::A | AgeBand::B) => vec![(None, &lesson.young)],
            Some(AgeBand::C | AgeBand::D) => vec![(None, &lesson.older)],
            None => match query.as_deref() {
                Some("young") => vec![(None, &lesson.young)],
                Some("older") => vec![(None, &lesson.older)],
                _ => vec![(Some(said.learn_young), &lesson.young), (Some(said.learn_older), &lesson.older)],
            },
        };
        let texts = texts.into_iter().map(|(heading, paragraphs)| {
            view! {
                {heading.map(|heading| view! { <h2>{heading}</h2> })}
                {paragraphs.iter().map(|text| view! { <p>{text.as_str()}</p> }).collect_view()}
            }
        });
        view! {
            <StudentFrame band hide=band.is_some()>
                <article class="sheet" lang=own.tag() dir=own.direction()>
                    <h1>{lesson.title.as_str()}</h1>
                    {texts.collect_view()}
                    <h2>{said.learn_try}</h2>
                    <ul class="points">
                        {lesson.r#try.iter().map(|text| view! {
                            <li><Icon name="check"/><p>{text.as_str()}</p></li>
                        }).collect_view()}
                    </ul>
                    <h2>{said.learn_grown_up}</h2>
                    <p>{lesson.grown_up.as_str()}</p>
                    <div class="question-end" lang=language.tag() dir=language.direction()>
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
    use super::{lessons, read};
    use crate::i18n::Language;

    #[test]
    fn every_language_has_the_same_pages_and_none_repeats_the_english_one() {
        let english = read(Language::En).unwrap();
        for language in [Language::ZhCn, Language::Es] {
            let own = read(language).unwrap();
            assert_eq!(own.len(), english.len());
            for (own, english) in own.iter().zip(&english) {
                let shape =
                    |l: &super::Lesson| (l.topic.clone(), l.young.len(), l.older.len(), l.r#try.len());
                assert_eq!(shape(own), shape(english), "{}", language.tag());
                assert!(own.title != english.title && own.grown_up != english.grown_up, "{}", own.topic);
            }
        }
        assert_eq!(lessons(Language::Ar).1, Language::En);
    }

    #[test]
    fn every_lesson_has_words_for_every_age_and_an_address_of_its_own() {
        for language in [Language::En, Language::ZhCn, Language::Es] {
            every_lesson_is_whole(&read(language).unwrap());
        }
    }

    fn every_lesson_is_whole(lessons: &[super::Lesson]) {
        let mut topics: Vec<_> = lessons.iter().map(|lesson| lesson.topic.clone()).collect();
        topics.sort();
        topics.dedup();
        assert_eq!(topics.len(), lessons.len());
        for lesson in lessons {
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
