//! Answers as they were given, before any scoring.
//!
//! Four things can happen to an item and they are never mixed up: it was *answered*, the respondent *declined* it, it
//! was *not shown*, or it is *missing* (shown, no answer yet). What each means for a score is the instrument's own rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What happened to one item.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The code of the choice taken, as the instrument prints it. A code is not yet a score: reversal comes later.
    Code(i32),
    /// The respondent said that they do not want to answer. Not a choice on the scale, and not a "no".
    Declined,
    /// The item was left out on purpose, for example a follow-up question that was not due.
    NotShown,
    /// No answer.
    Missing,
}

impl Answer {
    /// The code, if a choice was taken.
    pub fn code(self) -> Option<i32> {
        match self {
            Answer::Code(code) => Some(code),
            Answer::Declined | Answer::NotShown | Answer::Missing => None,
        }
    }
}

/// The answers to one form: item id → answer.
///
/// Order never matters, ids do. An item that is not in the map is [`Answer::Missing`].
///
/// ```
/// use questionnaires::response::{Answer, Answers};
///
/// let answers: Answers = [("1", Answer::Code(2)), ("2", Answer::Declined)].into_iter().collect();
/// assert_eq!(answers.get("1"), Answer::Code(2));
/// assert_eq!(answers.get("9"), Answer::Missing);
/// ```
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Answer>);

impl Answers {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to an item; [`Answer::Missing`] if there is none.
    pub fn get(&self, item: &str) -> Answer {
        self.0.get(item).copied().unwrap_or(Answer::Missing)
    }

    /// Records an answer, and returns the one it replaces.
    pub fn set(&mut self, item: impl Into<String>, answer: Answer) -> Option<Answer> {
        self.0.insert(item.into(), answer)
    }

    /// All recorded answers, by item id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Answer)> {
        self.0.iter().map(|(item, answer)| (item.as_str(), *answer))
    }

    /// How many items have a record, answered or not.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was recorded at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<String>> FromIterator<(S, Answer)> for Answers {
    fn from_iter<I: IntoIterator<Item = (S, Answer)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(item, answer)| (item.into(), answer)).collect())
    }
}

impl<S: Into<String>> Extend<(S, Answer)> for Answers {
    fn extend<I: IntoIterator<Item = (S, Answer)>>(&mut self, pairs: I) {
        self.0.extend(pairs.into_iter().map(|(item, answer)| (item.into(), answer)));
    }
}
