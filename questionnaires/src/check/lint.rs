//! Warnings about a definition that is correct but may not suit its respondents.

use super::readability::{grade_level, words};
use crate::fhir::{PERMISSION_NOT_RECORDED, TERMS_NOT_STATED};
use crate::instrument::{Informant, Instrument, Item};

/// Presentation bands of the student's screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgeBand {
    /// 6–7 years.
    A,
    /// 8–10 years.
    B,
    /// 11–13 years.
    C,
    /// 14–18 years.
    D,
}

/// What a band's readers can be expected to manage. Targets for screen design, not clinical numbers: at most five
/// labelled options from 8 years, two or three before (Chambers & Johnston 2002; Coombes et al. 2021).
struct Limits {
    band: AgeBand,
    ages: (u8, u8),
    options: Option<usize>,
    grade: f64,
    words: Option<usize>,
}

const LIMITS: [Limits; 4] = [
    Limits { band: AgeBand::A, ages: (6, 7), options: Some(3), grade: 2.0, words: Some(10) },
    Limits { band: AgeBand::B, ages: (8, 10), options: Some(5), grade: 4.0, words: Some(14) },
    Limits { band: AgeBand::C, ages: (11, 13), options: Some(5), grade: 6.0, words: None },
    Limits { band: AgeBand::D, ages: (14, 18), options: None, grade: 8.0, words: None },
];

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// More choices than the band's readers can tell apart.
    TooManyOptions,
    /// A choice without a label.
    UnlabelledOption,
    /// Harder to read than the band's target.
    ReadingLevel,
    /// More words than the band's target.
    TooManyWords,
    /// "Not" or "never" in the question while a choice also says no.
    NegatedStem,
    /// Two things asked at once.
    DoubleBarrelled,
    /// The wording is not locked.
    NoLock,
    /// There is no text to show.
    NoText,
    /// Nothing says on what grounds the text may be used.
    NoLicence,
}

/// Something a person should look at; each override needs a typed reason where it is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// For which band of readers, if it depends on age.
    pub band: Option<AgeBand>,
    /// The item, if it is about one.
    pub item: Option<String>,
    /// A sentence.
    pub message: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Looks over wording and choices for every age band that the instrument covers.
///
/// ```
/// use questionnaires::{check::{WarningKind, lint}, library};
///
/// let sleep = library::get("psc17_youth").map(lint).unwrap_or_default();
/// assert!(sleep.iter().any(|warning| warning.kind == WarningKind::NegatedStem)); // "Do not listen to rules" – "Never"
/// ```
pub fn lint(instrument: &Instrument) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, band, item: Option<&Item>, message| {
        warnings.push(Warning { kind, band, item: item.map(|item| item.id.clone()), message });
    };
    if !instrument.has_text() {
        warn(
            WarningKind::NoText,
            None,
            None,
            "there is no text to show; only the keys are defined".to_owned(),
        );
    } else if instrument.lock.is_none() {
        warn(
            WarningKind::NoLock,
            None,
            None,
            "the wording is not locked; a changed letter would go unseen".to_owned(),
        );
    }
    if instrument.licence.terms == TERMS_NOT_STATED {
        let message = "the file does not state the owner's terms; ask for them before it is used";
        warn(WarningKind::NoLicence, None, None, message.to_owned());
    }
    if instrument.licence.permission.as_deref() == Some(PERMISSION_NOT_RECORDED) {
        let message = "no permission is recorded yet; an import asks who allowed whom to use this text";
        warn(WarningKind::NoLicence, None, None, message.to_owned());
    }
    let bands: Vec<_> = LIMITS.iter().filter(|limits| applies(instrument, limits)).collect();
    for item in instrument.items.iter().filter(|item| !item.not_asked) {
        let choices = instrument.choices_of(item);
        let shown = choices.iter().filter(|choice| !choice.off_form);
        let id = &item.id;
        if item.text.is_some()
            && shown.clone().any(|choice| choice.label.as_ref().is_none_or(|label| label.trim().is_empty()))
        {
            let message = format!("item {id}: a choice has no label; label every point");
            warn(WarningKind::UnlabelledOption, None, Some(item), message);
        }
        let options = shown.clone().count();
        for limits in &bands {
            let (band, ages) = (limits.band, limits.ages);
            if limits.options.is_some_and(|most| options > most) {
                let most = limits.options.unwrap_or_default();
                let message =
                    format!("item {id}: {options} choices; children of {}–{} manage {most}", ages.0, ages.1);
                warn(WarningKind::TooManyOptions, Some(band), Some(item), message);
            }
        }
        let Some(text) = item.text.as_deref().filter(|_| instrument.language.starts_with("en")) else {
            continue;
        };
        for limits in &bands {
            let (band, ages) = (limits.band, limits.ages);
            let (grade, count) = (grade_level(text).unwrap_or(0.0), words(text).count());
            if grade > limits.grade {
                let message = format!(
                    "item {id}: reads at grade {grade:.0}; the target for {}–{} years is grade {}",
                    ages.0, ages.1, limits.grade
                );
                warn(WarningKind::ReadingLevel, Some(band), Some(item), message);
            }
            if limits.words.is_some_and(|most| count > most) {
                let most = limits.words.unwrap_or_default();
                let message =
                    format!("item {id}: {count} words; the target for {}–{} years is {most}", ages.0, ages.1);
                warn(WarningKind::TooManyWords, Some(band), Some(item), message);
            }
        }
        let says_no = shown.clone().any(|choice| choice.label.as_deref().is_some_and(is_negative));
        if says_no && words(text).any(is_negation) {
            let message = format!(
                "item {id}: the question says “not” and so does a choice; a child must undo two negatives"
            );
            warn(WarningKind::NegatedStem, None, Some(item), message);
        }
        if is_double_barrelled(text) {
            let message =
                format!("item {id}: asks two things at once; a child who has only one cannot answer");
            warn(WarningKind::DoubleBarrelled, None, Some(item), message);
        }
    }
    warnings
}

/// Parents and teachers read as adults do; their forms are held to the oldest band's reading target only.
fn applies(instrument: &Instrument, limits: &Limits) -> bool {
    match instrument.informant {
        Informant::Student | Informant::Staff => {
            instrument.ages.min <= limits.ages.1 && instrument.ages.max >= limits.ages.0
        }
        Informant::Parent | Informant::Teacher => limits.band == AgeBand::D,
    }
}

fn is_negation(word: &str) -> bool {
    let word = word.to_lowercase().replace('’', "'");
    matches!(word.as_str(), "not" | "never" | "cannot" | "nothing" | "no" | "without")
        || word.ends_with("n't")
}

fn is_negative(label: &str) -> bool {
    let first = words(label).next().unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "not" | "never" | "no" | "none" | "disagree")
        || label.to_lowercase().contains("disagree")
}

fn is_double_barrelled(text: &str) -> bool {
    words(text).any(|word| matches!(word.to_lowercase().as_str(), "and" | "or"))
}
