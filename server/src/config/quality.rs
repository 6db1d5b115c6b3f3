//! When a form is marked as carelessly filled in: clinical settings, since the instruments' owners name no limits.

use questionnaires::validity::Limits;
use serde::Deserialize;

/// Limits beyond which a form is marked. A district's file without them has the shipped ones.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Marked below so many seconds for each answered item.
    pub least_seconds_per_item: f64,
    /// Marked above this share of unanswered items, 0 to 1.
    pub most_missing: f64,
    /// Marked at so many answers that contradict each other.
    pub contradictions: usize,
}

impl Default for Quality {
    fn default() -> Self {
        /// The one table of the shipped file that is wanted here.
        #[derive(Deserialize)]
        struct Shipped {
            quality: Quality,
        }
        // A test reads the shipped file; without it no form is marked.
        toml::from_str::<Shipped>(include_str!("../../settings/clinical.toml"))
            .map_or(Self { least_seconds_per_item: 0.0, most_missing: 1.0, contradictions: 0 }, |shipped| {
                shipped.quality
            })
    }
}

impl Quality {
    /// The limits as a form is judged by them.
    pub fn limits(&self) -> Limits {
        Limits {
            least_seconds_per_item: Some(self.least_seconds_per_item),
            longest_run: None,
            most_missing: Some(self.most_missing),
            contradictions: Some(self.contradictions),
        }
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// What to change.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.most_missing) || !(0.0..=60.0).contains(&self.least_seconds_per_item) {
            return Err("quality: most_missing is between 0 and 1, least_seconds_per_item between 0 and 60"
                .to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Quality;

    #[test]
    fn the_shipped_limits_are_read_and_senseless_ones_refused() {
        let shipped = Quality::default();
        assert_eq!(shipped.contradictions, 1);
        assert!(shipped.check().is_ok());
        assert!(Quality { most_missing: 2.0, ..shipped }.check().is_err());
        assert!(Quality { least_seconds_per_item: -1.0, ..shipped }.check().is_err());
    }
}
