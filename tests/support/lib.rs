//! Shared parts of the whole-system tests: the real executable, real databases, a real browser.
//!
//! - [`Database`]: a fresh one for each test, SQLite or PostgreSQL. [`on_both_databases!`] makes two tests of one.
//! - [`Server`]: `firstlight serve` as a process, with what it says on standard error shown when a test fails.
//! - [`Demo`]: what `firstlight demo` filled in, with sign-ins.
//! - [`Visitor`]: a person without JavaScript, who follows links and fills in forms.
//! - [`Browser`]: Chromium, with axe, throttling, offline, and JavaScript off.
//!
//! Everything cleans up after itself, also when the test fails, and nothing needs a service that is already there.

// A missing answer here is a failing test, which is what a panic is for.
#![allow(clippy::unwrap_used)]

pub mod authenticator;
pub mod axe;
mod browser;
pub mod cluster;
pub mod crowd;
mod database;
mod demo;
pub mod device;
mod driver;
mod figure;
mod form;
mod http;
pub mod informants;
pub mod markup;
mod page;
pub mod place;
mod post;
mod program;
pub mod provider;
mod rescore;
mod server;
pub mod totp;

pub use browser::{Browser, Screen};
pub use database::{Database, Kind};
pub use demo::{Card, Demo, SMALL, Staff};
pub use figure::{figure, set};
pub use form::Form;
pub use http::Visitor;
pub use page::Page;
pub use post::{Gateway, MailServer};
pub use program::{Outcome, executable, firstlight, firstlight_with_input};
pub use rescore::scored_otherwise;
pub use server::{Server, Setup};

/// Makes two tests of one asynchronous function of a [`Kind`]: `name::sqlite` and `name::postgres`.
///
/// ```text
/// tests::on_both_databases! {
///     /// Two counselors cannot claim one referral.
///     async fn a_referral_has_one_owner(kind: Kind) {
///         let server = Server::on(kind).await;
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$note:meta])* async fn $name:ident($kind:ident: $type:ty) $body:block)+) => {$(
        $(#[$note])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn on($kind: $type) $body

            #[tokio::test]
            async fn sqlite() {
                on($crate::Kind::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                on($crate::Kind::Postgres).await;
            }
        }
    )+};
}
