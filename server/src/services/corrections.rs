//! Correcting what somebody wrote wrongly: the old words stay, struck out, with who corrected them and when (C-21, LAW-07).

use std::sync::Arc;

use uuid::Uuid;

use super::referrals::checked_text;
use super::steps::wanted;
use super::{Services, require, school_days, scoring, staff};
use crate::ctx::Ctx;
use crate::model::correction::Correctable;
use crate::model::referral::{ContactHow, ContactWith, Danger};
use crate::model::{ChildId, Day, Instant, Private, UserId};
use crate::policy::{Action, Place};
pub use crate::store::children::Child;
use crate::store::corrections::{self, Of};
use crate::store::{Act, Conn, children, contacts, plans, referrals};
use crate::{Error, Result};

/// What stands, or shall stand in its place.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the tables")]
pub enum Words {
    Contact { with: ContactWith, how: ContactHow, reached: bool, note: Private<String> },
    Note { body: Private<String> },
    SecondLook { danger: Danger, summary: Private<String>, strengths: Private<String> },
    FollowUp { due_on: Day, what: Private<String> },
}

impl Words {
    /// What it is.
    pub fn kind(&self) -> Correctable {
        match self {
            Self::Contact { .. } => Correctable::Contact,
            Self::Note { .. } => Correctable::Note,
            Self::SecondLook { .. } => Correctable::SecondLook,
            Self::FollowUp { .. } => Correctable::FollowUp,
        }
    }
}

/// What is to be corrected.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Form {
    pub child: Child,
    pub words: Words,
    pub by_name: Option<String>,
    pub at: Instant,
}

/// The words as they stand, for the form.
///
/// # Errors
/// [`Error::NotFound`] for what is not there or not the reader's to see; [`Error::Conflict`] for what was corrected
/// already.
pub async fn form(
    services: &Services,
    ctx: &Ctx,
    child: ChildId,
    kind: Correctable,
    row: Uuid,
) -> Result<Form> {
    let user = staff(ctx)?.user;
    let mut conn = services.store.read(ctx).await?;
    find(&mut conn, ctx, user, child, kind, row).await
}

