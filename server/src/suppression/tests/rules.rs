//! The rules one by one.

use super::super::*;
use super::districts::hierarchy;

fn key(group: &str, item: &str) -> CellKey {
    CellKey::new(group, item)
}

/// A district of one level of schools with columns `items` and total `valid`.
fn schools(items: &[&str], rows: &[(&str, &[u64])]) -> Tables {
    let rows: Vec<(&str, Option<&str>, Vec<u64>)> =
        rows.iter().map(|(name, counts)| (*name, Some("district"), counts.to_vec())).collect();
    hierarchy(items, rows)
}

#[test]
fn prv_01_counts_of_1_to_10_are_hidden_and_11_and_0_are_shown() {
    let tables = schools(
        &["low", "middle", "high"],
        &[("A", &[100, 100, 10]), ("B", &[100, 100, 11]), ("C", &[90, 80, 0]), ("D", &[70, 60, 10])],
    );
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    assert_eq!(protected.reason(&key("A", "high")), Some(Reason::Small));
    assert_eq!(protected.cell(&key("C", "high")), Some(Cell::Shown(0)));
    assert_eq!(protected.cell(&key("district", "high")), Some(Cell::Shown(31)));
    assert_eq!(protected.reason(&key("B", "high")), None);
}

#[test]
fn d_06_the_threshold_cannot_be_set_under_5() {
    assert_eq!(Policy::with_threshold(4), Err(PolicyError::ThresholdTooLow(4)));
    assert!(Policy::with_threshold(5).is_ok());
}

#[test]
fn prv_01_a_group_whose_members_are_all_in_one_band_shows_no_band() {
    let tables = schools(&["low", "high"], &[("A", &[60, 0]), ("B", &[50, 30]), ("C", &[40, 40])]);
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    for item in ["low", "high"] {
        assert_eq!(protected.cell(&key("A", item)), Some(Cell::Hidden), "{item}");
        assert_eq!(protected.reason(&key("A", item)), Some(Reason::Homogeneous), "{item}");
    }
}

#[test]
fn prv_01_a_band_that_leaves_out_only_a_few_of_the_group_is_hidden_too() {
    let tables = schools(
        &["low", "middle", "high"],
        &[("A", &[94, 3, 3]), ("B", &[50, 30, 40]), ("C", &[50, 30, 40])],
    );
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    assert_eq!(protected.reason(&key("A", "low")), Some(Reason::SmallComplement));
}

#[test]
fn prv_01_a_group_smaller_than_k_shows_nothing_not_even_its_zeros() {
    let tables =
        schools(&["low", "middle", "high"], &[("A", &[8, 1, 0]), ("B", &[50, 30, 40]), ("C", &[50, 30, 40])]);
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    for item in ["low", "middle", "high", "valid"] {
        assert_eq!(protected.cell(&key("A", item)), Some(Cell::Hidden), "{item}");
    }
}

#[test]
fn prv_03_one_small_school_hides_a_second_so_that_it_cannot_be_subtracted() {
    let tables = schools(&["positive", "negative"], &[("A", &[4, 60]), ("B", &[20, 70]), ("C", &[30, 80])]);
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    let hidden =
        ["A", "B", "C"].iter().filter(|s| protected.cell(&key(s, "positive")) == Some(Cell::Hidden)).count();
    assert!(hidden >= 2, "{hidden}");
    assert_eq!(protected.cell(&key("district", "positive")), Some(Cell::Shown(54)));
}

#[test]
fn prv_03_tables_that_share_a_cell_are_protected_together() {
    // By school, A is small and B is its complement; by sex, girls and boys of B are shown and would give B back.
    let mut tables =
        schools(&["positive", "negative"], &[("A", &[4, 60]), ("B", &[40, 70]), ("C", &[80, 90])]);
    let mut by_sex = HierarchyTable {
        items: vec!["positive".into(), "negative".into()],
        total: Some("valid".into()),
        groups: Vec::new(),
    };
    for (group, parent, counts) in
        [("B", None, vec![40, 70]), ("B girls", Some("B"), vec![22, 30]), ("B boys", Some("B"), vec![18, 40])]
    {
        by_sex.groups.push(GroupCounts { group: group.into(), parent: parent.map(str::to_owned), counts });
    }
    tables.add_hierarchy(&by_sex).expect("adds up");
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    if protected.cell(&key("B", "positive")) == Some(Cell::Hidden) {
        let shown = ["B girls", "B boys"]
            .iter()
            .filter(|g| matches!(protected.cell(&key(g, "positive")), Some(Cell::Shown(_))))
            .count();
        assert!(shown < 2);
    } else {
        assert_eq!(protected.cell(&key("C", "positive")), Some(Cell::Hidden));
    }
}

#[test]
fn prv_03_every_hidden_cell_is_proved_open_by_at_least_5() {
    let tables = schools(
        &["low", "middle", "high"],
        &[("A", &[30, 5, 2]), ("B", &[60, 12, 14]), ("C", &[80, 25, 3]), ("D", &[70, 40, 20])],
    );
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    assert!(protected.hidden().count() > 0);
    for (cell, _, proved) in protected.hidden() {
        assert!(proved.is_some_and(|i| i.width() >= 5), "{cell} {proved:?}");
    }
}

