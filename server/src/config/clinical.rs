//! Clinical settings: crisis wording, help lines, priorities, clocks. Data with a clinician's sign-off, never code.

use serde::Deserialize;

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
    /// What a child reads before the first question.
    pub assent: Assent,
    /// What a child reads at the end.
    pub finish: Finish,
    /// Help that is there around the clock.
    #[serde(default)]
    pub help_lines: Vec<HelpLine>,
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
    /// Minutes that a sitting stays open when its proctor does not close it.
    pub sitting_minutes: i64,
}

fn minutes<const N: i64>() -> i64 {
    N
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
    /// Raised in two windows in a row.
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
    pub name: String,
    pub number: String,
    pub hours: String,
    pub source: String,
    pub checked_on: String,
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
        if read.help_lines.is_empty() {
            return Err(
                "help_lines: at least one is needed, a child must always be shown where help is".to_owned()
            );
        }
        Ok(read)
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
    fn assent_says_the_limit_of_confidentiality_and_never_promises_a_secret_k_31() {
        let shipped = Clinical::shipped().unwrap();
        for text in [&shipped.assent.b, &shipped.assent.c, &shipped.assent.d] {
            let all = text.paragraphs.join(" ");
            assert!(all.contains("safe") || all.contains("danger"), "{all}");
        }
        for text in [&shipped.assent.a, &shipped.assent.b, &shipped.assent.c, &shipped.assent.d] {
            let all = text.paragraphs.join(" ").to_lowercase();
            assert!(!all.contains("secret"));
            assert_eq!(all.matches("anonymous").count(), all.matches("not anonymous").count());
        }
    }
}
