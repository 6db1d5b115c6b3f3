//! Whatever bytes come, a roster is read or refused in one sentence: no panic, no endless loop, no memory without bounds.
//! What is read is consistent: a line is a child or rejected with a reason, never both and never lost.
//!
//! `server/fuzz/run SECONDS` builds and runs it on a stable compiler.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::roster::{Limits, read};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 1 << 20, unpacked: 8 << 20, rows: 20_000 };
    let today = "2026-11-26".parse().expect("a day");
    match read(bytes, today, limits) {
        Ok(roster) => {
            let numbers: std::collections::HashSet<_> = roster.pupils.iter().map(|p| &p.number).collect();
            assert_eq!(numbers.len(), roster.pupils.len(), "a number stands twice");
            assert_eq!(roster.faults.is_empty(), roster.rejected.is_empty(), "a rejected line has a reason");
            assert!(roster.rejected_csv().lines().count() > roster.rejected.len().min(1));
        }
        Err(sentence) => assert!(!sentence.is_empty()),
    }
});
