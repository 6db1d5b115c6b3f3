//! Clinical settings: crisis wording, help lines, priorities, clocks. Data with a clinician's sign-off, never code.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Capacity, GuardianLetter, MandatoryReport, Quality, letters};
use crate::model::referral::{Priority, Urgency};

/// The clinical settings of a district.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinical {
    /// Who signed and when; both empty while the shipped defaults await a clinician.
    pub sign_off: SignOff,
    /// How soon each priority is due.
    pub clocks: Clocks,
    /// Which priority a rule gives.
    pub priorities: Priorities,
    /// How much follow-up a window can be given.
    #[serde(default)]
    pub capacity: Capacity,
    /// The clocks of what the law asks a school to report.
    #[serde(default)]
    pub mandatory_report: MandatoryReport,
    /// When a form is marked as carelessly filled in.
    #[serde(default)]
    pub quality: Quality,
    /// What a child reads before the first question.
    pub assent: Assent,
    /// What a child reads at the end.
    pub finish: Finish,
    /// The same in other languages, by tag; each awaits its own reading by a clinician who speaks it.
    #[serde(default)]
    pub translations: BTreeMap<String, Translated>,
    /// Which country's help is shown.
    #[serde(default = "default_country")]
    pub country: String,
    /// The number to call in danger, by country.
    #[serde(default)]
    pub emergency: BTreeMap<String, String>,
    /// Letters that a counselor may make for a guardian.
    #[serde(default)]
    pub guardian_letters: Vec<GuardianLetter>,
    /// Help that is there around the clock.
    #[serde(default)]
    pub help_lines: Vec<HelpLine>,
}

fn default_country() -> String {
    "US".to_owned()
}

/// What a child reads, in another language.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in `Clinical`")]
pub struct Translated {
    pub assent: Assent,
    pub finish: Finish,
}

/// The sign-off of the clinical settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "who and when")]
pub struct SignOff {
    pub by: String,
    pub role: String,
    pub on: String,
}

/// Due times.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    /// Minutes of wall clock until a critical referral must be acknowledged.
    pub critical_minutes: i64,
    /// Minutes without an acknowledgement until the backup is called.
    #[serde(default = "minutes::<15>")]
    pub backup_minutes: i64,
    /// Minutes until the school lead is called.
    #[serde(default = "minutes::<25>")]
    pub lead_minutes: i64,
    /// Minutes until the district's person on call is called.
    #[serde(default = "minutes::<35>")]
    pub district_minutes: i64,
    /// Minutes after which an unclaimed referral of another priority goes to who is on duty.
    #[serde(default = "minutes::<30>")]
    pub unowned_minutes: i64,
    /// The hour of the school's wall clock at which news that are not urgent leave in one message, on school days.
    #[serde(default = "digest_hour")]
    pub digest_hour: i8,
    /// School days until contact.
    pub high_school_days: u32,
    /// School days until contact.
    pub moderate_school_days: u32,
    /// School days until contact.
    pub low_school_days: u32,
    /// The hour of the school's wall clock at which a school day ends, 0–23.
    pub school_day_ends_hour: i8,
    /// Minutes for which somebody on duty must still be there after a child has begun critical questions, and after the
    /// last hour at which check-ins begin.
    #[serde(default = "minutes::<120>")]
    pub stay_minutes: i64,
    /// So many days in a row without school are a break; no check-in with critical questions on the day before it.
    #[serde(default = "minutes::<4>")]
    pub break_days: i64,
    /// Days after which a child is looked at again once help has begun.
    #[serde(default = "follow_up_days")]
    pub follow_up_days: Vec<i64>,
    /// Days after which it is then screened again; 0 plans no re-screen by itself.
    #[serde(default = "minutes::<30>")]
    pub rescreen_days: i64,
    /// Minutes that a sitting stays open when its proctor does not close it.
    pub sitting_minutes: i64,
}

fn minutes<const N: i64>() -> i64 {
    N
}

fn follow_up_days() -> Vec<i64> {
    vec![7, 30, 90]
}

fn digest_hour() -> i8 {
    8
}

