//! Wall 8: migrations pair by number and name, and both schemas have the same tables and columns.

use std::collections::{BTreeMap, BTreeSet};

use crate::none;
use crate::repository::{names, sources};

type Tables = BTreeMap<String, BTreeSet<String>>;

/// Tables and their columns after all migrations of one database.
pub fn tables(database: &str) -> Tables {
    let mut tables = Tables::new();
    for source in sources(&[&format!("migrations/{database}")], &["sql"]) {
        apply(&mut tables, &source.text);
    }
    tables
}

#[test]
fn migrations_pair_by_number_and_name() {
    let databases = names("migrations");
    assert!(databases.len() >= 2, "migrations/ holds {databases:?}");
    let first = names(&format!("migrations/{}", databases[0]));
    assert!(!first.is_empty());
    for database in &databases[1..] {
        assert_eq!(first, names(&format!("migrations/{database}")), "{} and {database} differ", databases[0]);
    }
    none(misnamed(&first), "name a migration 0001_verb_noun.sql, each number once");
}

fn misnamed(files: &[String]) -> Vec<String> {
    // Gaps are allowed: two branches may each have taken a number before either was merged.
    let number = |name: &str| name.get(..4).and_then(|digits| digits.parse::<u32>().ok());
    let good = |at: usize, name: &str| {
        let stem = name.get(4..).and_then(|rest| rest.strip_prefix('_')?.strip_suffix(".sql"));
        let once = at == 0 || number(name) != number(&files[at - 1]);
        number(name).is_some_and(|number| number > 0)
            && once
            && stem.is_some_and(|stem| {
                !stem.is_empty() && stem.chars().all(|char| char.is_ascii_lowercase() || char == '_')
            })
    };
    files.iter().enumerate().filter(|(at, name)| !good(*at, name)).map(|(_, name)| name.clone()).collect()
}

#[test]
fn both_schemas_have_the_same_tables_and_columns() {
    let databases = names("migrations");
    for database in &databases[1..] {
        none(differences(&tables(&databases[0]), &tables(database)), "the two databases' migrations differ");
    }
}

fn differences(one: &Tables, other: &Tables) -> Vec<String> {
    let empty = BTreeSet::new();
    let all: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differs = all.into_iter().flat_map(|table| {
        let (here, there) = (one.get(table).unwrap_or(&empty), other.get(table).unwrap_or(&empty));
        here.symmetric_difference(there).map(move |column| format!("{table}.{column}"))
    });
    differs.collect()
}

#[test]
fn migrations_say_why() {
    let files = sources(&["migrations"], &["sql"]);
    let silent = files.iter().filter(|source| !source.text.trim_start().starts_with("--"));
    none(
        silent.map(|source| source.path.clone()).collect(),
        "begin a migration with a comment that argues it",
    );
}

/// Enough of SQL for our own migrations: `create table`, `drop table`, `alter table … add/drop/rename column`.
fn apply(tables: &mut Tables, sql: &str) {
    let plain: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    for statement in plain.join(" ").to_lowercase().split(';') {
        let words: Vec<&str> =
            statement.split_whitespace().filter(|word| !["if", "not", "exists"].contains(word)).collect();
        let name =
            |at: usize| words.get(at).map(|word| word.split('(').next().unwrap_or_default().to_owned());
        match words.as_slice() {
            ["create", "table", ..] => {
                tables.insert(name(2).unwrap_or_default(), columns(statement));
            }
            ["drop", "table", ..] => drop(tables.remove(&name(2).unwrap_or_default())),
            ["alter", "table", table, "rename", "to", to] => {
                let columns = tables.remove(*table).unwrap_or_default();
                tables.insert((*to).into(), columns);
            }
            ["alter", "table", table, "rename", "column", from, "to", to] => {
                let columns = tables.entry((*table).into()).or_default();
                columns.remove(*from);
                columns.insert((*to).into());
            }
            ["alter", "table", table, "add", "column", column, ..] => {
                tables.entry((*table).into()).or_default().insert((*column).into());
            }
            ["alter", "table", table, "drop", "column", column, ..] => {
                tables.entry((*table).into()).or_default().remove(*column);
            }
            _ => {}
        }
    }
}

/// The first word of each part between the outer parentheses, constraints left out.
fn columns(statement: &str) -> BTreeSet<String> {
    let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
    for char in statement.chars() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 1 => parts.push(std::mem::take(&mut part)),
            _ => {}
        }
        if depth == 1 && !matches!(char, '(' | ')' | ',') {
            part.push(char);
        }
    }
    parts.push(part);
    let words = parts.iter().filter_map(|part| part.split_whitespace().next());
    words
        .filter(|word| !["primary", "foreign", "unique", "check", "constraint"].contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_column_that_only_one_schema_has_is_noticed() {
    let schema = |sql: &str| {
        let mut tables = Tables::new();
        apply(&mut tables, sql);
        tables
    };
    let one = schema(
        "-- why\ncreate table a (id blob, n int check (n in (1, 2)), unique (id, n)); create index i on a (n);",
    );
    let other =
        schema("create table a (\n id bytea,\n m int -- not n, ...\n); alter table a add column late text;");
    assert_eq!(one["a"], BTreeSet::from(["id", "n"].map(str::to_owned)));
    assert_eq!(differences(&one, &other), ["a.late", "a.m", "a.n"]);
}

#[test]
fn a_number_twice_and_a_strange_name_are_noticed() {
    let files = ["0001_house.sql", "0003_add_notes.sql", "0003_more.sql", "0004-x.sql"].map(str::to_owned);
    assert_eq!(misnamed(&files), files[2..]);
}
