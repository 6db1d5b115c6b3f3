//! What an import would change, and who counts as having left.

use std::collections::HashSet;

use uuid::Uuid;

use super::{HEADER, MEI, get};
use crate::model::{ChildId, SchoolId};
use crate::roster::{Known, compare};

fn known(n: u32, school: Option<&str>) -> Known {
    Known {
        id: ChildId(Uuid::from_u128(n.into())),
        number: n.to_string(),
        given_name: "Mei".to_owned().into(),
        family_name: "Lin".to_owned().into(),
        birth_date: "2014-03-05".parse().unwrap(),
        sex: crate::model::people::Sex::Female,
        school: school.map(|name| (SchoolId(Uuid::nil()), name.to_owned())),
        class: school.map(|_| "6A".to_owned()),
        in_care: false,
    }
}

#[test]
fn adds_changes_and_leavers_are_told_apart_a_02() {
    let roster = get(format!("{HEADER}{MEI}1002,Ana,Ng,2014-03-05,f,New School,6,6A\n")).unwrap();
    let schools = ["Hill School".to_owned(), "Lake School".to_owned()];
    let there = [
        known(1001, Some("Hill School")),
        known(1005, Some("Hill School")),
        // Another school's child is not in this file because the file is not about its school.
        known(1006, Some("Lake School")),
        known(1007, None),
    ];
    let plan = compare(&roster, &there, &schools, &HashSet::new());
    assert_eq!((plan.adds.len(), plan.same, plan.changes.len()), (1, 1, 0));
    assert_eq!(plan.leavers, [there[1].id]);
    assert_eq!(plan.new_schools, ["New School"]);
    assert!(plan.leaves_many(), "one of two");
}

#[test]
fn a_child_on_a_rejected_line_has_not_left_a_04() {
    let roster = get(format!("{HEADER}{MEI}1005,Ana,Ng,31/02/2014,f,Hill School,6,6A\n")).unwrap();
    let there = [known(1001, Some("Hill School")), known(1005, Some("Hill School"))];
    let plan = compare(&roster, &there, &["Hill School".to_owned()], &HashSet::new());
    assert!(plan.leavers.is_empty());
    assert!(!plan.leaves_many());
}

#[test]
fn a_move_and_a_return_are_changes_and_a_file_without_sex_changes_none() {
    let roster = get(format!(
        "{HEADER}1001,Mei,Lin,2014-03-05,,Hill School,6,6B\n1002,Mei,Lin,2014-03-05,,Hill School,6,6A\n"
    ))
    .unwrap();
    let there = [known(1001, Some("Hill School")), known(1002, None)];
    let plan = compare(&roster, &there, &["Hill School".to_owned()], &HashSet::new());
    assert_eq!(plan.changes[0].differs, ["class"]);
    assert_eq!(plan.changes[1].differs, ["school", "class"]);
}

#[test]
fn five_in_a_hundred_may_leave_unasked_and_six_may_not() {
    for (leavers, asks) in [(5, false), (6, true)] {
        let lines: String =
            (0..100 - leavers).map(|n| format!("{n},Mei,Lin,2014-03-05,f,Hill School,6,6A\n")).collect();
        let there: Vec<_> = (0..100).map(|n| known(n, Some("Hill School"))).collect();
        let plan = compare(&get(format!("{HEADER}{lines}")).unwrap(), &there, &[], &HashSet::new());
        assert_eq!(plan.leaves_many(), asks);
    }
}

#[test]
fn a_child_in_care_goes_only_where_somebody_can_own_its_referral_and_never_leaves_by_an_import() {
    let roster = get(format!("{HEADER}{MEI}1002,Mei,Lin,2014-03-05,f,Hill School,6,6B\n")).unwrap();
    let in_care = |n, school| Known { in_care: true, ..known(n, Some(school)) };
    let there = [
        in_care(1001, "Lake School"),
        // Another class of the same school is not another counselor's.
        in_care(1002, "Hill School"),
        in_care(1003, "Hill School"),
    ];
    let schools = ["Hill School".to_owned()];
    let plan = compare(&roster, &there, &schools, &HashSet::new());
    assert_eq!(plan.held, ["1001", "1003"]);
    assert_eq!((plan.changes.len(), plan.leavers.len()), (1, 0));
    assert_eq!(
        (plan.changes[0].differs.as_slice(), plan.changes[0].changes_school),
        (["class"].as_slice(), false)
    );
    let plan = compare(&roster, &there, &schools, &HashSet::from(schools.clone()));
    assert_eq!(plan.held, ["1003"], "who is enrolled nowhere is in nobody's queue");
    let goes: Vec<bool> = plan.changes.iter().map(|change| change.changes_school).collect();
    assert_eq!(goes, [true, false]);
}
