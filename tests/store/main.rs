//! Conformance: what the store and the services over it promise, on every database. A new database is done when this
//! suite passes on it.

#![allow(clippy::unwrap_used)]

mod device;
mod alerts;
mod idempotence;
mod promises;
mod reconciler;
mod refusals;
mod schema;
mod town;
