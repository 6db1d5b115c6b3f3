//! The walls of the house (README, "Walls"), each a test that reads the repository as it is.
//!
//! A wall is a pure function from text to a list of breaches, so that each has a test beside it that shows it can fail.
//! Walls that the compiler or clippy holds are not repeated here: `unsafe_code`, `unwrap`, the clock.

// A missing answer here is a failing test, which is what a panic is for.
#![allow(clippy::unwrap_used)]

mod asvs;
mod browser_part;
mod clock;
mod contrast;
mod crates;
mod figures;
mod layers;
mod lexer;
mod migrations;
mod pages;
mod repository;
mod settings;
mod sizes;
mod sql;
mod supply;
mod trail;

/// Fails with every breach, one a line, and what to do about them.
#[track_caller]
fn none(breaches: Vec<String>, what_to_do: &str) {
    assert!(breaches.is_empty(), "{what_to_do}:\n  {}", breaches.join("\n  "));
}
