//! The queue: which lines, how many, kept views, and acts on several at once (C-01 to C-11).

use std::sync::Arc;

use uuid::Uuid;

use super::referrals::find;
use super::{Services, alerts, duty, escalation, require, school_days, scoring, staff};
use crate::ctx::Ctx;
use crate::model::referral::{Priority, ReferralState};
use crate::model::{Day, Instant, Private, ReferralId, SchoolId, UserId};
use crate::policy::{Action, Place};
use crate::store::queue::{self as stored, BulkItem, Filter, Today};
pub use crate::store::queue::{ClosedRow, Counts, QueueRow, SavedView};
use crate::store::{Act, Conn, contacts, duty as rota, referrals};
use crate::{Error, Result};

/// Whose referrals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum View {
    /// All that the counselor may work on.
    #[default]
    Team,
    /// Those she owns.
    Mine,
}

/// Which of them: what each count of the queue counts, and its list shows (C-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Critical ones.
    Critical,
    /// Due before this day ends.
    DueToday,
    /// Past their due time.
    Overdue,
    /// Nobody has claimed yet.
    Unclaimed,
    /// Somebody else is next: a service, a second person, a colleague, or a day.
    Waiting,
    /// The child asked to talk.
    Talk,
    /// A re-screen waits whose day is near or over.
    Rescreen,
}

impl Share {
    /// Every share.
    pub const ALL: [Self; 7] = [
        Self::Critical,
        Self::Overdue,
        Self::DueToday,
        Self::Unclaimed,
        Self::Waiting,
        Self::Talk,
        Self::Rescreen,
    ];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::DueToday => "today",
            Self::Overdue => "overdue",
            Self::Unclaimed => "unclaimed",
            Self::Waiting => "waiting",
            Self::Talk => "talk",
            Self::Rescreen => "rescreen",
        }
    }
}

/// What is asked of the queue.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as named")]
pub struct Asked {
    pub view: View,
    pub show: Option<Share>,
    pub priority: Option<Priority>,
    pub stage: Option<ReferralState>,
    pub school: Option<SchoolId>,
    /// A part of a name.
    pub name: String,
    /// Counted from 0.
    pub page: u32,
}

impl Asked {
    /// What an address or a form asks for by its words. A word that is none asks for nothing; whatever comes, there is a
    /// queue to show.
    pub fn read(text: &dyn Fn(&str) -> String) -> Self {
        let show = text("show");
        Self {
            view: if text("view") == "mine" { View::Mine } else { View::Team },
            show: Share::ALL.into_iter().find(|share| share.word() == show),
            priority: text("priority").parse().ok(),
            stage: text("stage").parse().ok(),
            school: text("school").parse().ok(),
            name: text("name-part").chars().take(60).collect(),
            page: text("page").parse().unwrap_or(0),
        }
    }
}

/// The queue with its counts.
#[derive(Clone, Debug)]
pub struct Queue {
    /// In the order in which to look: critical, then earliest due, then oldest.
    pub rows: Vec<QueueRow>,
    /// The numbers of the view, whatever is filtered.
    pub counts: Counts,
    /// Changes whenever a line of the reader's queue does, as [`super::alerts::queue_mark`] tells it.
    pub mark: String,
    /// Whether more lines follow on the next page.
    pub more: bool,
    /// The reader's schools by name.
    pub schools: Vec<(SchoolId, String)>,
    /// The instant of these figures.
    pub as_of: Instant,
    /// Who looks.
    pub reader: UserId,
    /// Colleagues to give work to, where the reader has one school.
    pub colleagues: Vec<(UserId, String)>,
    /// Kept views.
    pub views: Vec<SavedView>,
}

/// A re-screen is shown so many days before its day: its card has to be made and the child to be found.
const SOON_DAYS: i64 = 7;

/// Lines on one page.
pub const PAGE: u32 = 50;

