//! The few parts that pages are made of: semantic HTML and classes, never a colour of their own.

#![allow(missing_docs, reason = "a component's properties say what they are")]

pub mod drawing;
pub mod form;
pub mod message;
pub mod shell;
