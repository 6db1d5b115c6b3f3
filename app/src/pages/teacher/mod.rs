//! What a teacher sees.

pub mod concern;
