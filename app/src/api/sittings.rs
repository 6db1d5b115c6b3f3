//! Sittings.

use server::Result;
use server::documents::{CardFace, CardSheet};
use server::model::{ChildId, SittingId};
pub use server::services::cards::{Card, Sheet, Whom};
pub use server::services::hands::Hand;
pub use server::services::sittings::Sitting;
pub use server::services::sittings::{Board, LooseEnds, MakeUp, Seat};
use server::services::{cards, hands, sittings};

use crate::visit::Visit;

/// The proctor's sittings.
pub async fn list_sittings(visit: &Visit) -> Result<Vec<Sitting>> {
    sittings::list(&visit.site.services, &visit.ctx).await
}

/// A sitting's board.
pub async fn get_board(visit: &Visit, id: SittingId) -> Result<Board> {
    sittings::board(&visit.site.services, &visit.ctx, id).await
}

/// The hands that are up, longest first.
pub async fn get_hands(visit: &Visit, id: SittingId) -> Result<Vec<Hand>> {
    hands::hands_raised(&visit.site.services, &visit.ctx, id).await
}

/// Lowers a child's hand.
pub async fn lower_hand(visit: &Visit, id: SittingId, child: ChildId) -> Result<()> {
    hands::lower(&visit.site.services, &visit.ctx, id, child).await
}

/// New cards for children of a class.
pub async fn print_cards(visit: &Visit, id: SittingId, whom: Whom) -> Result<Sheet> {
    cards::print(&visit.site.services, &visit.ctx, id, whom).await
}

/// A sheet of cards as PDF; `days` is when they work, in words.
pub async fn cards_pdf(visit: &Visit, sheet: &Sheet, days: &str) -> Result<Vec<u8>> {
    let face = |card: &Card| CardFace {
        name: format!("{} {}", card.first_name.reveal(), card.initial),
        class: sheet.sitting.class_name.clone(),
        code: card.code.reveal().clone(),
        days: days.to_owned(),
        link: card.link.reveal().clone(),
    };
    let title = format!("Check-in cards of class {}", sheet.sitting.class_name);
    let cards = sheet.cards.iter().map(face).collect();
    visit.site.services.print_cards(CardSheet { title, cards }).await
}

/// Begins a child's check-in on this device, in place of the proctor's sign-in.
pub async fn start_here(visit: &Visit, id: SittingId, child: ChildId) -> Result<String> {
    let own = visit.session.as_deref();
    let token = sittings::start_here(&visit.site.services, &visit.ctx, id, child, own).await?;
    Ok(token.reveal().to_owned())
}

/// Opens a sitting.
pub async fn open_sitting(visit: &Visit, id: SittingId) -> Result<()> {
    sittings::open(&visit.site.services, &visit.ctx, id).await
}

/// Closes a sitting; with a reason where something is still open in the room.
pub async fn close_sitting(visit: &Visit, id: SittingId, reason: &str) -> Result<()> {
    sittings::close(&visit.site.services, &visit.ctx, id, reason).await
}

/// What is still open in the room.
pub async fn get_loose_ends(visit: &Visit, id: SittingId) -> Result<LooseEnds> {
    sittings::loose_ends(&visit.site.services, &visit.ctx, id).await
}

/// Gives a sitting more time.
pub async fn extend_sitting(visit: &Visit, id: SittingId) -> Result<()> {
    sittings::extend(&visit.site.services, &visit.ctx, id).await
}

/// Marks a child as not there today, or as there after all.
pub async fn set_absent(visit: &Visit, id: SittingId, child: ChildId, absent: bool) -> Result<()> {
    sittings::set_absent(&visit.site.services, &visit.ctx, id, child, absent).await
}

/// Classes whose sitting is over, with those who have not finished.
pub async fn list_make_ups(visit: &Visit) -> Result<Vec<MakeUp>> {
    sittings::make_ups(&visit.site.services, &visit.ctx).await
}

/// Plans another sitting for those who have not finished.
pub async fn plan_make_up(visit: &Visit, id: SittingId) -> Result<SittingId> {
    sittings::plan_make_up(&visit.site.services, &visit.ctx, id).await
}

/// A child's device says that it is there.
pub async fn note_device(visit: &Visit, unsent: bool) -> Result<()> {
    let token = visit.session.as_deref().unwrap_or_default();
    sittings::beat(&visit.site.services, &visit.ctx, token, unsent).await
}
