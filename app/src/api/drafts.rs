//! Words that are typed and not saved yet.

use server::Result;
use server::model::draft::DraftForm;
use server::model::{ChildId, Instant};
use server::services::drafts;
pub use server::services::drafts::{Kept, of as kept_of};

use crate::visit::Visit;

/// Keeps what a form holds, on a page that was rendered at `page_at`.
pub async fn keep_draft(
    visit: &Visit,
    child: ChildId,
    form: DraftForm,
    fields: Vec<(String, String)>,
    page_at: Instant,
) -> Result<()> {
    drafts::keep(&visit.site.services, &visit.ctx, child, form, fields, page_at).await
}

/// Throws a form's words away.
pub async fn discard_draft(visit: &Visit, child: ChildId, form: DraftForm) -> Result<()> {
    drafts::discard(&visit.site.services, &visit.ctx, child, form).await
}
