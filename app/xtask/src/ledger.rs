//! Remembers from which input each output was made, so that a second run does nothing.
//!
//! By content, not by time stamp: a fresh clone, a restored cache or a checkout back and forth
//! changes times without changing anything.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;

use crate::repo::{self, Repo};
use crate::say::Result;

pub struct Ledger {
    path: PathBuf,
    lines: BTreeMap<String, (u64, u64)>,
}

impl Ledger {
    /// A ledger that is missing or unreadable is an empty one: the work is then done again.
    pub fn open(repo: &Repo) -> Self {
        let path = repo.scratch().join("ledger.txt");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        Self { path, lines: parse(&text) }
    }

    /// Whether `output`, as it is now, is what was made from `input`.
    pub fn fresh(&self, key: &str, input: u64, output: &[u8]) -> bool {
        self.lines.get(key) == Some(&(input, digest([output])))
    }

    pub fn note(&mut self, key: &str, input: u64, output: &[u8]) {
        self.lines.insert(key.to_owned(), (input, digest([output])));
    }

    pub fn save(&self) -> Result<()> {
        let text: String =
            self.lines.iter().map(|(key, (input, output))| format!("{input:x} {output:x} {key}\n")).collect();
        repo::write(&self.path, text.as_bytes())
    }
}

fn parse(text: &str) -> BTreeMap<String, (u64, u64)> {
    text.lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut number = || u64::from_str_radix(parts.next()?, 16).ok();
            let pair = (number()?, number()?);
            Some((parts.next()?.to_owned(), pair))
        })
        .collect()
}

/// SipHash is enough against chance, and nobody attacks their own build folder.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Ledger, digest, parse};

    #[test]
    fn an_output_is_fresh_only_for_its_input_and_while_nobody_touched_it() {
        let mut ledger = Ledger { path: "unused".into(), lines: parse("") };
        ledger.note("a b.css", 7, b"output");
        let again = Ledger {
            path: "unused".into(),
            lines: parse(&format!("7 {:x} a b.css\nrubbish\n", digest([b"output".as_slice()]))),
        };
        for ledger in [ledger, again] {
            assert!(ledger.fresh("a b.css", 7, b"output"));
            assert!(!ledger.fresh("a b.css", 8, b"output"));
            assert!(!ledger.fresh("a b.css", 7, b"touched"));
            assert!(!ledger.fresh("rubbish", 7, b"output"));
        }
    }

    #[test]
    fn the_digest_sees_where_one_part_ends() {
        assert_ne!(digest([b"ab".as_slice(), b"c"]), digest([b"a".as_slice(), b"bc"]));
    }
}
