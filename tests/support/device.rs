//! One child's device: one connection that stays open, its cookies, and nothing that costs time. `Visitor` parses every
//! page as a browser would, which would make the generator dearer than the server it measures.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What a device was told.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Where to go next.
    pub location: Option<String>,
    /// How many seconds to wait before trying again.
    pub retry_after: Option<u64>,
    /// What the server calls the request.
    pub request_id: Option<String>,
    /// The page.
    pub body: Bytes,
}

impl Answer {
    /// The value of the first attribute that follows `before` in the page.
    pub fn after(&self, before: &str) -> Option<String> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let rest = text.get(text.find(before)? + before.len()..)?;
        rest.split('"').next().map(str::to_owned)
    }

    /// The token of the page's forms.
    ///
    /// # Errors
    /// That the page has no form.
    pub fn token(&self) -> Result<String, String> {
        self.after("name=\"token\" value=\"")
            .ok_or_else(|| format!("a page ({}) without a form", self.status))
    }
}

/// What is sent with a request.
pub enum Body<'a> {
    /// Nothing.
    None,
    /// A form.
    Form(String),
    /// JSON with the token of the forms.
    Json(&'a str, String),
}

/// A device.
pub struct Device {
    address: String,
    connection: Option<SendRequest<Full<Bytes>>>,
    cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
    /// How long each step took.
    pub steps: Vec<(&'static str, Duration)>,
    /// How often it was asked to come back later.
    pub put_off: usize,
    /// How often it obeys for one request before it leaves.
    pub patience: usize,
    /// Whether it left because of that.
    pub left: bool,
    /// When it was asked to come back at last, in seconds.
    pub come_back: Option<u64>,
    /// Every status it was told, and how often.
    pub statuses: BTreeMap<u16, usize>,
    /// How often a 429 or 503 did not say when to come back.
    pub without_time: usize,
    /// How long an answer may take; without it, as long as it likes.
    pub limit: Option<Duration>,
}

/// A page tries for minutes; nobody is turned away for good.
const PATIENCE: usize = 60;

impl<'a> Body<'a> {
    /// Its type, the token of the forms, and its bytes.
    fn parts(self) -> (Option<&'static str>, Option<&'a str>, Bytes) {
        match self {
            Self::None => (None, None, Bytes::new()),
            Self::Form(text) => (Some("application/x-www-form-urlencoded"), None, Bytes::from(text)),
            Self::Json(token, text) => (Some("application/json"), Some(token), Bytes::from(text)),
        }
    }
}

impl Device {
    /// A new one for the server at `address`.
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            connection: None,
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            steps: Vec::new(),
            put_off: 0,
            patience: PATIENCE,
            left: false,
            come_back: None,
            statuses: BTreeMap::new(),
            without_time: 0,
            limit: None,
        }
    }

    /// Takes another device's cookies.
    pub fn cookies(&mut self, cookies: BTreeMap<String, String>) {
        self.cookies = cookies;
    }

    /// Sends this with every request.
    pub fn header(&mut self, name: &'static str, value: &str) {
        self.headers.push((name, value.to_owned()));
    }

    /// The cookies that it holds.
    pub fn held(self) -> BTreeMap<String, String> {
        self.cookies
    }

    /// One request and its answer, whatever it is.
    ///
    /// # Errors
    /// What became of the connection.
    pub async fn once(&mut self, method: &str, path: &str, body: Body<'_>) -> Result<Answer, String> {
        self.in_time(method, path, body.parts()).await
    }

    /// One request; asked to come back later, it does, as pages and islands do.
    ///
    /// # Errors
    /// What became of the connection, or that it was asked to come back more often than it has patience.
    pub async fn ask(
        &mut self,
        step: &'static str,
        method: &str,
        path: &str,
        body: Body<'_>,
    ) -> Result<Answer, String> {
        let parts = body.parts();
        for tried in 0.. {
            let begun = Instant::now();
            let answer = self.in_time(method, path, parts.clone()).await?;
            self.steps.push((step, begun.elapsed()));
            let Some(seconds) = answer.retry_after else { return Ok(answer) };
            if !matches!(answer.status.as_u16(), 429 | 503) {
                return Ok(answer);
            }
            self.put_off += 1;
            self.come_back = Some(seconds);
            if tried >= self.patience {
                break;
            }
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
        self.left = true;
        Err(format!("{method} {path}: asked to come back later once too often"))
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// The same within the limit. What comes too late is not waited for, and its connection is not used again.
    async fn in_time(
        &mut self,
        method: &str,
        path: &str,
        parts: (Option<&str>, Option<&str>, Bytes),
    ) -> Result<Answer, String> {
        let Some(limit) = self.limit else { return self.sent(method, path, parts).await };
        let late = |_| format!("{method} {path}: no answer within {} s", limit.as_secs_f64());
        tokio::time::timeout(limit, self.sent(method, path, parts)).await.map_err(late)?
    }

    async fn sent(
        &mut self,
        method: &str,
        path: &str,
        (kind, token, body): (Option<&str>, Option<&str>, Bytes),
    ) -> Result<Answer, String> {
        let say = |error: &dyn std::fmt::Display| format!("{method} {path}: {error}");
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.address);
        if method != "GET" {
            request = request
                .header(header::ORIGIN, format!("http://{}", self.address))
                .header("sec-fetch-site", "same-origin");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = token {
            request = request.header("x-form-token", token);
        }
        if !self.cookies.is_empty() {
            let all: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, all.join("; "));
        }
        let request = request.body(Full::new(body)).map_err(|error| say(&error))?;
        let response = loop {
            let kept = self.connection.take().filter(|kept| !kept.is_closed());
            let fresh = kept.is_none();
            let mut sender = match kept {
                Some(kept) => kept,
                None => self.connect().await.map_err(|error| say(&error))?,
            };
            let sent = match sender.ready().await {
                Ok(()) => sender.send_request(request.clone()).await,
                Err(error) => Err(error),
            };
            match sent {
                Ok(response) => {
                    self.connection = Some(sender);
                    break response;
                }
                // The server closed a kept connection in this moment: a browser takes a new one.
                Err(error)
                    if !fresh
                        && (error.is_canceled() || error.is_closed() || error.is_incomplete_message()) => {}
                Err(error) => return Err(say(&error)),
            }
        };
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| say(&error))?.to_bytes();
        for cookie in head.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok())
        {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let text = |name: header::HeaderName| head.headers.get(name)?.to_str().ok().map(str::to_owned);
        let retry_after: Option<u64> = text(header::RETRY_AFTER).and_then(|value| value.parse().ok());
        *self.statuses.entry(head.status.as_u16()).or_default() += 1;
        self.without_time += usize::from(matches!(head.status.as_u16(), 429 | 503) && retry_after.is_none());
        Ok(Answer {
            status: head.status,
            location: text(header::LOCATION),
            request_id: text(header::HeaderName::from_static("x-request-id")),
            retry_after,
            body,
        })
    }
}
