//! Consent: by class and child for those who keep it, and the page behind a letter's link for guardians.

pub mod board;
pub mod class;
pub mod forms;
pub mod guardian;
mod letters;

use server::model::window::ConsentStatus;

/// Word, icon and class of what counts for a child.
fn words(status: Option<ConsentStatus>) -> (&'static str, &'static str, &'static str) {
    match status {
        Some(ConsentStatus::Given) => ("Yes", "check", "tag tag-done"),
        Some(ConsentStatus::Refused) => ("No", "ban", "tag tag-plain"),
        Some(ConsentStatus::Withdrawn) => ("Withdrawn", "ban", "tag tag-plain"),
        Some(ConsentStatus::Waiting) | None => ("Waiting", "clock", "tag tag-low"),
    }
}
