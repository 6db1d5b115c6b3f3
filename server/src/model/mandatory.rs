//! What the law asks a school to tell an authority: the parts of a report, and how it was sent.

use super::text_enum::text_enum;

text_enum! {
    /// A part of a mandatory report.
    ReportPart {
        Seen = "seen",
        Words = "words",
        Danger = "danger",
        Recipient = "recipient",
        Asked = "asked",
        Told = "told",
        NotTold = "not_told",
        /// Why it is not sent: written by a second person.
        Against = "against",
    }
}

impl ReportPart {
    /// The parts that the form asks for, in its order.
    pub const FORM: [Self; 7] =
        [Self::Seen, Self::Words, Self::Danger, Self::Recipient, Self::Asked, Self::Told, Self::NotTold];

    /// The words on screen and paper.
    pub fn label(self) -> &'static str {
        match self {
            Self::Seen => "What was seen or said",
            Self::Words => "In whose words",
            Self::Danger => "Who is in danger now",
            Self::Recipient => "To whom the law says it goes",
            Self::Asked => "Who was asked for advice",
            Self::Told => "Who is told about this report",
            Self::NotTold => "Who must not be told",
            Self::Against => "Why it is not sent",
        }
    }

    /// What helps to fill it in.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Seen => "What you saw or heard, when and where. Facts, no guesses about who did it.",
            Self::Words => "The child’s own, a teacher’s, yours. Put what was said word for word in quotes.",
            Self::Danger => {
                "This child, a brother or sister, somebody else; today, or lasting. Or: nobody now."
            }
            Self::Recipient => "The authority, and where it is reached.",
            Self::Asked => "A supervisor, a lawyer, the authority itself. May stay empty.",
            Self::Told => "By name. Or: nobody.",
            Self::NotTold => "For example somebody at home who may be the danger. Or: nobody.",
            Self::Against => "What speaks against it, and what is done instead.",
        }
    }

    /// Whether the form is not complete without it.
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::Asked | Self::Against)
    }
}

text_enum! {
    /// How a report reached the authority.
    ReportHow { Phone = "phone", InPerson = "in_person", Online = "online", Letter = "letter" }
}

impl ReportHow {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "By phone",
            Self::InPerson => "In person",
            Self::Online => "Through the authority’s form",
            Self::Letter => "By letter or fax",
        }
    }

    /// Whether the authority has it in writing now.
    pub fn is_written(self) -> bool {
        matches!(self, Self::Online | Self::Letter)
    }
}
