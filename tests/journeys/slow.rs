//! Clients that never finish what they began hold nothing for ever (REL-17).

use std::time::Duration;

use tests::{Kind, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than any limit of the server. A server without limits never closes, and only then is it waited out.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends this, then nothing or a byte now and then, until the server has had enough.
async fn dawdle(address: String, begun: &'static str, drips: bool) {
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream.write_all(begun.as_bytes()).await.expect("the server listens");
    let (mut reading, mut writing) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while drips && writing.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        // Kept until the server hangs up: a client that leaves would prove nothing.
        std::future::pending::<()>().await;
    });
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut answer)).await;
    dripping.abort();
    assert!(closed.is_ok(), "after {begun:?} the connection is still open");
}

#[tokio::test]
async fn silent_half_open_and_dripping_connections_are_closed_while_others_are_served() {
    let server = Server::demo(Kind::Sqlite).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut slow = Vec::new();
    for (begun, drips) in [
        ("", false),
        ("PRI * HTTP/2.0", false),
        ("GET / HTTP/1.1\r\nHost: x\r\n", false),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", true),
        ("POST /card HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\ncode=", true),
    ] {
        for _ in 0..20 {
            slow.push(tokio::spawn(dawdle(address.clone(), begun, drips)));
        }
    }
    server.visitor().get("/").await.ok();
    for connection in slow {
        connection.await.expect("closed by the server");
    }
    server.visitor().get("/").await.ok();
}
