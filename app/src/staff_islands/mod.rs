//! The few interactive parts of staff's pages. They are left out of what a child's device loads.

#![allow(missing_docs, reason = "a component's properties say what they are")]

pub mod chart_keys;
pub mod cover;
pub mod keep_drafts;
pub mod live_alerts;
pub mod live_board;
pub mod passkey;
pub mod queue_keys;
pub mod rating_grid;
