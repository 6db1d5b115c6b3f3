//! A mail server and a gateway of a test's own: they keep what they are sent, and refuse when they are told to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What both have: an address, what arrived, and how many of the next ones are refused.
#[derive(Clone, Debug)]
struct Post {
    port: u16,
    arrived: Arc<Mutex<Vec<String>>>,
    refusing: Arc<AtomicUsize>,
    /// Calls that came in, answered or not.
    came: Arc<AtomicUsize>,
    /// One for each call that may be answered; the whole supply unless it is held.
    answers: Arc<Semaphore>,
}

impl Post {
    async fn open() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let own =
            Self { port, arrived: Arc::default(), refusing: Arc::default(), came: Arc::default(), answers };
        (own, listener)
    }

    fn refuses(&self) -> bool {
        self.refusing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
    }
}

/// A mail server without encryption on this machine.
#[derive(Clone, Debug)]
pub struct MailServer(Post);

impl MailServer {
    /// Starts it.
    pub async fn start() -> Self {
        let (own, listener) = Post::open().await;
        let serving = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let _ = converse(serving, stream).await;
                });
            }
        });
        Self(own)
    }

    /// For `alerts.smtp`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.0.port)
    }

    /// The next `n` mails are refused.
    pub fn refuse(&self, n: usize) {
        self.0.refusing.store(n, Ordering::SeqCst);
    }

    /// Every mail as it arrived.
    pub fn mails(&self) -> Vec<String> {
        self.0.arrived.lock().unwrap().clone()
    }
}

async fn converse(own: Post, stream: TcpStream) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 here\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split(' ').next().unwrap_or_default().to_uppercase();
        let answer: &[u8] = match word.as_str() {
            "MAIL" if own.refuses() => b"451 later\r\n",
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                own.arrived.lock().unwrap().push(mail);
                b"250 kept\r\n"
            }
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 fine\r\n",
        };
        writing.write_all(answer).await?;
    }
    Ok(())
}

/// A gateway that takes signed calls.
#[derive(Clone, Debug)]
pub struct Gateway(Post);

impl Gateway {
    /// Starts it.
    pub async fn start() -> Self {
        let (own, listener) = Post::open().await;
        let serving = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let _ = take(serving, stream).await;
                });
            }
        });
        Self(own)
    }

    /// For `alerts.webhook`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.0.port)
    }

    /// The next `n` calls are refused.
    pub fn refuse(&self, n: usize) {
        self.0.refusing.store(n, Ordering::SeqCst);
    }

    /// From now on calls come in and wait, until [`Gateway::release`].
    pub fn hold(&self) {
        self.0.answers.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Answers so many of the calls that wait.
    pub fn release(&self, n: usize) {
        self.0.answers.add_permits(n);
    }

    /// Waits until so many calls have come in, whether or not they were answered.
    pub async fn came(&self, n: usize) {
        while self.0.came.load(Ordering::SeqCst) < n {
            tokio::task::yield_now().await;
        }
    }

    /// Every call with its headers, as it arrived.
    pub fn calls(&self) -> Vec<String> {
        self.0.arrived.lock().unwrap().clone()
    }
}

async fn take(own: Post, mut stream: TcpStream) -> std::io::Result<()> {
    let mut call = Vec::new();
    let mut piece = [0u8; 4096];
    loop {
        let n = stream.read(&mut piece).await?;
        call.extend_from_slice(&piece[..n]);
        let text = String::from_utf8_lossy(&call).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if n == 0 {
                return Ok(());
            }
            continue;
        };
        let length = head
            .lines()
            .find_map(|l| l.to_lowercase().strip_prefix("content-length:").map(str::trim).map(str::to_owned))
            .and_then(|l| l.parse::<usize>().ok())
            .unwrap_or(0);
        if body.len() < length && n > 0 {
            continue;
        }
        own.came.fetch_add(1, Ordering::SeqCst);
        own.answers.acquire().await.unwrap().forget();
        let answer: &[u8] = if own.refuses() {
            b"HTTP/1.1 503 Later\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        } else {
            own.arrived.lock().unwrap().push(text);
            b"HTTP/1.1 204 Kept\r\nconnection: close\r\n\r\n"
        };
        stream.write_all(answer).await?;
        return stream.shutdown().await;
    }
}
