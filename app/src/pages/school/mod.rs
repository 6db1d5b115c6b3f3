//! What a proctor and a school lead see.

pub mod board;
pub mod cards;
pub mod overview;
mod script;
pub mod sittings;
