//! Windows, sittings and consent.

use super::text_enum::text_enum;

text_enum! {
    /// Where a window stands.
    WindowState {
        Drafted = "drafted", Ready = "ready", Open = "open", Paused = "paused", Closed = "closed",
        Archived = "archived",
    }
}

text_enum! {
    /// Where a sitting stands.
    SittingState { Planned = "planned", Open = "open", Closed = "closed" }
}

text_enum! {
    /// On what ground children take part.
    ConsentMode {
        /// Only with a recorded yes.
        OptIn = "opt_in",
        /// Unless there is a recorded no.
        OptOut = "opt_out",
        /// The law orders it; a child may still decline.
        LawfulDuty = "lawful_duty",
    }
}

text_enum! {
    /// What was said for one child and one window.
    ConsentStatus { Given = "given", Refused = "refused", Withdrawn = "withdrawn", Waiting = "waiting" }
}

text_enum! {
    /// Who said it.
    ConsentBy { Guardian = "guardian", Student = "student" }
}

impl WindowState {
    /// Whether nothing is asked or said in it any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Archived)
    }

    /// The steps that lead on from here, or back to a draft.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Drafted => &[Self::Ready],
            Self::Ready => &[Self::Open, Self::Drafted],
            Self::Open => &[Self::Paused, Self::Closed],
            Self::Paused => &[Self::Open, Self::Closed],
            Self::Closed => &[Self::Archived],
            Self::Archived => &[],
        }
    }
}

impl ConsentMode {
    /// Whether a child may start, given what was recorded (LAW-04). A refusal or withdrawal always counts.
    pub fn allows(self, recorded: Option<ConsentStatus>) -> bool {
        match (self, recorded) {
            (_, Some(ConsentStatus::Refused | ConsentStatus::Withdrawn)) => false,
            (_, Some(ConsentStatus::Given)) => true,
            (Self::OptIn, None | Some(ConsentStatus::Waiting)) => false,
            (Self::OptOut | Self::LawfulDuty, None | Some(ConsentStatus::Waiting)) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ConsentMode, ConsentStatus};

    #[test]
    fn nobody_starts_against_a_recorded_no_and_silence_is_no_yes_under_opt_in_law_04() {
        for mode in ConsentMode::ALL {
            assert!(!mode.allows(Some(ConsentStatus::Refused)));
            assert!(!mode.allows(Some(ConsentStatus::Withdrawn)));
            assert!(mode.allows(Some(ConsentStatus::Given)));
        }
        assert!(!ConsentMode::OptIn.allows(None));
        assert!(!ConsentMode::OptIn.allows(Some(ConsentStatus::Waiting)));
        assert!(ConsentMode::OptOut.allows(None));
    }
}
