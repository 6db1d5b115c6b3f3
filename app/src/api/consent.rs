//! Consent.

use server::Result;
use server::model::{ChildId, ClassId, Private, WindowId};
use server::services::consent;
pub use server::services::consent::{
    ChildLetter, ClassConsent, ClassCounts, ClassPage, ConsentPage, Invitation, LetterSheet, Returned, Word,
    silence,
};
pub use server::services::windows::{CoveredClass, Window};

use crate::visit::Visit;

/// The windows whose consent the reader keeps.
pub async fn list_windows(visit: &Visit) -> Result<Vec<Window>> {
    consent::list(&visit.site.services, &visit.ctx).await
}

/// A window's consent by class.
pub async fn get_consent(visit: &Visit, id: WindowId) -> Result<ConsentPage> {
    consent::page(&visit.site.services, &visit.ctx, id).await
}

/// A class's consent by child.
pub async fn get_class(visit: &Visit, id: WindowId, class: ClassId) -> Result<ClassPage> {
    consent::class(&visit.site.services, &visit.ctx, id, class).await
}

/// Publishes the notice to guardians.
pub async fn publish_notice(visit: &Visit, id: WindowId, body: &str) -> Result<()> {
    consent::publish_notice(&visit.site.services, &visit.ctx, id, body.to_owned()).await
}

/// Records what was said for a child of a class.
pub async fn record_consent(
    visit: &Visit,
    id: WindowId,
    class: ClassId,
    child: ChildId,
    word: Word,
) -> Result<()> {
    consent::record_in_class(&visit.site.services, &visit.ctx, id, class, child, word).await
}

/// Records slips from a file: all, or none.
pub async fn import_returns(visit: &Visit, id: WindowId, bytes: &[u8]) -> Result<Returned> {
    consent::import(&visit.site.services, &visit.ctx, id, bytes).await
}

/// Letters to a class's guardians.
pub async fn print_letters(
    visit: &Visit,
    id: WindowId,
    class: ClassId,
    only_waiting: bool,
) -> Result<LetterSheet> {
    consent::print(&visit.site.services, &visit.ctx, id, class, only_waiting).await
}

/// What a letter's link opens.
pub async fn get_invitation(visit: &Visit, token: &str) -> Result<Invitation> {
    consent::invitation(&visit.site.services, &visit.ctx, token).await
}

/// Where a member of staff records the slip of the letter with this link, if they may.
pub async fn get_slip(visit: &Visit, token: &str) -> Result<Option<(WindowId, ClassId, ChildId)>> {
    consent::slip(&visit.site.services, &visit.ctx, token).await
}

/// A guardian's answer through the letter's link.
pub async fn answer_letter(
    visit: &Visit,
    token: &str,
    yes: bool,
    by: Private<String>,
    erase: bool,
) -> Result<()> {
    consent::answer(&visit.site.services, &visit.ctx, token, yes, by, erase).await
}
