//! How long each kind of data is kept: data with a lawyer's sign-off, never code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Fault;
use super::clinical::SignOff;
use crate::model::retention::DataClass;

/// The periods, by jurisdiction, and where what must be remembered outside the database is kept.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    /// Who signed the periods; empty while the shipped ones await a lawyer.
    pub sign_off: SignOff,
    /// The periods by the name of their profile.
    pub profiles: BTreeMap<String, Periods>,
    /// The profile of a district that has not chosen one.
    pub profile: String,
    /// The file that names erased children by id, so that a restored backup forgets them again.
    pub erasures: PathBuf,
    /// For how many days a backup is kept.
    pub backup_days: i64,
}

/// Months for which each kind of data is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in `DataClass`")]
pub struct Periods {
    pub label: String,
    pub answers: i64,
    pub results: i64,
    pub casework: i64,
    pub consents: i64,
    pub leavers: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sign_off: SignOff,
    profile: BTreeMap<String, Periods>,
}

const SHIPPED: &str = include_str!("../../settings/retention.toml");

impl Periods {
    /// The months for one kind of data.
    pub fn months(&self, class: DataClass) -> i64 {
        match class {
            DataClass::Answers => self.answers,
            DataClass::Results => self.results,
            DataClass::Casework => self.casework,
            DataClass::Consents => self.consents,
            DataClass::Leavers => self.leavers,
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let all = DataClass::ALL.iter().map(|class| self.months(*class));
        if !all.into_iter().all(|months| (1..=1200).contains(&months)) {
            Some("each period is a number of months from 1 to 1200")
        } else if self.answers > self.results {
            Some("answers cannot be kept longer than the results they belong to")
        } else if self.results > self.consents {
            Some("a consent is kept at least as long as the results it allowed")
        } else if self.results > self.casework {
            // What opened a referral is derived again from the results, so it cannot outlive the referral.
            Some("casework is kept at least as long as the results that opened it")
        } else {
            None
        }
    }
}

impl Retention {
    /// The shipped periods.
    fn shipped() -> Result<Self, String> {
        Self::parse(SHIPPED)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let File { sign_off, profile } = toml::from_str(text).map_err(|e| e.message().to_owned())?;
        for (name, periods) in &profile {
            if let Some(fault) = periods.fault() {
                return Err(format!("profile {name}: {fault}"));
            }
        }
        Ok(Self { sign_off, profiles: profile, ..Self::default() })
    }

    pub(super) fn read(value: &impl Fn(&str) -> String, data_dir: &Path, faults: &mut Vec<Fault>) -> Self {
        let read = match value("retention.file") {
            name if name.is_empty() => Self::shipped(),
            name => std::fs::read_to_string(&name)
                .map_err(|e| format!("{name} cannot be read: {e}"))
                .and_then(|text| Self::parse(&text).map_err(|e| format!("{name}: {e}"))),
        };
        let mut read = read.unwrap_or_else(|problem| {
            faults.push(Fault::new("retention.file", problem));
            Self::default()
        });
        read.profile = value("retention.profile");
        if !read.profiles.is_empty() && !read.profiles.contains_key(&read.profile) {
            let known = read.profiles.keys().cloned().collect::<Vec<_>>().join(", ");
            faults.push(Fault::new("retention.profile", format!("no such profile; there are {known}")));
        }
        read.erasures = match value("retention.erasures") {
            name if name.is_empty() => data_dir.join("erasures.jsonl"),
            name => PathBuf::from(name),
        };
        read.backup_days = match value("backup.keep_days").parse() {
            Ok(days @ 1..=3650) => days,
            _ => {
                faults.push(Fault::new("backup.keep_days", "must be a whole number from 1 to 3650"));
                1
            }
        };
        read
    }

    /// The periods of a profile; of the default one where there is none of this name any more.
    pub fn periods(&self, profile: &str) -> Periods {
        self.profiles.get(profile).or_else(|| self.profiles.get(&self.profile)).cloned().unwrap_or_default()
    }

    /// Whether a lawyer has signed.
    pub fn is_signed(&self) -> bool {
        !self.sign_off.by.trim().is_empty() && !self.sign_off.on.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Retention, SHIPPED};

    #[test]
    fn the_shipped_periods_are_in_order_and_await_a_lawyer() {
        let shipped = Retention::shipped().unwrap();
        assert!(shipped.profiles.len() >= 4 && !shipped.is_signed());
    }

    #[test]
    fn a_period_without_end_or_out_of_order_is_refused_law_08() {
        for (from, to, says) in [
            ("answers = 36", "answers = 0", "1 to 1200"),
            ("answers = 36", "answers = 96", "longer than the results"),
            ("consents = 84", "consents = 83", "at least as long"),
            ("casework = 84", "casework = 83", "at least as long"),
            ("leavers = 12", "", "leavers"),
        ] {
            let fault = Retention::parse(&SHIPPED.replacen(from, to, 1)).unwrap_err();
            assert!(fault.contains(says), "{fault}");
        }
    }
}
