//! What a district officer sees.

mod files;
pub mod releases;
