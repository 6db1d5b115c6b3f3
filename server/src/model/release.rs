//! The way of a release: built, confirmed by the schools it speaks of, published by the district.

use super::text_enum::text_enum;

text_enum! {
    /// What was done with a release.
    ReleaseStep {
        /// Computed, protected and frozen.
        Built = "built",
        /// A school's lead says that its figures fit how the screening went.
        Confirmed = "confirmed",
        /// A school's lead says that they do not, and why.
        Doubted = "doubted",
        /// The district gives it to its readers.
        Published = "published",
    }
}

impl ReleaseStep {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Built => "Built and frozen",
            Self::Confirmed => "Confirmed",
            Self::Doubted => "Doubted",
            Self::Published => "Published",
        }
    }
}
