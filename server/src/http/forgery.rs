//! Refuses requests that another site made a browser send (AUT-08).
//!
//! Two walls: the browser's own word on where the request comes from, here; and a token in every form, bound to the
//! visitor's cookie, checked where the form is read.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

/// Where the OpenID provider's own server speaks: no cookie is read there, and a signature is the only proof.
const OF_SERVERS: &str = "/sign-in/with/out";

/// Lets safe methods pass, and others only from our own pages.
pub async fn guard(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || request.uri().path() == OF_SERVERS;
    if safe || from_own_page(request.headers()) {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            "This request came from another site and was refused. Go back and reload the page.",
        )
            .into_response()
    }
}

/// Whether the browser says that the request comes from our own page. A client that sends neither header is no
/// browser and carries nobody's cookies unasked; it still needs the token.
fn from_own_page(headers: &HeaderMap) -> bool {
    // A header that is there twice says nothing.
    let text = |name: &str| {
        let mut all = headers.get_all(name).iter();
        let first = all.next().map(|value| value.to_str().unwrap_or("?").to_owned());
        if all.next().is_some() { Some("?".to_owned()) } else { first }
    };
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return true };
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    !host.is_empty() && named == Some(host.as_str())
}

/// Whether the token in a form is the one of this visitor; compared in constant time.
pub fn token_fits(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::from_own_page;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_change_something_aut_08() {
        let host = ("host", "check-in.example");
        assert!(from_own_page(&headers(&[host, ("origin", "https://check-in.example")])));
        assert!(from_own_page(&headers(&[
            host,
            ("origin", "https://check-in.example"),
            ("sec-fetch-site", "same-origin")
        ])));
        for forged in [
            headers(&[host, ("origin", "https://evil.example")]),
            headers(&[host, ("origin", "null")]),
            headers(&[host, ("origin", "https://check-in.example.evil.example")]),
            headers(&[host, ("origin", "https://evil.example/check-in.example")]),
            headers(&[host, ("sec-fetch-site", "cross-site")]),
            headers(&[host, ("sec-fetch-site", "same-site"), ("origin", "https://check-in.example")]),
            headers(&[host, ("sec-fetch-site", "none"), ("origin", "https://check-in.example")]),
            headers(&[("origin", "https://check-in.example")]),
        ] {
            assert!(!from_own_page(&forged), "{forged:?}");
        }
    }
}
