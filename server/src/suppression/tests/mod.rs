//! Tests of disclosure control: the worked cases, the rules one by one, the arithmetic against brute force, and attacks
//! on random districts.

mod arithmetic;
mod attack;
mod audits;
mod districts;
mod releases;
mod rules;
mod worked_cases;
