//! The child's screening.

use questionnaires::response::Answer;
use server::Result;
use server::model::administration::TalkWish;
pub use server::services::check_in::AssentText;
pub use server::services::check_in::answers::{Held, Saved, Sent};
pub use server::services::check_in::read_aloud::{Part, Recorded, Recording};
pub use server::services::check_in::{Assent, CheckIn, Closing, Question, Receipt, Step};
pub use server::services::talk::Ask;
use server::services::{check_in, hands, talk};
use uuid::Uuid;

use crate::visit::Visit;

/// Where the child is.
pub async fn get_check_in(visit: &Visit) -> Result<CheckIn> {
    check_in::state(&visit.site.services, &visit.ctx).await
}

/// The assent in the child's band's words.
pub fn get_assent(visit: &Visit, check_in: &CheckIn) -> AssentText {
    check_in::assent(&visit.site.services, check_in, visit.look.language.tag())
}

/// Records yes or no thanks.
pub async fn give_assent(visit: &Visit, assent: Assent) -> Result<()> {
    check_in::give_assent(&visit.site.services, &visit.ctx, assent).await
}

/// The question of a number, from 1.
pub async fn get_question(visit: &Visit, number: usize) -> Result<(CheckIn, Question)> {
    check_in::question(&visit.site.services, &visit.ctx, number).await
}

/// Saves an answer.
pub async fn save_answer(visit: &Visit, number: usize, item: &str, answer: Answer) -> Result<()> {
    check_in::answer(&visit.site.services, &visit.ctx, number, item, answer).await
}

/// Saves a batch of answers that a device kept.
pub async fn save_answers(visit: &Visit, batch: Vec<Sent>) -> Result<Saved> {
    check_in::answers::save_batch(&visit.site.services, &visit.ctx, batch).await
}

/// Every question of the battery in order.
pub async fn get_questions(visit: &Visit) -> Result<(CheckIn, Vec<Question>)> {
    check_in::questions(&visit.site.services, &visit.ctx).await
}

/// The language of the questions from now on, where they are worded in it.
pub async fn set_language(visit: &Visit, tag: &'static str) -> Result<()> {
    check_in::set_language(&visit.site.services, &visit.ctx, tag).await
}

/// The key under which this child's device keeps answers that it could not send yet.
pub fn device_key(visit: &Visit) -> Result<String> {
    check_in::device_key(&visit.site.services, &visit.ctx)
}

/// The whole battery with the answers so far.
pub async fn get_forms(visit: &Visit) -> Result<Held> {
    check_in::answers::hold(&visit.site.services, &visit.ctx).await
}

/// Hands the check-in in.
pub async fn submit_check_in(visit: &Visit, key: Uuid) -> Result<Receipt> {
    check_in::submit(&visit.site.services, &visit.ctx, key).await
}

/// Records that the child worries about a friend.
pub async fn worry_about_friend(visit: &Visit) -> Result<()> {
    check_in::worry_about_friend(&visit.site.services, &visit.ctx).await
}

/// Records the wish to talk.
pub async fn wish_to_talk(visit: &Visit, wish: TalkWish) -> Result<()> {
    check_in::wish_to_talk(&visit.site.services, &visit.ctx, wish).await
}

/// A recording of a question or one of its answers.
pub async fn get_recording(visit: &Visit, number: usize, part: Part) -> Result<Recording> {
    check_in::read_aloud::recording(&visit.site.services, &visit.ctx, number, part).await
}

/// Raises the child's hand.
pub async fn raise_hand(visit: &Visit) -> Result<()> {
    hands::raise(&visit.site.services, &visit.ctx).await
}

/// Whether the child's hand is up, where somebody sees it; a page without that line is better than no page.
pub async fn is_hand_raised(visit: &Visit) -> Option<bool> {
    hands::is_raised(&visit.site.services, &visit.ctx).await.unwrap_or_default()
}

/// Brings what a child asks for with its card's code, outside a check-in.
pub async fn ask_to_talk(visit: &Visit, code: &str, ask: Ask) -> Result<()> {
    talk::ask(&visit.site.services, &visit.ctx, code, ask, visit.address).await
}

/// The words of the last page, and the help lines of every page.
pub fn get_closing(visit: &Visit, readers: &[String]) -> Closing {
    check_in::closing(&visit.site.services, readers, visit.look.language.tag())
}
