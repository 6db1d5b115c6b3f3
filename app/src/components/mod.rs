//! The few parts that pages are made of: semantic HTML and classes, never a colour of their own.

#![allow(missing_docs, reason = "a component's properties say what they are")]

pub mod answer_card;
pub mod calm_note;
pub mod drawing;
pub mod error_summary;
pub mod form;
pub mod help_lines;
pub mod icon;
pub mod message;
pub mod notice;
pub mod progress;
pub mod shell;
pub mod skip_button;
pub mod student_frame;
