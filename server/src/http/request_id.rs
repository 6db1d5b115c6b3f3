//! One id for each request: in every line of the log that it causes, in the trail, in the answer's header, and on the page
//! that says that something failed.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::ctx::{Actor, Ctx};
use crate::services::Services;

/// The header that carries it, in and out.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id, for whoever makes its context.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// Takes a trusted proxy's id, or makes one. Only an id can be taken, so nobody writes into the log through it, and only from
/// such a proxy, so nobody stands in the trail under another request's.
pub async fn name(State(services): State<Services>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let trusted = |peer: IpAddr| services.config().trusted_proxies.contains(&peer);
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok()?.parse::<Uuid>().ok());
    let id =
        given.filter(|_| peer.is_some_and(trusted)).unwrap_or_else(|| Ctx::new(Actor::Nobody).request_id);
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", %id);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
