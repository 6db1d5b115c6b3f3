//! The counselor's queue and a child's record.

use server::Result;
use server::model::referral::Verb;
use server::model::{AdministrationId, ChildId, Private, ReferralId};
pub use server::services::records::{Child, FollowUp, Guardian};
pub use server::services::records::{
    CriticalEntry, Entry, EntryKind, ItemAnswer, OpenReferral, Record, Screening, Trend,
};
pub use server::services::referrals::{Closing, NewContact, Queue, Share, View};
pub use server::services::referrals::{QueueRow, SchoolCounts};
use server::services::{records, referrals};

use crate::visit::Visit;

/// The queue.
pub async fn get_queue(visit: &Visit, view: View) -> Result<Queue> {
    referrals::queue(&visit.site.services, &visit.ctx, view).await
}

/// Takes a referral.
pub async fn claim_referral(visit: &Visit, id: ReferralId) -> Result<()> {
    referrals::claim(&visit.site.services, &visit.ctx, id).await
}

/// A child's record.
pub async fn get_record(visit: &Visit, child: ChildId) -> Result<Record> {
    records::record(&visit.site.services, &visit.ctx, child).await
}

/// The answers of one screening.
pub async fn get_answers(
    visit: &Visit,
    child: ChildId,
    administration: AdministrationId,
) -> Result<(Child, Screening, Vec<ItemAnswer>)> {
    records::answers(&visit.site.services, &visit.ctx, child, administration).await
}

/// Logs a contact.
pub async fn add_contact(visit: &Visit, id: ReferralId, contact: NewContact) -> Result<()> {
    referrals::log_contact(&visit.site.services, &visit.ctx, id, contact).await
}

/// Writes a note.
pub async fn add_note(
    visit: &Visit,
    id: ReferralId,
    visibility: &'static str,
    body: Private<String>,
) -> Result<()> {
    referrals::add_note(&visit.site.services, &visit.ctx, id, visibility, body).await
}

/// Moves a referral on.
pub async fn advance_referral(
    visit: &Visit,
    id: ReferralId,
    verb: Verb,
    reason: Private<String>,
) -> Result<()> {
    referrals::advance(&visit.site.services, &visit.ctx, id, verb, reason).await
}

/// Closes a referral.
pub async fn close_referral(visit: &Visit, id: ReferralId, closing: Closing) -> Result<()> {
    referrals::close(&visit.site.services, &visit.ctx, id, closing).await
}

/// Counts of the schools one leads.
pub async fn get_school_counts(visit: &Visit) -> Result<Vec<SchoolCounts>> {
    referrals::school_counts(&visit.site.services, &visit.ctx).await
}
