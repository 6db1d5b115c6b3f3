//! Mandatory reports.

use server::Result;
use server::model::{Private, ReferralId};
use server::services::mandatory;
pub use server::services::mandatory::{Form, Parts, Sending, Sent, Shown, Waiting, Words};
use uuid::Uuid;

use crate::visit::Visit;

/// The form of a report.
pub async fn get_report_form(visit: &Visit, id: ReferralId) -> Result<Form> {
    mandatory::form(&visit.site.services, &visit.ctx, id).await
}

/// Begins a report, or writes its next version.
pub async fn write_report(visit: &Visit, id: ReferralId, seen: i64, parts: Parts) -> Result<Uuid> {
    mandatory::write(&visit.site.services, &visit.ctx, id, seen, parts).await
}

/// A report with all its words.
pub async fn get_report(visit: &Visit, id: Uuid) -> Result<Shown> {
    mandatory::show(&visit.site.services, &visit.ctx, id).await
}

/// Notes that a report was sent.
pub async fn note_report_sent(visit: &Visit, id: Uuid, sending: Sending) -> Result<()> {
    mandatory::note_sent(&visit.site.services, &visit.ctx, id, sending).await
}

/// Decides that a report is not sent.
pub async fn decide_against_report(visit: &Visit, id: Uuid, reason: Private<String>) -> Result<()> {
    mandatory::decide_against(&visit.site.services, &visit.ctx, id, reason).await
}

/// The reports that wait for somebody at the reader's schools.
pub async fn get_waiting_reports(visit: &Visit) -> Result<Vec<Waiting>> {
    mandatory::waiting(&visit.site.services, &visit.ctx).await
}
