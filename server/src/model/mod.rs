//! Plain data that the browser may see too: ids, people, roster, windows, administrations, referrals.
//!
//! One word, one meaning (the same in table, type, URL and screen); states are enums with verbs.

mod ids;
mod private;
mod text_enum;
mod time;

pub mod administration;
pub mod correction;
pub mod draft;
pub mod mandatory;
pub mod outside;
pub mod people;
pub mod referral;
pub mod release;
pub mod retention;
pub mod window;

pub use ids::*;
pub use private::Private;
pub use text_enum::UnknownWord;
pub use time::{Day, Instant};
