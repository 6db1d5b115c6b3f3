//! Whatever somebody brings as an instrument, our TOML or a FHIR Questionnaire, is read or refused with what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use questionnaires::check::parse_and_check;
use questionnaires::fhir::read_questionnaire;

fuzz_target!(|text: &str| {
    if let Ok(instrument) = parse_and_check("brought.toml", text) {
        assert!(!instrument.items.is_empty());
        for language in instrument.languages() {
            let _ = instrument.form(language);
        }
    }
    let _ = read_questionnaire("brought.json", text);
});
