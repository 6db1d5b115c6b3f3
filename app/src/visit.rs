//! Who visits: read from the cookies once for each request, before any page.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::http::request_id::RequestId;
use server::http::{fields, forgery};

use crate::api::alerts::AlertState;
use crate::api::{self, sign_in};
use crate::i18n::Language;
use crate::json::Object;
use crate::look::Look;
use crate::render;
use crate::site::{Site, bodies};

/// One visit: who, when, from where, and the token for its forms.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The context for every service call of this request.
    pub ctx: Ctx,
    /// The services.
    pub site: Site,
    /// The session cookie's value, if there is one.
    pub session: Option<String>,
    /// Whether the password was right and the one-time code is still owed.
    pub owes_code: bool,
    /// What every form of this visitor carries, to show that it came from our page.
    pub form_token: String,
    /// Where the request comes from.
    pub address: IpAddr,
    /// What waits for a member of staff.
    pub alerts: AlertState,
    /// What the browser calls itself, in a few words.
    pub device: String,
    /// Whether the page asked for is one of a child's.
    pub child_page: bool,
    /// How a child wants its pages.
    pub look: Look,
    /// What a card's link said a moment ago.
    pub card: Option<String>,
    /// What the link of a parent's letter said.
    pub family: Option<String>,
    /// What a browser took along to the OpenID provider.
    pub away: Option<String>,
    /// The path asked for.
    pub path: String,
    /// Whether a stream of events is asked for.
    pub wants_events: bool,
    /// The visitor cookie to set, where the browser had none.
    new_visitor: Option<String>,
}

/// Whether cookies may travel only over TLS; then their names say so too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Tls,
    ThisMachine,
}

impl Transport {
    fn of(config: &Config) -> Self {
        if config.public_url.as_deref().is_some_and(|u| u.starts_with("https://")) {
            Self::Tls
        } else {
            Self::ThisMachine
        }
    }

    fn name(self, short: &str) -> String {
        match self {
            Self::Tls => format!("__Host-{short}"),
            Self::ThisMachine => short.to_owned(),
        }
    }

    fn attributes(self) -> &'static str {
        match self {
            Self::Tls => "; Path=/; HttpOnly; SameSite=Strict; Secure",
            Self::ThisMachine => "; Path=/; HttpOnly; SameSite=Strict",
        }
    }
}

const SESSION: &str = "firstlight";
const VISITOR: &str = "firstlight-visitor";
const LOOK: &str = "firstlight-look";
/// Carries what a card's link said to the page without it in its address, and no further.
const CARD: &str = "firstlight-card";
/// Carries what the link of a parent's letter said from page to page, in no address.
const FAMILY: &str = "firstlight-family";

/// Says that it was this browser that went to the OpenID provider.
const AWAY: &str = "firstlight-away";

/// What an open page asks by itself.
const ASKED_BY_PAGES: [&str; 2] = ["/alerts", "/check-in/here"];

/// The first part of the path of every page of a child.
const CHILD_PAGES: [&str; 11] =
    ["", "c", "card", "help", "quiet", "check-in", "all-done", "look", "talk", "learn", "start"];

/// What a covered sign-in may still ask for: its cover, whether something urgent waits, and a proctor's board, which an
/// adult watches without touching it and which holds no answer.
fn stays_uncovered(path: &str) -> bool {
    let part = path.split('/').nth(1).unwrap_or_default();
    path == "/alerts" || path == "/alerts/events" || matches!(part, "cover" | "sittings")
}

/// What somebody who still has to add a passkey may open: their account, and the second factor it asks for.
fn goes_before_passkey(path: &str) -> bool {
    let part = path.split('/').nth(1).unwrap_or_default();
    matches!(part, "account" | "confirm" | "cover" | "alerts")
}

/// The cover, and where the page goes on when it is taken off.
fn cover_path(path: &str) -> String {
    // Ids and words of ours need no escaping; anything else goes to the first page.
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_'));
    if plain && path.len() <= 200 { format!("/cover?to={path}") } else { "/cover".to_owned() }
}

