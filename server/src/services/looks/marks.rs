//! What makes a week of looks worth asking about. Pure: from looks and limits to weeks with their marks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::config::Looks;
use crate::model::{ChildId, Day, Instant};

/// One look, with what is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Instant,
    /// At whose file.
    pub child: ChildId,
    /// Opened with a reason, as a child of another school.
    pub broken_glass: bool,
    /// Outside the school's day, without duty and without an urgent case.
    pub off_hours: bool,
    /// No referral of the child was open or recently closed.
    pub without_case: bool,
    /// The child bears the reader's own, rare family name, and somebody else owns its referral.
    pub own_name: bool,
}

/// Why a week is worth asking about. Each has an innocent explanation; asking is all it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Many children within an hour.
    ManyInAnHour,
    /// Children outside the school's day.
    OffHours,
    /// Children for whom nothing was to be done.
    WithoutCase,
    /// A child of the reader's own family name.
    OwnName,
    /// Many children of other schools.
    BrokenGlass,
}

/// A week's looks of one person in numbers: different children each.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub struct Week {
    /// Its Monday.
    pub begins: Day,
    pub children: usize,
    /// The most within sixty minutes.
    pub busiest_hour: usize,
    pub off_hours: usize,
    pub without_case: usize,
    pub own_name: usize,
    pub broken_glass: usize,
    pub marks: Vec<Mark>,
}

/// The weeks of one person's looks, which come in order of time.
pub(super) fn weeks(looks: &[Seen], limits: &Looks) -> Vec<Week> {
    let mut by_week: BTreeMap<Day, Vec<Seen>> = BTreeMap::new();
    for look in looks {
        by_week.entry(monday(look.at)).or_default().push(*look);
    }
    by_week.into_iter().map(|(begins, looks)| week(begins, &looks, limits)).collect()
}

/// The Monday of the week of an instant, in UTC as the trail has it.
fn monday(at: Instant) -> Day {
    let day = at.day_in(&TimeZone::UTC);
    day.plus_days(-i64::from(day.0.weekday().to_monday_zero_offset()))
}

fn week(begins: Day, looks: &[Seen], limits: &Looks) -> Week {
    let count = |of: fn(&Seen) -> bool| {
        looks.iter().filter(|look| of(look)).map(|look| look.child).collect::<BTreeSet<_>>().len()
    };
    let mut week = Week {
        begins,
        children: count(|_| true),
        busiest_hour: busiest_hour(looks),
        off_hours: count(|look| look.off_hours),
        without_case: count(|look| look.without_case),
        own_name: count(|look| look.own_name),
        broken_glass: count(|look| look.broken_glass),
        marks: Vec::new(),
    };
    let found = [
        (week.busiest_hour, limits.children_an_hour, Mark::ManyInAnHour),
        (week.off_hours, limits.off_hours_a_week, Mark::OffHours),
        (week.without_case, limits.without_case_a_week, Mark::WithoutCase),
        (week.own_name, limits.own_name_a_week, Mark::OwnName),
        (week.broken_glass, limits.broken_glass_a_week, Mark::BrokenGlass),
    ];
    week.marks = found.into_iter().filter(|(n, limit, _)| n >= limit).map(|(.., mark)| mark).collect();
    week
}

