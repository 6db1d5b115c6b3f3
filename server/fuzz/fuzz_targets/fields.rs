//! Whatever bytes come as a form, an address or a cookie are taken apart or refused. A form that reads, written down again,
//! reads the same; and whatever its fields say, the queue is asked for something that it has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::http::fields;
use server::services::queue::Asked;

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fuzz_target!(|text: &str| {
    if let Some(read) = fields::form(text) {
        let again: Vec<String> = read.iter().map(|(k, v)| format!("{}={}", escaped(k), escaped(v))).collect();
        assert_eq!(fields::form(&again.join("&")), Some(read.clone()));
        let asked = Asked::read(&|name| {
            read.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
        });
        assert!(asked.name.chars().count() <= 60);
    }
    for value in fields::cookies(text, "session") {
        assert!(text.contains(value) && !value.contains(';'));
        if fields::is_secret(value) {
            assert!(value.len() <= 128 && value.is_ascii());
        }
    }
});