impl FromRequestParts<Site> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let config = site.services.config();
        let transport = Transport::of(config);
        let cookies = &parts.headers;
        let session = cookie(cookies, &transport.name(SESSION));
        let ctx = match parts.extensions.get::<RequestId>() {
            Some(RequestId(id)) => Ctx::of_request(*id, Actor::Nobody),
            None => Ctx::new(Actor::Nobody),
        };
        let found = match &session {
            // What an open page asks by itself keeps nobody signed in.
            Some(token)
                if ASKED_BY_PAGES.contains(&parts.uri.path())
                    || parts.uri.path().ends_with("/events")
                    || parts.uri.query() == Some("live") =>
            {
                api::sign_in::unnoticed_visit(site, &ctx, token).await.map(Some)
            }
            Some(token) => api::sign_in::visit(site, &ctx, token).await.map(Some),
            None => Ok(None),
        };
        let found = found.map_err(|error| render::failure(&error, &ctx))?;
        let covered = found.as_ref().is_some_and(|seen| seen.covered);
        if covered && parts.method == Method::GET && !stays_uncovered(parts.uri.path()) {
            return Err(Redirect::to(&cover_path(parts.uri.path())).into_response());
        }
        let owes_passkey = found.as_ref().is_some_and(|seen| seen.owes_passkey);
        if owes_passkey && parts.method == Method::GET && !goes_before_passkey(parts.uri.path()) {
            return Err(Redirect::to("/account").into_response());
        }
        let (actor, owes_code, factor_at) = match found.map(|seen| (seen.visitor, seen.factor_at)) {
            Some((sign_in::Visitor::Actor(actor), factor_at)) => (actor, false, factor_at),
            Some((sign_in::Visitor::OwesCode(_), _)) => (Actor::Nobody, true, None),
            None => (Actor::Nobody, false, None),
        };
        let ctx = Ctx { factor_at, ..ctx.with_actor(actor) };
        let alerts = match &ctx.actor {
            // A page without its banner is better than no page.
            Actor::Staff(_) => api::alerts::get_state(site, &ctx).await.unwrap_or_default(),
            _ => AlertState::default(),
        };
        let signed_in = owes_code || !matches!(ctx.actor, Actor::Nobody);
        let mut new_visitor = None;
        let bound_to = match session.as_ref().filter(|_| signed_in) {
            Some(session) => session.clone(),
            None => cookie(cookies, &transport.name(VISITOR)).unwrap_or_else(|| {
                let fresh = uuid::Uuid::new_v4().simple().to_string();
                new_visitor = Some(fresh.clone());
                fresh
            }),
        };
        Ok(Self {
            device: device(cookies),
            ctx,
            alerts,
            form_token: site.services.keys().form_token(&bound_to),
            session: session.filter(|_| signed_in),
            owes_code,
            address: address(parts, config),
            look: chosen_look(cookies, transport),
            card: cookie(cookies, &transport.name(CARD)),
            family: cookie(cookies, &transport.name(FAMILY)),
            away: cookie(cookies, &transport.name(AWAY)),
            path: parts.uri.path().to_owned(),
            wants_events: cookies
                .get(header::ACCEPT)
                .is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream")),
            child_page: CHILD_PAGES.contains(&parts.uri.path().split('/').nth(1).unwrap_or_default()),
            new_visitor,
            site: site.clone(),
        })
    }
}

impl Visit {
    /// Sets the visitor cookie on an answer whose page holds a form, where the browser had none.
    pub fn keep(&self, mut response: Response) -> Response {
        if let Some(fresh) = &self.new_visitor {
            let transport = Transport::of(self.site.services.config());
            set(&mut response, &format!("{}={fresh}{}", transport.name(VISITOR), transport.attributes()));
        }
        response
    }

