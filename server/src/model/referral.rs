//! A referral: the hand-over of a child to someone who can help, with owner, clock and outcome.

use super::text_enum::text_enum;

text_enum! {
    /// How soon a person must look. The order is the queue's order.
    Priority {
        /// A person must see the child today.
        Critical = "critical",
        High = "high",
        Moderate = "moderate",
        Low = "low",
    }
}

impl Priority {
    /// 1 for critical … 4 for low: the queue's first sort key.
    pub fn rank(self) -> i64 {
        match self {
            Self::Critical => 1,
            Self::High => 2,
            Self::Moderate => 3,
            Self::Low => 4,
        }
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::High => "High",
            Self::Moderate => "Moderate",
            Self::Low => "Low",
        }
    }
}

text_enum! {
    /// Where a referral stands.
    ReferralState {
        Open = "open",
        Acknowledged = "acknowledged",
        InAssessment = "in_assessment",
        SupportedInSchool = "supported_in_school",
        ReferredOutside = "referred_outside",
        FollowUp = "follow_up",
        Closed = "closed",
        Reopened = "reopened",
    }
}

text_enum! {
    /// How a referral ended (C-30).
    Outcome {
        NoConcern = "no_concern",
        AlreadyInCare = "already_in_care",
        SupportedHere = "supported_here",
        ReferredAndSeen = "referred_and_seen",
        ReferredNotSeen = "referred_not_seen",
        Declined = "declined",
        Moved = "moved",
        CouldNotReach = "could_not_reach",
        EmergencyResponse = "emergency_response",
    }
}

impl Outcome {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::NoConcern => "No concern on follow-up",
            Self::AlreadyInCare => "Already in care",
            Self::SupportedHere => "Supported here",
            Self::ReferredAndSeen => "Referred and seen",
            Self::ReferredNotSeen => "Referred, not seen",
            Self::Declined => "Declined help",
            Self::Moved => "Moved away",
            Self::CouldNotReach => "Could not reach",
            Self::EmergencyResponse => "Emergency response",
        }
    }
}

text_enum! {
    /// Whom a contact was with.
    ContactWith { Child = "child", Guardian = "guardian", Teacher = "teacher", Service = "service", Other = "other" }
}

text_enum! {
    /// How a contact was made.
    ContactHow { InPerson = "in_person", Phone = "phone", Video = "video", Letter = "letter", Other = "other" }
}

impl ContactWith {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Child => "Child",
            Self::Guardian => "Guardian",
            Self::Teacher => "Teacher",
            Self::Service => "Outside service",
            Self::Other => "Somebody else",
        }
    }
}

impl ContactHow {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::InPerson => "In person",
            Self::Phone => "By phone",
            Self::Video => "By video",
            Self::Letter => "By letter",
            Self::Other => "Another way",
        }
    }
}

text_enum! {
    /// What somebody does with a referral.
    Verb {
        /// A person says: I am on this.
        Claim = "claim",
        StartAssessment = "start_assessment",
        SupportInSchool = "support_in_school",
        ReferOutside = "refer_outside",
        PlanFollowUp = "plan_follow_up",
        Close = "close",
        Reopen = "reopen",
    }
}

text_enum! {
    /// What a person found about danger in the second look.
    Danger { None = "none", Possible = "possible", Acute = "acute" }
}

impl Danger {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "No sign of danger",
            Self::Possible => "Possibly",
            Self::Acute => "Yes, now",
        }
    }
}

text_enum! {
    /// Groups of children in distress: restricted marks.
    DistressTag {
        Orphan = "orphan",
        DeFactoUnattended = "de_facto_unattended",
        LeftBehind = "left_behind",
        Migrant = "migrant",
        Disabled = "disabled",
        Other = "other",
    }
}

impl DistressTag {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Orphan => "Orphan",
            Self::DeFactoUnattended => "De facto unattended",
            Self::LeftBehind => "Left behind",
            Self::Migrant => "Migrant",
            Self::Disabled => "With a disability",
            Self::Other => "Other hardship",
        }
    }
}

text_enum! {
    /// How soon a teacher thinks somebody should look.
    Urgency { Today = "today", ThisWeek = "this_week", Soon = "soon" }
}

impl Urgency {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::ThisWeek => "This week",
            Self::Soon => "When there is time",
        }
    }
}

/// A verb that the referral's state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a referral that is {} cannot take the step {}", .state.as_str(), .verb.as_str())]
pub struct InvalidTransition {
    /// Where it stands.
    pub state: ReferralState,
    /// What was tried.
    pub verb: Verb,
}

impl ReferralState {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "New",
            Self::Acknowledged => "Acknowledged",
            Self::InAssessment => "In assessment",
            Self::SupportedInSchool => "Supported in school",
            Self::ReferredOutside => "Referred outside",
            Self::FollowUp => "Follow-up",
            Self::Closed => "Closed",
            Self::Reopened => "Reopened",
        }
    }

    /// Nobody has said: I am on this.
    pub fn is_unclaimed(self) -> bool {
        matches!(self, Self::Open | Self::Reopened)
    }

    /// The state after a verb.
    ///
    /// # Errors
    /// [`InvalidTransition`] where the verb is not allowed; nothing is silently ignored. An unclaimed referral
    /// can only be claimed: nobody closes what nobody has looked at.
    pub fn after(self, verb: Verb) -> Result<Self, InvalidTransition> {
        use ReferralState::{Acknowledged, Closed, FollowUp, InAssessment, Open, ReferredOutside, Reopened};
        let next = match (self, verb) {
            (Open | Reopened, Verb::Claim) => Some(Acknowledged),
            (Closed, Verb::Reopen) => Some(Reopened),
            (Open | Reopened | Closed, _) | (_, Verb::Claim | Verb::Reopen) => None,
            (_, Verb::StartAssessment) => Some(InAssessment),
            (_, Verb::SupportInSchool) => Some(Self::SupportedInSchool),
            (_, Verb::ReferOutside) => Some(ReferredOutside),
            (_, Verb::PlanFollowUp) => Some(FollowUp),
            (_, Verb::Close) => Some(Closed),
        };
        next.ok_or(InvalidTransition { state: self, verb })
    }
}

#[cfg(test)]
mod tests {
    use super::{ReferralState, Verb};

    #[test]
    fn an_unclaimed_referral_can_only_be_claimed_and_a_closed_one_only_reopened() {
        for verb in Verb::ALL {
            assert_eq!(ReferralState::Open.after(*verb).is_ok(), *verb == Verb::Claim);
            assert_eq!(ReferralState::Closed.after(*verb).is_ok(), *verb == Verb::Reopen);
        }
    }

    #[test]
    fn every_claimed_state_can_be_closed() {
        for state in ReferralState::ALL {
            let claimed =
                !matches!(state, ReferralState::Open | ReferralState::Reopened | ReferralState::Closed);
            assert_eq!(state.after(Verb::Close).is_ok(), claimed, "{state:?}");
        }
    }
}