/// Which priority each referral rule gives.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priorities {
    /// A critical item answered at or above its threshold.
    pub critical_item: Word,
    /// A critical item that the child left open or chose not to answer.
    pub critical_unanswered: Word,
    /// A total at or above the cut-off in use.
    pub above_cutoff: Word,
    /// The same, in one of these bands.
    pub above_cutoff_severe: Word,
    /// Bands that count as severe for the line above.
    pub severe_bands: Vec<String>,
    /// Worse than last time by more than measurement error.
    pub reliable_deterioration: Word,
    /// The child asked to talk today.
    pub talk_today: Word,
    /// The child asked to talk this week.
    pub talk_this_week: Word,
    /// Raised now and the last time, in two windows or in a re-screen.
    #[serde(default = "high")]
    pub two_raised_windows: Word,
    /// Two informants are raised in one window.
    #[serde(default = "high")]
    pub informants_agree: Word,
    /// A teacher thinks that somebody should look today.
    #[serde(default = "high")]
    pub teacher_today: Word,
    /// A teacher thinks that somebody should look this week, or when there is time.
    #[serde(default = "moderate")]
    pub teacher_later: Word,
}

fn high() -> Word {
    Word(Priority::High)
}

fn moderate() -> Word {
    Word(Priority::Moderate)
}

impl Priorities {
    /// The priority of a teacher's concern.
    pub fn of_urgency(&self, urgency: Urgency) -> Priority {
        match urgency {
            Urgency::Today => self.teacher_today.0,
            Urgency::ThisWeek | Urgency::Soon => self.teacher_later.0,
        }
    }
}

/// A priority as settings write it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Word(pub Priority);

impl Default for Word {
    fn default() -> Self {
        Self(Priority::Critical)
    }
}

impl TryFrom<String> for Word {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("'{text}' must be critical, high, moderate or low"))
    }
}

/// Assent texts by age band. `{names}` becomes the names of the counselors on duty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "one per band")]
pub struct Assent {
    pub a: AssentText,
    pub b: AssentText,
    pub c: AssentText,
    pub d: AssentText,
}

/// One band's assent, a sentence or two a paragraph.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as shown")]
pub struct AssentText {
    pub paragraphs: Vec<String>,
    pub yes: String,
    pub no: String,
}

/// The last page's words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as shown")]
pub struct Finish {
    pub thanks: String,
    pub readers: String,
    pub talk_question: String,
    pub in_danger: String,
}

/// A help line with the source it was checked against.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as shown")]
pub struct HelpLine {
    #[serde(default = "default_country")]
    pub country: String,
    pub name: String,
    pub number: String,
    pub hours: String,
    pub source: String,
    pub checked_on: String,
    /// The hours in other languages, by tag.
    #[serde(default)]
    pub hours_in: BTreeMap<String, String>,
}

impl Clinical {
    /// The defaults that Firstlight ships, awaiting a clinician's sign-off.
    ///
    /// # Errors
    /// What is wrong with the file, by line.
    pub fn shipped() -> Result<Self, String> {
        Self::parse(include_str!("../../settings/clinical.toml"))
    }

