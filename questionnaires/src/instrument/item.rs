//! Items, choices and their wording.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::is_false;
use crate::form::ShowWhen;

/// One question.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Short id; keys, answers and translations are bound to it.
    pub id: String,
    /// Wording in the base language; absent in a skeleton.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Printed before this item only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_in: Option<String>,
    /// Name of the choice set.
    pub choices: String,
    /// Has a place on the sheet but is not asked at this age (PSC-35 for 3–5: the school items).
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_asked: bool,
    /// Asked only after certain answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<ShowWhen>,
    /// LOINC code of the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loinc: Option<String>,
}

/// One answer option of a choice set.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored.
    pub code: i32,
    /// Wording in the base language; absent in a skeleton.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it counts in a score; the code itself unless stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
    /// Can be scored but is not printed on the form (ASQ: refused).
    #[serde(default, skip_serializing_if = "is_false")]
    pub off_form: bool,
    /// LOINC answer code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loinc: Option<String>,
}

impl Choice {
    /// What the choice counts before any reversal.
    pub fn score_value(&self) -> i32 {
        self.value.unwrap_or(self.code)
    }
}

/// The period asked about.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    /// As the form words it.
    pub text: String,
    /// In days, where it is a number of days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// How far a translation can be trusted.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum TranslationStatus {
    /// Given out by the owner.
    Official,
    /// In print or in use by a public body, not from the owner.
    Published,
    /// Provided by the licence holder who imported the definition.
    Licensed,
    /// Seen once, or not compared with a sheet. Never offered.
    Unverified,
    /// Text is known, but a scoring question is open. Never offered.
    Withheld,
}

impl TranslationStatus {
    /// Whether a form may be made in it.
    pub fn is_offered(self) -> bool {
        matches!(
            self,
            TranslationStatus::Official | TranslationStatus::Published | TranslationStatus::Licensed
        )
    }
}

/// Wording in another language.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// How far it can be trusted.
    pub status: TranslationStatus,
    /// Where it was found.
    pub source: String,
    /// What to know before using it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// SHA-256 over this wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
    /// Printed instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The period asked about, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<String>,
    /// Printed order, where it differs from the base form. Keys are bound to ids, so scoring does not notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
    /// Choice set → code → label.
    pub choices: BTreeMap<String, BTreeMap<String, String>>,
    /// Item id → wording.
    pub items: BTreeMap<String, ItemText>,
}

/// An item's wording in another language.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ItemText {
    /// The question.
    pub text: String,
    /// Printed before this item only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_in: Option<String>,
}

/// An answer that must reach a person, whatever the total and even on an incomplete form.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct CriticalItem {
    /// The item.
    pub item: String,
    /// Hit at this code or above (codes as printed, before any reversal).
    pub at_least: i32,
    /// What a hit means and what the source asks for.
    pub meaning: String,
    /// Where the rule comes from.
    pub source: String,
}

/// A critical item that was answered at or above its trigger.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CriticalHit {
    /// The item.
    pub item: String,
    /// The code given.
    pub code: i32,
}
