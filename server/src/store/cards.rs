//! Cards: what a child signs in with. Only a keyed hash of the code is stored.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, StoreError, Tx, args};
use crate::model::window::{ConsentMode, ConsentStatus, SittingState, WindowState};
use crate::model::{ChildId, DistrictId, Instant, SittingId, WindowId};

/// Everything that decides whether a card opens the door now.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the query")]
pub struct CardDoor {
    pub card_id: Uuid,
    pub child_id: ChildId,
    pub district_id: DistrictId,
    pub window_id: WindowId,
    pub window_state: WindowState,
    pub voided_at: Option<Instant>,
    pub consent_mode: ConsentMode,
    pub consent: Option<ConsentStatus>,
    pub sitting_id: Option<SittingId>,
    pub sitting_state: Option<SittingState>,
    pub sitting_ends_at: Option<Instant>,
}

/// What somebody shows of a card, as it is stored.
#[derive(Clone, Debug)]
pub enum Key {
    /// The hash of the code that is typed.
    Code(Vec<u8>),
    /// The hash of the random part of the QR code's link.
    Link(Vec<u8>),
}

/// Adds a card with the hashes of its code and of its link.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn add(
    tx: &mut Tx,
    window: WindowId,
    child: ChildId,
    code_hash: Vec<u8>,
    link_hash: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let ctx = tx.ctx();
    tx.run(
        "insert into cards (id, window_id, child_id, code_hash, link_hash, created_at) \
         values ($1, $2, $3, $4, $5, $6)",
        args![ctx.id(), window, child, code_hash, link_hash, ctx.now],
    )
    .await
    .map(drop)
}

/// Makes every card that a child has in a window stop working.
///
/// # Errors
/// [`StoreError`] when the database refuses it.
pub async fn void(tx: &mut Tx, window: WindowId, child: ChildId) -> Result<u64, StoreError> {
    let now = tx.ctx().now;
    tx.run(
        "update cards set voided_at = $3 where window_id = $1 and child_id = $2 and voided_at is null",
        args![window, child, now],
    )
    .await
}

/// The door behind a card: its window, consent, and the class's sitting (an open one before a closed one).
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn door(conn: &mut Conn, key: Key) -> Result<Option<CardDoor>, StoreError> {
    let (code, link) = match key {
        Key::Code(hash) => (Some(hash), None),
        Key::Link(hash) => (None, Some(hash)),
    };
    conn.first(
        "select c.id as card_id, c.child_id, w.district_id, w.id as window_id, w.state as window_state, c.voided_at, \
         w.consent_mode, k.status as consent, s.id as sitting_id, s.state as sitting_state, \
         s.ends_at as sitting_ends_at from cards c join windows w on w.id = c.window_id \
         join enrollments e on e.child_id = c.child_id and e.to_date is null \
         left join consents k on k.child_id = c.child_id and k.window_id = coalesce(w.consent_of, w.id) \
         left join sittings s on s.class_id = e.class_id and s.window_id = c.window_id \
         where c.code_hash = $1 or c.link_hash = $2 \
         order by case when s.state = 'open' then 0 else 1 end, s.opened_at desc limit 1",
        args![code, link],
    )
    .await
}
