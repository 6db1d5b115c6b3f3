//! What is being done for a child: plan, second look, help outside, hand-over, and the second person.

use server::Result;
use server::documents::Document;
use server::model::outside::OutsideState;
use server::model::referral::{DistressTag, Priority};
use server::model::{ChildId, Day, Private, ReferralId, UserId, WindowId};
use server::services::cards::Sheet;
pub use server::services::casework::{Casework, Look};
pub use server::services::concerns::{NewConcern, Page as ConcernPage};
pub use server::services::guardian_letters::{
    Bundle, Choices as LetterChoices, GuardianLetter, HasRead, NewLetter, Shown as ShownLetter,
};
pub use server::services::outside::{HelpService, Invitation, Link, News, Outside, OutsideEvent, Sending};
pub use server::services::plans::{Assessment, Mark, NewAssessment, NewPlan, Plan, STEPS};
pub use server::services::printing::Printed;
pub use server::services::records::Child;
pub use server::services::rescreens::{Rescreen, Stage as RescreenStage};
pub use server::services::rule_trials::{ShownSchool, ShownTrial, can_be_tried};
pub use server::services::rules::{Page as RulesPage, RuleSetting};
pub use server::services::steps::{Accepts, Answer, HandOver, WaitingClosing};
use server::services::{
    casework, check_in, concerns, guardian_letters, outside, plans, printing, rescreens, rule_trials, rules,
    steps,
};
use uuid::Uuid;

use crate::visit::Visit;

/// Sets another level.
pub async fn set_priority(
    visit: &Visit,
    id: ReferralId,
    to: Priority,
    reason: Private<String>,
) -> Result<()> {
    steps::set_priority(&visit.site.services, &visit.ctx, id, to, reason).await
}

/// Puts a referral aside until a day.
pub async fn snooze_referral(
    visit: &Visit,
    id: ReferralId,
    until: Day,
    reason: Private<String>,
) -> Result<()> {
    steps::snooze(&visit.site.services, &visit.ctx, id, until, reason).await
}

/// A follow-up is done.
pub async fn finish_follow_up(visit: &Visit, id: ReferralId, follow_up: Uuid) -> Result<()> {
    steps::finish_follow_up(&visit.site.services, &visit.ctx, id, follow_up).await
}

/// Plans to screen a child again.
pub async fn plan_rescreen(visit: &Visit, id: ReferralId, instrument: String, due_on: Day) -> Result<()> {
    rescreens::plan(&visit.site.services, &visit.ctx, id, instrument, due_on).await
}

/// Makes the card of a re-screen.
pub async fn make_rescreen_card(visit: &Visit, id: Uuid) -> Result<Sheet> {
    rescreens::print_card(&visit.site.services, &visit.ctx, id).await
}

/// Takes a re-screen back.
pub async fn withdraw_rescreen(visit: &Visit, id: Uuid) -> Result<()> {
    rescreens::withdraw(&visit.site.services, &visit.ctx, id).await
}

/// The second person's answer.
pub async fn answer_closing(
    visit: &Visit,
    id: ReferralId,
    answer: Answer,
    note: Private<String>,
) -> Result<()> {
    steps::answer_closing(&visit.site.services, &visit.ctx, id, answer, note).await
}

/// Offers a referral to a colleague.
pub async fn offer_hand_over(visit: &Visit, id: ReferralId, to: UserId, next: Private<String>) -> Result<()> {
    steps::offer_hand_over(&visit.site.services, &visit.ctx, id, to, next).await
}

/// Answers an offer.
pub async fn answer_hand_over(visit: &Visit, id: ReferralId, accepts: Accepts) -> Result<()> {
    steps::answer_hand_over(&visit.site.services, &visit.ctx, id, accepts).await
}

/// Writes the next version of a plan.
pub async fn write_plan(visit: &Visit, id: ReferralId, seen: i64, plan: NewPlan) -> Result<()> {
    plans::write(&visit.site.services, &visit.ctx, id, seen, plan).await
}

/// Notes a second look.
pub async fn add_assessment(visit: &Visit, id: ReferralId, new: NewAssessment) -> Result<()> {
    plans::assess(&visit.site.services, &visit.ctx, id, new).await
}

/// Sets or takes back a tag.
pub async fn set_tag(visit: &Visit, id: ReferralId, tag: DistressTag, mark: Mark) -> Result<()> {
    plans::set_tag(&visit.site.services, &visit.ctx, id, tag, mark).await
}

/// Refers to a service.
pub async fn send_outside(visit: &Visit, id: ReferralId, sending: Sending) -> Result<Link> {
    outside::send(&visit.site.services, &visit.ctx, id, sending).await
}

/// A fresh link for the service.
pub async fn renew_link(visit: &Visit, id: Uuid) -> Result<Link> {
    outside::renew_link(&visit.site.services, &visit.ctx, id).await
}

/// What a counselor has heard from a service.
pub async fn note_news(visit: &Visit, id: Uuid, news: News) -> Result<()> {
    outside::note_news(&visit.site.services, &visit.ctx, id, news).await
}

