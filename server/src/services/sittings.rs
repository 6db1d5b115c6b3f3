//! Sittings: one class at its devices. The board says who has finished, never how.

use super::sessions::Token;
use super::{Services, card_door, require, sessions, staff};
use crate::ctx::Ctx;
use crate::model::administration::{AdministrationState, Progress};
use crate::model::window::{SittingState, WindowState};
use crate::model::{ChildId, Private, SittingId};
use crate::policy::{Action, Place};
use crate::store::administrations::{self, BoardRow};
use crate::store::cards::CardDoor;
pub use crate::store::windows::Sitting;
use crate::store::{Act, Conn, hands, sessions as stored_sessions};
use crate::store::{children, windows};
use crate::{Error, Result};

/// The sittings that a proctor may run.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no proctor.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<Vec<Sitting>> {
    require(ctx, Action::RunSitting, Place::Anywhere)?;
    let staff = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    Ok(windows::list_sittings(&mut conn, staff.user, staff.district).await?)
}

/// One child on the board.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Seat {
    pub child: ChildId,
    pub first_name: Private<String>,
    pub initial: String,
    pub progress: Progress,
}

/// A sitting with its children.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Board {
    pub sitting: Sitting,
    pub seats: Vec<Seat>,
}

/// A sitting's board.
///
/// # Errors
/// [`Error::NotFound`] outside the proctor's schools.
pub async fn board(services: &Services, ctx: &Ctx, id: SittingId) -> Result<Board> {
    let mut conn = services.store.read(ctx).await?;
    let sitting = find(&mut conn, ctx, id).await?;
    let rows = administrations::board(&mut conn, sitting.window_id, sitting.class_id).await?;
    let seats = rows
        .iter()
        .map(|row| Seat {
            child: row.child_id,
            first_name: row.given_name.clone(),
            initial: row.family_name.reveal().chars().next().map_or_else(String::new, |c| format!("{c}.")),
            progress: progress(row),
        })
        .collect();
    Ok(Board { sitting, seats })
}

/// One word for a child: why somebody does not take part is nobody's business in the room.
pub(super) fn progress(row: &BoardRow) -> Progress {
    if row.refused > 0 {
        Progress::NotToday
    } else if row.submitted > 0 || row.declined > 0 {
        // A child that said no thanks does a quiet activity that looks the same; here it has finished.
        Progress::Finished
    } else if row.started > 0 {
        Progress::Working
    } else {
        Progress::NotStarted
    }
}

/// Opens a sitting: from now on its cards work, until it is closed or its time is over.
///
/// # Errors
/// [`Error::Conflict`] while the window is not open.
pub async fn open(services: &Services, ctx: &Ctx, id: SittingId) -> Result<()> {
    let seconds = sessions::sitting_seconds(&services.config.clinical);
    services
        .store
        .write(ctx, Act::new("sitting.open"), move |tx| {
            Box::pin(async move {
                tx.about("sitting", id.0);
                let ctx = tx.ctx();
                let sitting = find(tx, &ctx, id).await?;
                if sitting.window_state != WindowState::Open {
                    return Err(Error::Conflict("The check-in is not open at this time.".to_owned()));
                }
                Ok(windows::open_sitting(tx, id, ctx.now.plus_seconds(seconds)).await?)
            })
        })
        .await
}

/// Begins a child's check-in on the device in the proctor's hand, for a child whose card is lost. The same doors hold as
/// for a card, and the proctor's own sign-in on that device ends with it. Only for a child that has not begun: a proctor
/// must never stand before a child's answers.
///
/// # Errors
/// [`Error::Invalid`] with the sentence that the child would read; [`Error::NotFound`] for a child of another class.
pub async fn start_here(
    services: &Services,
    ctx: &Ctx,
    id: SittingId,
    child: ChildId,
    own: Option<&str>,
) -> Result<Token> {
    let door = {
        let mut conn = services.store.read(ctx).await?;
        let sitting = find(&mut conn, ctx, id).await?;
        let window = windows::get(&mut conn, sitting.window_id).await?.ok_or(Error::NotFound)?;
        let class = children::list_class(&mut conn, sitting.class_id).await?;
        if class.iter().all(|(of_class, ..)| *of_class != child) {
            return Err(Error::NotFound);
        }
        let battery = administrations::battery(&mut conn, window.id, child).await?;
        if battery.iter().any(|a| a.state != AdministrationState::Offered) {
            return Err(Error::invalid(
                "child",
                "This child has begun already. Give it a new card to go on with.",
            ));
        }
        CardDoor {
            card_id: uuid::Uuid::nil(),
            child_id: child,
            district_id: window.district_id,
            window_id: window.id,
            window_state: window.state,
            voided_at: None,
            consent_mode: window.consent_mode,
            consent: windows::consent(&mut conn, child, window.id).await?,
            sitting_id: Some(id),
            sitting_state: Some(sitting.state),
            sitting_ends_at: sitting.ends_at,
        }
    };
    let token = card_door::enter(services, ctx, door).await?;
    // The trail names the proctor and the child, in one act with the end of the proctor's sign-in here. If it fails,
    // nobody has got the child's token.
    let own = own.map(sessions::hash_token);
    services
        .store
        .write(ctx, Act::new("sitting.start_here"), move |tx| {
            let own = own.clone();
            Box::pin(async move {
                tx.about("child", child.0);
                if let Some(own) = own {
                    stored_sessions::remove(tx, own).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(token)
}

/// Closes a sitting and signs its devices out.
///
/// # Errors
/// [`Error::Conflict`] when it is not open.
pub async fn close(services: &Services, ctx: &Ctx, id: SittingId) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("sitting.close"), move |tx| {
            Box::pin(async move {
                tx.about("sitting", id.0);
                let ctx = tx.ctx();
                let sitting = find(tx, &ctx, id).await?;
                if sitting.state != SittingState::Open {
                    return Err(Error::Conflict("This sitting is not open.".to_owned()));
                }
                windows::close_sitting(tx, id).await?;
                hands::lower_all(tx, id).await?;
                Ok(stored_sessions::remove_sitting(tx, id).await?)
            })
        })
        .await
}

pub(super) async fn find(conn: &mut Conn, ctx: &Ctx, id: SittingId) -> Result<Sitting> {
    let Some(sitting) = windows::get_sitting(conn, id).await? else {
        require(ctx, Action::RunSitting, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let window = windows::get(conn, sitting.window_id).await?.ok_or(Error::NotFound)?;
    require(ctx, Action::RunSitting, Place::School(window.district_id, sitting.school_id))?;
    Ok(sitting)
}