    /// A whole address of this site, for a link that travels outside it.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.site.services.config().site())
    }

    /// Remembers how a child wants its pages, for as long as the browser is open or until it signs out.
    pub fn keep_look(&self, look: Look, response: Response) -> Response {
        let mut response = self.keep(response);
        let transport = Transport::of(self.site.services.config());
        set(
            &mut response,
            &format!("{}={}{}", transport.name(LOOK), look.to_cookie(), transport.attributes()),
        );
        response
    }

    /// Sends the browser on with a fresh session.
    pub fn signed_in(&self, token: &str, to: &str) -> Response {
        let transport = Transport::of(self.site.services.config());
        let mut response = Redirect::to(to).into_response();
        set(&mut response, &format!("{}={token}{}", transport.name(SESSION), transport.attributes()));
        response
    }

    /// Sends the browser on to a page without the card's link in its address: no history, no referrer and no bookmark
    /// holds what it said.
    pub fn with_card(&self, secret: &str, to: &str) -> Response {
        self.carry(CARD, secret, 120, to)
    }

    /// The same with the link of a parent's letter, for as long as somebody may sit over its questions.
    pub fn with_family(&self, secret: &str, to: &str) -> Response {
        self.carry(FAMILY, secret, 2 * 3600, to)
    }

    fn carry(&self, name: &str, secret: &str, seconds: u32, to: &str) -> Response {
        let transport = Transport::of(self.site.services.config());
        let mut response = Redirect::to(to).into_response();
        // Lax, not Strict: a browser that a camera opens comes from nowhere, and some count that as another site.
        let attributes = transport.attributes().replace("SameSite=Strict", "SameSite=Lax");
        set(&mut response, &format!("{}={secret}; Max-Age={seconds}{attributes}", transport.name(name)));
        response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }

    /// Forgets what a card's link said.
    pub fn without_card(&self, mut response: Response) -> Response {
        let transport = Transport::of(self.site.services.config());
        set(&mut response, &format!("{}=; Max-Age=0{}", transport.name(CARD), transport.attributes()));
        response
    }

    /// Marks the browser that goes to the OpenID provider, for as long as it may stay there.
    pub fn with_away(&self, mark: &str, mut response: Response) -> Response {
        let transport = Transport::of(self.site.services.config());
        let (name, attributes) = (transport.name(AWAY), transport.attributes());
        set(&mut response, &format!("{name}={mark}; Max-Age=600{attributes}"));
        response
    }

    /// Takes that mark away.
    pub fn without_away(&self, mut response: Response) -> Response {
        let transport = Transport::of(self.site.services.config());
        set(&mut response, &format!("{}=; Max-Age=0{}", transport.name(AWAY), transport.attributes()));
        response
    }

    /// Sends the browser on without any session, and tells it to forget what it kept (PRV-10).
    pub fn signed_out(&self, to: &str) -> Response {
        let transport = Transport::of(self.site.services.config());
        let mut response = Redirect::to(to).into_response();
        for name in [SESSION, VISITOR, LOOK, CARD, FAMILY] {
            set(&mut response, &format!("{}=; Max-Age=0{}", transport.name(name), transport.attributes()));
        }
        response.headers_mut().insert(
            axum::http::HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"storage\""),
        );
        response
    }
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// What the "Aa" panel was set to; without it, the first language of the browser that we have.
fn chosen_look(headers: &HeaderMap, transport: Transport) -> Look {
    let chosen = values(headers, &transport.name(LOOK)).find_map(Look::of_cookie);
    chosen.unwrap_or_else(|| {
        let wish = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Look { language: Language::accepted(wish), ..Look::default() }
    })
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    values(headers, name).find(|value| fields::is_secret(value)).map(str::to_owned)
}

/// The values of every cookie of a name.
fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(move |line| fields::cookies(line, name))
}

/// "Chrome on Windows": enough for people to know their own devices again.
fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // The order matters: Edge calls itself Chrome too, and every one of them Safari.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrom", "Chrome"),
        ("Safari", "Safari"),
    ];
    let systems = [
        ("CrOS", "a Chromebook"),
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPad", "an iPad"),
        ("iPhone", "an iPhone"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ];
    match (first(&browsers), first(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

/// The client's address: the peer, or the right-most hop that no trusted proxy added (AUT-05).
fn address(parts: &Parts, config: &Config) -> IpAddr {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(address)| address.ip());
    if !config.trusted_proxies.contains(&peer) {
        return peer;
    }
    let hops: Vec<IpAddr> = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    hops.into_iter().rev().find(|hop| !config.trusted_proxies.contains(hop)).unwrap_or(peer)
}

/// A posted form whose token fits the visitor: the only way in for a change.
#[derive(Debug)]
pub struct Posted {
    /// Who posts.
    pub visit: Visit,
    fields: Vec<(String, String)>,
}

/// The whole body of a form, which [`bodies`] has read already; `None` when it was too large, too slow or broken off.
async fn whole(body: axum::body::Body) -> Option<axum::body::Bytes> {
    axum::body::to_bytes(body, bodies::LARGEST_FORM).await.ok()
}

impl FromRequest<Site> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, site).await?;
        let bytes = whole(body).await.ok_or_else(|| too_much(&visit))?;
        let fields =
            std::str::from_utf8(&bytes).ok().and_then(fields::form).ok_or_else(|| unreadable(&visit))?;
        Self::checked(visit, fields)
    }
}

