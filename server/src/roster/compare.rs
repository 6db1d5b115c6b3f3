//! What an import would change: a roster compared with who is enrolled now, before anything is written.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Field, Pupil, Roster};
use crate::model::people::Sex;
use crate::model::{ChildId, Day, Private, SchoolId};

/// A child as the database has it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Known {
    pub id: ChildId,
    pub number: String,
    pub given_name: Private<String>,
    pub family_name: Private<String>,
    pub birth_date: Day,
    pub sex: Sex,
    /// None for a child that is enrolled nowhere now.
    pub school: Option<(SchoolId, String)>,
    pub class: Option<String>,
    /// Whether somebody works on a referral of this child.
    pub in_care: bool,
}

impl Known {
    /// Whether a school is not the one it is enrolled in.
    pub fn goes_to_another(&self, school: &str) -> bool {
        self.school.as_ref().is_none_or(|(_, own)| own != school)
    }
}

/// A child that is there already and differs from its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The child.
    pub child: ChildId,
    /// Its place in [`Roster::pupils`].
    pub pupil: usize,
    /// What differs, in words.
    pub differs: Vec<&'static str>,
    /// Whether it goes to another class or school, or comes back.
    pub moves: bool,
    /// Whether it goes to another school, or comes back to one: its record goes along.
    pub changes_school: bool,
}

/// What would change.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Children who are new, as places in [`Roster::pupils`].
    pub adds: Vec<usize>,
    /// Children who differ.
    pub changes: Vec<Change>,
    /// How many stay as they are.
    pub same: usize,
    /// Children of the file's schools who are not in the file. They are only ever unenrolled, never deleted.
    pub leavers: Vec<ChildId>,
    /// Numbers of children with an open referral who would be enrolled nowhere, or go to a school at which nobody present
    /// could own it: they stay, because they would vanish from every counselor's queue.
    pub held: Vec<String>,
    /// Schools that would be made: a misspelt name shows here.
    pub new_schools: Vec<String>,
    /// How many are enrolled now at the file's schools.
    pub enrolled: usize,
}

impl Plan {
    /// Whether so many would leave that it must be asked again: more than one in twenty.
    pub fn leaves_many(&self) -> bool {
        self.leavers.len() * 20 > self.enrolled
    }
}

/// Compares a roster with what there is. `receiving` names the schools at which somebody present can own a referral: to
/// another one a child with an open referral does not go.
pub fn compare(roster: &Roster, known: &[Known], schools: &[String], receiving: &HashSet<String>) -> Plan {
    let by_number: HashMap<&str, &Known> = known.iter().map(|k| (k.number.as_str(), k)).collect();
    let mut plan = Plan::default();
    for (index, pupil) in roster.pupils.iter().enumerate() {
        match by_number.get(pupil.number.as_str()) {
            None => plan.adds.push(index),
            Some(child)
                if child.in_care
                    && child.goes_to_another(&pupil.school)
                    && !receiving.contains(&pupil.school) =>
            {
                plan.held.push(child.number.clone());
            }
            Some(child) => {
                let differs = differences(child, pupil);
                if differs.is_empty() {
                    plan.same += 1;
                } else {
                    let moves = differs.iter().any(|what| matches!(*what, "school" | "class"));
                    let changes_school = differs.contains(&"school");
                    plan.changes.push(Change {
                        child: child.id,
                        pupil: index,
                        differs,
                        moves,
                        changes_school,
                    });
                }
            }
        }
    }
    let of_file: BTreeSet<&str> = roster.pupils.iter().map(|p| p.school.as_str()).collect();
    let taken = roster.pupils.iter().map(|pupil| pupil.number.as_str());
    let rejected = roster.rejected.iter().map(|line| line.text(Field::Number));
    let named: HashSet<&str> = taken.chain(rejected).collect();
    for child in known {
        let Some((_, school)) = &child.school else { continue };
        if !of_file.contains(school.as_str()) {
            continue;
        }
        plan.enrolled += 1;
        if named.contains(child.number.as_str()) {
            continue;
        }
        if child.in_care {
            plan.held.push(child.number.clone());
        } else {
            plan.leavers.push(child.id);
        }
    }
    let there: HashSet<&str> = schools.iter().map(String::as_str).collect();
    plan.new_schools = of_file.into_iter().filter(|s| !there.contains(s)).map(str::to_owned).collect();
    plan
}

fn differences(child: &Known, pupil: &Pupil) -> Vec<&'static str> {
    [
        (child.given_name != pupil.given_name, "given name"),
        (child.family_name != pupil.family_name, "family name"),
        (child.birth_date != pupil.birth_date, "birth date"),
        // A file that does not tell the sex changes nothing about it.
        (pupil.sex != Sex::Unknown && child.sex != pupil.sex, "sex"),
        (child.school.as_ref().map(|(_, name)| name) != Some(&pupil.school), "school"),
        (child.class.as_ref() != Some(&pupil.class), "class"),
    ]
    .into_iter()
    .filter(|(differs, _)| *differs)
    .map(|(_, name)| name)
    .collect()
}
