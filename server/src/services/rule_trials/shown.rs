//! A trial as an administrator may see it, who must not learn who is ill: one rule, one closed window, small counts
//! hidden with their complements, the others rounded to five, as in a release.

use tokio::sync::Semaphore;

use super::{PRIORITIES, SchoolTrial, Trial, closed_window, run, tryable};
use crate::ctx::Ctx;
use crate::model::WindowId;
use crate::model::referral::Priority;
use crate::policy::{Action, Place};
use crate::referral_rules::{Known, Switch};
use crate::services::{Services, require, staff};
use crate::store::windows::Window;
use crate::suppression::{
    Cell, CellId, CellKey, Exposure, Policy, Rounding, Split, TableError, Tables, protect,
};
use crate::{Error, Result};

/// A count under the settings in force and under those that are tried out.
pub type Pair = (Cell, Cell);

/// A trial of one rule, fit to be shown.
#[derive(Clone, Debug)]
pub struct ShownTrial {
    /// The rule.
    pub rule: &'static Known,
    /// How it is set now; none where the clinical settings hold.
    pub before: Option<Switch>,
    /// How it was tried.
    pub switch: Switch,
    /// The window.
    pub window: Window,
    /// Every closed window, newest first.
    pub windows: Vec<Window>,
    /// Referrals of the district by priority, the most urgent first.
    pub priorities: Vec<(Priority, Pair)>,
    /// All of them, and the days of counselors while the window ran.
    pub district: ShownSchool,
    /// By school, by name.
    pub schools: Vec<ShownSchool>,
    /// Smaller counts are hidden.
    pub smallest: u64,
}

/// One school's referrals, or the district's.
#[derive(Clone, Debug)]
pub struct ShownSchool {
    /// Its name.
    pub name: String,
    /// Children who answered.
    pub children: Cell,
    /// Referrals.
    pub referrals: Pair,
    /// The days that its counselors were there.
    pub counselor_days: f64,
}

/// One at a time: a trial reads a whole window.
static AT_ONCE: Semaphore = Semaphore::const_new(1);
/// When to come back, in seconds.
const LATER: u64 = 5;

/// Tries one rule out on a closed window of the reader's district; without a window on its newest.
///
/// # Errors
/// [`Error::Invalid`] for a rule that cannot be tried, or without a closed window; [`Error::TooMany`] while another trial
/// runs.
pub async fn try_one(
    services: &Services,
    ctx: &Ctx,
    rule: &str,
    setting: &str,
    window: Option<WindowId>,
) -> Result<ShownTrial> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SetRules, Place::District(district))?;
    let change = tryable(rule, setting)?;
    let (window, windows) = closed_window(services, ctx, district, window).await?;
    let _place = AT_ONCE.try_acquire().map_err(|_| Error::TooMany(LATER))?;
    let trial = run(services, ctx, vec![window.clone()], &[change], |_, _| {}).await?;
    let before = trial.changed.first().and_then(|(_, before, _)| *before);
    // The proof computes for a while where schools are many.
    let (priorities, district, schools) = tokio::task::spawn_blocking(move || protected(&trial))
        .await
        .map_err(|_| Error::Conflict("The trial broke off; try it again.".to_owned()))??;
    Ok(ShownTrial {
        rule: change.0,
        before,
        switch: change.1,
        window,
        windows,
        priorities,
        district,
        schools,
        smallest: Policy::default().k(),
    })
}

type Shown = (Vec<(Priority, Pair)>, ShownSchool, Vec<ShownSchool>);

fn protected(trial: &Trial) -> Result<Shown> {
    let (tables, all) = (tables(trial).map_err(|e| Error::Conflict(e.to_string()))?, trial.all());
    let policy = Policy::default().with_rounding(Rounding::ToFive);
    let shown = protect(&tables, &policy).map_err(|failure| {
        Error::Conflict(format!(
            "These counts cannot be shown without saying too much about a child: {failure}"
        ))
    })?;
    let cell = |group: &str, item: &str| shown.cell(&CellKey::new(group, item)).unwrap_or(Cell::Hidden);
    let pair = |group: &str, item: &str| (cell(group, &now(item)), cell(group, &then(item)));
    let line = |group: &str, name: &str, found: &SchoolTrial| ShownSchool {
        name: name.to_owned(),
        children: cell(group, CHILDREN),
        referrals: pair(group, REFERRALS),
        counselor_days: found.counselor_days,
    };
    let priorities =
        PRIORITIES.iter().map(|priority| (*priority, pair(DISTRICT, priority.as_str()))).collect();
    let mut schools: Vec<ShownSchool> =
        trial.schools.iter().map(|(id, found)| line(&id.to_string(), &found.name, found)).collect();
    schools.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((priorities, line(DISTRICT, "", &all), schools))
}

