//! A district's own switches and priorities: what becomes of what the rules find.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{Finding, critical_item};
use crate::model::referral::Priority;

/// How a district sets one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It finds nothing.
    Off,
    /// What it finds has this priority.
    Gives(Priority),
}

/// A setting that is neither `off` nor a priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither off nor a priority")]
pub struct NoSwitch;

impl FromStr for Switch {
    type Err = NoSwitch;
    fn from_str(text: &str) -> Result<Self, NoSwitch> {
        match text {
            "off" => Ok(Self::Off),
            other => other.parse().map(Self::Gives).map_err(|_| NoSwitch),
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Gives(priority) => priority.as_str(),
        })
    }
}

/// The rules that a district has set; the others give what the clinical settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches(BTreeMap<String, Switch>);

impl Switches {
    /// From a list of rules and settings, the newest first: of several for one rule the first counts.
    pub fn of<'a>(newest_first: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut set = BTreeMap::new();
        for (rule, setting) in newest_first {
            // The database takes no other words; one that slipped in must not give a level that nobody chose.
            set.entry(rule.to_owned()).or_insert_with(|| setting.parse().unwrap_or(Switch::Off));
        }
        Self(set)
    }

    /// The same with one rule set otherwise.
    #[must_use]
    pub fn with(mut self, rule: &str, switch: Switch) -> Self {
        self.0.insert(rule.to_owned(), switch);
        self
    }

    /// How a rule is set; none where the clinical settings hold.
    pub fn get(&self, rule: &str) -> Option<Switch> {
        self.0.get(rule).copied()
    }

    /// Findings as the district wants them. A critical answer can be neither switched off nor weakened.
    pub fn apply(&self, findings: &[Finding]) -> Vec<Finding> {
        let wanted = |finding: &Finding| {
            let mut finding = finding.clone();
            match self.get(finding.rule).filter(|_| finding.rule != critical_item::NAME) {
                Some(Switch::Off) => return None,
                Some(Switch::Gives(priority)) => finding.priority = priority,
                None => {}
            }
            Some(finding)
        };
        findings.iter().filter_map(wanted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Switch, Switches};
    use crate::model::referral::Priority;

    fn found(rule: &'static str) -> Finding {
        Finding { rule, item: String::new(), priority: Priority::Moderate, why: String::new() }
    }

    #[test]
    fn the_newest_setting_of_a_rule_counts_and_a_critical_answer_stays_as_it_is_c_44() {
        let newest_first = [
            ("above_cutoff", "high"),
            ("above_cutoff", "off"),
            ("critical_item", "off"),
            ("informants_agree", "off"),
        ];
        let set = Switches::of(newest_first.into_iter());
        let critical = Finding { priority: Priority::Critical, ..found("critical_item") };
        let given = set.apply(&[
            found("above_cutoff"),
            critical.clone(),
            found("informants_agree"),
            found("two_raised_windows"),
        ]);
        assert_eq!(
            given,
            [
                Finding { priority: Priority::High, ..found("above_cutoff") },
                critical,
                found("two_raised_windows")
            ]
        );
        assert_eq!(set.with("above_cutoff", Switch::Off).apply(&[found("above_cutoff")]), []);
        assert_eq!(
            ["off", "low", "urgent"].map(|word| word.parse::<Switch>().ok()),
            [Some(Switch::Off), Some(Switch::Gives(Priority::Low)), None]
        );
    }
}
