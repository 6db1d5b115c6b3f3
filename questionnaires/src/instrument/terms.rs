//! For whom, by whom and under which terms.

use serde::{Deserialize, Serialize};

/// Who answers.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Informant {
    /// The child or adolescent.
    Student,
    /// A parent or other carer.
    Parent,
    /// A teacher.
    Teacher,
    /// Trained staff who ask aloud and enter the answers.
    Staff,
}

impl Informant {
    /// The word used in files, tables and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Informant::Student => "student",
            Informant::Parent => "parent",
            Informant::Teacher => "teacher",
            Informant::Staff => "staff",
        }
    }
}

impl std::fmt::Display for Informant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Ages in whole years, both ends included.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Ages {
    /// Youngest age.
    pub min: u8,
    /// Oldest age.
    pub max: u8,
}

impl Ages {
    /// Whether an age in whole years is inside.
    pub fn contains(self, age: u8) -> bool {
        (self.min..=self.max).contains(&age)
    }
}

/// School grades (US counting), both ends included.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Grades {
    /// Lowest grade.
    pub min: u8,
    /// Highest grade.
    pub max: u8,
}

impl Grades {
    /// Whether a grade is inside.
    pub fn contains(self, grade: u8) -> bool {
        (self.min..=self.max).contains(&grade)
    }
}

/// Whether a high number is bad or good news.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Symptoms: more is worse.
    HigherWorse,
    /// Well-being: more is better.
    HigherBetter,
}

/// Whether the text is given out with the program.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// The owner allows it; the text is in the file (where a checked copy was at hand).
    Shipped,
    /// Keys only, until the owner says yes in writing.
    Conditional,
    /// Keys only; a school with its own licence imports the text.
    ImportOnly,
    /// Imported by a school under a licence that it recorded.
    Licensed,
}

/// Kinds of terms; a licence can be of several.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LicenceClass {
    /// No permission needed, no condition but citing.
    Free,
    /// The text must not be altered in any way.
    UnalteredOnly,
    /// Must not be sold, nor cost the end user anything.
    NotForSale,
    /// Non-commercial use only.
    NonCommercial,
    /// Needs a permission of its own.
    Restricted,
}

/// Terms of use of an instrument. They are the owner's and stand outside the program's own licence.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Kinds of terms.
    pub class: Vec<LicenceClass>,
    /// The terms in a sentence, and who states them.
    pub terms: String,
    /// For imported definitions: who gave permission to whom, when, and under which reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}

/// A text that is known to exist but is not given out.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Unshipped {
    /// Which text.
    pub what: String,
    /// Why it stays out, and what would let it in.
    pub why: String,
}
