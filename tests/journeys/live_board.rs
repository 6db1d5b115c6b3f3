//! An open board is told within seconds that the room has changed, and told nothing else.

use std::time::Duration;

use tests::{Kind, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Reads until the text holds what is waited for; a minute is no promise, only an end.
async fn until(stream: &mut TcpStream, text: &mut String, wanted: &str) {
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

#[tokio::test]
async fn a_board_is_told_that_something_changed_and_nothing_else_a_08() {
    let server = Server::demo(Kind::Sqlite).await;
    let (mut bo, _) = server.sign_in(server.people().staff("proctor")).await;
    let list = bo.get("/sittings").await.ok();
    let sitting = list.attributes("a[href^='/sittings/']", "href")[0].clone();
    let board = bo.get(&sitting).await.ok();
    assert!(board.has("#board-words[role='status']"), "the counts stand in words for screen readers");

    let cookies: Vec<String> = bo.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let address = server.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "GET {sitting}/events HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\ncookie: {}\r\n\r\n",
        cookies.join("; ")
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    until(&mut stream, &mut text, "text/event-stream").await;
    bo.submit(board.form("form[action*='/absent/']").press("mark", "away")).await.ok();
    until(&mut stream, &mut text, "data: changed").await;
    let lines = text.split("\r\n\r\n").skip(1).collect::<String>();
    for line in lines.lines().filter(|line| line.starts_with("data")) {
        assert_eq!(line, "data: changed");
    }
    // Another role has no such stream.
    let (mut counselor, _) = server.sign_in(server.people().staff("counselor")).await;
    counselor.get(&format!("{sitting}/events")).await.is(404);
}