    /// Reads clinical settings.
    ///
    /// # Errors
    /// What is wrong, by line, and what to do.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let clocks = &read.clocks;
        if clocks.critical_minutes < 1
            || clocks.sitting_minutes < 1
            || !(0..=23).contains(&clocks.school_day_ends_hour)
            || !(0..=23).contains(&clocks.digest_hour)
        {
            return Err("clocks: minutes must be at least 1 and hours between 0 and 23".to_owned());
        }
        if !(1..=clocks.lead_minutes).contains(&clocks.backup_minutes)
            || clocks.lead_minutes > clocks.district_minutes
            || clocks.unowned_minutes < 1
        {
            return Err(
                "clocks: backup_minutes, lead_minutes and district_minutes must not fall, and minutes are \
                        at least 1"
                    .to_owned(),
            );
        }
        if clocks.follow_up_days.iter().any(|days| *days < 1) || clocks.rescreen_days < 0 {
            return Err("clocks: follow_up_days are at least 1, and rescreen_days is 0 or more".to_owned());
        }
        read.capacity.check()?;
        read.quality.check()?;
        read.mandatory_report.check()?;
        letters::check(&read.guardian_letters)?;
        if read.help_lines.iter().all(|line| line.country != read.country) {
            return Err(format!(
                "help_lines: at least one is needed for country = \"{}\", a child must always be shown where help is",
                read.country
            ));
        }
        Ok(read)
    }

    /// The assent in a language; in the settings' own where it has none.
    pub fn assent_in(&self, language: &str) -> &Assent {
        self.translations.get(language).map_or(&self.assent, |t| &t.assent)
    }

    /// The last page in a language; in the settings' own where it has none.
    pub fn finish_in(&self, language: &str) -> &Finish {
        self.translations.get(language).map_or(&self.finish, |t| &t.finish)
    }

    /// The number to call in danger where the district is.
    pub fn emergency_number(&self) -> &str {
        self.emergency.get(&self.country).map_or("112", String::as_str)
    }

    /// The help lines of the district's country with their hours in a language.
    pub fn help_lines_in(&self, language: &str) -> Vec<HelpLine> {
        let here = self.help_lines.iter().filter(|line| line.country == self.country).cloned();
        here.map(|mut line| {
            if let Some(hours) = line.hours_in.get(language) {
                line.hours.clone_from(hours);
            }
            line
        })
        .collect()
    }

    /// Whether a clinician has signed.
    pub fn is_signed(&self) -> bool {
        !self.sign_off.by.is_empty() && !self.sign_off.on.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Clinical;

    #[test]
    fn the_shipped_clinical_settings_read_and_await_a_sign_off() {
        let shipped = Clinical::shipped().unwrap();
        assert!(!shipped.is_signed());
    }

    #[test]
    fn assent_says_the_limit_of_confidentiality_in_every_language_and_never_promises_a_secret_k_31() {
        let shipped = Clinical::shipped().unwrap();
        let limits = ["safe", "danger", "安全", "危险", "segur", "peligro", "خطر", "أمان"];
        let denied = [
            ("anonymous", "not anonymous"),
            ("anónim", "no es anónim"),
            ("匿名", "不是匿名"),
            ("مجهول", "ليس مجهول"),
        ];
        let all = shipped.translations.values().map(|t| &t.assent).chain([&shipped.assent]);
        for assent in all {
            for text in [&assent.b, &assent.c, &assent.d] {
                let all = text.paragraphs.join(" ");
                assert!(limits.iter().any(|limit| all.contains(limit)), "{all}");
            }
            for text in [&assent.a, &assent.b, &assent.c, &assent.d] {
                let all = text.paragraphs.join(" ").to_lowercase();
                assert!(!all.contains("secret") && !all.contains("秘密") && !all.contains("سر "), "{all}");
                for (word, negated) in denied {
                    assert_eq!(all.matches(word).count(), all.matches(negated).count(), "{all}");
                }
            }
        }
    }

    #[test]
    fn every_language_of_the_interface_has_its_assent_and_its_help() {
        let shipped = Clinical::shipped().unwrap();
        for tag in ["zh-CN", "es", "ar"] {
            let own = shipped.translations.get(tag).unwrap();
            let paragraphs = |a: &super::Assent| [&a.a, &a.b, &a.c, &a.d].map(|t| t.paragraphs.len());
            assert_eq!(paragraphs(&own.assent), paragraphs(&shipped.assent), "{tag}");
            assert!(own.finish.readers.contains("{names}") && own.finish.in_danger.contains("{emergency}"));
            assert!(shipped.help_lines.iter().all(|line| line.hours_in.contains_key(tag)), "{tag}");
        }
        for country in ["US", "CN", "ES"] {
            assert!(shipped.help_lines.iter().any(|line| line.country == country), "{country}");
            assert!(shipped.emergency.contains_key(country), "{country}");
        }
    }

    /// A number that nobody has called for half a year may be dead. The day is the test's own clock: set
    /// `FIRSTLIGHT_TODAY=2027-06-01` to see what will be due by then.
    #[test]
    fn no_help_line_was_checked_more_than_180_days_ago() {
        let today = std::env::var("FIRSTLIGHT_TODAY").unwrap_or_else(|_| SHIPPED_ON.to_owned());
        let today: jiff::civil::Date = today.parse().unwrap();
        for line in Clinical::shipped().unwrap().help_lines {
            let checked: jiff::civil::Date = line.checked_on.parse().unwrap();
            let days = (today - checked).get_days();
            assert!((0..=180).contains(&days), "{} was checked {days} days ago: check it again", line.name);
            assert!(!line.source.is_empty(), "{}", line.name);
        }
    }

    /// The day of the last release; move it on with each.
    const SHIPPED_ON: &str = "2026-11-26";
}
