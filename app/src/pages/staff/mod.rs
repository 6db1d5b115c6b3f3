//! What several roles of staff see.

pub mod alerts;
pub mod duty;
pub mod review;
