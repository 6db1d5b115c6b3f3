//! What a proctor and a school lead see.

pub mod board;
pub mod board_events;
pub mod cards;
pub mod make_up;
pub mod overview;
pub mod releases;
mod script;
pub mod sittings;
