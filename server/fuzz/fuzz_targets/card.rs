//! Whatever is typed for a card's code, or stands in a card's link, is read or refused; what is read is a code, and reads
//! the same again, as it is printed and in small letters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::services::{card_code, card_link};

fuzz_target!(|typed: &str| {
    if let Ok(code) = card_code::parse(typed) {
        assert_eq!(code.len(), 10);
        assert_eq!(card_code::parse(&card_code::printed(&code)), Ok(code.clone()));
        assert_eq!(card_code::parse(&code.to_lowercase()), Ok(code));
    }
    if let Some(secret) = card_link::parse(typed) {
        assert_eq!(card_link::parse(&secret), Some(secret));
    }
});
