//! What loses nothing, at the size that a release of the program wants: a part of the figures.

use crate::figures;
use crate::repo::Repo;
use crate::say::Result;

pub fn run(repo: &Repo) -> Result<u8> {
    figures::run(repo, &[figures::FAULTS])
}
