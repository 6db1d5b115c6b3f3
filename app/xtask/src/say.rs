//! What the person at the terminal reads: numbered steps with times, and faults of one line.

use std::fmt::Display;
use std::time::Instant;

pub type Result<T> = std::result::Result<T, Fault>;

/// Why xtask stops: one line that names the next step.
#[derive(Debug)]
pub struct Fault(pub String);

impl Fault {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Names what was being done when something else failed.
pub trait Doing<T> {
    fn doing(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl Display) -> Result<T> {
        self.map_err(|error| Fault(format!("{what}: {error}")))
    }
}

/// Counts the steps of one command: `[2/4] server … (1 min 5 s since the start)`.
pub struct Steps {
    of: usize,
    at: usize,
    start: Instant,
}

impl Steps {
    pub fn new(of: usize) -> Self {
        Self { of, at: 0, start: Instant::now() }
    }

    pub fn next(&mut self, what: impl Display) {
        self.at += 1;
        let since = self.start.elapsed().as_secs();
        let since = if since == 0 { String::new() } else { format!("   (after {})", seconds(since)) };
        eprintln!("[{}/{}] {what}{since}", self.at, self.of);
    }

    pub fn elapsed(&self) -> String {
        seconds(self.start.elapsed().as_secs())
    }
}

fn seconds(whole: u64) -> String {
    match (whole / 60, whole % 60) {
        (0, s) => format!("{s} s"),
        (m, s) => format!("{m} min {s} s"),
    }
}

/// A size as a person reads it.
pub fn size(bytes: usize) -> String {
    if bytes < 10_000 {
        format!("{bytes} B")
    } else if bytes < 10_000_000 {
        format!("{} kB", bytes / 1000)
    } else {
        format!("{} MB", bytes / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::{seconds, size};

    #[test]
    fn times_and_sizes_read_like_a_sentence() {
        assert_eq!(seconds(59), "59 s");
        assert_eq!(seconds(125), "2 min 5 s");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(53_400), "53 kB");
        assert_eq!(size(41_000_000), "41 MB");
    }
}
