//! Conformance: what the store and the services over it promise, on every database. A new database is done when this
//! suite passes on it.

#![allow(clippy::unwrap_used)]

mod accounts;
mod alerts;
mod backup;
mod break_glass;
mod capacity;
mod casework;
mod clock;
mod consent;
mod corrections;
mod device;
mod doors;
mod drafts;
mod erasure;
mod guardian_letters;
mod hours;
mod house;
mod idempotence;
mod informants;
mod looks;
mod mandatory;
mod master_key;
mod model;
mod nodes;
mod oidc;
mod passkeys;
mod promises;
mod readiness;
mod reconciler;
mod records;
mod recount;
mod refusals;
mod rehearsal;
mod releases;
mod rescreens;
mod research;
mod retention;
mod room;
mod rosters;
mod rule_trials;
mod scale;
mod schema;
mod sealed;
mod tls;
mod town;
mod trail;
mod transfers;
mod walk;
mod walls;
mod whole_child;
