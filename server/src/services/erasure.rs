//! Erasing a child: every row that hangs on it goes in one transaction, and a tombstone stays. What a window collected
//! about a child can go alone, when consent is withdrawn.

use super::{Services, erasure_ledger, require, require_fresh, staff};
use crate::config::Keys;
use crate::ctx::Ctx;
use crate::model::retention::EraseWhy;
use crate::model::{ChildId, UserId, WindowId};
use crate::policy::{Action, Place};
use crate::store::erasure::{self, Counts, Subject};
use crate::store::tombstones::{self, NewTombstone};
use crate::store::{Act, StoreError, Tx, legal_holds, rosters};
use crate::{Error, Result};

/// How often an erasure is tried when somebody adds something about the child in that moment.
const TRIES: usize = 4;

/// What an administrator sends: the number twice, because there is no way back.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Wish {
    pub number: String,
    pub again: String,
    pub why: EraseWhy,
    /// Why it goes although counselors still work on it; needed only then.
    pub nevertheless: String,
}

/// One erasure on its way to the store.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub child: ChildId,
    pub why: EraseWhy,
    pub nevertheless: String,
    pub by: Option<UserId>,
}

/// What became of what a window had collected about a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowErasure {
    /// So many rows are gone.
    Done(u64),
    /// A legal hold keeps them; they go when it is released.
    Held,
}

/// Erases the child of this number of the district's own and tells its id, which only the trail and the tombstone know from
/// now on.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] when the numbers differ, when there is no such child,
/// or when counselors still work on it and nothing is said about that; [`Error::Conflict`] under a legal hold.
pub async fn erase(services: &Services, ctx: &Ctx, wish: Wish) -> Result<ChildId> {
    let me = staff(ctx)?;
    let (district, by) = (me.district, me.user);
    require(ctx, Action::ManageRetention, Place::District(district))?;
    require_fresh(ctx)?;
    let number = wish.number.trim().to_owned();
    if number.is_empty() {
        return Err(Error::invalid("number", "Type the district’s own number of the child."));
    }
    if wish.again.trim() != number {
        return Err(Error::invalid(
            "again",
            "The two numbers differ. There is no way back, so type it twice.",
        ));
    }
    if !EraseWhy::OF_PEOPLE.contains(&wish.why) {
        return Err(Error::invalid("why", "Choose why the child is erased."));
    }
    let subject = {
        let mut conn = services.store.read(ctx).await?;
        erasure::subject_of_number(&mut conn, district, &number).await?
    };
    let subject = subject
        .ok_or_else(|| Error::invalid("number", "There is no child of this number in your district."))?;
    let order = Order { child: subject.id, why: wish.why, nevertheless: wish.nevertheless, by: Some(by) };
    carry_out(services, ctx, order).await?;
    after(services, ctx).await;
    Ok(subject.id)
}

/// Carries an order out. Whoever adds something about the child in the same moment comes too late, or is waited for.
pub(super) async fn carry_out(services: &Services, ctx: &Ctx, order: Order) -> Result<()> {
    let mut tries = 1;
    loop {
        let (keys, order) = (services.keys.clone(), order.clone());
        let done = services.store.write(ctx, Act::new("child.erase"), move |tx| {
            let (keys, order) = (keys.clone(), order.clone());
            Box::pin(async move { erase_child(tx, &keys, &order).await })
        });
        match done.await {
            Err(Error::Store(StoreError::Constraint(_))) if tries < TRIES => tries += 1,
            other => return other,
        }
    }
}

/// What follows every erasure: the file outside the database learns of it, and the log of writes is emptied. Both are tried
/// again by the purge, so a failure here is told and not more.
pub(super) async fn after(services: &Services, ctx: &Ctx) {
    if let Err(error) = erasure_ledger::bring_up(services, ctx).await {
        tracing::error!(%error, "an erased child could not be noted in the file of erasures; it is tried again");
    }
    match services.store.scrub().await {
        Ok(true) => {}
        Ok(false) => tracing::info!("the log of writes is in use; it is emptied later"),
        Err(error) => tracing::warn!(%error, "the log of writes could not be emptied; it is tried again"),
    }
}

