//! Help outside the school: six welfare systems, consent, and what a service answers.

use super::text_enum::text_enum;

text_enum! {
    /// The welfare system that a service belongs to.
    System {
        Livelihood = "livelihood",
        Medical = "medical",
        Education = "education",
        MentalHealth = "mental_health",
        Safety = "safety",
        Guardianship = "guardianship",
    }
}

impl System {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Livelihood => "Livelihood security",
            Self::Medical => "Medical rehabilitation",
            Self::Education => "Education",
            Self::MentalHealth => "Mental health care",
            Self::Safety => "Personal safety",
            Self::Guardianship => "Guardianship",
        }
    }
}

text_enum! {
    /// Whose consent a referral outside rests on.
    Consent {
        Guardian = "guardian",
        Student = "student",
        /// Without consent, with a written reason.
        Override = "override",
    }
}

impl Consent {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Guardian => "A guardian has agreed",
            Self::Student => "The student has agreed",
            Self::Override => "Without consent, for a reason",
        }
    }
}

text_enum! {
    /// How far a referral outside has come.
    OutsideState {
        Sent = "sent",
        Received = "received",
        Accepted = "accepted",
        Declined = "declined",
        Attended = "attended",
        NoShow = "no_show",
        Completed = "completed",
    }
}

/// A step that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a referral outside that is {} cannot become {}", .from.as_str(), .to.as_str())]
pub struct InvalidStep {
    /// Where it stands.
    pub from: OutsideState,
    /// What was tried.
    pub to: OutsideState,
}

impl OutsideState {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sent => "Sent",
            Self::Received => "Received",
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Attended => "Attended",
            Self::NoShow => "Did not come",
            Self::Completed => "Completed",
        }
    }

    /// Nothing follows any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Declined | Self::Completed)
    }

    /// The state after news. News may skip what nobody told, but nothing goes back: a service that saw the child has
    /// received the letter too.
    ///
    /// # Errors
    /// [`InvalidStep`] where the news contradict what is known.
    pub fn after(self, news: Self) -> Result<Self, InvalidStep> {
        use OutsideState::{Accepted, Attended, Completed, Declined, NoShow, Received, Sent};
        let fits = matches!(
            (self, news),
            (Sent, Received)
                | (Sent | Received, Accepted | Declined)
                | (Sent | Received | Accepted | NoShow, Attended)
                | (Received | Accepted, NoShow)
                | (NoShow, Declined)
                | (Attended, Completed)
        );
        if fits { Ok(news) } else { Err(InvalidStep { from: self, to: news }) }
    }

    /// Every state that may follow.
    pub fn next(self) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|news| self.after(*news).is_ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::OutsideState;

    #[test]
    fn every_state_leads_to_a_final_one_and_nothing_leads_back_c_27() {
        for state in OutsideState::ALL {
            assert_eq!(state.next().is_empty(), state.is_final(), "{state:?}");
            assert!(state.after(OutsideState::Sent).is_err());
            assert!(state.after(*state).is_err(), "the same news twice is no step");
        }
        assert!(
            OutsideState::Sent.after(OutsideState::Completed).is_err(),
            "completed needs that the child came"
        );
    }
}
