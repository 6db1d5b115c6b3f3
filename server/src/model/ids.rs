//! Ids: newtypes over UUIDv7, so that a child's id can never be passed where a referral's is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A district: the tenant.
    DistrictId,
    /// A level between a district and its schools.
    AreaId,
    /// A school.
    SchoolId,
    /// A class of a school.
    ClassId,
    /// A child.
    ChildId,
    /// A member of staff.
    UserId,
    /// A passkey of a member of staff.
    PasskeyId,
    /// A dated screening campaign.
    WindowId,
    /// One class at its devices.
    SittingId,
    /// One instrument version, one child, one informant, one window.
    AdministrationId,
    /// A hand-over of a child to someone who can help.
    ReferralId,
    /// A frozen, suppressed set of district figures.
    ReleaseId,
}
