//! A chromedriver of one test's own, and the end of everything that it started.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::place::Scratch;

/// Chromedriver, which ends with this value, and its Chromium with it.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    port: u16,
    session: Option<String>,
    /// The browser's profile: fresh, so that no test sees another's cookies.
    pub profile: Scratch,
}

impl Driver {
    pub fn start() -> Self {
        let program =
            find("CHROMEDRIVER", &["chromedriver"], &["/usr/lib/chromium", "/usr/lib/chromium-browser"]);
        // It looks for a port that is free in both families, and ends when another program takes it in between.
        let (child, port, lines) = (0..5)
            .find_map(|_| announced(&program))
            .expect("chromedriver ended without naming its port, five times");
        // Read on: a full pipe would stop it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, port, session: None, profile: Scratch::new() }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The session to end with it.
    pub fn owns(&mut self, session: Option<String>) {
        self.session = session;
    }

    /// By hand and blocking, because a test that fails drops this outside of any runtime.
    fn end_session(&self, session: &str) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let host = format!("127.0.0.1:{}", self.port);
        write!(stream, "DELETE /session/{session} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")?;
        stream.read_exact(&mut [0; 12])
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Chromium outlives a chromedriver that is simply killed, so it is asked to close first.
        if let Some(session) = self.session.take() {
            let _ = self.end_session(&session);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Said = std::io::Lines<BufReader<ChildStdout>>;

/// A running one, its port, and what it says after that; none when it ended before.
fn announced(program: &Path) -> Option<(Child, u16, Said)> {
    let mut child = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    Some((child, port?, lines))
}

/// The browser itself.
pub(crate) fn chrome() -> PathBuf {
    find("CHROME", &["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"], &[])
}

fn find(variable: &str, names: &[&str], further: &[&str]) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        return PathBuf::from(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> =
        std::env::split_paths(&path).chain(further.iter().map(PathBuf::from)).collect();
    let all = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|candidate| candidate.is_file()).unwrap_or_else(|| {
        panic!("{} is missing: `cargo xtask test` installs it, or set {variable}", names[0])
    })
}
