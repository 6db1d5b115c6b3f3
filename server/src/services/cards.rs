//! Printing cards. A code is stored only as a hash, so a card is shown once, when it is made; printing it again makes a
//! new one, and the old one stops working (AUT-03).

use super::card_link::CardLink;
use super::sittings::{self, Sitting};
use super::{Services, card_code};
use crate::config::Keys;
use crate::ctx::Ctx;
use crate::model::administration::Progress;
use crate::model::{ChildId, Day, Private, SittingId, WindowId};
use crate::store::{Act, Tx, administrations, cards, consent, windows};
use crate::{Error, Result};

/// Who gets a new card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everybody in the class.
    Class,
    /// Who has not finished: the cards of a make-up sitting.
    NotFinished,
    /// One child, whose card is lost.
    One(ChildId),
}

/// A card as it is printed: no word of what is asked, and no more of a name than a class needs.
#[derive(Clone, Debug)]
pub struct Card {
    /// First name.
    pub first_name: Private<String>,
    /// The first letter of the family name with a point.
    pub initial: String,
    /// What is typed.
    pub code: Private<String>,
    /// What the QR code holds.
    pub link: Private<String>,
}

impl Card {
    pub(super) fn of(
        given: &Private<String>,
        family: &Private<String>,
        code: Private<String>,
        link: Private<String>,
    ) -> Self {
        let initial = family.reveal().chars().next().map_or_else(String::new, |c| format!("{c}."));
        Self { first_name: given.clone(), initial, code, link }
    }
}

/// A sheet of new cards.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Whose class.
    pub sitting: Sitting,
    /// The window's first day.
    pub opens_on: Day,
    /// The window's last day.
    pub closes_on: Day,
    /// The cards, by name.
    pub cards: Vec<Card>,
    /// How many children of the class get none, because their guardians or the rules say so or they have finished.
    pub left_out: usize,
}

/// Makes new cards for children of a sitting's class; cards that they had before stop working.
///
/// # Errors
/// [`Error::NotFound`] outside the proctor's schools or for a child of another class; [`Error::Conflict`] when nobody
/// would get a card.
pub async fn print(services: &Services, ctx: &Ctx, id: SittingId, whom: Whom) -> Result<Sheet> {
    let (keys, site) = (services.keys.clone(), services.config.site());
    services
        .store
        .write(ctx, Act::new("cards.print"), move |tx| {
            let (keys, site) = (keys.clone(), site.clone());
            Box::pin(async move {
                tx.about("sitting", id.0);
                let ctx = tx.ctx();
                let sitting = sittings::find(tx, &ctx, id).await?;
                let window = windows::get(tx, sitting.window_id).await?.ok_or(Error::NotFound)?;
                // Nobody loses a card for one that opens nothing.
                if window.state.is_over() {
                    return Err(Error::Conflict(
                        "This check-in is over; cards are of no use any more.".to_owned(),
                    ));
                }
                let rows =
                    administrations::board(tx, sitting.window_id, sitting.class_id, sitting.id).await?;
                let all = rows.len();
                let mut printed = Vec::new();
                for row in rows {
                    let progress = sittings::progress(&row, sitting.consent_mode);
                    let said = consent::get(tx, row.child_id, window.id).await?;
                    let wanted = match whom {
                        Whom::Class => true,
                        Whom::NotFinished => matches!(progress, Progress::NotStarted | Progress::Working),
                        Whom::One(child) => child == row.child_id,
                    };
                    if !wanted || !window.consent_mode.allows(said) {
                        continue;
                    }
                    cards::void(tx, window.id, row.child_id).await?;
                    let (code, link) = fresh_card(tx, &keys, &site, window.id, row.child_id).await?;
                    printed.push(Card::of(&row.given_name, &row.family_name, code, link));
                }
                if printed.is_empty() {
                    return Err(Error::Conflict("Nobody in this class needs a card now.".to_owned()));
                }
                tx.detail(format!("{} cards", printed.len()));
                Ok(Sheet {
                    opens_on: window.opens_on,
                    closes_on: window.closes_on,
                    left_out: if matches!(whom, Whom::One(_)) { 0 } else { all - printed.len() },
                    sitting,
                    cards: printed,
                })
            })
        })
        .await
}

/// Adds a new card for a child; gives its code and its link as they are printed.
pub(super) async fn fresh_card(
    tx: &mut Tx,
    keys: &Keys,
    site: &str,
    window: WindowId,
    child: ChildId,
) -> Result<(Private<String>, Private<String>)> {
    let code = fresh_code()?;
    let link = CardLink::fresh()?;
    cards::add(tx, window, child, keys.card_hash(&code), Some(link.hash(keys))).await?;
    Ok((Private::new(card_code::printed(&code)), Private::new(format!("{site}{}", link.path()))))
}

/// A fresh code from the system's randomness.
pub(super) fn fresh_code() -> Result<String> {
    // Enough for a code, however many draws it takes; the system's randomness is asked once.
    let mut bytes = [0u8; 512];
    getrandom::fill(&mut bytes).map_err(|_| Error::TooMany(1))?;
    let mut words =
        bytes.chunks_exact(8).map(|chunk| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    let mut short = false;
    let code = card_code::generate(|| {
        words.next().unwrap_or_else(|| {
            short = true;
            0
        })
    });
    if short { Err(Error::TooMany(1)) } else { Ok(code) }
}
