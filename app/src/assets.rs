//! Styles, fonts, pictures and the browser's part, embedded in the executable and already compressed.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

/// What `cargo xtask dist` prepared. Missing in a bare `cargo build`: then pages work without styles and islands.
#[derive(RustEmbed)]
#[folder = "dist"]
#[allow_missing = true]
struct Dist;

/// `GET /assets/{path}`.
pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&format!("assets/{path}"), &headers)
}

/// `GET /pkg/{version}/{path}`: the version is part of the path, because the browser part's files name each other.
pub async fn package(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let file = path.split_once('/').filter(|(build, _)| *build == version()).map(|(_, file)| file);
    match file {
        Some(file) => serve(&format!("pkg/{file}"), &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Names this build's assets in their addresses, so that a browser keeps them for good and a new build is fetched.
pub fn version() -> &'static str {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    VERSION.get_or_init(|| {
        let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
        for name in Dist::iter() {
            for byte in Dist::get(&name).map(|f| f.metadata.sha256_hash()).unwrap_or_default() {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{sum:016x}")
    })
}

/// The address of an asset of this build.
pub fn url(path: &str) -> String {
    format!("/assets/{path}?v={}", version())
}

fn serve(path: &str, headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let variants = [
        (accepts.contains("br"), ".br", Some("br")),
        (accepts.contains("gzip"), ".gz", Some("gzip")),
        (true, "", None),
    ];
    let found = variants
        .into_iter()
        .filter(|(usable, ..)| *usable)
        .find_map(|(_, suffix, encoding)| Dist::get(&format!("{path}{suffix}")).map(|file| (file, encoding)));
    let Some((file, encoding)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = file.data.into_owned().into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
