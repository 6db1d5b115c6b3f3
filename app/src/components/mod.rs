//! The few parts that pages are made of: semantic HTML and classes, never a colour of their own.

#![allow(missing_docs, reason = "a component's properties say what they are")]

pub mod alert_strip;
pub mod answer_card;
pub mod back_link;
pub mod banner;
pub mod calm_note;
pub mod count_strip;
pub mod drawing;
pub mod due_clock;
pub mod empty;
pub mod error_summary;
pub mod field;
pub mod figure;
pub mod form;
pub mod help_lines;
pub mod icon;
pub mod kept_draft;
pub mod listen;
pub mod look_panel;
pub mod message;
pub mod notice;
pub mod person_header;
pub mod print_sheet;
pub mod priority_tag;
pub mod progress;
pub mod qr;
pub mod saved_note;
pub mod shell;
pub mod skip_button;
pub mod staff_shell;
pub mod student_frame;
pub mod timeline;