#[test]
fn prv_03_a_cell_that_public_totals_give_away_is_refused_by_name() {
    let mut tables = Tables::new();
    let all = tables.cell(key("A", "enrolled"), 20, Exposure::Public).expect("fresh");
    let absent = tables.cell(key("A", "absent"), 13, Exposure::Public).expect("fresh");
    let present = tables.cell(key("A", "present"), 7, Exposure::Published).expect("fresh");
    tables.relation(all, &[absent, present], Split::Bound).expect("adds up");
    let failure = protect(&tables, &Policy::default()).expect_err("7 = 20 − 13, and both are public");
    assert_eq!(failure, AuditFailure::Recoverable { cell: key("A", "present"), value: 7 });
    assert_eq!(failure.to_string(), "A: present is hidden but can be computed: it is 7");
}

#[test]
fn prv_03_public_enrolment_is_part_of_the_attack() {
    // 12 of 12 answered: enrolment says that nobody is missing, so the bounds of the hidden bands come from 12.
    let mut tables = hierarchy(&["positive", "negative"], vec![("A", None, vec![3, 9])]);
    tables.add_enrolment("A", 12, "valid").expect("fits");
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    let bounds = intervals(&tables, &protected.pattern()).expect("fits");
    let positive = tables.find(&key("A", "positive")).expect("exists");
    assert!(bounds[positive.0].is_some_and(|i| i.high.is_some_and(|h| h <= 12)));
}

#[test]
fn d_02_few_pupils_lost_between_two_steps_hide_a_step() {
    let mut tables = Tables::new();
    tables
        .add_funnel(
            "A",
            &[("enrolled", 400), ("consented", 396), ("started", 350), ("valid", 350)],
            Exposure::Public,
        )
        .expect("falls");
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    assert_eq!(protected.cell(&key("A", "consented")), Some(Cell::Hidden));
    assert_eq!(protected.cell(&key("A", "started")), Some(Cell::Shown(350)));
    // That nobody was lost is no secret.
    assert_eq!(protected.cell(&key("A", "valid")), Some(Cell::Shown(350)));
    // What lies between steps is never printed.
    assert!(protected.published().cell(&key("A", "enrolled, not consented")).is_none());
}

#[test]
fn prv_01_rounded_counts_never_read_as_small() {
    let tables = schools(&["low", "high"], &[("A", &[61, 12]), ("B", &[58, 33]), ("C", &[44, 28])]);
    let protected =
        protect(&tables, &Policy::default().with_rounding(Rounding::ToFive)).expect("protectable");
    assert_eq!(protected.cell(&key("A", "high")), Some(Cell::Shown(15)));
    assert_eq!(protected.cell(&key("A", "low")), Some(Cell::Shown(60)));
    assert_eq!(protected.cell(&key("B", "low")), Some(Cell::Shown(60)));
    assert_eq!(protected.cell(&key("district", "valid")), Some(Cell::Shown(235)));
}

#[test]
fn prv_01_percentages_are_coded_near_none_and_near_all() {
    let tables = schools(&["yes", "no"], &[("A", &[20, 500]), ("B", &[500, 20]), ("C", &[200, 300])]);
    let protected = protect(&tables, &Policy::default()).expect("protectable");
    let share = |group: &str| protected.percentage(&key(group, "yes"), &key(group, "valid"));
    assert_eq!(share("A"), Percentage::AtMost5);
    assert_eq!(share("B"), Percentage::AtLeast95);
    assert_eq!(share("C"), Percentage::Percent(40));
    assert_eq!(share("nowhere"), Percentage::Hidden);
}

#[test]
fn prv_03_the_published_form_never_says_why() {
    let tables = schools(&["positive", "negative"], &[("A", &[4, 60]), ("B", &[20, 70]), ("C", &[30, 80])]);
    let published = protect(&tables, &Policy::default()).expect("protectable").published();
    let json = serde_json::to_string(&published).expect("serialises");
    for word in ["mall", "omplement", "omogen", "iden", "eason", "roved", "nterval"] {
        assert!(!json.replace("\"hidden\"", "").contains(word), "{word} in {json}");
    }
    assert_eq!(serde_json::from_str::<Published>(&json).expect("reads back"), published);
}

#[test]
fn the_same_tables_give_the_same_pattern() {
    let tables =
        schools(&["low", "middle", "high"], &[("A", &[30, 5, 2]), ("B", &[60, 12, 14]), ("C", &[80, 25, 3])]);
    let first = protect(&tables, &Policy::default()).expect("protectable").published();
    let second = protect(&tables, &Policy::default()).expect("protectable").published();
    assert_eq!(first, second);
}

#[test]
fn tables_that_contradict_each_other_are_refused() {
    let mut tables = Tables::new();
    tables.cell(key("A", "valid"), 10, Exposure::Published).expect("fresh");
    let again = tables.cell(key("A", "valid"), 11, Exposure::Published);
    assert!(matches!(again, Err(TableError::Disagreement { .. })));
    let table = HierarchyTable {
        items: vec!["yes".into()],
        total: None,
        groups: vec![
            GroupCounts { group: "district".into(), parent: None, counts: vec![10] },
            GroupCounts { group: "B".into(), parent: Some("district".into()), counts: vec![9] },
        ],
    };
    assert!(matches!(
        Tables::new().add_hierarchy(&table),
        Err(TableError::SumMismatch { total: 10, sum: 9, .. })
    ));
    assert!(Tables::new().add_funnel("A", &[("enrolled", 5), ("started", 6)], Exposure::Public).is_err());
}
