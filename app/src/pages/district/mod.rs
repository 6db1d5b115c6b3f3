//! What a district officer sees.

mod history;
pub mod releases;
pub mod research;
pub mod schools;
