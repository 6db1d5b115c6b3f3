//! What a counselor sees.

pub mod answers;
pub mod child;
pub mod queue;
pub mod work;
