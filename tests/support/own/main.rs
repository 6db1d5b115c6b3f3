//! The shared parts, tried out on something that is not Firstlight: a fault in them would look like one of ours.

#![allow(clippy::unwrap_used)]

mod browser;
mod postgres;
mod server;
mod site;
