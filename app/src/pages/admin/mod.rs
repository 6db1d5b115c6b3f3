//! What an administrator and an auditor see.

pub mod overview;
pub mod rules;
pub mod trail;
