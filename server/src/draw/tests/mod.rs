//! Tests of the charts: what is said, how many marks there are, that nothing is cut or covered,
//! and that a strict page may show it.

mod content;
mod golden;
mod samples;
mod structure;
mod xml;
