//! What must never be lost is not: the server is killed, its database goes away, its disk fails, and ten times
//! too many come (REL-01, 02, 12, 14, 16).
//!
//! Short here; `FIRSTLIGHT_KILLS` and `FIRSTLIGHT_CHILDREN` make the same tests long, as `cargo xtask figures` does.

#![allow(clippy::unwrap_used)]

mod child;
mod crowd;
mod disk;
mod history;
mod order;
mod trace;
