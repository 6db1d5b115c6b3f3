//! An open queue is told within seconds that it has changed, and told nothing else (C-01, REL-10).

use std::time::Duration;

use tests::{Kind, Server, Visitor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Reads until the text holds what is waited for; a minute is no promise, only an end.
pub async fn until(stream: &mut TcpStream, text: &mut String, wanted: &str) {
    let reading = async {
        let mut bytes = [0; 4096];
        while !text.contains(wanted) {
            let n = stream.read(&mut bytes).await.unwrap();
            assert!(n > 0, "the stream ended with {text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading)
        .await
        .unwrap_or_else(|_| panic!("never {wanted:?} in {text}"));
}

/// Follows a member of staff's pages as an open tab does.
pub async fn follow(server: &Server, visitor: &Visitor) -> TcpStream {
    let cookies: Vec<String> =
        visitor.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let address = server.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "GET /alerts/events HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\ncookie: {}\r\n\r\n",
        cookies.join("; ")
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn an_open_queue_is_told_that_something_changed_and_nothing_else_rel_10() {
    let server = Server::demo(Kind::Sqlite).await;
    let (mut ana, queue) = server.sign_in(server.people().staff("counselor")).await;
    let mut stream = follow(&server, &ana).await;
    let mut text = String::new();
    until(&mut stream, &mut text, "text/event-stream").await;
    ana.submit(queue.form("form[action$='/claim']")).await.ok();
    until(&mut stream, &mut text, "data: changed").await;
    let body = text.split("\r\n\r\n").skip(1).collect::<String>();
    for line in body.lines().filter(|line| line.starts_with("data")) {
        assert_eq!(line, "data: changed");
    }
}
