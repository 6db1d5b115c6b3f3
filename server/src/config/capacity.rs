//! What a counselor can hold and how many positive screens to expect: the clinical settings of the capacity plan.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Settings of the capacity plan. A district's file without them has the shipped ones.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// First talks that one counselor can hold on a school day.
    pub first_talks_a_day: u32,
    /// From so many past screenings with an instrument on, the district's own share counts.
    pub own_history_from: u64,
    /// The share of screens to expect positive where there is no history, 0 to 1.
    pub expected_share: f64,
    /// The same for single instruments, by their ids.
    #[serde(default)]
    pub shares: BTreeMap<String, f64>,
}

impl Default for Capacity {
    fn default() -> Self {
        /// The one table of the shipped file that is wanted here.
        #[derive(Deserialize)]
        struct Shipped {
            capacity: Capacity,
        }
        toml::from_str::<Shipped>(include_str!("../../settings/clinical.toml")).map_or(
            // A test reads the shipped file; without it nothing can be planned, and everything falls short.
            Self {
                first_talks_a_day: 0,
                own_history_from: u64::MAX,
                expected_share: 1.0,
                shares: BTreeMap::new(),
            },
            |shipped| shipped.capacity,
        )
    }
}

impl Capacity {
    /// The share to expect with an instrument that a district has no history with.
    pub fn share_of(&self, instrument: &str) -> f64 {
        self.shares.get(instrument).copied().unwrap_or(self.expected_share)
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// What to change.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut shares = self.shares.values().chain([&self.expected_share]);
        if shares.any(|share| !(0.0..=1.0).contains(share)) {
            return Err("capacity: a share is between 0 and 1".to_owned());
        }
        if self.first_talks_a_day < 1 || self.own_history_from < 1 {
            return Err("capacity: first_talks_a_day and own_history_from are at least 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Clinical;

    const SHIPPED: &str = include_str!("../../settings/clinical.toml");

    #[test]
    fn a_file_of_a_district_from_before_the_plan_has_the_shipped_numbers_55() {
        let (before, rest) = SHIPPED.split_once("[capacity]").unwrap();
        let after = rest.split_once("[assent.a]").unwrap().1;
        let older = Clinical::parse(&format!("{before}[assent.a]{after}")).unwrap();
        let shipped = Clinical::shipped().unwrap().capacity;
        assert_eq!(older.capacity.first_talks_a_day, shipped.first_talks_a_day);
        assert!(shipped.first_talks_a_day >= 1 && shipped.shares.len() >= 2);
        assert!(shipped.share_of("gad7") < shipped.share_of("phq9_teen"));
        for id in shipped.shares.keys() {
            assert!(questionnaires::library::get(id).is_some(), "{id} is no instrument");
        }
    }

    #[test]
    fn a_share_beyond_one_and_a_counselor_without_a_talk_are_refused() {
        for (right, wrong) in [
            ("expected_share = 0.252", "expected_share = 25.2"),
            ("first_talks_a_day = 4", "first_talks_a_day = 0"),
        ] {
            let fault = Clinical::parse(&SHIPPED.replace(right, wrong)).unwrap_err();
            assert!(fault.contains("capacity"), "{fault}");
        }
    }
}
