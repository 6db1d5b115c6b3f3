//! Clients that never finish what they began hold nothing for ever, and keep nobody out (REL-17).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use server::http::admission::{self, Admission};
use tests::{Kind, Setup, Visitor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longer than any limit of the server: 15 seconds, and some more for a busy machine.
const PATIENCE: Duration = Duration::from_secs(25);
/// Requests that are worked on at once; far more than these drip.
const PLACES: usize = 64;
const DRIPPING: usize = 250;
/// The same where clients and servers share one thread of the test.
const FEW_PLACES: usize = 16;
const FEW_DRIPPING: usize = 60;

const SILENT: [(&str, bool); 3] =
    [("", false), ("PRI * HTTP/2.0", false), ("GET / HTTP/1.1\r\nHost: x\r\n", false)];
const HEADER: (&str, bool) = ("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", true);
const BODY: (&str, bool) = ("POST /card HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\ncode=", true);

/// What came of the slow and of those who came meanwhile.
#[derive(Debug, Default)]
struct Seen {
    /// Connections of slow clients that were still open in the end.
    open: usize,
    /// Times that somebody else was served, and times that they were not.
    served: usize,
    refused: usize,
}

/// Sends this, then nothing or a byte now and then; whether the server has had enough in time.
async fn is_closed(address: String, (begun, drips): (&'static str, bool), sent: Arc<AtomicUsize>) -> bool {
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream.write_all(begun.as_bytes()).await.expect("the server listens");
    sent.fetch_add(1, Ordering::Relaxed);
    let (mut reading, mut writing) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while drips && writing.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        // Kept until the server hangs up: a client that leaves would prove nothing.
        std::future::pending::<()>().await;
    });
    // Hung up is hung up, with or without a word.
    let closed = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut Vec::new())).await.is_ok();
    dripping.abort();
    closed
}

/// So many that drip in a header and in a body, sixty that are silent, and somebody who opens the door again and again.
async fn besieged(url: &str, dripping: usize) -> Seen {
    let address = url.trim_start_matches("http://").to_owned();
    let sent = Arc::new(AtomicUsize::new(0));
    let silent = SILENT.iter().flat_map(|kind| std::iter::repeat_n(*kind, 20));
    let kinds: Vec<_> = silent
        .chain(std::iter::repeat_n(HEADER, dripping))
        .chain(std::iter::repeat_n(BODY, dripping))
        .collect();
    let all = kinds.len();
    let slow: Vec<_> = kinds
        .into_iter()
        .map(|kind| tokio::spawn(is_closed(address.clone(), kind, Arc::clone(&sent))))
        .collect();
    while sent.load(Ordering::Relaxed) < all {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut seen = Seen::default();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        match Visitor::new(url).status("/").await {
            Some(200) => seen.served += 1,
            _ => seen.refused += 1,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for one in slow {
        seen.open += usize::from(!one.await.expect("it ends"));
    }
    seen
}

impl Seen {
    fn keeps_rel_17(&self) -> bool {
        self.open == 0 && self.refused == 0 && self.served > 0
    }
}

#[tokio::test]
async fn five_hundred_dripping_connections_are_closed_in_time_while_others_are_served_rel_17() {
    let server = Setup::new()
        .demo(&["--seed", "7", "--schools", "2", "--students", "400", "--windows", "1"])
        .setting("HTTP__AT_ONCE", &PLACES.to_string())
        .start(Kind::Sqlite)
        .await;
    let seen = besieged(&server.url, DRIPPING).await;
    assert!(seen.keeps_rel_17(), "{seen:?}");
}

/// A door as small as can be, behind the same admission.
fn door() -> Router {
    let router = Router::new().route("/", get(async || "well")).route("/card", post(async |_: Bytes| "in"));
    router.layer(from_fn_with_state(Admission::new(FEW_PLACES), admission::guard))
}

/// Starts a server in this process; gives its address.
async fn listens<F: Future<Output = std::io::Result<()>> + Send + 'static>(
    serve: impl FnOnce(TcpListener) -> F,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(serve(listener));
    url
}

/// The check is worth something: what axum gives by itself, and places that are taken before the body is there, both fail it.
#[tokio::test]
async fn what_axum_serves_by_itself_and_a_place_around_the_body_fail_the_same_check_rel_17() {
    // Both ends of each connection are files of this process.
    app::site::open_files::raise();
    let forever = std::future::pending;
    let read_first = || door().layer(from_fn(app::site::bodies::first));
    let ours = listens(|at| app::site::serve(at, read_first(), forever())).await;
    let router = read_first();
    let naive = listens(|at| async { axum::serve(at, router).await }).await;
    let around = listens(|at| app::site::serve(at, door(), forever())).await;
    let (ours, naive, around) = tokio::join!(
        besieged(&ours, FEW_DRIPPING),
        besieged(&naive, FEW_DRIPPING),
        besieged(&around, FEW_DRIPPING)
    );
    assert!(ours.keeps_rel_17(), "{ours:?}");
    assert!(naive.open > 0, "no timer closes a header that never ends: {naive:?}");
    assert!(
        around.refused > 0 && around.open > 0,
        "they hold every place, and for as long as they like: {around:?}"
    );
    assert!(!naive.keeps_rel_17() && !around.keeps_rel_17());
}
