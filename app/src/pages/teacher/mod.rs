//! What a teacher sees.

pub mod concern;
pub mod grid;
pub mod ratings;
