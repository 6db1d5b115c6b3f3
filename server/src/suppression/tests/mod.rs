//! Tests of disclosure control: the worked cases, the rules one by one, the arithmetic against brute force, and attacks
//! on random districts.

mod arithmetic;
pub(crate) mod attack;
mod audits;
pub(crate) mod districts;
mod releases;
mod rules;
mod worked_cases;
