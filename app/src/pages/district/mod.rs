//! What a district officer sees.

pub mod releases;
