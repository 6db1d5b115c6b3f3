//! Whatever a device sends in place of its queue of answers is read or refused; what is read holds no answer that its
//! form does not have, once the form has looked at it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use questionnaires::library;
use server::services::check_in::answers::Sent;

fuzz_target!(|bytes: &[u8]| {
    let Ok(batch) = serde_json::from_slice::<Vec<Sent>>(bytes) else { return };
    let Some(form) = library::get("phq9_teen").and_then(|instrument| instrument.form("en").ok()) else {
        panic!("the library has its forms")
    };
    for sent in batch {
        if form.check(&sent.item, &sent.answer).is_ok() {
            let item = form.items.iter().find(|item| item.id == sent.item).expect("an item of the form");
            assert!(sent.answer.code().is_none_or(|code| item.choices.iter().any(|c| c.code == code)));
        }
    }
});
