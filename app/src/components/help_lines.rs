//! Where a child finds help at once: the same on every page that shows it.

use leptos::prelude::*;

use crate::api::check_in::Closing;
use crate::components::icon::Icon;
use crate::look::words;

/// The people of the school (`until` when somebody of them is there today, where that is sure), the help lines of the place, and what to do in danger. `wide` puts two beside each other.
#[component]
pub fn HelpLines(
    heading: &'static str,
    closing: Closing,
    readers: Vec<String>,
    until: Option<String>,
    wide: bool,
) -> impl IntoView {
    let words = words();
    let (danger, then) = danger(&closing.in_danger, words.in_danger);
    let way = until
        .map_or_else(|| words.ask_any_teacher.to_owned(), |time| words.there_until.replace("{time}", &time));
    let people = if readers.is_empty() { words.your_school.to_owned() } else { readers.join(", ") };
    view! {
        <section class=if wide { "help help-two" } else { "help" } aria-labelledby="help-heading">
            <h2 id="help-heading">{heading}</h2>
            <dl>
                <div>
                    <Icon name="map-pin"/>
                    <dt>{people}</dt>
                    <dd>{way}</dd>
                </div>
                {closing.help_lines.into_iter().map(|line| view! {
                    <div>
                        <Icon name="phone"/>
                        <dt>{line.name}</dt>
                        <dd><a href=format!("tel:{}", dial(&line.number))>{line.number.clone()}</a>", "{line.hours}</dd>
                    </div>
                }).collect_view()}
                <div>
                    <Icon name="life-buoy"/>
                    <dt>{danger}</dt>
                    <dd>{then}</dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}

/// The question and the answer of "In danger right now? Tell an adult."
fn danger(sentence: &str, heading: &str) -> (String, String) {
    match sentence.split_once(['?', '？', '؟']) {
        Some((question, answer)) => {
            let mark = sentence.chars().nth(question.chars().count()).unwrap_or('?');
            (format!("{question}{mark}"), answer.trim().to_owned())
        }
        None => (heading.to_owned(), sentence.to_owned()),
    }
}

/// What a telephone dials.
fn dial(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#')).collect()
}

#[cfg(test)]
mod tests {
    use super::{danger, dial};

    #[test]
    fn a_number_is_dialled_as_it_is_printed_without_spaces() {
        assert_eq!(dial("+44 (0)116 123"), "+440116123");
        assert_eq!(dial("988"), "988");
    }

    #[test]
    fn a_districts_own_danger_sentence_is_never_cut() {
        assert_eq!(
            danger("In danger? Call 112.", "In danger?"),
            ("In danger?".to_owned(), "Call 112.".to_owned())
        );
        assert_eq!(
            danger("Call 112 now.", "In danger?"),
            ("In danger?".to_owned(), "Call 112 now.".to_owned())
        );
    }
}
