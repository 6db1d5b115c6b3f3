//! What a proctor and a school lead see.

pub mod board;
pub mod overview;
mod script;
pub mod sittings;
