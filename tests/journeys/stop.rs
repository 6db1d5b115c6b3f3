//! A node that stops: nobody new comes in, whoever is inside gets their answer, and no open page holds it up (REL-21).

use std::time::{Duration, Instant};

use tests::{Kind, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::live_queue::{follow, until};

/// The rest of what comes until the other side hangs up.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("the answer comes whole");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn on_stop_the_door_closes_at_once_streams_end_and_answers_under_way_are_finished_rel_21() {
    let mut server = Server::demo(Kind::Sqlite).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let (ana, _) = server.sign_in(server.people().staff("counselor")).await;
    let mut events = follow(&server, &ana).await;
    let mut text = String::new();
    until(&mut events, &mut text, "text/event-stream").await;
    let begun = async |text: &str| {
        let mut stream = TcpStream::connect(&address).await.expect("it listens");
        stream.write_all(text.as_bytes()).await.expect("it reads");
        stream
    };
    let mut form =
        begun("POST /card HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\ncode=")
            .await;
    let mut health = begun("GET /readyz HTTP/1.1\r\nHost: x\r\n").await;
    // Answered after those before it were read: they are inside.
    assert_eq!(server.visitor().status("/healthz").await, Some(200));
    let asked = Instant::now();
    let id = server.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
    // The stream ends without a word of the person who reads it.
    assert!(!rest(&mut events).await.contains("data:"), "nothing has changed for her");
    // The door is closed while the other two are still inside.
    while TcpStream::connect(&address).await.is_ok() {
        assert!(asked.elapsed() < Duration::from_secs(10), "whoever comes is let in to wait for nobody");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    health.write_all(b"\r\n").await.expect("it reads");
    let answer = rest(&mut health).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.ends_with("stopping\n"), "{answer}");
    form.write_all(b"12345").await.expect("it reads");
    let answer = rest(&mut form).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("</html>"), "{answer}");
    assert!(server.ends(), "it ended cleanly");
    assert!(asked.elapsed() < Duration::from_secs(15), "an open page has held it up: {:?}", asked.elapsed());
}
