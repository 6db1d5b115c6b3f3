//! Which rows hang on a row, worked out from the database's own references: how to remove a child, a referral or a
//! screening with everything that belongs to it. A table that somebody adds tomorrow is in it without a thought.
//!
//! A row goes with what its column points to when that column may not be empty, or when it points to a child: whatever
//! points to a child is about it. A column that may be empty and points elsewhere is emptied, and its row stays.

use std::collections::BTreeMap;

use super::StoreError;
use super::backend::Reference;

/// What to run, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Statements that empty columns.
    pub let_go: Vec<String>,
    /// Tables with the statement that removes their rows, those first that others do not need any more.
    pub removals: Vec<(String, String)>,
}

/// The plan for the rows of `root` that a condition names, which uses `$1`, `$2`, … for its values.
///
/// # Errors
/// [`StoreError::Refused`] when tables point to each other in a circle, so that no order removes them.
pub(super) fn plan(references: &[Reference], root: &str, condition: &str) -> Result<Plan, StoreError> {
    let belongs = |r: &Reference| !r.optional || r.parent == "children";
    let mut reached = vec![root.to_owned()];
    let mut next = 0;
    while let Some(parent) = reached.get(next).cloned() {
        next += 1;
        for r in references.iter().filter(|r| r.parent == parent && belongs(r)) {
            if !reached.contains(&r.table_name) {
                reached.push(r.table_name.clone());
            }
        }
    }
    let inside: Vec<&Reference> =
        references.iter().filter(|r| reached.contains(&r.parent) && r.table_name != r.parent).collect();
    let ways: Vec<&Reference> = inside.iter().copied().filter(|r| belongs(r)).collect();
    // Parents first: a table's condition is made of those of the tables it points to.
    let mut order: Vec<String> = Vec::new();
    while order.len() < reached.len() {
        let ready = reached.iter().find(|table| {
            !order.contains(table)
                && ways.iter().filter(|w| w.table_name == **table).all(|w| order.contains(&w.parent))
        });
        let Some(ready) = ready else {
            return Err(StoreError::Refused(
                "tables point to each other in a circle, so that no order removes their rows".to_owned(),
            ));
        };
        order.push(ready.clone());
    }
    let mut conditions: BTreeMap<String, String> = BTreeMap::new();
    for table in &order {
        let mut parts: Vec<String> = ways
            .iter()
            .filter(|w| w.table_name == *table)
            .map(|w| points_to(w, root, condition, &conditions))
            .collect();
        if table == root {
            parts.insert(0, condition.to_owned());
        }
        conditions.insert(table.clone(), parts.join(" or "));
    }
    let let_go = inside.iter().filter(|r| !belongs(r)).map(|r| {
        let rows = points_to(r, root, condition, &conditions);
        format!("update \"{}\" set \"{}\" = null where {rows}", r.table_name, r.column_name)
    });
    let removals = order.iter().rev().map(|table| {
        let rows = conditions.get(table).map_or("false", String::as_str);
        (table.clone(), format!("delete from \"{table}\" where {rows}"))
    });
    Ok(Plan { let_go: let_go.collect(), removals: removals.collect() })
}

fn points_to(r: &Reference, root: &str, condition: &str, conditions: &BTreeMap<String, String>) -> String {
    let Reference { column_name, parent, parent_column, .. } = r;
    // The id itself where it is known, which an index answers at once.
    if parent == root && parent_column == "id" && condition == "id = $1" {
        return format!("\"{column_name}\" = $1");
    }
    let rows = conditions.get(parent).map_or("false", String::as_str);
    format!("\"{column_name}\" in (select \"{parent_column}\" from \"{parent}\" where {rows})")
}

#[cfg(test)]
mod tests {
    use super::plan;
    use crate::store::backend::Reference;

    fn reference(table: &str, column: &str, parent: &str, optional: bool) -> Reference {
        let text = |t: &str| t.to_owned();
        Reference {
            table_name: text(table),
            column_name: text(column),
            parent: text(parent),
            parent_column: text("id"),
            optional,
        }
    }

    #[test]
    fn what_points_to_a_child_goes_before_it_and_what_only_mentions_something_of_it_stays_cap_63() {
        let references = [
            reference("answers", "screening", "screenings", false),
            reference("screenings", "child", "children", false),
            reference("sessions", "child", "children", true),
            reference("reports", "screening", "screenings", true),
            reference("children", "district", "districts", false),
        ];
        let plan = plan(&references, "children", "id = $1").unwrap();
        let tables: Vec<&str> = plan.removals.iter().map(|(table, _)| table.as_str()).collect();
        assert_eq!(tables, ["answers", "sessions", "screenings", "children"]);
        assert_eq!(
            plan.removals[0].1,
            "delete from \"answers\" where \"screening\" in (select \"id\" from \"screenings\" where \"child\" = $1)"
        );
        assert_eq!(plan.let_go.len(), 1);
        assert!(plan.let_go[0].starts_with("update \"reports\" set \"screening\" = null where"));
    }

    #[test]
    fn a_table_with_two_ways_to_a_child_is_removed_by_both() {
        let references = [
            reference("contacts", "child", "children", false),
            reference("contacts", "referral", "referrals", false),
            reference("referrals", "child", "children", false),
        ];
        let plan = plan(&references, "children", "id = $1").unwrap();
        let (_, contacts) = &plan.removals[0];
        assert!(contacts.contains("\"child\" = $1 or \"referral\" in (select"), "{contacts}");
    }

    #[test]
    fn a_circle_of_tables_is_refused_before_anything_is_removed() {
        let references = [
            reference("a", "b", "b", false),
            reference("b", "a", "a", false),
            reference("a", "child", "children", false),
        ];
        assert!(plan(&references, "children", "id = $1").is_err());
    }
}
