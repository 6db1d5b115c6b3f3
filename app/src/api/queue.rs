//! The counselor's queue and a child's record.

use server::Result;
use server::model::referral::Verb;
use server::model::{AdministrationId, ChildId, Private, ReferralId};
pub use server::services::queue::{Asked, Bulk, ClosedRow, Queue, QueueRow, SavedView, Share, View};
pub use server::services::records::{Child, FollowUp, Guardian};
pub use server::services::records::{
    CriticalEntry, Entry, EntryKind, ItemAnswer, OpenReferral, RECORD_NOTE, Record, Screening, Trend,
};
pub use server::services::referrals::{Closed, Closing, NewContact, SchoolCounts};
use server::services::{queue, records, referrals};
use uuid::Uuid;

use crate::visit::Visit;

/// The queue.
pub async fn get_queue(visit: &Visit, asked: &Asked) -> Result<Queue> {
    queue::queue(&visit.site.services, &visit.ctx, asked).await
}

/// The newest closed referrals.
pub async fn get_closed(visit: &Visit) -> Result<Vec<ClosedRow>> {
    queue::closed(&visit.site.services, &visit.ctx).await
}

/// Changes several referrals at once.
pub async fn change_many(visit: &Visit, ids: Vec<ReferralId>, act: Bulk) -> Result<Uuid> {
    queue::bulk(&visit.site.services, &visit.ctx, ids, act).await
}

/// Undoes that.
pub async fn undo_many(visit: &Visit, act: Uuid) -> Result<usize> {
    queue::undo(&visit.site.services, &visit.ctx, act).await
}

/// Keeps a view.
pub async fn add_view(visit: &Visit, name: &str, query: &str, shared: bool) -> Result<()> {
    queue::save_view(&visit.site.services, &visit.ctx, name, query, shared).await
}

/// Drops a view.
pub async fn remove_view(visit: &Visit, id: Uuid) -> Result<()> {
    queue::remove_view(&visit.site.services, &visit.ctx, id).await
}

/// The child of a referral.
pub async fn get_referral_child(visit: &Visit, id: ReferralId) -> Result<ChildId> {
    records::child_of_referral(&visit.site.services, &visit.ctx, id).await
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
pub async fn close_referral(visit: &Visit, id: ReferralId, closing: Closing) -> Result<Closed> {
    referrals::close(&visit.site.services, &visit.ctx, id, closing).await
}

/// Counts of the schools one leads.
pub async fn get_school_counts(visit: &Visit) -> Result<Vec<SchoolCounts>> {
    referrals::school_counts(&visit.site.services, &visit.ctx).await
}
