//! What somebody has typed into a form about a child and not saved yet.

use super::text_enum::text_enum;

text_enum! {
    /// A form whose words are kept before they are saved.
    DraftForm {
        Note = "note",
        Contact = "contact",
        Plan = "plan",
        Assessment = "assessment",
        Report = "report",
    }
}

impl DraftForm {
    /// The fields of a form that are chosen and not written: by themselves they make no draft.
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Note => &["visibility"],
            Self::Contact => &["with", "how", "reached", "phrase", "next"],
            Self::Assessment => &["level", "danger"],
            Self::Plan | Self::Report => &["seen_version"],
        }
    }
}
