//! A person without JavaScript: keeps cookies, follows redirections, sends forms.
//!
//! On hyper-util's client, which fantoccini brings along anyway: no second HTTP stack to compile, and asynchronous, so
//! that one test can be a thousand people. Pages are parsed by `scraper`, whose parser is that of a browser engine: it
//! sees what a browser would see, also where our HTML is wrong.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, header};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use url::Url;

use crate::{Form, Page};

const FORM: &str = "application/x-www-form-urlencoded";

/// One person's browser, with JavaScript off. A clone shares connections but has cookies of its own from then on.
#[derive(Debug, Clone)]
pub struct Visitor {
    base: Url,
    cookies: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Visitor {
    /// Somebody new at `base`.
    pub fn new(base: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { base: Url::parse(base).unwrap(), cookies: BTreeMap::new(), headers: Vec::new(), client }
    }

    /// Sends this header with every request, as `Accept-Language`.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same person with the same cookies at another node, as a balancer in front would send them.
    pub fn at(&self, base: &str) -> Self {
        Self { base: Url::parse(base).unwrap(), ..self.clone() }
    }

    /// The cookies they hold.
    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Puts a cookie there, for tests that forge or carry over one.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.into(), value.into());
    }

    /// Opens a page, following redirections.
    pub async fn get(&mut self, path: &str) -> Page {
        let url = self.base.join(path).unwrap();
        self.follow("GET", url, None).await
    }

    /// Sends fields to a path, as a form that no page showed.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let url = self.base.join(path).unwrap();
        self.follow("POST", url, Some((FORM, body.into_bytes()))).await
    }

    /// Sends a form as a page showed it, with what was filled in.
    pub async fn submit(&mut self, form: Form) -> Page {
        let mut url = form.action.clone();
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form.filled()).finish();
        if form.method == "GET" {
            url.set_query(Some(&body));
            return self.follow("GET", url, None).await;
        }
        self.follow("POST", url, Some((FORM, body.into_bytes()))).await
    }

    /// Sends a form of a page together with a file, as a browser does (RFC 7578).
    pub async fn submit_file(&mut self, form: Form, field: &str, name: &str, bytes: &[u8]) -> Page {
        const BOUNDARY: &str = "----a-boundary-that-no-file-of-a-test-holds";
        let mut body = Vec::new();
        for (key, value) in form.filled() {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{key}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        let disposition = format!("content-disposition: form-data; name=\"{field}\"; filename=\"{name}\"");
        let head = format!("--{BOUNDARY}\r\n{disposition}\r\ncontent-type: application/octet-stream\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.follow("POST", form.action.clone(), Some((&kind, body))).await
    }

    /// Opens the link with this text on a page.
    pub async fn click(&mut self, page: &Page, text: &str) -> Page {
        let url = page.link(text);
        self.follow("GET", url, None).await
    }

    /// One request as it is: no redirection followed. Any method, any body.
    pub async fn request(&mut self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Page {
        let answer = self.try_request(method, path, body).await;
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same, where the connection may break: a body that is too large is not read to its end.
    ///
    /// # Errors
    /// How it broke.
    pub async fn try_request(
        &mut self,
        method: &str,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Page, String> {
        let url = self.base.join(path).unwrap();
        self.send(method, &url, body).await
    }

    /// The status of a path; `None` when nobody answers.
    pub async fn status(&self, path: &str) -> Option<u16> {
        let url = self.base.join(path).unwrap();
        self.clone().send("GET", &url, None).await.ok().map(|page| page.status)
    }

    async fn follow(&mut self, method: &str, url: Url, body: Option<(&str, Vec<u8>)>) -> Page {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..10 {
            let mut sent = self.send(method, &url, body.clone()).await;
            // As a browser does when a kept connection turns out to be closed: what changes nothing is asked once more.
            let gone =
                |error: &String| error.contains("IncompleteMessage") || error.contains("ConnectionReset");
            if method == "GET" && sent.as_ref().is_err_and(gone) {
                sent = self.send(method, &url, None).await;
            }
            let page = sent.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
            let Some(next) = page.header("location").filter(|_| (301..=308).contains(&page.status)) else {
                return page;
            };
            url = url.join(next).unwrap_or_else(|error| panic!("a redirection to {next:?}: {error}"));
            assert_eq!(url.origin(), self.base.origin(), "a redirection leaves the site: {url}");
            // 307 and 308 repeat the request; the others ask for the page that shows what became of it.
            if !matches!(page.status, 307 | 308) {
                (method, body) = ("GET", None);
            }
        }
        panic!("more than ten redirections, the last to {url}");
    }

    async fn send(&mut self, method: &str, url: &Url, body: Option<(&str, Vec<u8>)>) -> Result<Page, String> {
        let mut request = Request::builder().method(method).uri(url.as_str());
        request = request.header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        if method != "GET" {
            // A browser says where a form came from.
            let origin = self.base.origin().ascii_serialization();
            // Unless the test says something else in their place.
            for (name, value) in [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")] {
                if self.headers.iter().all(|(own, _)| own != name) {
                    request = request.header(name, value);
                }
            }
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let (kind, bytes) = body.unzip();
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request =
            request.body(Full::from(bytes.unwrap_or_default())).map_err(|error| error.to_string())?;
        let response = self.client.request(request).await.map_err(|error| format!("{error:?}"))?;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            self.keep(&text(cookie));
        }
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Page { status: head.status.as_u16(), url: url.clone(), headers, bytes: bytes.to_vec() })
    }

    /// One site, one path: only a cookie's name, its value and its end matter here.
    fn keep(&mut self, cookie: &str) {
        let mut parts = cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let ended = parts.any(|part| part.eq_ignore_ascii_case("max-age=0") || part.contains("1970"));
        if ended || value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.into(), value.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Visitor;

    #[tokio::test]
    async fn a_cookie_is_kept_until_it_ends() {
        let mut visitor = Visitor::new("http://127.0.0.1:1");
        visitor.keep("__Host-session=abc=1; Path=/; HttpOnly; Secure");
        assert_eq!(visitor.cookies()["__Host-session"], "abc=1");
        visitor.keep("__Host-session=; Path=/; Max-Age=0");
        assert!(visitor.cookies().is_empty());
    }

    #[tokio::test]
    async fn where_nobody_listens_there_is_no_status() {
        assert_eq!(Visitor::new("http://127.0.0.1:1").status("/").await, None);
    }
}
