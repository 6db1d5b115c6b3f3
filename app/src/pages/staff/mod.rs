//! What several roles of staff see.

pub mod alert_events;
pub mod alerts;
pub mod duty;
pub mod review;
