//! Instruments as data: what is asked, of whom, how it is scored and under which terms.
//!
//! An [`Instrument`] is read from one TOML file and never changes once it has been used: a correction is a new
//! `version`. Every clinical number (cut-off, band edge, SD, reliability) stands in that file and nowhere else.

mod item;
mod rule;
mod scale;
mod terms;

pub use item::{Choice, CriticalHit, CriticalItem, Item, ItemText, Recall, Translation, TranslationStatus};
pub use rule::{
    Band, Contradiction, Cutoff, Decision, DecisionRow, Derived, ItemCodes, Positive, Rule, ValidityRule,
};
pub use scale::{
    Basis, ChangeBasis, Counting, LookupTable, Method, MissingKind, MissingRule, Norm, PublishedChange,
    Reliability, ReliabilityKind, Role, Scale, Sex,
};
pub use terms::{Ages, Availability, Grades, Informant, Licence, LicenceClass, Polarity, Unshipped};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::form::{AnswerProblem, Form, FormChoice, FormItem};
use crate::plan::Plan;
use crate::response::{Answer, Answers};

/// One questionnaire in one version, for one informant.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Short code, for example `phq9_teen`.
    pub id: String,
    /// Counts up with every change of wording or scoring. Scores of different versions are never compared.
    pub version: u32,
    /// Full name.
    pub title: String,
    /// Name that fits in a table column.
    pub short_title: String,
    /// Who answers.
    pub informant: Informant,
    /// Ages in whole years for which the instrument is meant, both included.
    pub ages: Ages,
    /// School grades, where the owner states them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grades: Option<Grades>,
    /// Whether a high total is bad or good news.
    pub polarity: Polarity,
    /// Whether the text may be given out with the program, or waits for a licence.
    pub availability: Availability,
    /// Only trained staff may enter answers; it is never put before a child as a form.
    #[serde(default, skip_serializing_if = "is_false")]
    pub staff_only: bool,
    /// A district has to switch it on before it can be used.
    #[serde(default, skip_serializing_if = "is_false")]
    pub off_by_default: bool,
    /// Language of `instructions`, `items` and `choices` below.
    pub language: String,
    /// Printed instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Period asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<Recall>,
    /// Copyright line, shown with the form. Empty only for a skeleton.
    pub copyright: String,
    /// Primary source.
    pub citation: String,
    /// A declined item is scored as this code (ASQ: a refusal is a positive answer). Without it, as unanswered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_as: Option<i32>,
    /// LOINC code of the panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loinc: Option<String>,
    /// SHA-256 over the wording, see [`crate::check::wording_hash`]. A changed letter breaks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
    /// Limits that belong beside every number from this instrument.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// Where keys and wording were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What a person must compare with the owner's sheet before a release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to_confirm: Vec<String>,
    /// Terms of use.
    pub licence: Licence,
    /// Which finding makes a screen positive. Without it the instrument screens nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<Positive>,
    /// Choice sets by name; items refer to them.
    pub choices: BTreeMap<String, Vec<Choice>>,
    /// Items in printed order.
    pub items: Vec<Item>,
    /// Scales, `total` first where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scales: Vec<Scale>,
    /// Items whose answer alone must reach a person the same day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<CriticalItem>,
    /// Counting rules beside the scales, such as the PHQ symptom count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Findings that call the whole form into question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validity: Vec<ValidityRule>,
    /// Pairs of answers that do not go together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<Contradiction>,
    /// Outcome by rows instead of by a sum; the first row that holds decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Wording in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, Translation>,
    /// Texts that exist but are not given out, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unshipped: Vec<Unshipped>,
    /// Keys resolved to positions; made once when the definition is read.
    #[serde(skip)]
    pub(crate) plan: Plan,
}

pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

/// Why no form can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Keys only: the owner's text is not in the program.
    #[error("{0} is shipped without its text; import the definition under your own licence first")]
    NoText(String),
    /// No checked text in that language.
    #[error("{instrument} has no checked text in “{language}”; offered languages: {offered}")]
    NoSuchLanguage {
        /// The instrument.
        instrument: String,
        /// The language asked for.
        language: String,
        /// Those that are offered.
        offered: String,
    },
}

impl Instrument {
    /// The scale with this id; `total` is the total.
    pub fn scale(&self, id: &str) -> Option<&Scale> {
        self.scales.iter().find(|scale| scale.id == id)
    }

