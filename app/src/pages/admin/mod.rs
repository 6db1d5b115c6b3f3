//! What an administrator and an auditor see.

pub mod calendar;
pub mod capacity;
pub mod ledger;
pub mod looks;
pub mod overview;
pub mod people;
pub mod places;
pub mod rehearsal;
pub mod retention;
pub mod roster;
mod roster_columns;
pub mod rule_trial;
pub mod rules;
pub mod trail;
pub mod window;
pub mod window_draft;
mod window_parts;
