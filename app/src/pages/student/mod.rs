//! What a child sees.

pub mod check_in;
pub mod entry;
pub mod finish;
pub mod help;
pub mod question;
pub mod quiet;
