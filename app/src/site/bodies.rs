//! What a form brings is read before its request takes one of the places for work: a place is held while there is work, and
//! whoever sends slowly keeps nobody out (REL-17).

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use server::http::admission;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// A form is small; more is no form of ours.
pub const LARGEST_FORM: usize = 64 * 1024;
/// A form that takes longer has broken off, or is meant to hold the connection.
const LONGEST_SENDING: Duration = Duration::from_secs(15);
/// After so long, what has come must keep up with [`LEAST_RATE`].
const FIRST_BYTES: Duration = Duration::from_secs(5);
/// Bytes a second of the slowest line that is waited for.
const LEAST_RATE: usize = 256;
/// Bodies that are read at once: a quarter of the connections, and at most 128 megabytes.
const AT_ONCE: usize = 2048;

static READING: Semaphore = Semaphore::const_new(AT_ONCE);

/// Reads the body, and only then lets its request on. What is too large, too slow or broken off arrives as a body that
/// breaks off, so that each page says so in its own words.
pub async fn first(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() || carries_file(parts.uri.path()) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    match small(body).await {
        Some(body) => next.run(Request::from_parts(parts, body)).await,
        None => admission::later(&parts.method, parts.uri.path()),
    }
}

/// A file of staff is larger than a form: [`crate::upload`] reads it when it knows who sends it.
fn carries_file(path: &str) -> bool {
    path == "/setup/roster" || (path.starts_with("/consent/windows/") && path.ends_with("/returns"))
}

/// The body of a form once it is here; `None` when too many are being read already.
pub async fn small(body: Body) -> Option<Body> {
    let _place = READING.try_acquire().ok()?;
    let broken =
        || Body::from_stream(futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut off"))]));
    Some(read(body).await.map_or_else(broken, Body::from))
}

async fn read(body: Body) -> Option<Vec<u8>> {
    let begun = Instant::now();
    let (mut parts, mut read) = (body.into_data_stream(), Vec::new());
    while let Some(part) = tokio::time::timeout_at(begun + allowed(read.len()), parts.next()).await.ok()? {
        let part = part.ok()?;
        if read.len() + part.len() > LARGEST_FORM {
            return None;
        }
        read.extend_from_slice(&part);
    }
    Some(read)
}

/// For how long one may go on sending after so many bytes.
fn allowed(read: usize) -> Duration {
    let keeping_up = Duration::from_secs(u64::try_from(read / LEAST_RATE).unwrap_or(u64::MAX));
    LONGEST_SENDING.min(FIRST_BYTES.saturating_add(keeping_up))
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_FORM, allowed, carries_file};
    use crate::routes::ROUTES;

    #[test]
    fn a_form_has_five_seconds_and_more_while_it_keeps_up_to_fifteen_rel_17() {
        assert_eq!(allowed(0).as_secs(), 5);
        assert_eq!(allowed(255).as_secs(), 5);
        assert_eq!(allowed(1024).as_secs(), 9);
        assert_eq!(allowed(LARGEST_FORM).as_secs(), 15);
        assert_eq!(allowed(usize::MAX).as_secs(), 15);
    }

    #[test]
    fn only_the_two_forms_with_a_file_are_not_read_first() {
        let files: Vec<&str> = ROUTES
            .iter()
            .filter(|route| route.method == "post" && carries_file(route.path))
            .map(|r| r.path)
            .collect();
        assert_eq!(files, ["/consent/windows/{id}/returns", "/setup/roster"]);
    }
}