/// The letter to a service.
pub async fn get_letter(visit: &Visit, id: Uuid) -> Result<Invitation> {
    outside::letter(&visit.site.services, &visit.ctx, id).await
}

/// A letter to a service as PDF.
pub async fn print_letter(visit: &Visit, id: Uuid, document: Document) -> Result<Vec<u8>> {
    printing::print_letter(&visit.site.services, &visit.ctx, id, document).await
}

/// A sheet of a child's file as PDF.
pub async fn print_of_child(
    visit: &Visit,
    id: ChildId,
    what: Printed,
    document: Document,
) -> Result<Vec<u8>> {
    printing::print_of_child(&visit.site.services, &visit.ctx, id, what, document).await
}

/// Where help is to be found at any hour, in a language: lines with their numbers, and what to do in danger.
pub fn get_help(visit: &Visit, language: &str) -> check_in::Closing {
    check_in::closing(&visit.site.services, &[], language)
}

/// What a service's link leads to.
pub async fn get_invitation(visit: &Visit, token: &str) -> Result<Invitation> {
    outside::invitation(&visit.site.services, &visit.ctx, token).await
}

/// The service's answer.
pub async fn answer_by_link(
    visit: &Visit,
    token: &str,
    to: OutsideState,
    note: Private<String>,
) -> Result<()> {
    outside::answer_by_link(&visit.site.services, &visit.ctx, token, to, note).await
}

/// The directory.
pub async fn get_directory(visit: &Visit) -> Result<Vec<HelpService>> {
    outside::directory(&visit.site.services, &visit.ctx).await
}

/// Adds a service.
pub async fn add_service(visit: &Visit, new: HelpService) -> Result<()> {
    outside::add_service(&visit.site.services, &visit.ctx, new).await
}

/// Takes a service off the directory.
pub async fn retire_service(visit: &Visit, id: Uuid) -> Result<()> {
    outside::retire_service(&visit.site.services, &visit.ctx, id).await
}

/// Who has opened a child's file.
pub async fn get_looks(visit: &Visit, id: ChildId) -> Result<(Child, Vec<Look>)> {
    casework::looks(&visit.site.services, &visit.ctx, id).await
}

/// A teacher's page.
pub async fn get_concerns(visit: &Visit) -> Result<ConcernPage> {
    concerns::page(&visit.site.services, &visit.ctx).await
}

/// Reports a concern.
pub async fn add_concern(visit: &Visit, concern: NewConcern) -> Result<()> {
    concerns::report(&visit.site.services, &visit.ctx, concern).await
}

/// The referral rules.
pub async fn get_rules(visit: &Visit) -> Result<RulesPage> {
    rules::page(&visit.site.services, &visit.ctx).await
}

/// Sets a rule.
pub async fn set_rule(visit: &Visit, rule: &str, setting: &str, note: &str) -> Result<()> {
    rules::set(&visit.site.services, &visit.ctx, rule, setting, note).await
}

/// Tries a rule out on a closed window.
pub async fn try_rule(
    visit: &Visit,
    rule: &str,
    setting: &str,
    window: Option<WindowId>,
) -> Result<ShownTrial> {
    rule_trials::try_one(&visit.site.services, &visit.ctx, rule, setting, window).await
}

/// What a letter to a guardian can be made of.
pub async fn get_letter_choices(visit: &Visit, id: ReferralId) -> Result<LetterChoices> {
    guardian_letters::choices(&visit.site.services, &visit.ctx, id).await
}

/// Makes a letter that waits for its review.
pub async fn make_guardian_letter(visit: &Visit, id: ReferralId, new: NewLetter) -> Result<Uuid> {
    guardian_letters::make(&visit.site.services, &visit.ctx, id, new).await
}

/// The letter to review.
pub async fn get_letter_to_review(visit: &Visit, id: Uuid) -> Result<ShownLetter> {
    guardian_letters::to_review(&visit.site.services, &visit.ctx, id).await
}

/// Releases a letter.
pub async fn release_guardian_letter(visit: &Visit, id: Uuid, read: HasRead) -> Result<ReferralId> {
    guardian_letters::release(&visit.site.services, &visit.ctx, id, read).await
}

/// Throws a letter away.
pub async fn discard_guardian_letter(visit: &Visit, id: Uuid) -> Result<ReferralId> {
    guardian_letters::discard(&visit.site.services, &visit.ctx, id).await
}

/// A released letter.
pub async fn get_guardian_letter(visit: &Visit, id: Uuid) -> Result<ShownLetter> {
    guardian_letters::released(&visit.site.services, &visit.ctx, id).await
}

/// The released letters of several referrals.
pub async fn get_guardian_letters(visit: &Visit, ids: Vec<ReferralId>) -> Result<Bundle> {
    guardian_letters::released_of_many(&visit.site.services, &visit.ctx, ids).await
}

/// A released letter as PDF.
pub async fn guardian_letter_pdf(visit: &Visit, shown: &ShownLetter, day: &str) -> Result<Vec<u8>> {
    guardian_letters::pdf(&visit.site.services, &visit.ctx, shown, day).await
}
