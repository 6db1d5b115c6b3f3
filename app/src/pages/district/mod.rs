//! What a district officer sees.

mod history;
pub mod releases;
pub mod schools;