async fn erase_child(tx: &mut Tx, keys: &Keys, order: &Order) -> Result<()> {
    tx.about("child", order.child.0);
    tx.detail(order.why.as_str());
    let subject = erasure::subject(tx, order.child).await?.ok_or(Error::NotFound)?;
    if let Some(reason) = legal_holds::standing(tx, order.child).await? {
        return Err(Error::Conflict(format!(
            "A legal hold stands, so nothing was erased: {reason}. It must be released first."
        )));
    }
    let asked_for = order.why != EraseWhy::CameBack;
    let worked_on = asked_for && erasure::open_referrals(tx, order.child).await? > 0;
    let note = if worked_on { order.nevertheless.trim() } else { "" };
    if worked_on && note.is_empty() {
        return Err(Error::invalid(
            "nevertheless",
            "The counselors’ work on this child is not closed. Speak with them; say here why it is erased nevertheless.",
        ));
    }
    if note.chars().count() > 500 || names(note, &subject) {
        return Err(Error::invalid(
            "nevertheless",
            "These words stay: at most 500 letters, without the child’s name or number.",
        ));
    }
    // A file that waits to be taken over may name the child, and cannot be searched for it.
    rosters::remove_uploads(tx, subject.district_id).await?;
    let counts = erasure::remove_child(tx, order.child).await?;
    let stone = NewTombstone {
        child_id: subject.id,
        district_id: subject.district_id,
        number_hash: keys.erased_hash(subject.district_id.0, &subject.number),
        why: order.why,
        note: note.to_owned(),
        by: order.by,
        counts: words(&counts),
    };
    Ok(tombstones::add(tx, &stone).await?)
}

/// Removes what one window collected about a child, in a transaction that is open already: screenings with their answers,
/// scores and flags, wishes to talk and raised hands. Referrals stay, because somebody may be helping the child; their
/// reasons lose the reference to the screening. Cards, consent and what other windows collected stay.
///
/// Under a legal hold nothing is removed and the wish is kept until the hold is released.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub(crate) async fn erase_window_data(
    tx: &mut Tx,
    child: ChildId,
    window: WindowId,
) -> Result<WindowErasure> {
    if legal_holds::standing(tx, child).await?.is_some() {
        legal_holds::wait(tx, child, window).await?;
        return Ok(WindowErasure::Held);
    }
    let counts = erasure::remove_window_data(tx, child, window).await?;
    legal_holds::done_waiting(tx, child, window).await?;
    Ok(WindowErasure::Done(counts.iter().map(|(_, rows)| rows).sum()))
}

/// Erases again whoever came back with an older backup; tells how many. Called after a restore, and by the purge.
///
/// # Errors
/// [`Error::Conflict`] when the file of erasures cannot be read; [`Error::Store`].
pub(super) async fn forget_again(services: &Services, ctx: &Ctx) -> Result<usize> {
    let mut forgotten = 0;
    for child in erasure_ledger::read(services)? {
        let is_back = {
            let mut conn = services.store.read(ctx).await?;
            erasure::subject(&mut conn, child).await?.is_some()
        };
        if is_back {
            let order = Order { child, why: EraseWhy::CameBack, nevertheless: String::new(), by: None };
            match carry_out(services, ctx, order).await {
                Ok(()) => forgotten += 1,
                Err(Error::Conflict(why)) => {
                    tracing::warn!(%child, why, "an erased child came back and is held")
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(forgotten)
}

fn words(counts: &Counts) -> String {
    counts.iter().map(|(table, rows)| format!("{table} {rows}")).collect::<Vec<_>>().join(", ")
}

/// Whether a text that stays says who the child is.
pub(super) fn names(text: &str, child: &Subject) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    [child.given_name.reveal(), child.family_name.reveal(), &child.number].iter().any(|name| {
        let name = name.trim().to_lowercase();
        // Where names are written with spaces around them "Li" is not in "likely"; where they are not, anywhere counts.
        if name.is_ascii() {
            let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
            !name.is_empty() && words.windows(parts.len()).any(|window| window == parts)
        } else {
            text.contains(&name)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Subject, names};
    use crate::model::{ChildId, DistrictId};

    fn child(given: &str, family: &str) -> Subject {
        Subject {
            id: ChildId(uuid::Uuid::nil()),
            district_id: DistrictId(uuid::Uuid::nil()),
            number: "S-4711".to_owned(),
            given_name: given.to_owned().into(),
            family_name: family.to_owned().into(),
        }
    }

    #[test]
    fn a_reason_that_stays_does_not_say_who_the_child_is_prv_13() {
        for (text, given, family) in [
            ("Court order about LI, file 7", "Anna", "Li"),
            ("anna’s guardian asked", "Anna", "Li"),
            ("child s-4711 moved away", "Anna", "Li"),
            ("李梅的家长要求", "梅", "李"),
            ("Mary Ann moved", "Mary Ann", "Stone"),
        ] {
            assert!(names(text, &child(given, family)), "{text}");
        }
        for text in ["It is likely that the annals say so", "File 47, court of the county"] {
            assert!(!names(text, &child("Anna", "Li")), "{text}");
        }
    }
}
