//! Kinds of data by how long they are kept, and why a child was erased.

use super::text_enum::text_enum;

text_enum! {
    /// A kind of data with one period.
    DataClass {
        /// Single answers.
        Answers = "answers",
        /// Scores, flags, wishes to talk, cards, and that a child took part.
        Results = "results",
        /// Closed referrals and everything that belongs to them, and notes.
        Casework = "casework",
        /// What was said for a child and a window.
        Consents = "consents",
        /// Children who left and of whom nothing else is kept.
        Leavers = "leavers",
    }
}

text_enum! {
    /// Why a child was erased.
    EraseWhy {
        GuardianAsked = "guardian_asked",
        ChildAsked = "child_asked",
        CourtOrAuthority = "court_or_authority",
        EnteredInError = "entered_in_error",
        /// Its period was over.
        RetentionEnded = "retention_ended",
        /// It had been erased and came back with an older backup.
        CameBack = "came_back",
    }
}

impl EraseWhy {
    /// As people say it.
    pub fn label(self) -> &'static str {
        match self {
            Self::GuardianAsked => "A guardian asked for it",
            Self::ChildAsked => "The child asked for it",
            Self::CourtOrAuthority => "A court or an authority ordered it",
            Self::EnteredInError => "Entered in error",
            Self::RetentionEnded => "Its period was over",
            Self::CameBack => "Erased before; it came back with a backup",
        }
    }

    /// The reasons that a person can give.
    pub const OF_PEOPLE: [Self; 4] =
        [Self::GuardianAsked, Self::ChildAsked, Self::CourtOrAuthority, Self::EnteredInError];
}
