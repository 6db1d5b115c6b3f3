//! What a counselor sees.

pub mod answers;
pub mod assess;
pub mod break_glass;
mod casework;
pub mod child;
pub mod closed;
pub mod correct;
pub mod directory;
pub mod drafts;
pub mod guardian_letter;
pub mod hand_over;
pub mod outside;
pub mod plan;
pub mod queue;
mod queue_list;
mod referral;
pub mod report;
mod reports_due;
pub mod rescreens;
mod side_by_side;
pub mod transfer;
pub mod work;

/// What was done, as the address says it after a change: a word of these, never free text.
fn confirmation(word: &str) -> Option<&'static str> {
    match word {
        "claimed" => Some("You are on this now. Others see your name."),
        "contact" => Some("The contact is saved."),
        "note" => Some("The note is saved."),
        "step" => Some("The stage is changed."),
        "closed" => Some("The referral is closed with its outcome."),
        "proposed" => Some("A second person confirms now; until then it stays open."),
        "confirmed" => Some("Confirmed: the referral is closed with its outcome."),
        "returned" => Some("It stays open. The colleague sees your answer."),
        "priority" => Some("The level is set. What the rules gave stays readable."),
        "snoozed" => Some("Put aside until that day."),
        "follow_up" => Some("The follow-up is done."),
        "offered" => Some("Offered. Nothing moves until it is accepted."),
        "accepted" => Some("You have taken it over."),
        "declined" => Some("Declined. It stays where it was."),
        "discarded" => Some("Thrown away. Nothing was saved."),
        "plan" => Some("The plan is saved as its next version."),
        "assessed" => Some("The second look is saved; its level holds from now on."),
        "news" => Some("The news are noted."),
        "letter_released" => Some("The letter is released. It can be printed now."),
        "letter_discarded" => Some("The letter is thrown away."),
        "moved" => Some("The child is at its new school. What you knew went along."),
        "rescreen" => Some("The re-screen is planned. Make its card when the child can answer."),
        "rescreen_withdrawn" => Some("The re-screen is taken back; its card works no more."),
        "corrected" => Some("Corrected. The old words stay readable beside it."),
        "reopened" => Some("Opened again. Claim it to go on."),
        "bulk" => Some("Done for the selected lines."),
        "undone" => Some("Taken back."),
        "view" => Some("Your views are changed."),
        _ => None,
    }
}