/// The counselor's queue.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no counselor.
pub async fn queue(services: &Services, ctx: &Ctx, asked: &Asked) -> Result<Queue> {
    require(ctx, Action::WorkReferrals, Place::Anywhere)?;
    let staff = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let places = rota::schools_of(&mut conn, staff.district, staff.user).await?;
    let zone = scoring::zone(places.first().map_or("UTC", |s| s.time_zone.as_str()));
    let day = ctx.now.day_in(&zone);
    let ends = Instant::of_day(day.plus_days(1), 0, &zone);
    let today = Today { now: ctx.now, ends, day, soon: day.plus_days(SOON_DAYS) };
    let owner = (asked.view == View::Mine).then_some(staff.user);
    let filter = Filter {
        owner,
        rank: asked.priority.map(Priority::rank),
        state: asked.stage,
        school: asked.school,
        show: asked.show.map_or("", Share::word),
        name: asked.name.trim().to_lowercase(),
    };
    let (page, limit) = (i64::from(asked.page), i64::from(PAGE));
    let mut rows =
        stored::list(&mut conn, staff.district, staff.user, &filter, &today, limit + 1, page * limit).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let counts = stored::counts(&mut conn, staff.district, staff.user, owner, &today).await?;
    let colleagues = match places.as_slice() {
        [one] => counselors(&mut conn, ctx, one.id).await?,
        _ => Vec::new(),
    };
    let views = stored::views(&mut conn, staff.district, staff.user).await?;
    let schools = places.into_iter().map(|s| (s.id, s.name)).collect();
    let mark = match owner {
        None => alerts::mark_of(counts.open, counts.changes),
        Some(_) => {
            let (open, changes) = referrals::mark(&mut conn, staff.district, staff.user).await?;
            alerts::mark_of(open, changes)
        }
    };
    Ok(Queue { rows, counts, mark, more, schools, as_of: ctx.now, reader: staff.user, colleagues, views })
}

async fn counselors(conn: &mut Conn, ctx: &Ctx, school: SchoolId) -> Result<Vec<(UserId, String)>> {
    let rota = duty::Rota::of(conn, school, ctx.now).await?;
    let today = ctx.now.day_in(&rota.zone);
    let present = rota.having(crate::model::people::Role::Counselor, today);
    Ok(present.into_iter().map(|user| (user, rota.name(user))).collect())
}

/// The newest closed referrals.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no counselor.
pub async fn closed(services: &Services, ctx: &Ctx) -> Result<Vec<ClosedRow>> {
    require(ctx, Action::WorkReferrals, Place::Anywhere)?;
    let staff = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    Ok(stored::closed(&mut conn, staff.district, staff.user, 100).await?)
}

/// Keeps a view under a name.
///
/// # Errors
/// [`Error::Invalid`] without a name.
pub async fn save_view(services: &Services, ctx: &Ctx, name: &str, query: &str, shared: bool) -> Result<()> {
    require(ctx, Action::WorkReferrals, Place::Anywhere)?;
    let user = staff(ctx)?.user;
    let name: String = name.trim().chars().take(60).collect();
    if name.is_empty() {
        return Err(Error::invalid("name", "Give the view a name."));
    }
    let query: String = query.chars().take(300).collect();
    services
        .store
        .write(ctx, Act::recorded_in_itself("view.add"), move |tx| {
            let (name, query) = (name.clone(), query.clone());
            Box::pin(async move { Ok(stored::add_view(tx, user, &name, &query, shared).await?) })
        })
        .await
}

/// Drops an own view.
///
/// # Errors
/// [`Error::NotFound`] when it is not the reader's.
pub async fn remove_view(services: &Services, ctx: &Ctx, id: Uuid) -> Result<()> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::recorded_in_itself("view.remove"), move |tx| {
            Box::pin(async move {
                if stored::remove_view(tx, user, id).await? { Ok(()) } else { Err(Error::NotFound) }
            })
        })
        .await
}

/// An act on several referrals at once: never closing, never on a critical one (C-09).
#[derive(Clone, Copy, Debug)]
pub enum Bulk {
    /// Gives them to a counselor.
    Assign(UserId),
    /// Plans a follow-up on a day.
    FollowUp(Day),
}

/// Seconds within which a bulk act can be undone: ten on the screen, and time to read.
const UNDO_SECONDS: i64 = 60;

