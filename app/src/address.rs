//! A request's address taken apart: parts of the path and words of the query. It never refuses a request by itself:
//! a part that is no id is "not found" like an id that does not exist, with the visitor's page around it.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use server::http::fields;
use server::{Error, Result};

use crate::site::Site;

/// The variable parts of a path, in its order, and the query.
#[derive(Clone, Debug, Default)]
pub struct Address {
    parts: Vec<String>,
    query: Vec<(String, String)>,
}

impl FromRequestParts<Site> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> std::result::Result<Self, Infallible> {
        let query = parts.uri.query().and_then(fields::form).unwrap_or_default();
        // A path that is no UTF-8 has no parts, so every id in it is missing.
        let found = RawPathParams::from_request_parts(parts, site).await;
        let parts =
            found.map(|found| found.iter().map(|(_, part)| part.to_owned()).collect()).unwrap_or_default();
        Ok(Self { parts, query })
    }
}

impl Address {
    /// The path's part at `index` as an id or a word.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is none.
    pub fn part<T: FromStr>(&self, index: usize) -> Result<T> {
        self.parts.get(index).and_then(|part| part.parse().ok()).ok_or(Error::NotFound)
    }

    /// Whether the query asks for nothing but these: the district's figures have no filters (PRV-02).
    pub fn asks_only(&self, known: &[&str]) -> bool {
        self.query.iter().all(|(key, _)| known.contains(&key.as_str()))
    }

    /// A word of the query; empty when it is missing.
    pub fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}
