//! The wording lock.

use sha2::{Digest, Sha256};

use crate::instrument::Instrument;

/// SHA-256, in hex, over the wording of one language: instruction, recall, item ids, lead-ins and texts, codes and
/// labels, in printed order. Nothing if the instrument has no such language.
///
/// The hash stands in the definition as `lock`. Whoever changes a letter must also change the lock, and that is seen
/// in review; owners' texts must not be altered.
pub fn wording_hash(instrument: &Instrument, language: &str) -> Option<String> {
    let translation = instrument.translations.get(language);
    if translation.is_none() && language != instrument.language {
        return None;
    }
    let mut text = String::new();
    let mut line = |kind: &str, id: &str, wording: Option<&str>| {
        // A control character keeps fields apart, so that moving a word from one to the next shows.
        for part in [kind, id, wording.unwrap_or("\u{0}")] {
            text.push_str(part);
            text.push('\u{1f}');
        }
        text.push('\n');
    };
    let (instructions, recall) = match translation {
        Some(translation) => (translation.instructions.as_deref(), translation.recall.as_deref()),
        None => (
            instrument.instructions.as_deref(),
            instrument.recall.as_ref().map(|recall| recall.text.as_str()),
        ),
    };
    line("instructions", "", instructions);
    line("recall", "", recall);
    for item in &instrument.items {
        let (wording, lead_in) = match translation.map(|translation| translation.items.get(&item.id)) {
            Some(item) => {
                (item.map(|item| item.text.as_str()), item.and_then(|item| item.lead_in.as_deref()))
            }
            None => (item.text.as_deref(), item.lead_in.as_deref()),
        };
        line("lead-in", &item.id, lead_in);
        line("item", &item.id, wording);
        for choice in instrument.choices_of(item) {
            let code = choice.code.to_string();
            let label = match translation {
                Some(translation) => translation
                    .choices
                    .get(&item.choices)
                    .and_then(|labels| labels.get(&code))
                    .map(String::as_str),
                None => choice.label.as_deref(),
            };
            line("choice", &code, label);
        }
    }
    Some(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}