const DISTRICT: &str = "district";
const CHILDREN: &str = "children";
const REFERRALS: &str = "referrals";
const NONE: &str = "none";

fn now(item: &str) -> String {
    format!("now {item}")
}

fn then(item: &str) -> String {
    format!("then {item}")
}

/// How the counts add up: of each group's children some have a referral, under each of the two settings; of the
/// district's referrals each has a priority.
fn tables(trial: &Trial) -> std::result::Result<Tables, TableError> {
    let mut tables = Tables::new();
    let all = trial.all();
    let of_district = group(&mut tables, DISTRICT, &all)?;
    let mut of_schools: Vec<Vec<CellId>> = vec![Vec::new(); of_district.len()];
    for (id, found) in &trial.schools {
        for (parts, cell) in of_schools.iter_mut().zip(group(&mut tables, &id.to_string(), found)?) {
            parts.push(cell);
        }
    }
    for (total, parts) in of_district.iter().zip(&of_schools).filter(|(_, parts)| !parts.is_empty()) {
        tables.relation(*total, parts, Split::Groups)?;
    }
    for (counts, name) in [(&all.now, now as fn(&str) -> String), (&all.then, then)] {
        let total =
            tables.cell(CellKey::new(DISTRICT, name(REFERRALS)), counts.total(), Exposure::Published)?;
        let mut parts = Vec::new();
        for priority in PRIORITIES {
            let key = CellKey::new(DISTRICT, name(priority.as_str()));
            parts.push(tables.cell(key, counts.of(priority), Exposure::Published)?);
        }
        tables.relation(total, &parts, Split::Items)?;
    }
    Ok(tables)
}

/// The cells of one group in a fixed order.
fn group(
    tables: &mut Tables,
    name: &str,
    found: &SchoolTrial,
) -> std::result::Result<Vec<CellId>, TableError> {
    let children = tables.cell(CellKey::new(name, CHILDREN), found.children, Exposure::Published)?;
    let mut cells = vec![children];
    for (counts, of) in [(&found.now, now as fn(&str) -> String), (&found.then, then)] {
        let referred = counts.total();
        let without = found.children.saturating_sub(referred);
        let referred = tables.cell(CellKey::new(name, of(REFERRALS)), referred, Exposure::Published)?;
        let without = tables.cell(CellKey::new(name, of(NONE)), without, Exposure::Published)?;
        tables.relation(children, &[referred, without], Split::Items)?;
        cells.extend([referred, without]);
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::super::{Counts, SchoolTrial, Trial};
    use super::protected;
    use crate::model::SchoolId;
    use crate::suppression::Cell;

    fn trial(schools: &[(u64, [u64; 4], [u64; 4])]) -> Trial {
        let schools = schools.iter().enumerate().map(|(n, (children, now, then))| {
            let found = SchoolTrial {
                name: format!("School {n}"),
                children: *children,
                now: Counts(*now),
                then: Counts(*then),
                counselor_days: 20.0,
            };
            (SchoolId(Uuid::from_u128(n as u128 + 1)), found)
        });
        Trial { schools: schools.collect::<BTreeMap<_, _>>(), ..Trial::default() }
    }

    #[test]
    fn a_school_with_few_referrals_shows_none_of_them_and_cannot_be_subtracted_prv_05() {
        let (_, district, schools) = protected(&trial(&[
            (300, [0, 12, 40, 0], [0, 0, 52, 0]),
            (280, [0, 11, 30, 0], [0, 0, 41, 0]),
            (40, [1, 1, 2, 0], [1, 0, 3, 0]),
        ]))
        .unwrap();
        assert_eq!(schools[2].referrals, (Cell::Hidden, Cell::Hidden), "four children");
        let hidden = schools.iter().filter(|s| s.referrals.0 == Cell::Hidden).count();
        assert!(
            hidden >= 2 || district.referrals.0 == Cell::Hidden,
            "the total less the others would be the four"
        );
    }

    #[test]
    fn what_is_shown_is_rounded_to_five_so_that_one_child_more_or_less_is_not_seen_prv_01() {
        let of = |n: u64| {
            let (_, district, _) = protected(&trial(&[
                (200, [0, 20, n, 0], [0, 0, n + 20, 0]),
                (220, [0, 20, 30, 0], [0, 0, 50, 0]),
            ]))
            .unwrap();
            district.referrals
        };
        assert_eq!(of(30), of(31));
        let Cell::Shown(n) = of(30).0 else { panic!("a hundred may be shown") };
        assert!(n.is_multiple_of(5) && n.abs_diff(100) <= 2, "{n}");
    }
}
