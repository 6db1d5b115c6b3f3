//! Everything that runs only on the server, as a library: model, policy, services, referral rules,
//! charts, jobs, store, and the HTTP that is not a page.
//!
//! Read in this order: [`model`] (what there is), [`ctx`] (who asks, and when), [`policy`] (who may),
//! [`services`] (what can be done), [`store`] (how nothing is lost).
//!
//! Only [`model`] compiles for the browser too. This file holds the crate's only `cfg`.

pub mod model;

#[cfg(not(target_arch = "wasm32"))]
pub mod capacity;
#[cfg(not(target_arch = "wasm32"))]
pub mod charts;
#[cfg(not(target_arch = "wasm32"))]
pub mod config;
#[cfg(not(target_arch = "wasm32"))]
pub mod ctx;
#[cfg(not(target_arch = "wasm32"))]
pub mod documents;
#[cfg(not(target_arch = "wasm32"))]
pub mod draw;
#[cfg(not(target_arch = "wasm32"))]
mod error;
#[cfg(not(target_arch = "wasm32"))]
pub mod http;
#[cfg(not(target_arch = "wasm32"))]
pub mod jobs;
#[cfg(not(target_arch = "wasm32"))]
pub mod meters;
#[cfg(not(target_arch = "wasm32"))]
pub mod policy;
#[cfg(not(target_arch = "wasm32"))]
pub mod referral_rules;
#[cfg(not(target_arch = "wasm32"))]
pub mod research;
#[cfg(not(target_arch = "wasm32"))]
pub mod roster;
#[cfg(not(target_arch = "wasm32"))]
pub mod seal;
#[cfg(not(target_arch = "wasm32"))]
pub mod services;
#[cfg(not(target_arch = "wasm32"))]
pub mod spreadsheet;
#[cfg(not(target_arch = "wasm32"))]
pub mod store;
#[cfg(not(target_arch = "wasm32"))]
pub mod suppression;

#[cfg(not(target_arch = "wasm32"))]
pub use error::{Error, Result};