/// The row, if the actor works on its child, may read it, and nobody has corrected it.
async fn find(
    conn: &mut Conn,
    ctx: &Ctx,
    user: UserId,
    child: ChildId,
    kind: Correctable,
    row: Uuid,
) -> Result<Form> {
    let Some(child) = children::get(conn, child).await? else {
        require(ctx, Action::WorkReferrals, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, Action::WorkReferrals, Place::School(child.district_id, child.school_id))?;
    let (found, corrected) = match kind {
        Correctable::Contact => {
            let all = contacts::list(conn, child.id).await?;
            let corrected = all.iter().any(|other| other.corrects == Some(row));
            let found = all.into_iter().find(|c| c.id == row).map(|c| {
                let words =
                    Words::Contact { with: c.with_whom, how: c.how, reached: c.reached, note: c.note };
                (words, Some(c.by_name), c.at)
            });
            (found, corrected)
        }
        Correctable::Note => {
            let all = contacts::list_notes(conn, child.id, user).await?;
            let corrected = all.iter().any(|other| other.corrects == Some(row));
            let found = all.into_iter().find(|n| n.id == row);
            (found.map(|n| (Words::Note { body: n.body }, Some(n.by_name), n.written_at)), corrected)
        }
        Correctable::SecondLook => {
            let all = plans::assessments(conn, child.id).await?;
            let corrected = all.iter().any(|other| other.corrects == Some(row));
            let found = all.into_iter().find(|l| l.id == row).map(|l| {
                let words =
                    Words::SecondLook { danger: l.danger, summary: l.summary, strengths: l.strengths };
                (words, Some(l.by_name), l.at)
            });
            (found, corrected)
        }
        Correctable::FollowUp => {
            let all = corrections::tasks(conn, child.id).await?;
            let corrected = all.iter().any(|other| other.corrects == Some(row));
            let found = all.into_iter().find(|t| t.id == row && t.done_at.is_none()).map(|t| {
                (Words::FollowUp { due_on: t.due_on, what: t.what }, t.corrected_by_name, t.created_at)
            });
            (found, corrected)
        }
    };
    let (words, by_name, at) = found.ok_or(Error::NotFound)?;
    if corrected { Err(meanwhile()) } else { Ok(Form { child, words, by_name, at }) }
}

fn meanwhile() -> Error {
    Error::Conflict("Somebody has corrected this already. Correct what stands there now.".to_owned())
}

fn checked(words: Words) -> Result<Words> {
    Ok(match words {
        Words::Contact { note, with, how, reached } => {
            Words::Contact { note: checked_text("note", &note)?, with, how, reached }
        }
        Words::Note { body } => Words::Note { body: wanted("body", &body, "Write what is right.")? },
        Words::SecondLook { danger, summary, strengths } => Words::SecondLook {
            danger,
            summary: wanted("summary", &summary, "Say in a few words what you found.")?,
            strengths: checked_text("strengths", &strengths)?,
        },
        Words::FollowUp { due_on, what } => {
            Words::FollowUp { due_on, what: wanted("what", &what, "Say what is to be done.")? }
        }
    })
}

/// Writes what is right in place of a row, which stays.
///
/// # Errors
/// [`Error::Invalid`] for words that are missing or too long, or a day that is over; [`Error::NotFound`] as in [`form`];
/// [`Error::Conflict`] when somebody was faster.
pub async fn correct(services: &Services, ctx: &Ctx, child: ChildId, row: Uuid, words: Words) -> Result<()> {
    let user = staff(ctx)?.user;
    let words = checked(words)?;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("record.correct"), move |tx| {
            let (words, config) = (words.clone(), Arc::clone(&config));
            Box::pin(async move {
                tx.about("child", child.0);
                tx.detail(words.kind().as_str());
                let ctx = tx.ctx();
                let found = find(tx, &ctx, user, child, words.kind(), row).await?;
                let of = Of { row, child, by: user };
                let written = match &words {
                    Words::Contact { with, how, reached, note } => {
                        corrections::contact(tx, of, (*with, *how, *reached), note).await?
                    }
                    Words::Note { body } => corrections::note(tx, of, body).await?,
                    Words::SecondLook { danger, summary, strengths } => {
                        corrections::second_look(tx, of, *danger, (summary, strengths)).await?
                    }
                    Words::FollowUp { due_on, what } => {
                        let zone = scoring::zone_of(tx, found.child.school_id).await?;
                        if *due_on < ctx.now.day_in(&zone) {
                            return Err(Error::invalid(
                                "due_on",
                                "This day is over; choose today or a later day.",
                            ));
                        }
                        corrections::follow_up(tx, of, *due_on, what).await?
                    }
                };
                if !written {
                    return Err(meanwhile());
                }
                if words.kind() == Correctable::FollowUp {
                    due_again(tx, &config.clinical, &found.child, row).await?;
                }
                Ok(())
            })
        })
        .await
}

/// The next open follow-up is what is due.
async fn due_again(
    tx: &mut crate::store::Tx,
    clinical: &crate::config::Clinical,
    child: &Child,
    row: Uuid,
) -> Result<()> {
    let task = corrections::tasks(tx, child.id).await?.into_iter().find(|task| task.id == row);
    let Some(task) = task else { return Ok(()) };
    let open = contacts::follow_ups(tx, task.referral_id).await?;
    if let Some(next) = open.iter().find(|f| f.done_at.is_none()) {
        let zone = scoring::zone_of(tx, child.school_id).await?;
        referrals::set_due(tx, task.referral_id, school_days::end_of(clinical, next.due_on, &zone)).await?;
    }
    Ok(())
}
