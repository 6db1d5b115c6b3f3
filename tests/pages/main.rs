//! What pages show, without a server: rendered by the same code and read as a person reads it.

#![allow(clippy::unwrap_used)]

mod wording;
