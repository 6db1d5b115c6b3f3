//! Who answers at a school: the rota by weekday and date, absences, and the fixed list behind them (C-10, C-43).

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Services, require, school_days, scoring, staff};
use crate::config::Clinical;
use crate::ctx::Ctx;
use crate::model::people::Role;
use crate::model::{Day, Instant, SchoolId, UserId};
use crate::policy::{Action, Place, allow};
pub use crate::store::duty::{Absence, Colleague, NewShift, Shift, Standing};
pub use crate::store::places::School;
use crate::store::{Act, Conn, duty, places};
use crate::{Error, Result};

/// Everything that decides who answers at a school.
#[derive(Clone, Debug)]
pub struct Rota {
    /// The school's zone.
    pub zone: TimeZone,
    /// Shifts by weekday and date; empty where the school keeps no rota.
    pub shifts: Vec<Shift>,
    /// The fixed list: who answers when the rota says nothing.
    pub standing: Vec<Standing>,
    /// Who is away, from yesterday on.
    pub absences: Vec<Absence>,
    /// Everybody with a role here.
    pub people: Vec<Colleague>,
}

impl Rota {
    /// The rota of a school.
    ///
    /// # Errors
    /// [`Error::Store`] when the database cannot be read.
    pub async fn of(conn: &mut Conn, school: SchoolId, now: Instant) -> Result<Self> {
        let place = places::get_school(conn, school).await?.ok_or(Error::NotFound)?;
        let zone = scoring::zone(&place.time_zone);
        let today = now.day_in(&zone);
        Ok(Self {
            shifts: duty::shifts(conn, school).await?,
            standing: duty::standing(conn, school).await?,
            absences: duty::absences(conn, school, today).await?,
            people: duty::colleagues(conn, school).await?,
            zone,
        })
    }

    /// Whether somebody is away on a day.
    pub fn is_away(&self, user: UserId, day: Day) -> bool {
        self.absences.iter().any(|a| a.user_id == user && a.from_date <= day && day <= a.to_date)
    }

    /// Who is on duty at an instant, first in rank first. A date's shifts go before its weekday's. Nobody who is away
    /// and nobody off duty is in it; a school that keeps no rota is answered for by its fixed list.
    pub fn on_duty(&self, now: Instant) -> Vec<UserId> {
        let day = now.day_in(&self.zone);
        if self.shifts.is_empty() {
            return self.list(day);
        }
        let civil = now.civil_in(&self.zone);
        let minute = i64::from(civil.hour()) * 60 + i64::from(civil.minute());
        let mut here: Vec<&Shift> = self.shifts_at(day, minute).collect();
        here.sort_by_key(|s| s.rank);
        let mut users: Vec<UserId> = Vec::new();
        for shift in here {
            if !users.contains(&shift.user_id) {
                users.push(shift.user_id);
            }
        }
        users
    }

    /// Until when somebody of the rota is in school today, as `HH:MM`: the end of the shifts that follow each other
    /// without a gap, and not after the school day. None where nobody is, and where only the fixed list answers, which
    /// tells no hours: what a child reads must be true (K-44).
    pub fn in_school_until(&self, clinical: &Clinical, holidays: &[Day], now: Instant) -> Option<String> {
        let day = now.day_in(&self.zone);
        if !school_days::is_school_day(day, holidays) {
            return None;
        }
        let civil = now.civil_in(&self.zone);
        let mut until = i64::from(civil.hour()) * 60 + i64::from(civil.minute());
        let end = i64::from(clinical.clocks.school_day_ends_hour) * 60;
        let from = until;
        while let Some(further) = self.shifts_at(day, until).map(|s| s.to_minute).max() {
            until = further;
        }
        let until = until.min(end);
        (until > from).then(|| format!("{}:{:02}", until / 60, until % 60))
    }

    /// The shifts of present people at a minute of a day. A date's shifts go before its weekday's.
    fn shifts_at(&self, day: Day, minute: i64) -> impl Iterator<Item = &Shift> {
        let dated = self.shifts.iter().any(|s| s.on_date == Some(day));
        self.shifts
            .iter()
            .filter(move |s| if dated { s.on_date == Some(day) } else { s.weekday == Some(weekday(day)) })
            .filter(move |s| s.from_minute <= minute && minute < s.to_minute && !self.is_away(s.user_id, day))
    }

    /// The fixed list without those who are away.
    fn list(&self, day: Day) -> Vec<UserId> {
        self.standing.iter().map(|s| s.user_id).filter(|user| !self.is_away(*user, day)).collect()
    }

    /// Who answers at an instant, whatever the hour: those on duty, then the fixed list, then every other counselor
    /// here who is not away. Beyond the first group only the crisis ladder calls.
    pub fn answering(&self, now: Instant) -> Vec<UserId> {
        let day = now.day_in(&self.zone);
        let mut users = self.on_duty(now);
        let counselors = self.having(Role::Counselor, day);
        for user in self.list(day).into_iter().chain(counselors) {
            if !users.contains(&user) {
                users.push(user);
            }
        }
        users
    }

