//! What a counselor sees.

pub mod answers;
pub mod child;
pub mod queue;
mod referral;
pub mod work;

/// What was done, as the address says it after a change: a word of these, never free text.
fn confirmation(word: &str) -> Option<&'static str> {
    match word {
        "claimed" => Some("You are on this now. Others see your name."),
        "contact" => Some("The contact is saved."),
        "note" => Some("The note is saved."),
        "step" => Some("The stage is changed."),
        "closed" => Some("The referral is closed with its outcome."),
        _ => None,
    }
}
