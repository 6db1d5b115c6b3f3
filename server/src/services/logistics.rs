//! What a district must see to while windows are open: which schools have not begun, where nobody is on duty, where
//! referrals wait too long. Live, and therefore without any count that could be about one child: overdue referrals are
//! said as none, up to ten, or rounded.

use super::duty::Rota;
use super::{Services, require, staff};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::{DistrictId, WindowId};
use crate::policy::{Action, Place};
use crate::store::logistics::{self as stored, SchoolInWindow};
use crate::store::{Conn, places};

/// How many referrals wait too long at a school, as far as a district may know it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// None.
    None,
    /// Between one and ten.
    UpToTen,
    /// About so many, to the nearest five.
    About(u64),
}

impl Overdue {
    /// The size of a count.
    pub fn of(count: i64) -> Self {
        match u64::try_from(count).unwrap_or(0) {
            0 => Self::None,
            1..=10 => Self::UpToTen,
            n => Self::About(((n + 2) / 5 * 5).max(15)),
        }
    }

    /// As written.
    pub fn words(self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::UpToTen => "Up to 10".to_owned(),
            Self::About(n) => format!("About {n}"),
        }
    }
}

/// One school today.
#[derive(Clone, Debug)]
pub struct SchoolToday {
    /// Its name.
    pub name: String,
    /// Whether somebody answers at this moment.
    pub somebody_on_duty: bool,
    /// Whether a second person would be called after the first.
    pub backup: bool,
    /// Referrals that wait too long.
    pub overdue: Overdue,
}

/// One window across its schools.
#[derive(Clone, Debug)]
pub struct WindowToday {
    /// Which window.
    pub id: WindowId,
    /// Its name.
    pub name: String,
    /// How it goes at each school.
    pub schools: Vec<SchoolInWindow>,
}

impl WindowToday {
    /// Schools in which no sitting was opened yet.
    pub fn not_opened(&self) -> usize {
        self.schools.iter().filter(|s| s.opened == 0).count()
    }
}

/// The district today.
#[derive(Clone, Debug)]
pub struct Today {
    /// Windows that are ready, open or paused, newest first.
    pub windows: Vec<WindowToday>,
    /// Every school.
    pub schools: Vec<SchoolToday>,
}

/// The district today.
///
/// # Errors
/// [`crate::Error::NotFound`] for anybody who may not see it.
pub async fn today(services: &Services, ctx: &Ctx) -> Result<Today> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeLogistics, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let mut windows: Vec<WindowToday> = Vec::new();
    for row in stored::schools_in_windows(&mut conn, district).await? {
        match windows.last_mut().filter(|w| w.id == row.window_id) {
            Some(window) => window.schools.push(row),
            None => windows.push(WindowToday {
                id: row.window_id,
                name: row.window_name.clone(),
                schools: vec![row],
            }),
        }
    }
    Ok(Today { windows, schools: schools(&mut conn, ctx, district).await? })
}

async fn schools(conn: &mut Conn, ctx: &Ctx, district: DistrictId) -> Result<Vec<SchoolToday>> {
    let mut found = Vec::new();
    for (id, name, overdue) in stored::overdue(conn, district, ctx.now).await? {
        if places::get_school(conn, id).await?.is_none_or(|school| school.rehearsal) {
            continue;
        }
        let on_duty = Rota::of(conn, id, ctx.now).await?.on_duty(ctx.now);
        found.push(SchoolToday {
            name,
            somebody_on_duty: !on_duty.is_empty(),
            backup: on_duty.len() > 1,
            overdue: Overdue::of(overdue),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Overdue;

    #[test]
    fn no_count_of_1_to_10_is_told_and_one_more_child_is_seldom_seen_prv_01() {
        assert_eq!(Overdue::of(0).words(), "None");
        for n in 1..=10 {
            assert_eq!(Overdue::of(n), Overdue::UpToTen);
        }
        assert_eq!(Overdue::of(11).words(), "About 15");
        assert_eq!((Overdue::of(13), Overdue::of(17)), (Overdue::About(15), Overdue::About(15)));
    }
}
