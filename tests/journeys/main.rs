//! Journeys that cross roles, by plain HTTP forms: everything here works without JavaScript.

#![allow(clippy::unwrap_used)]

mod areas;
mod bad_input;
mod cards;
mod district;
mod doors;
mod guardian_letter;
mod history;
mod informants;
mod kill;
mod live_board;
mod live_queue;
mod main_job;
mod overload;
mod paper;
mod people;
mod rescreen;
mod retention;
mod rolling;
mod roster;
mod school;
mod slow;
mod stop;
mod two_nodes;
mod walk;
mod watching;