/// Does it to all of them or to none; gives the act for its undo.
///
/// # Errors
/// [`Error::Invalid`] for none or more than 100, for a day that is over; [`Error::Conflict`] where one is critical,
/// closed or not claimed.
pub async fn bulk(services: &Services, ctx: &Ctx, ids: Vec<ReferralId>, bulk: Bulk) -> Result<Uuid> {
    let user = staff(ctx)?.user;
    if ids.is_empty() || ids.len() > 100 {
        return Err(Error::invalid("id", "Select between 1 and 100 lines first."));
    }
    let id = ctx.id();
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("referral.bulk"), move |tx| {
            let (ids, config) = (ids.clone(), Arc::clone(&config));
            Box::pin(async move {
                let ctx = tx.ctx();
                tx.detail(format!("{} referrals", ids.len()));
                let kind = match bulk {
                    Bulk::Assign(_) => "assign",
                    Bulk::FollowUp(_) => "follow_up",
                };
                stored::add_bulk(tx, id, user, kind).await?;
                for referral in ids {
                    let before = find(tx, &ctx, referral).await?;
                    if before.priority == Priority::Critical {
                        return Err(Error::Conflict(
                            "A critical referral is never changed together with others. Nothing was changed."
                                .to_owned(),
                        ));
                    }
                    if before.closed_at.is_some() {
                        return Err(Error::Conflict(
                            "One of them is closed by now. Nothing was changed.".to_owned(),
                        ));
                    }
                    let mut follow_up = None;
                    match bulk {
                        Bulk::Assign(to) => {
                            let rota = duty::Rota::of(tx, before.school_id, ctx.now).await?;
                            if !rota.is_counselor(to) {
                                return Err(Error::invalid("user", "Choose a counselor of the school."));
                            }
                            let why = Private::new(format!("Given to {}", rota.name(to)));
                            if before.owner_id != to {
                                escalation::move_to(tx, referral, before.owner_id, to, Some(user), &why)
                                    .await?;
                            }
                        }
                        Bulk::FollowUp(day) => {
                            let zone = scoring::zone_of(tx, before.school_id).await?;
                            if day < ctx.now.day_in(&zone) {
                                return Err(Error::invalid(
                                    "day",
                                    "This day is over; choose today or a later day.",
                                ));
                            }
                            let what = Private::new("Follow up".to_owned());
                            follow_up = Some(contacts::add_follow_up(tx, referral, day, &what).await?);
                            let due = school_days::end_of(&config.clinical, day, &zone);
                            referrals::set_due(tx, referral, due).await?;
                        }
                    }
                    let after = find(tx, &ctx, referral).await?;
                    let item = BulkItem {
                        referral_id: referral,
                        owner_before: before.owner_id,
                        due_before: before.due_at,
                        follow_up_id: follow_up,
                        version_after: after.version,
                    };
                    stored::add_bulk_item(tx, id, &item).await?;
                }
                Ok(id)
            })
        })
        .await
}

/// Undoes a bulk act where nothing has happened since; tells how many went back.
///
/// # Errors
/// [`Error::Conflict`] when it is too late.
pub async fn undo(services: &Services, ctx: &Ctx, id: Uuid) -> Result<usize> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("referral.undo"), move |tx| {
            Box::pin(async move {
                let ctx = tx.ctx();
                let items = stored::take_bulk(tx, id, user, ctx.now.plus_seconds(-UNDO_SECONDS)).await?;
                if items.is_empty() {
                    return Err(Error::Conflict(
                        "It is too late to undo that; change the lines one by one.".to_owned(),
                    ));
                }
                let mut back = 0;
                for item in items {
                    let now = find(tx, &ctx, item.referral_id).await?;
                    if now.version != item.version_after || now.closed_at.is_some() {
                        continue;
                    }
                    if now.owner_id != item.owner_before {
                        let why = Private::new("Taken back".to_owned());
                        let (from, to) = (now.owner_id, item.owner_before);
                        escalation::move_to(tx, item.referral_id, from, to, Some(user), &why).await?;
                    }
                    if let Some(follow_up) = item.follow_up_id {
                        contacts::finish_follow_up(tx, item.referral_id, follow_up, user).await?;
                        referrals::set_due(tx, item.referral_id, item.due_before).await?;
                    }
                    back += 1;
                }
                Ok(back)
            })
        })
        .await
}
