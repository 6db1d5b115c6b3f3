//! Who there is: roles of staff, and the informants of an instrument.

use super::text_enum::text_enum;
use super::{AreaId, SchoolId};

/// The place that a role holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole district.
    District,
    /// All schools of an area, those that come later too.
    Area(AreaId),
    /// One school.
    School(SchoolId),
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::District => f.write_str("district"),
            Self::Area(id) => write!(f, "area:{id}"),
            Self::School(id) => write!(f, "school:{id}"),
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("area", id)) => id.parse().map(Self::Area),
            Some((_, id)) => id.parse().map(Self::School),
            None if text == "district" => Ok(Self::District),
            None => text.parse().map(Self::School),
        }
    }
}

text_enum! {
    /// What a member of staff may do, at one school or in the whole district.
    Role {
        /// Rates a class and reports a concern; sees completion only.
        Teacher = "teacher",
        /// Runs a sitting; sees completion only.
        Proctor = "proctor",
        /// Owns referrals; sees scores and answers of the school's children.
        Counselor = "counselor",
        /// Sees open and overdue counts, no answers.
        SchoolLead = "school_lead",
        /// Runs windows; sees released aggregates.
        DistrictOfficer = "district_officer",
        /// Sees released aggregates.
        Analyst = "analyst",
        /// Keeps accounts and settings; sees no health data.
        Administrator = "administrator",
        /// Reads the audit trail; sees no answers.
        Auditor = "auditor",
    }
}

impl Role {
    /// The role's name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Teacher => "Teacher",
            Self::Proctor => "Proctor",
            Self::Counselor => "Counselor",
            Self::SchoolLead => "School lead",
            Self::DistrictOfficer => "District officer",
            Self::Analyst => "Analyst",
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
        }
    }
}

text_enum! {
    /// Sex as the roster has it.
    Sex { Female = "female", Male = "male", Other = "other", Unknown = "unknown" }
}

/// The presentation band of a child: it changes layout, sizes and tone, never wording or order (K-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum AgeBand {
    /// 6–7 years, until the eighth birthday.
    A,
    /// 8–10 years.
    B,
    /// 11–13 years.
    C,
    /// 14–18 years.
    D,
}

impl AgeBand {
    /// All four, youngest first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The band of an age in completed years.
    pub fn of_age(years: u8) -> Self {
        match years {
            0..=7 => Self::A,
            8..=10 => Self::B,
            11..=13 => Self::C,
            _ => Self::D,
        }
    }

    /// `6–7`, `8–10`, `11–13`, `14–18`.
    pub fn label(self) -> &'static str {
        match self {
            Self::A => "6–7",
            Self::B => "8–10",
            Self::C => "11–13",
            Self::D => "14–18",
        }
    }
}
