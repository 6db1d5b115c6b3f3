//! HTTP that is not a page: health, metrics, headers for every answer, and the guards against forged requests and
//! against too many at once.

pub mod admission;
pub mod fields;
pub mod forgery;
pub mod headers;
pub mod health;
pub mod metrics;
pub mod request_id;
