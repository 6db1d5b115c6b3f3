//! Answers for research: records without name, number, school, class or day, in which nobody stands alone (PRV-07).
//!
//! Pure: people and answers in, files out. [`classes`] decides what may be said of each person, so that at least eleven
//! share every description and no description gives a band away; [`files`] writes what is left as CSV (long and wide)
//! with SPSS syntax and a manifest.
//!
//! What somebody outside may know of a child (its grade, sex, language, how large its school is, which forms it was asked)
//! is told coarsely; what nobody outside knows (answers, scores) is told as it is.

pub mod classes;
pub mod files;
mod spss;

use serde::Serialize;

use crate::model::people::Sex;

/// Fewest people who share a description (PRV-07).
pub const FEWEST: usize = 11;

/// How large a school is, in students of the windows that are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Size {
    /// Under three hundred.
    #[serde(rename = "under 300")]
    Small,
    /// From three hundred to a thousand.
    #[serde(rename = "300-999")]
    Middle,
    /// A thousand and more.
    #[serde(rename = "1000 and more")]
    Large,
}

impl Size {
    /// The size of a school with so many students.
    pub fn of(students: u64) -> Self {
        match students {
            0..300 => Self::Small,
            300..1000 => Self::Middle,
            _ => Self::Large,
        }
    }

    /// As it stands in the files.
    pub fn words(self) -> &'static str {
        match self {
            Self::Small => "under 300",
            Self::Middle => "300-999",
            Self::Large => "1000 and more",
        }
    }
}

/// One person with what others may know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// School grade in the last of the windows.
    pub grade: i64,
    /// Sex as the roster has it.
    pub sex: Sex,
    /// Size of the school; none where fewer than three schools are of that size.
    pub size: Option<Size>,
    /// The language of the child, as a number among all languages.
    pub language: u16,
    /// Forms that were handed in, by number, in order.
    pub forms: Vec<u16>,
    /// Bands: the number of a form's scale, and that of its band.
    pub bands: Vec<(u16, u16)>,
}
