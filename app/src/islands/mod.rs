//! The few interactive parts of a child's pages. Only these and those of staff become wasm; each makes a page better that works without it.

#![allow(missing_docs, reason = "a component's properties say what they are")]

pub mod answer_keys;
pub mod hide_screen;
pub mod idle_lock;
pub(crate) mod pause;
pub mod read_aloud;
pub mod walk;
