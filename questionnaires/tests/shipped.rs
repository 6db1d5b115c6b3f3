//! The shipped definitions themselves.

use questionnaires::library;

#[test]
fn every_shipped_definition_is_sound() {
    let faults: Vec<_> = library::faults().iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
