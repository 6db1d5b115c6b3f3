//! Sittings: one class at its devices. The board says who has finished, never how.

use super::sessions::Token;
use super::{Services, card_door, require, sessions, staff, student};
use crate::ctx::Ctx;
use crate::model::administration::{AdministrationState, Progress};
use crate::model::window::{ConsentMode, SittingState, WindowState};
use crate::model::{ChildId, Instant, Private, SittingId};
use crate::policy::{Action, Place};
use crate::store::administrations::{self, BoardRow};
use crate::store::cards::CardDoor;
use crate::store::sitting_room::{self, Device};
pub use crate::store::windows::Sitting;
use crate::store::{Act, Conn, consent, hands, rehearsals, sessions as stored_sessions};
use crate::store::{children, windows};
use crate::{Error, Result};

/// A device that has not said for so many seconds that it is there is away. It says so every twenty.
const AWAY_SECONDS: i64 = 50;
/// How much longer a sitting gets, in seconds.
const EXTENSION: i64 = 15 * 60;
const LONGEST_REASON: usize = 500;

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
    /// Whether its hand is up.
    pub hand: bool,
    /// Whether the proctor marked it as not there.
    pub absent: bool,
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
    let seats = seats(&mut conn, &sitting, ctx.now).await?;
    Ok(Board { sitting, seats })
}

/// The class of a sitting as the room may see it.
pub(super) async fn seats(conn: &mut Conn, sitting: &Sitting, now: Instant) -> Result<Vec<Seat>> {
    let rows = administrations::board(conn, sitting.window_id, sitting.class_id, sitting.id).await?;
    let hands = hands::up(conn, sitting.id).await?;
    let devices = match sitting.state {
        SittingState::Open => sitting_room::devices(conn, sitting.id).await?,
        _ => Vec::new(),
    };
    let seat = |row: &BoardRow| {
        let device = devices.iter().rfind(|device| device.child_id == row.child_id);
        let away = device.is_some_and(|device| is_away(device, now));
        let progress = match progress(row, sitting.consent_mode) {
            Progress::Working if away => Progress::Offline,
            progress => progress,
        };
        Seat {
            child: row.child_id,
            first_name: row.given_name.clone(),
            initial: row.family_name.reveal().chars().next().map_or_else(String::new, |c| format!("{c}.")),
            progress,
            hand: hands.iter().any(|hand| hand.child_id == row.child_id),
            absent: row.absent > 0,
        }
    };
    Ok(rows.iter().map(seat).collect())
}

/// Whether a device that says by itself that it is there has not done so for a while.
fn is_away(device: &Device, now: Instant) -> bool {
    device.beat_at.is_some_and(|at| now.seconds_since(at) > AWAY_SECONDS)
}

