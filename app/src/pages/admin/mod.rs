//! What an administrator and an auditor see.

pub mod capacity;
pub mod ledger;
pub mod overview;
pub mod people;
pub mod retention;
pub mod rule_trial;
pub mod rules;
pub mod trail;
