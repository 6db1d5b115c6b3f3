//! Pages, islands and the calls between them and the services.
//!
//! A page is an axum handler that asks `api`, and a Leptos view that shows the answer; the few parts that need the
//! browser are islands, and only these compile to wasm. `main.rs` joins all of it into the executable.
//!
//! This file holds the crate's only `cfg`.

pub mod islands;
#[cfg(any(feature = "ssr", feature = "staff"))]
pub mod staff_islands;

#[cfg(feature = "ssr")]
pub mod address;
#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod assets;
#[cfg(feature = "ssr")]
pub mod commands;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod i18n;
#[cfg(feature = "ssr")]
pub mod json;
#[cfg(feature = "ssr")]
pub mod look;
#[cfg(feature = "ssr")]
pub mod openapi;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod render;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod site;
#[cfg(feature = "ssr")]
pub mod upload;
#[cfg(feature = "ssr")]
pub mod visit;
#[cfg(feature = "ssr")]
pub mod when;

/// Whether this build's views were compiled as erased types (see `.cargo/config.toml`).
pub const VIEWS_ARE_ERASED: bool = cfg!(erase_components);
