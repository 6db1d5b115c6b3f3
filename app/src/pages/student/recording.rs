//! What a child listens to: sent to the child that is signed in, kept by no browser.

use std::ops::RangeInclusive;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use server::Error;

use crate::api::check_in::{Part, Recording, get_recording};
use crate::openapi::Refusal;
use crate::render::problem_of;
use crate::visit::Visit;

/// The address of a recording; it tells the question's number and a place, never an item and never an answer given.
pub fn recording_path(number: usize, part: Part) -> String {
    match part {
        Part::Item => format!("/check-in/audio/{number}/item"),
        Part::Choice(at) => format!("/check-in/audio/{number}/{}", at + 1),
    }
}

/// `GET /check-in/audio/{number}/{part}`: a question, or one of its answers, to listen to.
#[utoipa::path(
    get,
    path = "/check-in/audio/{number}/{part}",
    params(("number" = String, Path), ("part" = String, Path, description = "`item`, or the answer's place from 1")),
    responses(
        (status = 200, description = "The recording", content_type = "audio/mpeg"),
        (status = 206, description = "A part of it", content_type = "audio/mpeg"),
        Refusal
    )
)]
pub async fn show(
    visit: Visit,
    headers: HeaderMap,
    Path((number, part)): Path<(String, String)>,
) -> Response {
    let part = match part.as_str() {
        "item" => Some(Part::Item),
        place => place.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).map(Part::Choice),
    };
    let found = match (number.parse(), part) {
        (Ok(number), Some(part)) => get_recording(&visit, number, part).await,
        _ => Err(Error::NotFound),
    };
    match found {
        Ok(recording) => send(recording, headers.get(header::RANGE).and_then(|v| v.to_str().ok())),
        Err(error) => problem_of(&error, &visit.ctx),
    }
}

fn send(recording: Recording, range: Option<&str>) -> Response {
    let Recording { bytes, kind } = recording;
    let always = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    let Some(part) = range.and_then(|range| wanted(range, bytes.len())) else {
        return (always, bytes).into_response();
    };
    let told = format!("bytes {}-{}/{}", part.start(), part.end(), bytes.len());
    let body = bytes.get(part).unwrap_or_default().to_vec();
    (StatusCode::PARTIAL_CONTENT, always, [(header::CONTENT_RANGE, told)], body).into_response()
}

/// The one range that a player asks for. Anything else is answered with the whole.
fn wanted(range: &str, length: usize) -> Option<RangeInclusive<usize>> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = length.checked_sub(1)?;
    let part = match (from.parse::<usize>().ok(), to.parse::<usize>().ok()) {
        (Some(from), to) => from..=to.unwrap_or(last).min(last),
        (None, Some(tail)) => length.saturating_sub(tail)..=last,
        (None, None) => return None,
    };
    (part.start() <= part.end()).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn a_player_gets_the_range_it_asks_for_and_never_more_than_there_is() {
        assert_eq!(wanted("bytes=0-", 10), Some(0..=9));
        assert_eq!(wanted("bytes=2-4", 10), Some(2..=4));
        assert_eq!(wanted("bytes=2-99", 10), Some(2..=9));
        assert_eq!(wanted("bytes=-3", 10), Some(7..=9));
        for odd in ["", "bytes=", "bytes=-", "bytes=9-2", "bytes=10-", "lines=0-1", "bytes=a-b"] {
            assert_eq!(wanted(odd, 10), None, "{odd}");
        }
        assert_eq!(wanted("bytes=0-", 0), None);
    }
}