    /// Who holds a role and is not away: first those of this school alone, then those of the whole district.
    pub fn having(&self, role: Role, day: Day) -> Vec<UserId> {
        let present = |here: bool| {
            self.people
                .iter()
                .filter(move |p| p.role == role && p.here == here && !self.is_away(p.user_id, day))
                .map(|p| p.user_id)
        };
        present(true).chain(present(false)).collect()
    }

    /// Whether somebody may work on this school's referrals.
    pub fn is_counselor(&self, user: UserId) -> bool {
        self.people.iter().any(|p| p.user_id == user && p.role == Role::Counselor)
    }

    /// The name of one of the people here.
    pub fn name(&self, user: UserId) -> String {
        self.people.iter().find(|p| p.user_id == user).map_or_else(String::new, |p| p.user_name.clone())
    }
}

/// Monday is 1.
fn weekday(day: Day) -> i64 {
    match day.0.weekday() {
        Weekday::Monday => 1,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 4,
        Weekday::Friday => 5,
        Weekday::Saturday => 6,
        Weekday::Sunday => 7,
    }
}

/// Who owns a new referral at this instant: who answers, else anybody of the district. A referral without an owner is
/// a lost referral.
pub(super) async fn owner_now(conn: &mut Conn, school: SchoolId, now: Instant) -> Result<Option<UserId>> {
    let rota = Rota::of(conn, school, now).await?;
    match rota.answering(now).first() {
        Some(user) => Ok(Some(*user)),
        None => Ok(places::owner_for(conn, school).await?),
    }
}

/// The duty page of one school.
#[derive(Clone, Debug)]
pub struct Page {
    /// The schools whose rota the reader may set.
    pub schools: Vec<School>,
    /// The one shown.
    pub school: School,
    /// Its rota.
    pub rota: Rota,
    /// Who is on duty now.
    pub now: Vec<UserId>,
}

/// The rota of a school; without one, of the reader's first.
///
/// # Errors
/// [`Error::NotFound`] outside the reader's schools.
pub async fn page(services: &Services, ctx: &Ctx, school: Option<SchoolId>) -> Result<Page> {
    require(ctx, Action::SetDuty, Place::Anywhere)?;
    let reader = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let mut schools = duty::schools_of(&mut conn, reader.district, reader.user).await?;
    schools.retain(|s| allow(&ctx.actor, Action::SetDuty, Place::School(s.district_id, s.id)));
    let shown = schools.iter().find(|s| school.is_none_or(|wanted| wanted == s.id)).cloned();
    let shown = shown.ok_or(Error::NotFound)?;
    let rota = Rota::of(&mut conn, shown.id, ctx.now).await?;
    let now = rota.on_duty(ctx.now);
    Ok(Page { schools, school: shown, rota, now })
}

async fn may_set(conn: &mut Conn, ctx: &Ctx, school: SchoolId) -> Result<Rota> {
    let place = places::get_school(conn, school).await?;
    let Some(place) = place else {
        require(ctx, Action::SetDuty, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    require(ctx, Action::SetDuty, Place::School(place.district_id, place.id))?;
    Rota::of(conn, school, ctx.now).await
}

/// Puts a counselor on the rota.
///
/// # Errors
/// [`Error::Invalid`] for hours that end before they begin, or a person who is no counselor of the school.
pub async fn add_shift(services: &Services, ctx: &Ctx, new: NewShift) -> Result<()> {
    let by = staff(ctx)?.user;
    if new.from_minute >= new.to_minute {
        return Err(Error::invalid("to", "The shift must end after it begins, on the same day."));
    }
    services
        .store
        .write(ctx, Act::new("duty.add"), move |tx| {
            Box::pin(async move {
                tx.about("school", new.school.0);
                let ctx = tx.ctx();
                let rota = may_set(tx, &ctx, new.school).await?;
                if !rota.is_counselor(new.user) {
                    return Err(Error::invalid("user", "Choose one of the school’s counselors."));
                }
                Ok(duty::add_shift(tx, Some(by), &new).await?)
            })
        })
        .await
}

/// Takes a shift off the rota.
///
/// # Errors
/// [`Error::NotFound`] outside the actor's schools.
pub async fn remove_shift(services: &Services, ctx: &Ctx, school: SchoolId, id: Uuid) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("duty.remove"), move |tx| {
            Box::pin(async move {
                tx.about("school", school.0);
                let ctx = tx.ctx();
                may_set(tx, &ctx, school).await?;
                if duty::remove_shift(tx, school, id).await? { Ok(()) } else { Err(Error::NotFound) }
            })
        })
        .await
}