/// The most different children whose files were opened within sixty minutes.
fn busiest_hour(looks: &[Seen]) -> usize {
    let mut times: BTreeMap<ChildId, usize> = BTreeMap::new();
    let (mut first, mut most) = (0, 0);
    for look in looks {
        *times.entry(look.child).or_insert(0) += 1;
        while let Some(old) = looks.get(first).filter(|old| look.at.seconds_since(old.at) >= 3600) {
            if let Some(n) = times.get_mut(&old.child) {
                *n -= 1;
                if *n == 0 {
                    times.remove(&old.child);
                }
            }
            first += 1;
        }
        most = most.max(times.len());
    }
    most
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Mark, Seen, busiest_hour, weeks};
    use crate::config::Looks;
    use crate::model::{ChildId, Instant};

    /// Numbers that look random and are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % n
        }

        fn one_in(&mut self, n: u64) -> bool {
            self.below(n) == 0
        }
    }

    /// Monday, 4 January 2027, at midnight.
    const MONDAY: i64 = 1_799_020_800_000;
    const MINUTE: i64 = 60;

    fn child(n: u64) -> ChildId {
        ChildId(Uuid::from_u128(u128::from(n) + 1))
    }

    fn look(seconds: i64, of: u64) -> Seen {
        Seen {
            at: Instant::from_millis(MONDAY).plus_seconds(seconds),
            child: child(of),
            broken_glass: false,
            off_hours: false,
            without_case: false,
            own_name: false,
        }
    }

    /// A week's work of a counselor with 480 children and some fifty cases: rounds through the queue, a call of a parent
    /// now and then, a late evening now and then, once in a while a child of another school. One in ten shares a rare name
    /// with two children at school; then a colleague's case may be opened in the round.
    fn normal(dice: &mut Dice) -> Vec<Seen> {
        let mut looks = Vec::new();
        let namesake = dice.one_in(10);
        for day in 0..5 {
            let opens = 6 + dice.below(14);
            for _ in 0..opens {
                let at = day * 86_400 + (7 * 60 + i64::try_from(dice.below(10 * 60)).unwrap()) * MINUTE;
                let mut seen = look(at, dice.below(50));
                // Somebody asks about a child for whom nothing stands.
                if dice.one_in(20) {
                    seen = Seen { without_case: true, ..look(at, 50 + dice.below(430)) };
                }
                seen.own_name = namesake && seen.child == child(7) && dice.one_in(20);
                looks.push(seen);
            }
            if dice.one_in(15) {
                looks.push(Seen { off_hours: true, ..look(day * 86_400 + 21 * 3600, dice.below(50)) });
            }
            if dice.one_in(20) {
                looks.push(Seen {
                    broken_glass: true,
                    ..look(day * 86_400 + 10 * 3600, 900 + dice.below(50))
                });
            }
        }
        // After a screening day the whole queue is gone through in a morning.
        if dice.one_in(4) {
            let many = 12 + dice.below(9);
            looks.extend(
                (0..many).map(|n| look(2 * 86_400 + 8 * 3600 + i64::try_from(n).unwrap() * 3 * MINUTE, n)),
            );
        }
        looks.sort_by_key(|look| look.at);
        looks
    }

    #[test]
    fn a_scripted_snooper_is_always_marked_and_a_normal_week_hardly_ever_az_09() {
        let limits = Looks::default();
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let weeks_of_work = 2_000;
        let alarms = (0..weeks_of_work)
            .filter(|_| weeks(&normal(&mut dice), &limits).iter().any(|week| !week.marks.is_empty()))
            .count();
        assert!(alarms * 20 <= weeks_of_work, "{alarms} false alarms in {weeks_of_work} normal weeks");

        // Each goes after something else, hidden in a normal week.
        let mut caught = 0;
        let snoopers = 400;
        for n in 0..snoopers {
            let mut looks = normal(&mut dice);
            let many = |from: i64, step: i64, how_many: u64, change: fn(Seen) -> Seen| -> Vec<Seen> {
                let at = |n: u64| from + i64::try_from(n).unwrap() * step;
                (0..how_many).map(|n| change(look(at(n), 500 + n))).collect()
            };
            let wanted = match n % 5 {
                0 => {
                    looks.extend(many(3 * 86_400 + 9 * 3600, 60, 30, |look| look));
                    Mark::ManyInAnHour
                }
                1 => {
                    looks.extend(many(86_400 + 22 * 3600, 600, 3, |look| Seen { off_hours: true, ..look }));
                    Mark::OffHours
                }
                2 => {
                    looks.extend(many(9 * 3600, 40_000, 8, |look| Seen { without_case: true, ..look }));
                    Mark::WithoutCase
                }
                3 => {
                    looks.extend(many(4 * 86_400 + 9 * 3600, 60, 1, |look| Seen { own_name: true, ..look }));
                    Mark::OwnName
                }
                _ => {
                    looks.extend(many(9 * 3600, 50_000, 4, |look| Seen { broken_glass: true, ..look }));
                    Mark::BrokenGlass
                }
            };
            looks.sort_by_key(|look| look.at);
            caught += usize::from(weeks(&looks, &limits).iter().any(|week| week.marks.contains(&wanted)));
        }
        assert_eq!(caught, snoopers);
        println!(
            "{caught} of {snoopers} snoopers marked, {alarms} false alarms in {weeks_of_work} normal weeks"
        );
    }

    #[test]
    fn an_hour_is_sixty_minutes_wherever_it_begins_and_a_child_counts_once_az_09() {
        let looks: Vec<Seen> = (0..20).map(|n| look(n * 600, u64::try_from(n).unwrap())).collect();
        assert_eq!(busiest_hour(&looks), 6);
        let same: Vec<Seen> = (0..20).map(|n| look(n, 1)).collect();
        assert_eq!(busiest_hour(&same), 1);
        let back: Vec<Seen> = [(0, 1), (1800, 2), (3599, 1), (3601, 3)].map(|(at, of)| look(at, of)).to_vec();
        assert_eq!(busiest_hour(&back), 3);
        assert_eq!(busiest_hour(&[]), 0);
    }

    #[test]
    fn a_week_is_marked_at_its_limit_and_not_below_and_weeks_stand_apart_az_09() {
        let limits = Looks { off_hours_a_week: 2, ..Looks::default() };
        let off = |at: i64, of: u64| Seen { off_hours: true, ..look(at, of) };
        let sunday = 6 * 86_400 + 23 * 3600;
        let apart = weeks(&[off(sunday, 1), off(sunday + 2 * 3600, 2)], &limits);
        assert_eq!(apart.iter().map(|week| week.off_hours).collect::<Vec<_>>(), [1, 1]);
        assert!(apart.iter().all(|week| week.marks.is_empty()));
        let twice_the_same = weeks(&[off(0, 1), off(60, 1)], &limits);
        assert!(twice_the_same[0].marks.is_empty());
        assert_eq!(weeks(&[off(0, 1), off(60, 2)], &limits)[0].marks, [Mark::OffHours]);
    }
}
