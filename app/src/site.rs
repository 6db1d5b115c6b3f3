//! The whole site as one axum service, and the loop that serves it.

pub mod bodies;
pub mod open_files;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, Request};
use axum::http::{HeaderValue, header};
use axum::middleware;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use server::http::admission::{self, Admission};
use server::http::{forgery, headers, metrics, request_id};
use server::services::Services;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tower::Service;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::routes;

/// What every handler is given.
#[derive(Clone, Debug)]
pub struct Site {
    /// The services.
    pub services: Services,
}

impl FromRef<Site> for Services {
    fn from_ref(site: &Site) -> Self {
        site.services.clone()
    }
}

/// The site's router with everything that holds for every route.
pub fn router(services: Services) -> Router {
    let tls = services.config().public_url.as_deref().is_some_and(|u| u.starts_with("https://"));
    let admission = Admission::new(services.config().at_once);
    let names = services.clone();
    let site = Site { services };
    let mut router = routes::router()
        .fallback(crate::pages::not_found)
        .with_state(site)
        .layer(middleware::from_fn(forgery::guard))
        .layer(middleware::from_fn_with_state(admission, admission::guard))
        .layer(middleware::from_fn(bodies::first))
        .layer(middleware::from_fn(headers::add))
        .layer(middleware::from_fn(metrics::count))
        // Live streams must not wait in a compressor. What fits into one packet arrives no sooner when it is smaller.
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
                DefaultPredicate::new()
                    .and(SizeAbove::new(ONE_PACKET))
                    .and(NotForContentType::const_new("text/event-stream")),
            ),
        );
    router = router.layer(middleware::from_fn_with_state(names, request_id::name));
    if tls {
        router = router.layer(middleware::from_fn(headers::add_strict_transport));
    }
    router
}

/// Bytes of an answer that are not worth packing.
const ONE_PACKET: u16 = 1400;

/// A request's header must be there within this time, and a connection without a request is closed after it (a
/// half-open one would otherwise stay for ever, REL-17).
const HEADER_SECONDS: u64 = 10;
/// Connections at once. A school's devices keep theirs for seconds, so this is far above a whole district at nine.
const CONNECTIONS: usize = 8192;
/// With fewer than this part of the places left, nobody keeps a connection beyond its answer: those who wait to come back
/// would hold them all, and health and help could not be asked for any more (REL-12).
const FEW_PLACES: usize = 4;
/// Connections that the system holds for the server until they are accepted, where its own limit (`net.core.somaxconn`)
/// allows. Who finds this queue full believes to be connected and is cut off later, without an answer.
const QUEUE: u32 = 4096;
/// Answers under way are finished for this long when the server stops (REL-21).
const DRAIN_SECONDS: u64 = 20;

/// Listens on an address.
///
/// # Errors
/// When it is another's, or this program may not use it.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that starts again finds its own old connections still there.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Serves until `stop` is done; then takes nobody new and finishes what is under way.
///
/// # Errors
/// When connections can no longer be accepted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    serve_at_most(listener, router, stop, open_files::connections()).await
}

async fn serve_at_most(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    connections: usize,
) -> std::io::Result<()> {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(connections));
    tokio::pin!(stop);
    loop {
        // Who finds no place waits in the system's queue until somebody leaves.
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream, peer) = tokio::select! {
            (place, accepted) = next => match accepted {
                Ok((stream, peer)) => (place, stream, peer),
                Err(error) => {
                    // Too many open files passes; a tight loop would only make it worse.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let (router, left) = (router.clone(), Arc::clone(&places));
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let answered = answer(router.clone(), request.map(axum::body::Body::new), peer);
            let left = Arc::clone(&left);
            async move {
                let mut response = answered.await?;
                if left.available_permits() < connections / FEW_PLACES {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        // HTTP/1.1 alone: telling the versions apart waits for first bytes that a slow client never sends, without
        // any limit. A proxy in front speaks HTTP/2 with browsers.
        let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
        builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEADER_SECONDS));
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            // A connection that breaks off is the browser's right.
            let _ = connection.await;
            drop(place);
        });
    }
    // Whoever comes now is refused at once and goes to another node: while the socket is open the system lets them in, to
    // wait for nobody (REL-21).
    drop(listener);
    let _ = tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS), graceful.shutdown()).await;
    Ok(())
}

async fn answer(
    mut router: Router,
    mut request: Request,
    peer: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.call(request).await
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// Asks on a connection; the head of the answer in small letters.
    async fn asks(stream: &mut TcpStream) -> String {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"well") {
            assert_ne!(stream.read_buf(&mut head).await.unwrap(), 0, "closed before the answer");
        }
        String::from_utf8(head).unwrap().to_lowercase()
    }

    #[tokio::test]
    async fn who_waits_holds_no_connection_when_few_are_left_rel_12() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "well"));
        let server = tokio::spawn(super::serve_at_most(listener, router, std::future::pending(), 8));
        let mut kept = Vec::new();
        // One more place is taken for whoever comes next.
        for _ in 0..5 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            assert!(
                !asks(&mut stream).await.contains("connection: close"),
                "a quarter of the places is left"
            );
            kept.push(stream);
        }
        // Fewer than a quarter: answered as before, and its place is free again, for each that comes.
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            assert!(asks(&mut stream).await.contains("connection: close"));
            assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0, "the server closes it");
        }
        server.abort();
    }
}
