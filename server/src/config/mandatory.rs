//! What the law asks a school to report: its clocks and to whom it goes. Set by somebody who knows the law, never code.

use serde::Deserialize;

/// Settings of mandatory reports. A district's file without them has the shipped ones.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandatoryReport {
    /// Hours of wall clock from the beginning of a report until the authority is told, at least 1.
    pub tell_hours: i64,
    /// Hours until it has the report in writing, at least `tell_hours`.
    pub written_hours: i64,
    /// Hours after a clock has run out until the school's lead hears of it, at least 1.
    #[serde(default = "shipped_lead_hours")]
    pub lead_hours: i64,
    /// Hours after it until the district's person on call hears of it, at least `lead_hours`.
    #[serde(default = "shipped_district_hours")]
    pub district_hours: i64,
    /// The authorities that the form names; whoever writes changes them.
    #[serde(default)]
    pub recipients: Vec<String>,
}

impl Default for MandatoryReport {
    fn default() -> Self {
        /// The one table of the shipped file that is wanted here.
        #[derive(Deserialize)]
        struct Shipped {
            mandatory_report: MandatoryReport,
        }
        // A test reads the shipped file; without it every report is due at once.
        let none = Self {
            tell_hours: 0,
            written_hours: 0,
            lead_hours: 0,
            district_hours: 0,
            recipients: Vec::new(),
        };
        toml::from_str::<Shipped>(include_str!("../../settings/clinical.toml"))
            .map_or(none, |shipped| shipped.mandatory_report)
    }
}

/// A file that a clinician signed before there was a ladder has the shipped one.
fn shipped_lead_hours() -> i64 {
    MandatoryReport::default().lead_hours
}

fn shipped_district_hours() -> i64 {
    MandatoryReport::default().district_hours
}

impl MandatoryReport {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// What to change.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.tell_hours < 1 || self.written_hours < self.tell_hours {
            return Err(
                "mandatory_report: tell_hours is at least 1, and written_hours not less than it".to_owned()
            );
        }
        if self.lead_hours < 1 || self.district_hours < self.lead_hours {
            return Err(
                "mandatory_report: lead_hours is at least 1, and district_hours not less than it".to_owned()
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::MandatoryReport;

    #[test]
    fn the_shipped_clocks_run_and_wrong_ones_are_refused_law_12() {
        let shipped = MandatoryReport::default();
        shipped.check().unwrap();
        for (tell_hours, written_hours) in [(0, 48), (24, 23), (-1, -1)] {
            assert!(MandatoryReport { tell_hours, written_hours, ..shipped.clone() }.check().is_err());
        }
        for (lead_hours, district_hours) in [(0, 24), (4, 3)] {
            assert!(MandatoryReport { lead_hours, district_hours, ..shipped.clone() }.check().is_err());
        }
        let before: MandatoryReport = toml::from_str("tell_hours = 12\nwritten_hours = 36").unwrap();
        assert_eq!((before.lead_hours, before.district_hours), (shipped.lead_hours, shipped.district_hours));
    }
}
