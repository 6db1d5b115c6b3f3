//! A site of four pages, served from memory.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

const HEAD: &str = "<!doctype html><html lang=en><head><meta charset=utf-8><title>Site</title>\
    <link rel=icon href=data:,></head><body><main><h1>Site</h1>";

/// Starts it and returns its address; it runs as long as the test.
pub fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    url
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let rest: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    let cookie = rest.iter().find(|line| line.to_lowercase().starts_with("cookie:"));
    let (status, headers, body) = match path.as_str() {
        "/" => (
            "200 OK",
            "",
            "<p id=js>still</p><script>document.getElementById('js').textContent='moved'</script>",
        ),
        "/sign-in" => ("303 See Other", "Location: /home\r\nSet-Cookie: who=ada; Path=/; HttpOnly\r\n", ""),
        "/home" if cookie.is_some_and(|cookie| cookie.contains("who=ada")) => {
            ("200 OK", "", "<p>Hello, Ada</p>")
        }
        "/bad" => {
            ("200 OK", "Content-Security-Policy: script-src 'self'\r\n", "<img src=x><script>1</script>")
        }
        _ => ("404 Not Found", "", "<p>Nothing here</p>"),
    };
    let page = format!("{HEAD}{body}</main></body></html>");
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    )
}

#[tokio::test]
async fn a_visitor_keeps_cookies_and_follows_redirections() {
    let mut visitor = tests::Visitor::new(&start());
    visitor.get("/home").await.is(404);
    let home = visitor.get("/sign-in").await.ok();
    assert_eq!((home.path(), home.text("main p").as_str()), ("/home", "Hello, Ada"));
}
