//! What pages and islands may ask: at most ten lines each, named verb_noun, and nothing but calls to services.

pub mod accounts;
pub mod alerts;
pub mod break_glass;
pub mod casework;
pub mod check_in;
pub mod consent;
pub mod corrections;
pub mod district;
pub mod drafts;
pub mod informants;
pub mod looks;
pub mod mandatory;
pub mod passkeys;
pub mod places;
pub mod queue;
pub mod research;
pub mod retention;
pub mod rosters;
pub mod setup;
pub mod sign_in;
pub mod sign_in_with;
pub mod sittings;
pub mod transfers;
pub mod windows;
