//! Tests of the charts: structure, not bytes. What is said, how many marks there are, that nothing is cut or covered,
//! and that a strict page may show it.

mod content;
mod samples;
mod structure;
mod xml;
