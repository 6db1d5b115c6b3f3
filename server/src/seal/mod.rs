//! Sealing what must be unreadable without a key: backups for a recipient, and (see `field`) single values in the database.

pub mod age;
mod bech32;
pub mod field;
