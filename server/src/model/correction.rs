//! What can be corrected: by a row that points to the old one, never by changing it.

use super::text_enum::text_enum;

text_enum! {
    /// What somebody wrote about a child that may be corrected.
    Correctable { Contact = "contact", Note = "note", SecondLook = "second_look", FollowUp = "follow_up" }
}

impl Correctable {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Note => "note",
            Self::SecondLook => "second look",
            Self::FollowUp => "follow-up",
        }
    }
}
