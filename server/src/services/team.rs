//! How many counselors a school has on a day: whom two schools share counts at each for a half, and who is away not at all.

use std::collections::HashMap;

use super::school_days;
use crate::Result;
use crate::capacity::SchoolDay;
use crate::model::{Day, DistrictId, SchoolId, UserId};
use crate::store::{Conn, capacity, places};

/// A district's counselors.
#[derive(Clone, Debug)]
pub(super) struct Team {
    shares: HashMap<SchoolId, Vec<(UserId, f64)>>,
    absences: HashMap<UserId, Vec<(Day, Day)>>,
}

/// Calendar days that are looked at for school days; after so many a calendar has nothing but holidays.
const DAYS: i64 = 730;

impl Team {
    /// The counselors of a district with their absences from a day on.
    pub(super) async fn of(conn: &mut Conn, district: DistrictId, from: Day) -> Result<Self> {
        let schools: Vec<SchoolId> =
            places::list_schools(conn, district).await?.iter().map(|s| s.id).collect();
        let mut held: HashMap<UserId, Vec<SchoolId>> = HashMap::new();
        for (user, school) in capacity::counselors(conn, district).await? {
            let at = held.entry(user).or_default();
            match school {
                Some(school) if !at.contains(&school) => at.push(school),
                Some(_) => {}
                None => at.clone_from(&schools),
            }
        }
        let mut shares: HashMap<SchoolId, Vec<(UserId, f64)>> = HashMap::new();
        for (user, at) in held {
            let part = 1.0 / at.len().max(1) as f64;
            for school in at {
                shares.entry(school).or_default().push((user, part));
            }
        }
        let mut absences: HashMap<UserId, Vec<(Day, Day)>> = HashMap::new();
        for (user, from, to) in capacity::absences(conn, district, from).await? {
            absences.entry(user).or_default().push((from, to));
        }
        Ok(Self { shares, absences })
    }

    /// The counselors of a school, present or not.
    pub(super) fn size(&self, school: SchoolId) -> f64 {
        self.shares.get(&school).into_iter().flatten().map(|(_, part)| part).sum()
    }

    /// Those of them who are there on a day.
    pub(super) fn present(&self, school: SchoolId, day: Day) -> f64 {
        let away = |user: &UserId| {
            self.absences.get(user).into_iter().flatten().any(|(from, to)| *from <= day && day <= *to)
        };
        self.shares
            .get(&school)
            .into_iter()
            .flatten()
            .filter(|(user, _)| !away(user))
            .map(|(_, part)| part)
            .sum()
    }

    /// A school's days from a day on, with so many talks for each counselor who is there: all up to `to`, and `more`
    /// after it. Tells also how many there are up to `to`.
    pub(super) async fn calendar(
        &self,
        conn: &mut Conn,
        school: SchoolId,
        (from, to): (Day, Day),
        more: usize,
        talks: f64,
    ) -> Result<(Vec<SchoolDay>, usize)> {
        let holidays = places::holidays(conn, school, from, DAYS).await?;
        let mut days = Vec::new();
        let mut within = 0;
        for day in (0..DAYS).map(|n| from.plus_days(n)) {
            if !school_days::is_school_day(day, &holidays) {
                continue;
            }
            if day <= to {
                within += 1;
            } else if days.len() >= within + more {
                break;
            }
            days.push(SchoolDay { day, talks: talks * self.present(school, day) });
        }
        Ok((days, within))
    }
}
