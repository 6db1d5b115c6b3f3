//! Who looked at whose file: the auditor's report.

use server::Result;
use server::model::{Day, UserId};
use server::services::looks;
pub use server::services::looks::{Mark, Person, Report, Seen, Week};

use crate::visit::Visit;

/// The report of a month.
pub async fn get_report(visit: &Visit, month: Day) -> Result<Report> {
    looks::report(&visit.site.services, &visit.ctx, month).await
}

/// One person's looks in a month.
pub async fn get_person(visit: &Visit, month: Day, id: UserId) -> Result<Person> {
    looks::person(&visit.site.services, &visit.ctx, month, id).await
}

/// How many people's looks of this month are worth asking about.
pub async fn count_marked(visit: &Visit) -> Result<usize> {
    looks::marked(&visit.site.services, &visit.ctx).await
}
