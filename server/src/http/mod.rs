//! HTTP that is not a page: health, metrics, headers for every answer, and the guard against forged requests.

pub mod forgery;
pub mod headers;
pub mod health;
pub mod metrics;