/// What another server sends, without a cookie and without a token of ours: whatever it says must be signed.
#[derive(Debug)]
pub struct FromServer {
    /// Who sends; nobody is signed in by it.
    pub visit: Visit,
    fields: Vec<(String, String)>,
}

impl FromServer {
    /// A field's text; empty when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, text)| text)
    }
}

impl FromRequest<Site> for FromServer {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        parts.headers.remove(axum::http::header::COOKIE);
        let visit = Visit::from_request_parts(&mut parts, site).await?;
        let refused = |status| (status, axum::Json(serde_json::json!({ "error": "invalid_request" })));
        let bytes =
            whole(body).await.ok_or_else(|| refused(StatusCode::PAYLOAD_TOO_LARGE).into_response())?;
        let fields = std::str::from_utf8(&bytes).ok().and_then(fields::form);
        let fields = fields.ok_or_else(|| refused(StatusCode::BAD_REQUEST).into_response())?;
        Ok(Self { visit, fields })
    }
}

/// The answer to a form that was too large, too slow or broke off.
pub(crate) fn too_much(visit: &Visit) -> Response {
    render::message(
        visit,
        StatusCode::PAYLOAD_TOO_LARGE,
        "That was too much",
        "The form was too large or broke off. Nothing was saved; go back and try again.",
    )
}

/// The answer to what is no form.
pub(crate) fn unreadable(visit: &Visit) -> Response {
    render::message(
        visit,
        StatusCode::BAD_REQUEST,
        "That form could not be read",
        "Nothing was saved. Go back, reload the page and try again.",
    )
}

/// A posted JSON body of a page's script whose token fits the visitor. The token stands in a header of our own, which
/// another site cannot send without asking first; it is looked at before the body is.
#[derive(Debug)]
pub struct PostedJson<T> {
    /// Who posts.
    pub visit: Visit,
    /// What was posted.
    pub body: T,
}

/// The header that carries the form token of a JSON request.
pub const TOKEN_HEADER: &str = "x-form-token";

impl<T: serde::de::DeserializeOwned> FromRequest<Site> for PostedJson<T> {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, site).await?;
        let token = parts.headers.get(TOKEN_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !forgery::token_fits(&visit.form_token, token) {
            return Err(render::problem(StatusCode::FORBIDDEN, "out_of_date"));
        }
        let bytes =
            whole(body).await.ok_or_else(|| render::problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large"))?;
        let Object(body) = serde_json::from_slice(&bytes)
            .map_err(|_| render::problem(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
        Ok(Self { visit, body })
    }
}

impl Posted {
    /// The fields of a form whose token fits the visitor, else the page that says it was out of date.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer that is sent")]
    pub(crate) fn checked(visit: Visit, fields: Vec<(String, String)>) -> Result<Self, Response> {
        let posted = Self { visit, fields };
        if forgery::token_fits(&posted.visit.form_token, posted.text("token")) {
            return Ok(posted);
        }
        Err(render::message(
            &posted.visit,
            StatusCode::FORBIDDEN,
            "This page was out of date",
            match posted.visit.ctx.actor {
                Actor::Student(_) => {
                    "That answer was not saved. Go back to your check-in and give it once more."
                }
                Actor::Nobody if posted.visit.child_page => {
                    "This happens after a while without a tap. Nothing is lost that was saved: type the code on your \
                     card, and you go on where you were."
                }
                _ => "Nothing was saved. Go back, reload the page and send it again.",
            },
        ))
    }

    /// The value of a field; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Everything that was typed or chosen: all but what each of our forms carries.
    pub fn typed(&self) -> Vec<(String, String)> {
        self.fields.iter().filter(|(key, _)| !matches!(key.as_str(), "token" | "child")).cloned().collect()
    }

    /// Every value of a field that may be there several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A time of day as minutes since midnight.
    ///
    /// # Errors
    /// [`server::Error::Invalid`] about the field when it is none.
    pub fn minute(&self, name: &'static str) -> server::Result<i64> {
        let read = self.text(name).trim().split_once(':').and_then(|(hour, minute)| {
            let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
            ((0..=23).contains(&hour) && (0..=59).contains(&minute)).then_some(hour * 60 + minute)
        });
        read.ok_or_else(|| server::Error::invalid(name, "Give the time as 08:00."))
    }

    /// The value of a field as one of the domain's words or numbers.
    pub fn word<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).trim().parse().ok()
    }
}
