//! One instrument version, one child, one informant, one window.

use super::text_enum::text_enum;

text_enum! {
    /// Where an administration stands.
    AdministrationState {
        Offered = "offered", Started = "started", Submitted = "submitted", Declined = "declined",
        Expired = "expired",
    }
}

text_enum! {
    /// What a child wished for on the last page.
    TalkWish { Today = "today", ThisWeek = "this_week", No = "no" }
}

text_enum! {
    /// What a proctor may see of one child in a sitting: never an answer, a percentage or a reason.
    Progress {
        NotStarted = "not_started", Working = "working", Finished = "finished", Offline = "offline",
        NotToday = "not_today",
    }
}