    /// Lowest and highest score that a scale can have, in points.
    pub fn range(&self, scale: &str) -> Option<(f64, f64)> {
        let at = self.scales.iter().position(|one| one.id == scale)?;
        self.plan.scales.get(at).map(|plan| (plan.min, plan.max))
    }

    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.plan.position(id).and_then(|position| self.items.get(position))
    }

    /// Whether any single answer of this instrument can call for a person the same day.
    pub fn has_critical_items(&self) -> bool {
        !self.critical.is_empty()
    }

    /// The critical rule of an item, if it has one.
    pub fn critical_item(&self, item: &str) -> Option<&CriticalItem> {
        self.critical.iter().find(|critical| critical.item == item)
    }

    /// The choices of an item, in printed order.
    pub fn choices_of(&self, item: &Item) -> &[Choice] {
        self.choices.get(&item.choices).map_or(&[], Vec::as_slice)
    }

    /// Whether the instrument can be put before respondents: its terms allow it and its text is here.
    pub fn is_offerable(&self) -> bool {
        matches!(self.availability, Availability::Shipped | Availability::Licensed) && self.has_text()
    }

    /// Whether every item and choice of the form has its wording in the base language.
    pub fn has_text(&self) -> bool {
        let mut asked = self.items.iter().filter(|item| !item.not_asked).peekable();
        asked.peek().is_some()
            && asked.all(|item| {
                let shown = self.choices_of(item).iter().filter(|choice| !choice.off_form);
                item.text.is_some()
                    && shown.clone().count() > 0
                    && shown.clone().all(|choice| choice.label.is_some())
            })
    }

    /// Languages in which a form can be made, the base language first.
    pub fn languages(&self) -> Vec<&str> {
        let base = self.has_text().then_some(self.language.as_str());
        let others = self.translations.iter().filter(|(_, translation)| translation.status.is_offered());
        base.into_iter().chain(others.map(|(language, _)| language.as_str())).collect()
    }

    /// The form in one language: wording, choices and nothing else.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let phq = questionnaires::library::get("phq9_teen").ok_or("not shipped")?;
    /// let form = phq.form("en")?;
    /// assert_eq!(form.items.len(), 13);
    /// assert_eq!(form.items[0].choices[3].label, "Nearly every day");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The text is not in the program, or there is no checked text in that language.
    pub fn form(&self, language: &str) -> Result<Form, FormError> {
        if !self.has_text() {
            return Err(FormError::NoText(self.id.clone()));
        }
        if !self.languages().contains(&language) {
            return Err(FormError::NoSuchLanguage {
                instrument: self.id.clone(),
                language: language.to_owned(),
                offered: self.languages().join(", "),
            });
        }
        let translation = self.translations.get(language);
        let mut items: Vec<FormItem> = self
            .items
            .iter()
            .filter(|item| !item.not_asked)
            .map(|item| self.form_item(item, translation))
            .collect();
        if let Some(order) = translation.and_then(|translation| translation.order.as_ref()) {
            items.sort_by_key(|item| order.iter().position(|id| *id == item.id));
        }
        let (instructions, recall) = match translation {
            Some(translation) => (translation.instructions.clone(), translation.recall.clone()),
            None => (self.instructions.clone(), self.recall.as_ref().map(|recall| recall.text.clone())),
        };
        Ok(Form {
            instrument: self.id.clone(),
            version: self.version,
            language: language.to_owned(),
            title: self.title.clone(),
            instructions,
            recall,
            items,
            copyright: self.copyright.clone(),
            citation: self.citation.clone(),
        })
    }

    /// The instrument with the wording of one language as its base wording, and no other.
    ///
    /// # Errors
    /// There is no checked text in that language.
    pub fn in_language(&self, language: &str) -> Result<Instrument, FormError> {
        let mut localised = self.clone();
        if language == self.language {
            return Ok(localised);
        }
        let form = self.form(language)?;
        let Some(translation) = localised.translations.remove(language) else { return Ok(localised) };
        localised.translations.clear();
        localised.language = language.to_owned();
        localised.instructions = form.instructions;
        localised.lock = translation.lock;
        localised.recall =
            translation.recall.map(|text| Recall { text, days: self.recall.as_ref().and_then(|r| r.days) });
        for item in &mut localised.items {
            let text = translation.items.get(&item.id);
            item.text = text.map(|text| text.text.clone());
            item.lead_in = text.and_then(|text| text.lead_in.clone());
        }
        for (set, choices) in &mut localised.choices {
            let labels = translation.choices.get(set);
            for choice in choices {
                choice.label = labels.and_then(|labels| labels.get(&choice.code.to_string())).cloned();
            }
        }
        Ok(localised)
    }

    fn form_item(&self, item: &Item, translation: Option<&Translation>) -> FormItem {
        let translated = translation.and_then(|translation| translation.items.get(&item.id));
        let (text, lead_in) = match translation {
            Some(_) => (translated.map(|t| t.text.clone()), translated.and_then(|t| t.lead_in.clone())),
            None => (item.text.clone(), item.lead_in.clone()),
        };
        let labels = translation.and_then(|translation| translation.choices.get(&item.choices));
        let choices = self.choices_of(item).iter().filter(|choice| !choice.off_form).map(|choice| {
            let label = match translation {
                Some(_) => labels.and_then(|labels| labels.get(&choice.code.to_string())).cloned(),
                None => choice.label.clone(),
            };
            FormChoice { code: choice.code, label: label.unwrap_or_default() }
        });
        FormItem {
            id: item.id.clone(),
            text: text.unwrap_or_default(),
            lead_in,
            choices: choices.collect(),
            show_when: item.show_when.clone(),
        }
    }

    /// Whether an answer can be scored: the item exists and a code is one of its codes. Unlike
    /// [`Form::check`](crate::form::Form::check) it also knows codes that are not on the form, such as a refusal.
    ///
    /// # Errors
    /// The item is unknown, or has no such choice.
    pub fn check_answer(&self, item: &str, answer: &Answer) -> Result<(), AnswerProblem> {
        let Some(found) = self.item(item) else {
            return Err(AnswerProblem::unknown_item(
                &self.id,
                item,
                self.items.iter().map(|item| item.id.as_str()),
            ));
        };
        let choices = self.choices_of(found);
        match answer {
            Answer::Code(code) if choices.iter().all(|choice| choice.code != *code) => {
                Err(AnswerProblem::unknown_choice(item, *code, choices.iter().map(|choice| choice.code)))
            }
            _ => Ok(()),
        }
    }

    /// [`check_answer`](Self::check_answer) for all answers, in item order; unknown items last.
    ///
    /// # Errors
    /// One problem for each answer that cannot be scored.
    pub fn check_answers(&self, answers: &Answers) -> Result<(), Vec<AnswerProblem>> {
        let mut problems: Vec<_> =
            answers.iter().filter_map(|(item, answer)| self.check_answer(item, &answer).err()).collect();
        problems.sort_by_key(|problem| self.plan.position(problem.item()).unwrap_or(usize::MAX));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}