/// One word for a child: why somebody does not take part is nobody's business in the room.
pub(super) fn progress(row: &BoardRow, mode: ConsentMode) -> Progress {
    let asked = match mode {
        ConsentMode::OptIn => row.given > 0,
        ConsentMode::OptOut | ConsentMode::LawfulDuty => row.refused == 0,
    };
    if !asked {
        Progress::NotToday
    } else if row.submitted > 0 || row.declined > 0 {
        // A child that said no thanks does a quiet activity that looks the same; here it has finished.
        Progress::Finished
    } else if row.started > 0 {
        Progress::Working
    } else if row.absent > 0 {
        Progress::NotToday
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
        if class.iter().all(|of_class| of_class.id != child) {
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
            consent: consent::get(&mut conn, child, window.id).await?,
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

/// What is still open in a room: it is asked for before the class leaves.
#[derive(Clone, Debug, Default)]
pub struct LooseEnds {
    /// Devices that are away, or that said they hold unsent answers. Leaving now could lose them.
    pub unsynced: Vec<String>,
    /// Hands that are up.
    pub hands: Vec<String>,
    /// Children who have begun and are signed in nowhere any more.
    pub left_early: Vec<String>,
}

impl LooseEnds {
    /// Whether a reason is wanted before the sitting closes.
    pub fn want_reason(&self) -> bool {
        !self.unsynced.is_empty() || !self.hands.is_empty()
    }
}

/// What is still open in a sitting's room.
///
/// # Errors
/// [`Error::NotFound`] outside the proctor's schools.
pub async fn loose_ends(services: &Services, ctx: &Ctx, id: SittingId) -> Result<LooseEnds> {
    let mut conn = services.store.read(ctx).await?;
    let sitting = find(&mut conn, ctx, id).await?;
    ends(&mut conn, &sitting, ctx.now).await
}

async fn ends(conn: &mut Conn, sitting: &Sitting, now: Instant) -> Result<LooseEnds> {
    let seats = seats(conn, sitting, now).await?;
    let devices = sitting_room::devices(conn, sitting.id).await?;
    let of = |wanted: &dyn Fn(&Seat) -> bool| -> Vec<String> {
        let wanted = seats.iter().filter(|seat| wanted(seat));
        wanted.map(|seat| format!("{} {}", seat.first_name.reveal(), seat.initial)).collect()
    };
    let device = |seat: &Seat| devices.iter().rfind(|device| device.child_id == seat.child);
    let working = |seat: &Seat| matches!(seat.progress, Progress::Working | Progress::Offline);
    Ok(LooseEnds {
        unsynced: of(&|seat| {
            seat.progress == Progress::Offline || device(seat).is_some_and(|device| device.unsent)
        }),
        hands: of(&|seat| seat.hand),
        left_early: of(&|seat| working(seat) && device(seat).is_none()),
    })
}

/// Marks a child as not there today, or as there after all.
///
/// # Errors
/// [`Error::NotFound`] for a child of another class.
pub async fn set_absent(
    services: &Services,
    ctx: &Ctx,
    id: SittingId,
    child: ChildId,
    absent: bool,
) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("sitting.absent"), move |tx| {
            Box::pin(async move {
                tx.about("child", child.0);
                tx.detail(if absent { "not there" } else { "there" });
                let ctx = tx.ctx();
                let sitting = find(tx, &ctx, id).await?;
                let class = children::list_class(tx, sitting.class_id).await?;
                if class.iter().all(|of_class| of_class.id != child) {
                    return Err(Error::NotFound);
                }
                let by = staff(&ctx).ok().map(|staff| staff.user);
                Ok(sitting_room::set_absent(tx, id, child, absent, by).await?)
            })
        })
        .await
}

/// Gives an open sitting a quarter of an hour more.
///
/// # Errors
/// [`Error::Conflict`] when it is not open.
pub async fn extend(services: &Services, ctx: &Ctx, id: SittingId) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("sitting.extend"), move |tx| {
            Box::pin(async move {
                tx.about("sitting", id.0);
                let ctx = tx.ctx();
                let sitting = find(tx, &ctx, id).await?;
                let (SittingState::Open, Some(ends)) = (sitting.state, sitting.ends_at) else {
                    return Err(Error::Conflict("This sitting is not open.".to_owned()));
                };
                // One whose time ran out a while ago gets its quarter of an hour from now.
                let ends = ends.max(ctx.now).plus_seconds(EXTENSION);
                Ok(sitting_room::extend(tx, id, ends).await?)
            })
        })
        .await
}

/// A child's device says that it is there.
///
/// # Errors
/// [`Error::SignedOut`] where no child is signed in.
pub async fn beat(services: &Services, ctx: &Ctx, token: &str, unsent: bool) -> Result<()> {
    let student = student(ctx)?;
    let hash = sessions::hash_token(token);
    services
        .store
        .write(ctx, Act::recorded_in_itself("session.beat"), move |tx| {
            let hash = hash.clone();
            Box::pin(async move {
                Ok(sitting_room::beat(tx, student.sitting, student.child, hash, unsent).await?)
            })
        })
        .await
}

