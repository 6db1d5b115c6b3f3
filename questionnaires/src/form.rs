//! What a respondent may see.
//!
//! A [`Form`] is made from an instrument in one language. It has no field for a band, a cut-off or a scoring key, so
//! none can reach a child's browser.

use serde::{Deserialize, Serialize};

use crate::response::{Answer, Answers};

/// One instrument in one language, ready to be shown. The wording is the owner's, letter for letter.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Form {
    /// Short code of the instrument, for example `phq9_teen`.
    pub instrument: String,
    /// Version of the definition that this form was made from; a stored answer keeps it.
    pub version: u32,
    /// Language tag, for example `en` or `zh-CN`.
    pub language: String,
    /// Name of the questionnaire. It may name the topic: do not put it in a page title a classmate can read.
    pub title: String,
    /// The printed instruction, if a checked text is at hand.
    pub instructions: Option<String>,
    /// The period asked about, as the form words it.
    pub recall: Option<String>,
    /// The items in printed order.
    pub items: Vec<FormItem>,
    /// Copyright line, to be shown with the form.
    pub copyright: String,
    /// How to cite the instrument.
    pub citation: String,
}

/// One question with its choices.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct FormItem {
    /// Item id; answers are bound to it, never to a position.
    pub id: String,
    /// The question.
    pub text: String,
    /// A sentence printed before this item only.
    pub lead_in: Option<String>,
    /// The choices in printed order, each with its label.
    pub choices: Vec<FormChoice>,
    /// If set, the item is asked only after certain answers; without it, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<ShowWhen>,
}

/// One answer option.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct FormChoice {
    /// What is stored when this choice is taken.
    pub code: i32,
    /// The printed label.
    pub label: String,
}

/// A follow-up item is due when any of `items` was answered with one of `codes`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ShowWhen {
    /// The items looked at.
    pub any_of: Vec<String>,
    /// The codes that make the follow-up due.
    pub codes: Vec<i32>,
    /// Whether declining one of those items makes it due as well.
    #[serde(default)]
    pub or_declined: bool,
}

impl ShowWhen {
    /// Whether the follow-up is due with these answers.
    pub fn holds(&self, answers: &Answers) -> bool {
        self.any_of.iter().any(|item| match answers.get(item) {
            Answer::Code(code) => self.codes.contains(&code),
            Answer::Declined => self.or_declined,
            Answer::NotShown | Answer::Missing => false,
        })
    }
}

impl FormItem {
    /// Whether the item is to be asked, given the answers so far.
    pub fn is_due(&self, answers: &Answers) -> bool {
        self.show_when.as_ref().is_none_or(|when| when.holds(answers))
    }
}

/// Why an answer cannot belong to a form. Each reads as a sentence that says what to do.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AnswerProblem {
    /// The form has no such item.
    #[error("“{item}” is not an item of {instrument}; its items are {known}")]
    UnknownItem {
        /// The id that was given.
        item: String,
        /// The instrument.
        instrument: String,
        /// The ids there are.
        known: String,
    },
    /// The item has no such choice.
    #[error("item {item} has no choice with code {code}; use one of {allowed}")]
    UnknownChoice {
        /// The item.
        item: String,
        /// The code that was given.
        code: i32,
        /// The codes there are.
        allowed: String,
    },
}

impl AnswerProblem {
    /// The item the problem is about.
    pub fn item(&self) -> &str {
        match self {
            AnswerProblem::UnknownItem { item, .. } | AnswerProblem::UnknownChoice { item, .. } => item,
        }
    }

    pub(crate) fn unknown_item<'a>(
        instrument: &str,
        item: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        AnswerProblem::UnknownItem {
            item: item.to_owned(),
            instrument: instrument.to_owned(),
            known: known.collect::<Vec<_>>().join(", "),
        }
    }

    pub(crate) fn unknown_choice(item: &str, code: i32, allowed: impl Iterator<Item = i32>) -> Self {
        AnswerProblem::UnknownChoice {
            item: item.to_owned(),
            code,
            allowed: allowed.map(|code| code.to_string()).collect::<Vec<_>>().join(", "),
        }
    }
}

impl Form {
    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&FormItem> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Whether `answer` may be stored for `item`: the item exists, and a code is one of its choices.
    ///
    /// # Errors
    /// The item is not on the form, or has no such choice.
    pub fn check(&self, item: &str, answer: &Answer) -> Result<(), AnswerProblem> {
        let Some(found) = self.item(item) else {
            let known = self.items.iter().map(|item| item.id.as_str());
            return Err(AnswerProblem::unknown_item(&self.instrument, item, known));
        };
        match answer {
            Answer::Code(code) if found.choices.iter().all(|choice| choice.code != *code) => {
                let allowed = found.choices.iter().map(|choice| choice.code);
                Err(AnswerProblem::unknown_choice(item, *code, allowed))
            }
            _ => Ok(()),
        }
    }

    /// Checks every recorded answer and reports all problems at once.
    ///
    /// # Errors
    /// One problem for each answer that cannot belong to this form. Unanswered items are not a problem.
    pub fn check_all(&self, answers: &Answers) -> Result<(), Vec<AnswerProblem>> {
        let problems: Vec<_> =
            answers.iter().filter_map(|(item, answer)| self.check(item, &answer).err()).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}