/// Notes that somebody is away; from the first day on, what they own goes to who is on duty.
///
/// # Errors
/// [`Error::Invalid`] for days that are over or a person who has no role at the school.
pub async fn add_absence(
    services: &Services,
    ctx: &Ctx,
    school: SchoolId,
    user: UserId,
    from: Day,
    to: Day,
) -> Result<()> {
    let by = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::new("absence.add"), move |tx| {
            Box::pin(async move {
                tx.about("user", user.0);
                let ctx = tx.ctx();
                let rota = may_set(tx, &ctx, school).await?;
                if rota.people.iter().all(|p| p.user_id != user) {
                    return Err(Error::invalid("away", "Choose one of the school’s people."));
                }
                if to < from || to < ctx.now.day_in(&rota.zone) {
                    return Err(Error::invalid(
                        "until",
                        "The last day must not lie before the first, nor be over.",
                    ));
                }
                Ok(duty::add_absence(tx, by, user, from, to).await?)
            })
        })
        .await
}

/// Somebody is back early.
///
/// # Errors
/// [`Error::NotFound`] outside the actor's schools.
pub async fn end_absence(services: &Services, ctx: &Ctx, school: SchoolId, id: Uuid) -> Result<()> {
    services
        .store
        .write(ctx, Act::new("absence.end"), move |tx| {
            Box::pin(async move {
                let ctx = tx.ctx();
                let rota = may_set(tx, &ctx, school).await?;
                let user = duty::absence_of(tx, id).await?.ok_or(Error::NotFound)?;
                if rota.people.iter().all(|p| p.user_id != user) {
                    return Err(Error::NotFound);
                }
                tx.about("user", user.0);
                Ok(duty::end_absence(tx, id).await?)
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use uuid::Uuid;

    use super::{Absence, Colleague, Rota, Shift, Standing};
    use crate::model::people::Role;
    use crate::model::{Instant, UserId};

    const ANA: UserId = UserId(Uuid::from_u128(1));
    const BEN: UserId = UserId(Uuid::from_u128(2));
    const CEM: UserId = UserId(Uuid::from_u128(3));

    fn shift(
        user_id: UserId,
        rank: i64,
        weekday: Option<i64>,
        on_date: Option<&str>,
        hours: (i64, i64),
    ) -> Shift {
        Shift {
            id: Uuid::nil(),
            user_id,
            user_name: String::new(),
            rank,
            weekday,
            on_date: on_date.map(|d| d.parse().unwrap()),
            from_minute: hours.0 * 60,
            to_minute: hours.1 * 60,
        }
    }

    fn rota(shifts: Vec<Shift>) -> Rota {
        let person =
            |user_id| Colleague { user_id, user_name: String::new(), role: Role::Counselor, here: true };
        Rota {
            zone: TimeZone::get("America/New_York").unwrap(),
            shifts,
            standing: vec![Standing { user_id: CEM, user_name: String::new(), rank: 1 }],
            absences: Vec::new(),
            people: vec![person(ANA), person(BEN), person(CEM)],
        }
    }

    /// 3 March 2026 is a Tuesday; the school's clock shows `hour`.
    fn tuesday(hour: i8) -> Instant {
        Instant::of_day("2026-03-03".parse().unwrap(), hour, &TimeZone::get("America/New_York").unwrap())
    }

    #[test]
    fn a_weekday_s_shift_answers_in_its_hours_and_nobody_is_on_duty_outside_them_c_43() {
        let rota = rota(vec![shift(BEN, 2, Some(2), None, (8, 16)), shift(ANA, 1, Some(2), None, (8, 16))]);
        assert_eq!(rota.on_duty(tuesday(10)), [ANA, BEN]);
        assert_eq!(rota.on_duty(tuesday(16)), []);
        assert_eq!(rota.answering(tuesday(16)), [CEM, ANA, BEN], "the ladder still finds somebody");
    }

    #[test]
    fn a_date_goes_before_its_weekday_and_an_absence_before_both() {
        let mut rota = rota(vec![
            shift(ANA, 1, Some(2), None, (8, 16)),
            shift(BEN, 1, None, Some("2026-03-03"), (8, 12)),
        ]);
        assert_eq!(rota.on_duty(tuesday(10)), [BEN]);
        assert_eq!(rota.on_duty(tuesday(13)), [], "the date replaces the whole day");
        rota.absences.push(Absence {
            id: Uuid::nil(),
            user_id: BEN,
            user_name: String::new(),
            from_date: "2026-03-01".parse().unwrap(),
            to_date: "2026-03-03".parse().unwrap(),
        });
        assert_eq!(rota.on_duty(tuesday(10)), []);
        assert_eq!(rota.answering(tuesday(10)), [CEM, ANA], "who is away is not called");
    }

    #[test]
    fn a_school_without_a_rota_is_answered_for_by_its_fixed_list() {
        assert_eq!(rota(Vec::new()).on_duty(tuesday(23)), [CEM]);
    }
}