/// A class whose sitting is over, with those who have not finished.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct MakeUp {
    pub sitting: Sitting,
    pub missing: Vec<Seat>,
}

/// The make-up list: it builds itself from what is not finished when a sitting is over.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no proctor.
pub async fn make_ups(services: &Services, ctx: &Ctx) -> Result<Vec<MakeUp>> {
    require(ctx, Action::RunSitting, Place::Anywhere)?;
    let staff = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let mut list = Vec::new();
    for (id,) in sitting_room::last_sittings(&mut conn, staff.user, staff.district).await? {
        let Some(sitting) = windows::get_sitting(&mut conn, id).await? else { continue };
        let seats = seats(&mut conn, &sitting, ctx.now).await?;
        let missing: Vec<Seat> = seats.into_iter().filter(is_missing).collect();
        if !missing.is_empty() {
            list.push(MakeUp { sitting, missing });
        }
    }
    Ok(list)
}

/// Whether a child could still take part: one who was away that day could, one whose guardians said no could not.
fn is_missing(seat: &Seat) -> bool {
    matches!(seat.progress, Progress::NotStarted | Progress::Working | Progress::Offline) || seat.absent
}

/// Plans another sitting for a class, for those who have not finished.
///
/// # Errors
/// [`Error::Conflict`] when one is planned already or everybody has finished.
pub async fn plan_make_up(services: &Services, ctx: &Ctx, id: SittingId) -> Result<SittingId> {
    let new = SittingId(ctx.id());
    services
        .store
        .write(ctx, Act::new("sitting.make_up"), move |tx| {
            Box::pin(async move {
                tx.about("sitting", new.0);
                let ctx = tx.ctx();
                let sitting = find(tx, &ctx, id).await?;
                let staff = staff(&ctx)?;
                let last = sitting_room::last_sittings(tx, staff.user, staff.district).await?;
                let seats = seats(tx, &sitting, ctx.now).await?;
                if last.iter().all(|(of_class,)| *of_class != id) || !seats.iter().any(is_missing) {
                    return Err(Error::Conflict(
                        "This class has a sitting to come, or everybody has finished.".to_owned(),
                    ));
                }
                let (window, school, class) = (sitting.window_id, sitting.school_id, sitting.class_id);
                windows::add_sitting(tx, new, window, school, class, Some(staff.user)).await?;
                sitting_room::mark_make_up(tx, new).await?;
                Ok(new)
            })
        })
        .await
}

/// Closes a sitting and signs its devices out. While a device is away or a hand is up, it wants a reason.
///
/// # Errors
/// [`Error::Conflict`] when it is not open; [`Error::Invalid`] about `reason` when one is wanted.
pub async fn close(services: &Services, ctx: &Ctx, id: SittingId, reason: &str) -> Result<()> {
    let reason: String = reason.trim().chars().take(LONGEST_REASON).collect();
    services
        .store
        .write(ctx, Act::new("sitting.close"), move |tx| {
            let reason = reason.clone();
            Box::pin(async move {
                tx.about("sitting", id.0);
                let ctx = tx.ctx();
                let sitting = find(tx, &ctx, id).await?;
                if sitting.state != SittingState::Open {
                    return Err(Error::Conflict("This sitting is not open.".to_owned()));
                }
                if ends(tx, &sitting, ctx.now).await?.want_reason() {
                    if reason.is_empty() {
                        return Err(Error::invalid("reason", "Say why the sitting closes all the same."));
                    }
                    sitting_room::note_closing(tx, id, &reason).await?;
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
    // A practice is in no district of anybody: whoever began it runs it.
    if window.rehearsal {
        let own = rehearsals::is_run_by(conn, id, staff(ctx)?.user).await?;
        return if own { Ok(sitting) } else { Err(Error::NotFound) };
    }
    require(ctx, Action::RunSitting, Place::School(window.district_id, sitting.school_id))?;
    Ok(sitting)
}
