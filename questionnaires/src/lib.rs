//! Instruments, scoring and trends for screening in schools.
//!
//! Without the feature `library` only [`form`] and [`response`] remain: what a child's browser may hold.
#![cfg_attr(feature = "library", doc = "\n", doc = include_str!("guide.md"))]

pub mod form;
pub mod response;

#[cfg(feature = "library")]
pub mod band;
#[cfg(feature = "library")]
pub mod change;
#[cfg(feature = "library")]
pub mod check;
#[cfg(feature = "library")]
pub mod disclosure;
#[cfg(feature = "library")]
pub mod fhir;
#[cfg(feature = "library")]
pub mod flag;
#[cfg(feature = "library")]
pub mod import;
#[cfg(feature = "library")]
pub mod instrument;
#[cfg(feature = "library")]
pub mod library;
#[cfg(feature = "library")]
pub mod norm;
#[cfg(feature = "library")]
mod parse;
#[cfg(feature = "library")]
mod plan;
#[cfg(feature = "library")]
pub mod present;
#[cfg(feature = "library")]
pub mod prevalence;
#[cfg(feature = "library")]
pub mod reliability;
#[cfg(feature = "library")]
pub mod score;
#[cfg(feature = "library")]
pub mod second_scorer;
#[cfg(feature = "library")]
pub mod sheet;
#[cfg(feature = "library")]
pub mod trend;
#[cfg(feature = "library")]
pub mod validity;
#[cfg(feature = "library")]
pub mod wire;
